"""The post-incident review report, as an action may ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.chain import Head


@dataclass(frozen=True, slots=True)
class CompiledReport:
    """A written report: where each form of it is, the SHA-256 of its JSON form, and the head it was made at."""

    paths: Mapping[str, str]
    """Form (`html`, `md`, `json`) -> path of the file."""
    sha256: str
    head: Head


class ReportWriter(Protocol):
    """Writes the report of an incident from its timeline."""

    async def compile(self, incident: str) -> CompiledReport:
        """Write the standard report, without privileged and restricted parts. Doing it again is harmless."""
