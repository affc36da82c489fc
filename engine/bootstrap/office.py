"""What every command on incidents works with: settings, clock, people, the ledger, and the desk in front of it.

Rules kept here: an office needs no engine; whatever it puts on a timeline is durable before it says so, and a running
engine is told afterwards. A data folder with a story's clock in it is one of exercises: every process that opens it
tells the story's time, and what is declared there is an exercise.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engine.actions.registry import REGISTRY
from engine.bootstrap.rotas import choosing_of
from engine.domain.calendar import BusinessCalendar
from engine.domain.catalogs import Catalogs
from engine.domain.errors import ConfigError
from engine.language.facts import facts_of
from engine.reports.review.writer import FileReportWriter
from engine.runtime.desk import Desk
from engine.runtime.plans import Plans
from engine.runtime.standings import Standings
from engine.settings import calendars
from engine.settings import escalation as escalation_file
from engine.settings import people as people_file
from engine.settings.catalogs import read_catalogs
from engine.settings.escalation import Escalation, read_escalation
from engine.settings.people import Directory, read_people
from engine.settings.read import named_values, settings_of
from integrations.storage.ledger import SqlLedger, open_ledger
from integrations.storage.vault import FileVault
from integrations.system.clock import StoryClock, SystemClock
from integrations.system.home import TOKEN, Serving, serving
from integrations.system.identifiers import new_salt
from integrations.system.secrets import EnvironmentSecrets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from engine.runtime.choosing import Choosing
    from engine.settings.values import Settings

STORY = "story-clock.json"
"""The file of a story's clock in a data folder."""
PATIENCE = 0.5
"""Real seconds that telling a running engine may take; it looks by itself every second."""


@dataclass(slots=True)
class Bell:
    """Rung when something was put in. `ringer` hears it in this process; without one, a running engine is told."""

    ringer: Callable[[], None] | None = None
    rung: bool = False

    def ring(self) -> None:
        """Say that something was put in."""
        self.rung = True
        if self.ringer is not None:
            self.ringer()


@dataclass(slots=True, kw_only=True)
class Office:
    """Everything a command may use; `desk` is the way in, `ledger` is for reading."""

    settings: Settings
    clock: SystemClock
    people: Directory
    calendars: Mapping[str, BusinessCalendar]
    catalogs: Catalogs
    ledger: SqlLedger
    standings: Standings
    vault: FileVault
    plans: Plans
    desk: Desk
    bell: Bell
    reports: FileReportWriter
    escalation: Escalation
    choosing: Choosing

    @property
    def calendar(self) -> BusinessCalendar:
        """The organisation's own calendar."""
        return self.calendars[calendars.DEFAULT]

    def serving(self) -> Serving | None:
        """Return which process carries the incidents now."""
        return serving(self.settings.home)


@asynccontextmanager
async def open_office(settings: Settings | None = None) -> AsyncIterator[Office]:
    """Open the office of this installation; at its end a running engine is told when something was put in.

    Raises:
        ConfigError: settings, people or calendars cannot be used, or the database cannot be reached.
        IntegrityError: the ledger's file is damaged.
    """
    chosen = settings or settings_of()
    clock = clock_of(chosen.home)
    ledger = await asyncio.to_thread(
        open_ledger, chosen.database_url.get_secret_value(), home=chosen.home, clock=clock, salt=new_salt
    )
    async with ledger:
        office = _furnished(chosen, clock, ledger)
        try:
            yield office
        finally:
            there = office.serving() if office.bell.rung and office.bell.ringer is None else None
            if there is not None:
                await tell(there.url, token=api_token(chosen))


def clock_of(home: Path) -> SystemClock:
    """Return the clock that a data folder goes by."""
    story = home / STORY
    return StoryClock(story) if story.exists() else SystemClock()


def api_token(settings: Settings) -> str:
    """Return the API's token: the one that is set, else the one kept in the data folder, else nothing."""
    if settings.api_token is not None:
        return settings.api_token.get_secret_value()
    try:
        return (settings.home / TOKEN).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigError(f"{settings.home / TOKEN}: it cannot be read: {error.strerror}.") from None


async def tell(url: str, *, token: str) -> None:
    """Tell a running engine that something came in. A hint: it is not repeated, and nothing waits for it."""
    parts = urlsplit(url)
    request = (
        f"POST /api/v1/poke HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Length: 0\r\nConnection: close\r\n\r\n"
    )
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
            writer.write(request.encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()


def _furnished(settings: Settings, clock: SystemClock, ledger: SqlLedger) -> Office:
    facts = facts_of(REGISTRY)
    people = read_people(settings.config / people_file.FILE)
    escalation = read_escalation(settings.config / escalation_file.FILE, people=people)
    choosing = choosing_of(settings, people, secrets=EnvironmentSecrets(named_values()))
    catalogs = read_catalogs(settings.config)
    plans = Plans(ledger, actions=facts, catalogs=catalogs)
    bell = Bell()
    vault = FileVault(settings.files / "vault")
    reports = FileReportWriter(
        ledger=ledger,
        vault=vault,
        clock=clock,
        plan_of=lambda digest, playbook: plans.of(digest, playbook=playbook),
        name=lambda person: known.name if (known := people.person(person)) else person,
        folder=settings.files / "reports",
    )
    standings = Standings(ledger)
    desk = Desk(
        ledger=ledger,
        standings=standings,
        plans=plans,
        people=people,
        clock=clock,
        connected=settings.slack or settings.jira,
        exercise=isinstance(clock, StoryClock),
        poke=bell.ring,
        choosing=choosing,
        vault=vault,
    )
    return Office(
        settings=settings,
        clock=clock,
        people=people,
        calendars=calendars.read_calendars(settings.config / calendars.FILE),
        catalogs=catalogs,
        ledger=ledger,
        standings=standings,
        vault=vault,
        plans=plans,
        desk=desk,
        bell=bell,
        reports=reports,
        escalation=escalation,
        choosing=choosing,
    )
