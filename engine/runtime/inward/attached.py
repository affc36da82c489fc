"""Which attached file is meant for which field of a form. Pure.

Rules kept here: what a comment names goes where it says (`receipt: paper.pdf`, the newest of that name); every other
file goes to the first field of the form that still wants one, in the order in which they were attached. One that does
not fit takes no place. Who attached what is told apart before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from engine.domain.files import checked_name, checked_size
from engine.domain.parsing import ParseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.domain.field_spec import FieldSpec
    from engine.ports.tracker import TicketFile

SPARE: Final = "every file that this asks for is there. To give it instead of one, comment with a line {lines}."
NOT_THERE: Final = "there is no such file of yours at this ticket; attach it, and write its name as Jira shows it."
_MARKUP: Final = re.compile(r"^(?:\[\^(?P<file>[^\]]+)\]|!(?P<picture>[^!|]+)(?:\|[^!]*)?!)$")
_LONGEST_SHOWN = 60


@dataclass(slots=True)
class Chosen:
    """What came of somebody's files."""

    files: dict[str, list[TicketFile]] = field(default_factory=dict)
    """By field, in order."""
    trouble: dict[str, str] = field(default_factory=dict)
    """Why a file is for no field, by its id."""
    wrong: dict[str, str] = field(default_factory=dict)
    """What is wrong with what a comment names, by field."""


def chosen(
    files: Sequence[TicketFile], named: Mapping[str, str | list[str]], fields: Mapping[str, FieldSpec]
) -> Chosen:
    """Return which of somebody's files, oldest first, are for which fields; `named` is what comments say."""
    came = Chosen()
    meant = {name: _names(named[name]) for name in fields if name in named}
    for name, wanted in meant.items():
        for text in wanted:
            _named(came, text, fields[name], files)
    spoken_for = {file.id for group in came.files.values() for file in group} | came.trouble.keys()
    for file in files:
        if file.id not in spoken_for:
            _in_turn(came, file, [spec for name, spec in fields.items() if name not in meant], fields)
    return came


def shown_name(file: TicketFile) -> str:
    """Return what a file is called where people read it: without signs that nobody sees, and short."""
    return (
        "".join(sign if sign.isprintable() else "?" for sign in file.name)[:_LONGEST_SHOWN] or "a file without a name"
    )


def _named(came: Chosen, text: str, spec: FieldSpec, files: Sequence[TicketFile]) -> None:
    found = next((file for file in reversed(files) if file.name.casefold() == text.casefold()), None)
    why = _unfit(found, spec) if found is not None else NOT_THERE
    if found is None or why:
        came.wrong[spec.name] = why
        came.trouble |= {found.id: why} if found is not None else {}
    else:
        came.files.setdefault(spec.name, []).append(found)


def _in_turn(came: Chosen, file: TicketFile, free: Sequence[FieldSpec], fields: Mapping[str, FieldSpec]) -> None:
    spec = next((one for one in free if len(came.files.get(one.name, ())) < _room(one)), None)
    if spec is None and came.wrong:
        return  # what a comment names is not there, and that is said where the ticket is closed
    if spec is None:
        lines = " or ".join(f"`{name}: {shown_name(file)}`" for name in fields)
        came.trouble[file.id] = SPARE.format(lines=lines)
    elif why := _unfit(file, spec):
        came.trouble[file.id] = why
    else:
        came.files.setdefault(spec.name, []).append(file)


def _room(spec: FieldSpec) -> float:
    if not spec.list:
        return 1
    return float("inf") if spec.max is None else int(spec.max)


def _unfit(file: TicketFile, spec: FieldSpec) -> str:
    try:
        checked_name(file.name)
        checked_size(spec, file.size)
    except ParseError as error:
        return f"it {error.message} {error.hint}"
    return ""


def _names(text: str | list[str]) -> list[str]:
    """Return the names in what was written, also where Jira's editor has made a link or a picture of them."""
    lines = text if isinstance(text, list) else [text]
    found = [(_MARKUP.match(line.strip()), line.strip()) for line in lines]
    return [(known["file"] or known["picture"]) if known else line for known, line in found if line]
