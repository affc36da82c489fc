"""A run of a real engine, recorded as a rehearsal, which then passes as a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.cli.conftest import carry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terminal import Run


def test_a_run_becomes_a_rehearsal_that_passes(tocsin: Run, incident: str, tmp_path: Path) -> None:
    """Answers, a refusal to approve and a second try; nobody, no address and no text of it is in the file."""
    tocsin("answer", incident, "look", "-s", "kind=other", "-s", "names=Alva Berg")
    tocsin("done", incident, "lock", "--reason", "by hand")
    tocsin("done", incident, "words", "-s", "text=We know of it.", "--as", "dev")
    carry()
    tocsin("decline", incident, "words", "--as", "ana", "--reason", "too early for Alva")
    tocsin("add", incident, "urls", "https://video.example/2", "--as", "ana")
    carry()
    tocsin("done", incident, "words", "-s", "text=We are looking at it.", "--as", "dev")
    carry()
    tocsin("approve", incident, "words", "--as", "ana")
    carry()
    assert tocsin("status", incident, "--json").json["state"] == "closed"

    file = tmp_path / "playbooks" / "rehearsals" / "small-inc-1.yaml"
    ran = tocsin("rehearsal", "record", incident, "--out", str(file))
    assert (ran.code, ran.err) == (0, "")
    again = tocsin("rehearsal", "record", incident, "--out", str(file))
    assert (again.code, again.err.splitlines()[0]) == (2, f"error: {file} is there already.")
    text = file.read_text()
    for word in ("Alva", "video.example", "We know", "too early", "ana", "ben", "dev", "by hand"):
        assert word not in text
    assert "status: closed" in text
    tested = tocsin("test", str(file))
    assert (tested.code, tested.out.splitlines()[-1]) == (0, "1 rehearsal: all as expected")


def test_what_is_under_way_is_recorded_as_far_as_it_has_come(tocsin: Run, incident: str) -> None:
    """Nobody answers in the rehearsal what nobody has answered in the run."""
    text = tocsin("rehearsal", "record", incident).out
    assert text.count("verdict: silence") == 3
    assert "status: declared" in text


def test_a_run_that_went_over_is_recorded_with_the_text_of_each_version(
    tocsin: Run, incident: str, tmp_path: Path
) -> None:
    """The texts lie beside the recording, which passes as it is."""
    playbook = tmp_path / "playbooks" / "small.yaml"
    playbook.write_text(playbook.read_text().replace("version: 1", "version: 2"))
    carry()
    gone = tocsin(
        "migrate", incident, "--to", str(playbook), "--yes", "--reason", "the union has to be told", "--as", "ana"
    )
    assert gone.code == 0
    carry()
    file = tmp_path / "playbooks" / "rehearsals" / "small-moved.yaml"
    ran = tocsin("rehearsal", "record", incident, "--out", str(file))
    assert (ran.code, ran.err) == (0, "")
    assert [path.read_text().count(f"version: {number}") for number in (1, 2)
            for path in (file.parent / "small-moved.versions" / str(number)).iterdir()] == [1, 1]  # fmt: skip
    assert tocsin("test", str(file)).code == 0
