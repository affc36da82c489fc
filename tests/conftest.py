"""What every test stands on: its own home folder, a closed network, and the depth of hypothesis's search.

Four rules. A test that stores anything asks for the `home` fixture; without it TOCSIN_HOME names a place where
nothing can be created. A test talks to loopback only. `HYPOTHESIS_PROFILE=deep` searches longer than a working day's
run does, and anew each time. With `SKIPS=none`, what is skipped for want of a browser or of Node has failed.
"""

import ipaddress
import os
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

LOCAL_NAMES = {"localhost", ""}
SKIPS = "SKIPS"
"""Set to `none` by `.ci/run`, which installs what they need."""
NEEDED = ("browser", "counterpart")
"""The marks of tests that need something installed."""
SERVER_FOR_TESTS = "TOCSIN_TEST_POSTGRES_URL"

# No deadline: on a busy machine an example's time says nothing about the code. A working day's run searches the same
# examples every time, so that a red run is about the change; the deep one searches at random, and finds the new ones.
settings.register_profile("default", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("deep", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    """Close what a developer's shell leaves open, before any module of the engine is imported."""
    for name in [name for name in os.environ if name.startswith(("TOCSIN_", "PREFECT_")) and name != SERVER_FOR_TESTS]:
        del os.environ[name]
    folder = tempfile.TemporaryDirectory(prefix="tocsin-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    scratch = Path(folder.name)
    no_home = scratch / "this-test-did-not-ask-for-the-home-fixture"
    no_home.touch()
    os.environ["TOCSIN_HOME"] = str(no_home / "home")  # below a file: whoever creates it gets the name as the error
    os.environ["PREFECT_HOME"] = str(scratch / "prefect")
    os.environ["DO_NOT_TRACK"] = "1"
    sys.addaudithook(stay_on_loopback)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Have nothing skipped silently where everything it needs should be installed."""
    report = yield
    needs = any(item.get_closest_marker(name) for name in NEEDED)
    if report.skipped and needs and os.environ.get(SKIPS) == "none" and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped, with {SKIPS}=none: {report.longreprtext}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what came of the fault matrix, if it was played."""
    from tests.integration.matrix.telling import tell  # noqa: PLC0415 - imports the engine, see `pytest_configure`

    tell(terminalreporter)


def stay_on_loopback(event: str, args: tuple[object, ...]) -> None:
    """Refuse a connection or a look-up that would leave this machine.

    Raises:
        PermissionError: the address is not a loopback one.
    """
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if not is_local(host):
        raise PermissionError(f"tests stay on loopback; this one tried to reach {host!r}")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of this test's own."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("TOCSIN_HOME", str(path))
    return path


def is_local(host: object) -> bool:
    """Tell whether a host as the socket module gets it names this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(str(name))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
