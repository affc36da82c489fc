"""Rotas as people.yaml names them, and those that are kept in a file of turns.

Rules kept here: a rota has one source; a file is read anew each time, so that a change counts at once; an address that
must stay secret is a secret's, and a service's token too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from pydantic import AwareDatetime, Field, RootModel, StringConstraints

from engine.domain.oncall import Turn, on_turn
from engine.settings.documents import Entry, read_file
from engine.settings.values import SecretName

SOURCES: Final = ("file", "ics", "ics_secret", "pagerduty")

Words = Annotated[str, StringConstraints(min_length=1)]


class RotaEntry(Entry):
    """Where a rota is: a file of turns, a calendar (a path or an address, or the secret of one), or PagerDuty."""

    file: Words | None = None
    ics: Words | None = None
    ics_secret: SecretName | None = None
    pagerduty: Words | None = None
    secret: SecretName | None = None
    """The secret of PagerDuty's API token."""

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with it."""
        given = [name for name in SOURCES if getattr(self, name)]
        if len(given) != 1:
            yield f"needs exactly one of {', '.join(SOURCES)}"
        if bool(self.pagerduty) is not bool(self.secret):
            yield "needs both `pagerduty` and `secret`, or neither"


class TurnEntry(Entry):
    """One turn: from when, until when (both with their zone), and who."""

    from_: AwareDatetime = Field(alias="from")
    until: AwareDatetime
    person: Words


class TurnsEntry(RootModel[tuple[TurnEntry, ...]]):
    """The whole file."""


@dataclass(frozen=True, slots=True)
class FileRota:
    """A rota in a file of turns."""

    path: Path

    async def on_call(self, at: datetime) -> Sequence[str]:
        """Return the person whose turn it is; raise `ConfigError` with the place of what is wrong."""
        found = on_turn(await asyncio.to_thread(read_turns, self.path), at)
        return found.names if found else ()


def read_turns(path: Path) -> list[Turn]:
    """Return the turns of a file; raise `ConfigError` with the place of what is wrong."""
    entries = read_file(path, TurnsEntry).content.root
    return [Turn(entry.from_, entry.until, (entry.person,)) for entry in entries]
