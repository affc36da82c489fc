"""What goes into the repository is fit for every machine: no registry's address, no path of whoever wrote it."""

import json
import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, tracked_files

# Put together here, so that this file passes its own test.
REGISTRY_HOSTS = [
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
]
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|root|tmp/t|home/\w+)(?=/|\s|$)")
INDEX_OPTION = re.compile(r"^\s*--(?:index-url|extra-index-url|find-links|trusted-host)", re.MULTILINE)


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is for each machine's own configuration to say."""
    found = [f"{path}: {host}" for path, text in tracked_texts() for host in REGISTRY_HOSTS if host in text]
    assert found == []


def test_no_file_names_a_path_of_one_machine() -> None:
    """A path below someone's home or workplace means nothing to the next reader."""
    found = [f"{path}: {match.group()}" for path, text in tracked_texts() for match in MACHINE_PATH.finditer(text)]
    assert found == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_each_locked_package_is_pinned_with_hashes(lock: str) -> None:
    """A lock says exactly what is installed and leaves open from where."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    requirements = re.findall(r"^[a-z0-9].*$", text, re.MULTILINE | re.IGNORECASE)
    assert requirements
    assert [line for line in requirements if not re.fullmatch(r"[\w.-]+==\S+ \\", line)] == []
    assert not INDEX_OPTION.search(text)


def test_the_developers_lock_agrees_with_the_runtime_lock() -> None:
    """Tests run against the very versions that are shipped."""
    runtime, developer = pins("requirements.lock"), pins("requirements-dev.lock")
    assert runtime.items() <= developer.items()


def test_the_node_lock_keeps_hashes_and_no_addresses() -> None:
    """Every Node package is pinned by its integrity alone."""
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert installed
    assert [name for name, package in installed.items() if "resolved" in package or not package.get("integrity")] == []


def tracked_texts() -> list[tuple[Path, str]]:
    """Give path and text of each tracked file; bytes that are not text are looked at all the same."""
    return [(path.relative_to(ROOT), path.read_text(encoding="utf-8", errors="replace")) for path in tracked_files()]


def pins(lock: str) -> dict[str, str]:
    """Map each package of a lock to its version."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
