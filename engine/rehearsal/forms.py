"""What people fill in where the scenario does not say: the first that a field takes.

Rules kept here: the same field gives the same value; what is made up says so; an optional field stays empty. A yes is
said rather than a no, so that an incident goes on unless the scenario says otherwise.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from engine.domain.fields import FieldSpec, FieldType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SENTENCE, FILE = "Rehearsed.", b"Rehearsed."
ADDRESS = "https://rehearsed.example/"


def filled(form: Mapping[str, FieldSpec], given: Mapping[str, Any], *, person: str, now: datetime) -> dict[str, Any]:
    """Return values for a form: what is given, and for every other field that must be filled something it takes."""
    made = {
        name: made_up(spec, person=person, now=now)
        for name, spec in form.items()
        if name not in given and not spec.optional and spec.default is None
    }
    files = {name for name, spec in form.items() if spec.type is FieldType.FILE}
    named = {name: made_up_file(value) for name, value in given.items() if name in files and isinstance(value, str)}
    return {**made, **given, **named}


def made_up_file(name: str) -> dict[str, Any]:
    """Return a file of this name, as an answer holds it; its bytes are those of every made-up file."""
    return {"name": name, "sha256": hashlib.sha256(FILE).hexdigest(), "size": len(FILE), "type": "text/plain"}


def made_up_items() -> dict[str, bytes]:
    """Return what a vault holds of made-up files."""
    return {hashlib.sha256(FILE).hexdigest(): FILE}


def made_up(spec: FieldSpec, *, person: str, now: datetime) -> Any:  # noqa: ANN401 - whatever a field takes
    """Return something that a field takes."""
    one = _one(spec, person=person, now=now)
    if not spec.list:
        return one
    if spec.type is FieldType.CHOICE:
        return list(spec.options[: max(1, int(spec.min or 1))])
    count = max(1, int(spec.min or 1))
    return [f"{one}{number}" if number and isinstance(one, str) else one for number in range(count)]


def _one(spec: FieldSpec, *, person: str, now: datetime) -> Any:  # noqa: ANN401 - as above
    match spec.type:
        case FieldType.CHOICE:
            return spec.options[0]
        case FieldType.BOOLEAN:
            return True
        case FieldType.NUMBER:
            return str(_between(spec))
        case FieldType.DATETIME:
            return now.isoformat()
        case FieldType.URL:
            return ADDRESS
        case FieldType.PERSON:
            return person
        case FieldType.TABLE:
            row = {column.name: made_up(column, person=person, now=now) for column in spec.columns}
            return [row] * max(1, int(spec.min or 1))
        case FieldType.FILE:
            return made_up_file("rehearsed.txt")
        case _:
            return _text(spec)


def _between(spec: FieldSpec) -> int:
    low = max(1, int(spec.min)) if spec.min is not None and not spec.list else 1
    return low if spec.max is None or spec.list else min(low, int(spec.max))


def _text(spec: FieldSpec) -> str:
    if spec.list:
        return SENTENCE
    text = SENTENCE * (1 + int(spec.min or 0) // len(SENTENCE))
    return text if spec.max is None else text[: int(spec.max)]
