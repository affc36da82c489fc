"""Which attached file is meant for which field: named, or in turn; what does not fit says what to do."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.field_spec import FieldSpec, FieldType
from engine.ports.tracker import TicketFile
from engine.runtime.inward.attached import Chosen, chosen, shown_name

FIELDS = {
    "receipt": FieldSpec("receipt", FieldType.FILE, max=Decimal(100)),
    "papers": FieldSpec("papers", FieldType.FILE, list=True, max=Decimal(2)),
}


def file(number: int, name: str, size: int = 10) -> TicketFile:
    """A file at a ticket."""
    return TicketFile(str(number), name, size, "application/pdf", "ben.osei", "")


def names(came: Chosen) -> dict[str, list[str]]:
    """Return the ids of what was chosen."""
    return {name: [one.id for one in files] for name, files in came.files.items()}


def test_files_go_to_the_fields_in_their_order_until_there_is_no_room() -> None:
    """The first to the first field, the next to the list; of one too many it is said how to choose it."""
    came = chosen([file(n, f"{n}.pdf") for n in range(1, 5)], {}, FIELDS)
    assert names(came) == {"receipt": ["1"], "papers": ["2", "3"]}
    assert came.trouble == {
        "4": "every file that this asks for is there. To give it instead of one, comment with a line"
        " `receipt: 4.pdf` or `papers: 4.pdf`."
    }


def test_a_comment_says_which_file_is_meant() -> None:
    """The newest of that name; the others go on in their turn, and the field that was named takes no other."""
    files = [file(1, "paper.pdf"), file(2, "Receipt.pdf"), file(3, "receipt.pdf")]
    came = chosen(files, {"receipt": "receipt.pdf"}, FIELDS)
    assert names(came) == {"receipt": ["3"], "papers": ["1", "2"]}
    assert not came.trouble


@pytest.mark.parametrize("written", ["[^a b.png]", "!a b.png!", "!a b.png|thumbnail!", "a b.png"])
def test_what_jiras_editor_makes_of_a_name_is_understood(written: str) -> None:
    """A link to the file, or the picture itself."""
    assert names(chosen([file(1, "x.pdf"), file(2, "a b.png")], {"receipt": written}, FIELDS))["receipt"] == ["2"]


def test_a_name_that_is_not_there_is_said_at_its_field() -> None:
    """It is not guessed which one was meant."""
    came = chosen([file(1, "x.pdf")], {"receipt": "y.pdf"}, FIELDS)
    assert list(came.wrong) == ["receipt"]
    assert "no such file of yours" in came.wrong["receipt"]
    assert names(came) == {"papers": ["1"]}


@pytest.mark.parametrize(
    ("name", "size", "says"),
    [
        ("large.pdf", 101, "it has 101 bytes; 100 is the most. Give a smaller file."),
        ("empty.pdf", 0, "it is empty."),
        ("../../etc/passwd", 10, "it has a name that leads to a folder. Rename it"),
        ("C:\\receipt.pdf", 10, "it has a name that leads to a folder."),
        ("receipt.pdf.EXE", 10, "it is a program by its name."),
        ("receipt\u202efdp.pdf", 10, "it holds"),
        ("", 10, "it has 0 characters"),
        ("x" * 201, 10, "it has 201 characters"),
    ],
)
def test_what_does_not_fit_takes_no_place(name: str, size: int, says: str) -> None:
    """What is wrong is said, and the next file has its turn."""
    came = chosen([file(1, name, size), file(2, "receipt.pdf")], {}, FIELDS)
    assert came.trouble["1"].startswith(says)
    assert names(came) == {"receipt": ["2"]}


def test_a_name_is_shown_without_what_nobody_sees() -> None:
    """No sign that turns the direction of the words, no line break, and not without end."""
    assert shown_name(file(1, "a\u202eb\nc")) == "a?b?c"
    assert len(shown_name(file(1, "x" * 500))) == 60
