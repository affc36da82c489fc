"""`tocsin` as a process of its own: what it imports, how it ends on signals and pipes, and the sandbox."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GOOD = "tests/goldens/playbooks/good/small-leak.yaml"
HEAVY = {"prefect", "alembic", "sqlalchemy", "slack_sdk", "jira", "fastapi", "aiohttp", "uvicorn", "starlette"}
PROBE = """
import sys
from engine.entrypoints.cli.main import main
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--version"], HEAVY | {"yaml", "jinja2", "structlog", "integrations"}),
        (["lint", GOOD], HEAVY | {"structlog", "rich"}),
        (["plan", GOOD, "--json"], HEAVY | {"structlog"}),
        (["schema"], HEAVY | {"structlog", "rich"}),
        (["doctor"], HEAVY | {"structlog", "rich"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_imports_only_what_it_needs(arguments: list[str], absent: set[str], home: Path) -> None:
    """Quick commands stay quick: nothing of Prefect, databases, Slack, Jira or the web comes with them."""
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    imported = set(ran.stderr.split())
    assert "typer" in imported
    assert imported & absent == set()


def test_a_reader_that_leaves_is_no_error() -> None:
    """`tocsin schema | head` ends without a word."""
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [sys.executable, "-c", PROBE.replace("finally", "except ImportError"), "schema"],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(writing)
    assert ran.stderr == b""
    assert ran.returncode == 141


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_the_sandbox_serves_until_it_is_ended(sent: signal.Signals, code: int, tmp_path: Path) -> None:
    """It prints settings that open it, and keeps its state for the next time."""
    state = tmp_path / "box.json"
    with sandbox("--state", str(state), "--jira-project", "LEAK") as (process, variables):
        assert variables["TOCSIN_JIRA_PROJECT"] == "LEAK"
        request = urllib.request.Request(  # noqa: S310 - an address on loopback
            f"{variables['TOCSIN_SLACK_BASE_URL']}auth.test",
            headers={"Authorization": f"Bearer {variables['TOCSIN_SLACK_BOT_TOKEN']}"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310 - as above
            assert json.load(reply)["ok"] is True
        process.send_signal(sent)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == code
        assert "Traceback" not in errors
    assert state.exists()


@contextmanager
def sandbox(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Run a sandbox on a free port and give its process and the settings it printed."""
    program = "from engine.entrypoints.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "sandbox", "--port", "0", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        variables: dict[str, str] = {}
        for line in process.stdout:
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").strip().partition("=")
                variables[name] = value
            if line.startswith("People"):
                break
        yield process, variables
    finally:
        process.kill()
        process.communicate()
