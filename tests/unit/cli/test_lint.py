"""`tocsin lint` over files, folders and the standard input, whatever is in them."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from engine.language.tree import MAX_BYTES
from tests.terminal import Run

ROOT = Path(__file__).parents[3]
GOOD = ROOT / "tests/goldens/playbooks/good/small-leak.yaml"
BAD = ROOT / "tests/goldens/playbooks/bad/PB203.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good playbook and one that names a step that is not there."""
    (tmp_path / "small-leak.yaml").write_bytes(GOOD.read_bytes())
    (tmp_path / "bad.yml").write_bytes(BAD.read_bytes())
    return tmp_path


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Put bytes on the standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_dash_is_the_standard_input(tocsin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no name that a playbook could differ from."""
    stdin(monkeypatch, GOOD.read_bytes())
    assert tocsin("lint", "-").out == "1 file: 0 errors, 0 warnings\n"
    stdin(monkeypatch, BAD.read_bytes())
    ran = tocsin("lint", "-")
    assert ran.code == 1
    assert ran.out.startswith("<stdin>:")


def test_without_a_path_the_playbooks_folder_is_checked(
    tocsin: Run, folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would be triggered is what is looked at."""
    monkeypatch.setenv("TOCSIN_PLAYBOOKS", str(folder))
    ran = tocsin("lint")
    assert ran.out.startswith(f"{folder / 'bad.yml'}:")
    assert ran.out.splitlines()[-1] == "2 files: 1 error, 0 warnings"


def test_a_file_that_is_named_twice_is_checked_once(tocsin: Run, folder: Path) -> None:
    """A folder, a file in it and a link to it are one file."""
    link = folder / "link.yaml"
    link.symlink_to(folder / "small-leak.yaml")
    ran = tocsin("lint", str(folder / "small-leak.yaml"), str(folder), str(link))
    assert ran.out.splitlines()[-1] == "2 files: 1 error, 0 warnings"


def test_links_in_a_circle_and_other_things_are_no_playbooks(tocsin: Run, folder: Path) -> None:
    """A folder is read without following what leads nowhere, and nothing in it is waited for."""
    (folder / "round.yaml").symlink_to(folder / "round.yaml")
    (folder / "gone.yaml").symlink_to(folder / "nowhere.yaml")
    (folder / "folder.yaml").mkdir()
    os.mkfifo(folder / "pipe.yaml")
    assert tocsin("lint", str(folder)).out.splitlines()[-1] == "2 files: 1 error, 0 warnings"
    tocsin("lint", str(folder / "round.yaml")).said(2, "There is no file")
    tocsin("lint", str(folder / "folder.yaml")).said(2, "There is no playbook in")


def test_what_cannot_be_read_is_said_after_what_can(tocsin: Run, folder: Path) -> None:
    """The others are checked all the same; the exit code is the operator's."""
    memory = Path("/proc/self/mem")  # nobody can read its beginning, whatever their rights
    if not memory.exists():
        pytest.skip("this system has no file that cannot be read by anyone")
    ran = tocsin("lint", str(memory), str(folder))
    assert ran.code == 2
    assert ran.out.splitlines()[-1] == "2 files: 1 error, 0 warnings"
    assert ran.err.startswith("error: /proc/self/mem: it cannot be read:")


def test_a_huge_file_is_refused_before_it_is_read(tocsin: Run, tmp_path: Path) -> None:
    """Ten gigabytes of nothing take no longer and no more memory than one megabyte."""
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(10_000_000_000)
    ran = tocsin("lint", str(huge))
    assert ran.code == 1
    assert f"error PB002 The file has more than {MAX_BYTES:,} bytes." in ran.out
    assert len(ran.out) < 1000


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (GOOD.read_bytes().decode().encode("utf-16"), "It begins like UTF-16. Save it as UTF-8."),
        (b"PK\x03\x04\xff\xff", "It begins like a compressed file."),
        ("title: Gr\xfc\xdfe".encode("latin-1"), "1:10: error PB001"),
        (b"a: b\x00", "The file holds the character U+0000 here."),
        (b"# A page\n\nSome *text*.\n", "error PB103 The file is not a mapping."),
        (b"", "error PB010 The file is empty."),
    ],
    ids=["utf-16", "zip", "latin-1", "nul", "markdown", "empty"],
)
def test_what_is_no_playbook_is_a_problem_of_the_file(tocsin: Run, tmp_path: Path, data: bytes, said: str) -> None:
    """Another encoding, another kind of file or nothing at all: one problem, with what to do."""
    path = tmp_path / "odd.yaml"
    path.write_bytes(data)
    ran = tocsin("lint", str(path))
    assert (ran.code, ran.err) == (1, "")
    assert said in ran.out


@pytest.mark.parametrize("end", [b"\r\n", b"\r"], ids=["CR LF", "CR"])
def test_other_ends_of_lines_are_as_good(tocsin: Run, folder: Path, end: bytes) -> None:
    """Places and what is shown there are the same."""
    wanted = tocsin("lint", str(folder / "bad.yml")).out
    (folder / "bad.yml").write_bytes(b"\xef\xbb\xbf" + BAD.read_bytes().replace(b"\n", end))
    assert tocsin("lint", str(folder / "bad.yml")).out == wanted
