"""The values that the ledger takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from engine.domain.chain import Head
    from engine.domain.timeline import Event, IncidentDeclared


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in its place on an incident's timeline."""

    seq: int
    at: datetime
    real_at: datetime
    actor: str
    event: Event
    hash: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to carry an incident: only the newest `fence` may write engine events."""

    incident: str
    owner: str
    fence: int
    unclean: bool = False
    """Whoever held it before did not give it back."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What an engine has to do."""

    runnable: Sequence[str]
    """Incidents whose timeline has grown since they were last carried, and whose lease is free; the oldest first."""
    due: Sequence[Timer]
    """Timers that are due and have not fired, the earliest first."""
    next_timer: Mapping[str, datetime]
    """The earliest instant of unfired timers, due or not, per clock (`story`, `real`)."""


@dataclass(frozen=True, slots=True)
class Grown:
    """An incident whose timeline has grown, and how far."""

    incident: str
    seq: int
    state: str


@dataclass(frozen=True, slots=True)
class Growth:
    """What has grown since a mark."""

    grown: Sequence[Grown]
    mark: int
    """What the next look gives as `since`."""


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident in a list."""

    incident: str
    number: int
    title: str
    playbook: str
    state: str
    exercise: bool
    declared_at: datetime
    head: Head
    open_asks: int


@dataclass(frozen=True, slots=True)
class AskRow:
    """An open ask in somebody's inbox."""

    incident: str
    ask: str
    kind: str
    step: str
    title: str
    by: tuple[str, ...]
    """Role ids."""
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Timer:
    """A moment somebody waits for; `clock` is story or real."""

    incident: str
    timer: str
    due: datetime
    clock: str


@dataclass(frozen=True, slots=True)
class InboxRow:
    """Something that came in, durably kept before it was acknowledged."""

    id: int
    source: str
    """slack, jira, cli, api, timer."""
    source_id: str
    received: datetime
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DeclareIncident:
    """What `Ledger.declare` needs: the event is completed with the incident's new id."""

    event: IncidentDeclared
    """Its `incident` is empty."""
    dedup_key: str | None
