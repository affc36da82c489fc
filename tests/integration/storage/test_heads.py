"""The head file: it remembers the furthest head, whatever happens to its last line."""

from __future__ import annotations

from pathlib import Path

from engine.domain.chain import Head
from integrations.storage.heads import HeadFile, Mark

A, B, C = (Head(number, letter * 64) for number, letter in ((1, "a"), (2, "b"), (3, "c")))


def heads(folder: Path) -> HeadFile:
    """Open the head file of a folder."""
    return HeadFile(folder, org="default")


def test_the_furthest_head_counts(tmp_path: Path) -> None:
    """Processes may write their lines in another order than they committed."""
    file = heads(tmp_path)
    file.record({"INC-1": Mark(B), "INC-2": Mark(A)})
    file.record({"INC-1": Mark(A)})
    assert heads(tmp_path).all() == {"INC-1": B, "INC-2": A}
    assert file.known("INC-3") is None


def test_an_accepted_loss_takes_a_head_back(tmp_path: Path) -> None:
    """From then on the shorter timeline is the known one."""
    file = heads(tmp_path)
    file.record({"INC-1": Mark(C)})
    file.record({"INC-1": Mark(A, accepted=True)})
    assert file.known("INC-1") == A
    file.record({"INC-1": Mark(B)})
    assert heads(tmp_path).known("INC-1") == B


def test_a_line_that_was_cut_off_does_not_count(tmp_path: Path) -> None:
    """A crash may leave half a line; the next one is whole again."""
    heads(tmp_path).record({"INC-1": Mark(A)})
    with (tmp_path / "heads").open("ab") as file:
        file.write(b"default INC-1 2 bbbb")
    again = heads(tmp_path)
    assert again.known("INC-1") == A
    again.record({"INC-1": Mark(C)})
    assert again.known("INC-1") == C
    assert heads(tmp_path).known("INC-1") == C


def test_another_reader_sees_what_was_written_and_a_file_written_anew(tmp_path: Path) -> None:
    """A long file shrinks when it is opened, and who had it open before notices."""
    reader, writer = heads(tmp_path), heads(tmp_path)
    for head in (A, B, C) * 5:
        writer.record({"INC-1": Mark(head)})
    assert reader.known("INC-1") == C
    heads(tmp_path)
    assert (tmp_path / "heads").read_text() == f"default INC-1 3 {C.hash}\n"
    writer.record({"INC-2": Mark(A)})
    assert reader.all() == {"INC-1": C, "INC-2": A}
