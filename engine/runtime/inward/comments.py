"""A form filled in by comments under a ticket: lines of `field: value`. Pure.

Rules kept here: a line that names no field of the form says nothing; what somebody wrote later counts; a field that is
named in several lines of one comment holds them all, where it can. The values are as typed: the desk checks them as it
checks every answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.domain.fields import FieldSpec, FieldType
from engine.domain.sensitivity import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_LINE = re.compile(r"^[\s*#>-]*(?P<name>[^:]{1,80}?)\s*:(?P<value>.*)$")
_LINK = re.compile(r"\[(?:[^\]|]*\|)?(?P<address>https?://[^\]|]+)(?:\|[^\]]*)?\]")
_MENTION = re.compile(r"\[~(?:accountid:)?(?P<account>[^\]]+)\]")
_ESCAPED = re.compile(r"\\([\\\[\]{}()*_~^|!+#?-])")
_STRICTNESS = (Sensitivity.INTERNAL, Sensitivity.RESTRICTED, Sensitivity.PRIVILEGED)


def written(
    comments: Iterable[str], fields: Mapping[str, FieldSpec], *, person: Callable[[str], str]
) -> dict[str, str | list[str]]:
    """Return what comments, oldest first, say of a form's fields; `person` gives the id behind a mentioned account."""
    values: dict[str, str | list[str]] = {}
    for comment in comments:
        lines: dict[str, list[str]] = {}
        for spec, value in _lines(comment, fields):
            lines.setdefault(spec.name, []).append(_read(spec, value, person))
        values |= {name: _together(fields[name], texts) for name, texts in lines.items()}
    return values


def strictest(comment: str, fields: Mapping[str, FieldSpec], *, least: Sensitivity) -> Sensitivity:
    """Return how closely a comment is to be kept: as closely as the closest field that it names."""
    named = [least, *(spec.sensitivity for spec, _ in _lines(comment, fields))]
    return max(named, key=_STRICTNESS.index)


def _lines(comment: str, fields: Mapping[str, FieldSpec]) -> Iterator[tuple[FieldSpec, str]]:
    known = {_plain(name): spec for name, spec in fields.items()}
    for line in comment.splitlines():
        found = _LINE.match(line)
        spec = known.get(_plain(found["name"])) if found else None
        if found and spec is not None and found["value"].strip():
            yield spec, found["value"].strip()


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _read(spec: FieldSpec, value: str, person: Callable[[str], str]) -> str:
    link, mention = _LINK.search(value), _MENTION.search(value)
    if spec.type is FieldType.URL and link:
        return link["address"]
    if spec.type is FieldType.PERSON and mention:
        return person(mention["account"])
    return _ESCAPED.sub(r"\1", value.removeprefix("* ").strip())  # of `*reference:* PR-1`, the end of the bold


def _together(spec: FieldSpec, texts: list[str]) -> str | list[str]:
    if spec.list:
        return texts
    return "\n".join(texts) if spec.type in (FieldType.TEXT, FieldType.TABLE) else texts[-1]
