"""Files that people give in the chat's forms or at a ticket: judged by what is said of them, then fetched and kept.

Rules kept here: while somebody waits at their screen, only what the chat says is looked at; a file is fetched only for
an answer that would be taken, and put into the vault only when every file of the answer is as it may be; what is kept
of it is what its bytes show. No program is taken, by its name or its bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from engine.domain.authority import Refusal
from engine.domain.errors import IntegrationError
from engine.domain.fields import FieldType
from engine.domain.files import (
    UNKNOWN_TYPE,
    checked_content,
    checked_name,
    checked_size,
    most_bytes,
    seen_type,
)
from engine.domain.parsing import ParseError
from engine.domain.views import form_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.domain.fields import FieldSpec
    from engine.ports.acts import GivenFile, HandsOutFiles
    from engine.ports.vault import EvidenceVault
    from engine.runtime.desk import Look

Given: TypeAlias = "Mapping[str, tuple[GivenFile, ...]]"
"""Files by field."""
_NOT_YET: Final = "0" * 64
"""Stands for the hash of a file that was not fetched; nothing of the vault has it, so no answer is taken with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Takes files from the chat or the tracker into the vault."""

    source: HandsOutFiles
    vault: EvidenceVault

    async def kept(self, given: Given, fields: Mapping[str, FieldSpec]) -> dict[str, Any] | Refusal:
        """Return the values of files by field, once they are in the vault; a far side that is away raises."""
        fetched: list[tuple[FieldSpec, GivenFile, bytes]] = []
        for spec, file in _asked(given, fields):
            try:
                checked_name(file.name)
                data = await self.source.fetch(file, most=most_bytes(spec))
                checked_size(spec, len(data))
                checked_content(data)
            except ParseError as error:
                return _refused(spec, f"the file {error.message}", error.hint)
            except IntegrationError as error:
                if error.retryable:
                    raise
                return _refused(spec, error.message, error.hint())
            fetched.append((spec, file, data))
        values: dict[str, Any] = {}
        for spec, file, data in fetched:
            stored = await self.vault.put(data)
            _put(
                values,
                spec,
                _value(file, sha256=stored.sha256, size=stored.size, seen=seen_type(data, given=file.type)),
            )
        return values


def fields_of(look: Look, subject: str) -> Mapping[str, FieldSpec]:
    """Return the form of an ask, empty for one that is not there."""
    ask = look.incident.asks.get(subject)
    return form_of(look.plan, ask) if ask is not None else {}


def announced(given: Given, fields: Mapping[str, FieldSpec]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return files as values before they are fetched, and what is wrong with them already, by field."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for spec, file in _asked(given, fields):
        try:
            checked_name(file.name)
            checked_size(spec, 1 if file.size is None else file.size)
        except ParseError as error:
            wrong[spec.name] = f"the file {error.message} {error.hint}"
        _put(values, spec, _value(file, sha256=_NOT_YET, size=file.size or 1))
    return values, wrong


def _asked(given: Given, fields: Mapping[str, FieldSpec]) -> Iterator[tuple[FieldSpec, GivenFile]]:
    for name, files in given.items():
        spec = fields.get(name)
        if spec is not None and spec.type is FieldType.FILE:
            yield from ((spec, file) for file in files)


def _put(values: dict[str, Any], spec: FieldSpec, value: Mapping[str, Any]) -> None:
    values[spec.name] = [*values.get(spec.name, []), value] if spec.list else value


def _value(file: GivenFile, *, sha256: str, size: int, seen: str = "") -> dict[str, Any]:
    return {"name": file.name, "sha256": sha256, "size": size, "type": seen or file.type or UNKNOWN_TYPE}


def _refused(spec: FieldSpec, message: str, hint: str) -> Refusal:
    return Refusal("file", f"{spec.name}: {message}", hint)
