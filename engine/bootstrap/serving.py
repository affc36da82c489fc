"""The engine at work: everything that `tocsin serve` and `tocsin worker` run, put together.

Rules kept here: one engine per data folder; a ledger shorter than its known head is not served; Slack, Jira and Prefect
may be away at the start or later, and the incidents run on. What one engine at a time does for all that share a
database (people's side: inbox, messages, tickets; Prefect's: what is painted) is a duty that whichever is there has.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import platform
import secrets
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from engine.actions.registry import REGISTRY
from engine.bootstrap.acting import performer_of, with_heavy_ones_elsewhere
from engine.bootstrap.jira_side import JiraSide
from engine.bootstrap.office import Office, api_token, open_office
from engine.bootstrap.sides import Sides, environment, open_sides
from engine.bootstrap.slack_side import SlackSide
from engine.bootstrap.working import WITHOUT_PREFECT, as_worker
from engine.domain.authority import COMMANDER
from engine.domain.chain import instant_text
from engine.domain.commands import Who
from engine.domain.errors import ConfigError
from engine.language.facts import facts_of
from engine.runtime.inward.library import Library
from engine.runtime.inward.worker import InboxWorker
from engine.runtime.loop import Engine
from engine.runtime.performing import ByKind
from engine.runtime.prefect.opening import open_lanes
from engine.runtime.prefect.triggers import STRENGTH, VIA, Triggers
from engine.runtime.segment import Workshop
from engine.runtime.showing.mirror import Mirror
from engine.runtime.showing.shower import Shower
from engine.settings.folders import Folders
from engine.settings.logs import configure_logs
from engine.settings.read import secret_values, settings_of
from engine.settings.values import variable
from integrations.system.home import TOKEN, announce, held, writing
from integrations.system.identifiers import new_id
from integrations.system.secrets import EnvironmentSecrets
from integrations.web.client import WebClient
from integrations.web.guard import AllowList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from engine.runtime.lanes import Lanes
    from engine.runtime.performing import Performs
    from engine.settings.values import Settings
    from integrations.storage.duty import Company, Duty

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Service:
    """An engine and what belongs to it; `run` works until it is cancelled."""

    office: Office
    engine: Engine
    worker: InboxWorker
    mirror: Mirror
    library: Library
    who: Who
    slack: SlackSide | None
    jira: JiraSide | None
    lanes: Lanes
    duties: tuple[Duty, ...]
    company: Company
    notes: list[str] = field(default_factory=list)

    @property
    def token(self) -> str:
        """The API's token; one is made where none is set."""
        return _token(self.office.settings)

    async def run(self) -> None:
        """Carry incidents, work off the inbox and keep Slack and Jira current."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.engine.run())
            group.create_task(self.worker.run())
            group.create_task(self.mirror.run())
            for heard in (self.company, *self.duties):
                group.create_task(heard.keep())
            if self.slack is not None:
                group.create_task(self.slack.run())
            if self.jira is not None:
                group.create_task(self.jira.watch.run())

    def poke(self) -> None:
        """Say that something has come in."""
        self.engine.poke()
        self.worker.poke()
        self.mirror.touch()

    async def health(self) -> Mapping[str, Any]:
        """Return whether anything is under way, and the next moment of the story that is waited for."""
        ledger = self.office.ledger
        waiting = await ledger.pending(limit=100)
        clock = self.office.clock
        agenda = await ledger.agenda(story_now=clock.now(), real_now=clock.real_now(), limit=100)
        upcoming = agenda.next_timer
        under_way = {
            "carried": self.engine.busy,
            "shown": self.mirror.busy,
            "inbox": len(waiting),
            "runnable": len(agenda.runnable),
        }
        return {
            "status": "ok",
            "busy": sum(under_way.values()),
            "under_way": under_way,
            "next_timer": instant_text(upcoming["story"]) if "story" in upcoming else None,
            "now": instant_text(self.office.clock.now()),
            "lanes": self.lanes.describe(),
        }

    def announce(self, url: str) -> None:
        """Write down where this engine listens, for commands on the same data folder."""
        announce(self.office.settings.home, url)


@asynccontextmanager
async def open_service(*, worker: bool = False) -> AsyncIterator[Service]:
    """Put the engine of this installation together; a `worker` has no web and starts no Prefect server.

    Raises:
        BusyHomeError: another engine works on the data folder.
        IntegrityError: a timeline does not reach its known head.
        ConfigError: settings, people or calendars cannot be used, or the data folder cannot be written to.
    """
    wanted = settings_of()
    settings = as_worker(wanted) if worker else wanted
    with held(settings.home) as unclean:
        hidden = [*settings.secrets(), *secret_values()]
        with writing(settings.home):
            configure_logs(settings.home / "logs" / "serve.log", secrets=hidden, level="INFO")
        async with AsyncExitStack() as stack:
            office = await stack.enter_async_context(open_office(settings))
            await office.ledger.check_heads()
            if unclean:
                log.warning("the_last_engine_ended_without_a_word", then="what is done now is looked up first")
                await office.ledger.distrust()
            service = await _assembled(office, stack)
            if worker and settings.prefect != wanted.prefect:
                service.notes.append(WITHOUT_PREFECT)
            yield service


async def _assembled(office: Office, stack: AsyncExitStack) -> Service:
    settings = office.settings
    named = EnvironmentSecrets(environment())
    sides = await open_sides(settings, stack, clock=office.clock, secrets=named, escalation=office.escalation)
    people_side, prefect_side = office.ledger.duty("people"), office.ledger.duty("prefect")
    company = office.ledger.company()
    owner = f"{platform.node()}:{hashlib.sha256(str(settings.home).encode()).hexdigest()[:8]}:"  # no path on a timeline
    if ended := await office.ledger.let_go(owners=owner):
        log.info("went_on_after_an_engine_that_died", incidents=ended)
    busy: list[Engine] = []
    at, facts = settings.playbooks, facts_of(REGISTRY)
    library = Library(at, actions=facts, catalogs=office.catalogs, default="video-leak", callable_=Folders([at]))
    triggers = _triggers(office, library)
    lanes = await stack.enter_async_context(
        open_lanes(
            settings.prefect,
            home=settings.home,
            api_url=settings.prefect_api_url,
            ledger=office.ledger,
            idle=lambda: not any(engine.busy for engine in busy),
            triggers=triggers,
            on_duty=prefect_side.held if settings.prefect_api_url else None,
        )
    )
    http = await stack.enter_async_context(WebClient(AllowList.parse(list(settings.http_allow))))
    here = performer_of(office, sides, named=named, http=http)
    acts = await with_heavy_ones_elsewhere(here, office=office, stack=stack)
    engine = Engine(
        _workshop(office, sides, acts), name=f"{owner}{new_id()[:12]}", lanes=lanes, engines=company.engines
    )
    busy.append(engine)
    slack = SlackSide.of(office, sides, library) if sides.slack is not None and sides.chat is not None else None
    jira = JiraSide.of(office, sides, on_duty=people_side.held) if sides.tracker is not None else None
    handlers = {**(slack.handlers if slack else {}), **(jira.handlers if jira else {})}
    worker = InboxWorker(inbox=office.ledger, handlers=handlers, clock=office.clock, on_duty=people_side.held)
    service = Service(
        office=office,
        engine=engine,
        worker=worker,
        mirror=_mirror(office, sides, on_duty=people_side.held),
        library=library,
        who=_token_person(office),
        slack=slack,
        jira=jira,
        lanes=lanes,
        duties=_sought(settings, people=people_side, prefect=prefect_side),
        company=company,
        notes=[*_notes(office), *(await triggers.notes() if triggers else [])],
    )
    office.bell.ringer = service.poke
    if slack is not None:
        slack.watch(service.poke)
    if jira is not None:
        jira.heard_by(service.poke)
    return service


def _mirror(office: Office, sides: Sides, *, on_duty: Callable[[], int]) -> Mirror:
    return Mirror(
        chat=sides.chat,
        tracker=sides.tracker,
        people=office.people,
        ledger=office.ledger,
        standings=office.standings,
        plans=office.plans,
        clock=office.clock,
        on_duty=on_duty,
    )


def _workshop(office: Office, sides: Sides, acts: Performs) -> Workshop:
    shower = Shower(
        chat=sides.chat,
        tracker=sides.tracker,
        people=office.people,
        ledger=office.ledger,
        clock=office.clock,
        pagers=sides.pagers,
    )
    return Workshop(
        ledger=office.ledger,
        standings=office.standings,
        plans=office.plans,
        performer=ByKind(acts=acts, surfaces=shower),
        clock=office.clock,
        calendar=office.calendar,
        calendars=office.calendars,
        connected=sides.connected,
        waking=office.escalation.waking,
    )


def _sought(settings: Settings, *, people: Duty, prefect: Duty) -> tuple[Duty, ...]:
    """Return the duties that this engine can have: it has what they need."""
    shown = settings.prefect != "off" and settings.prefect_api_url is not None
    return (*((people,) if settings.slack or settings.jira else ()), *((prefect,) if shown else ()))


def _token(settings: Settings) -> str:
    known = api_token(settings)
    if known:
        return known
    path: Path = settings.home / TOKEN
    made = secrets.token_urlsafe(32)
    with writing(settings.home):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(made + "\n")
    return made


def _token_person(office: Office) -> Who:
    """Return whom the API's token stands for: TOCSIN_PERSON, else the first commander of people.yaml."""
    named = office.settings.person or next(iter(office.people.holders(COMMANDER)), None)
    person = office.people.person(named) if named else None
    if person is None or not office.people.admits(person.id):
        raise ConfigError(
            "Nobody stands behind the API's token.", hint="Set TOCSIN_PERSON, or give people.yaml a commander."
        )
    return Who(person=person.id, via="api", strength="api-token", zone=person.zone)


def _triggers(office: Office, library: Library) -> Triggers | None:
    """Return what takes triggers from Prefect's pages, on behalf of TOCSIN_PREFECT_PERSON; None where that is off."""
    settings = office.settings
    if not settings.prefect_trigger_from_ui or settings.prefect_person is None:
        return None
    person = office.people.stand_in(settings.prefect_person, setting=variable("prefect_person"))
    return Triggers(office.desk, library, Who(person=person.id, via=VIA, strength=STRENGTH, zone=person.zone))


def _notes(office: Office) -> list[str]:
    notes, settings = [], office.settings
    if not settings.slack:
        notes.append("Slack is not set up; what waits for people stands in `tocsin inbox`.")
    if settings.prefect_trigger_from_ui and settings.prefect == "off":
        notes.append("Prefect is off, so nothing can be triggered from its pages.")
    if not office.escalation.pagers:
        notes.append("No pager is set up; nobody is called when nobody answers.")
    if not settings.jira:
        notes.append("Jira is not set up; tasks have no tickets.")
    return notes
