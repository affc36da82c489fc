"""The desk: the one way in for whatever people ask for, whether they use Slack, Jira, the web or a shell.

Rules kept here: what is accepted was legal in the very state it is appended to (a timeline that has grown since is
looked at again); an incident is committed before anybody is told that it exists; a refusal that is about who may do
what stays on the timeline; what names its origin is taken once, however often it is brought. The engine need not be
running: it is told that there is something new, and starts later when it is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.authority import COMMANDER, Refusal, kept_apart
from engine.domain.commands import AnswerReview, AssignRole, ExcludePerson, MigrateIncident, OfferHandover
from engine.domain.declaring import declared_inputs
from engine.domain.errors import HeadMovedError, RunError
from engine.domain.intake import refused, take
from engine.domain.separation import distributed
from engine.domain.values import Instant
from engine.ports.records import DeclareIncident
from engine.reports.handover import handover_summary
from engine.runtime.choosing import Choosing
from engine.runtime.custody import Custody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from engine.domain import commands as cmd
    from engine.domain.events.shape import InputEvent
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.ports.ledger import Ledger
    from engine.ports.people import People
    from engine.ports.time import Clock
    from engine.ports.vault import EvidenceVault
    from engine.runtime.choosing import Choice
    from engine.runtime.plans import Plans
    from engine.runtime.standings import Standing, Standings

LOOKS = 50
"""How often a command is judged again because something else came in meanwhile."""

NAMED = re.compile(r"^playbook:[ ]*[\"']?([a-z0-9-]+)", re.MULTILINE)
"""The name that a playbook's text gives itself."""

ON_RECORD = frozenset({"own_change", "not_asked", "not_allowed", "weak_identity", "separated"})
"""Refusals that stay on the timeline; a slip in a form does not."""


@dataclass(frozen=True, slots=True)
class Declared:
    """The incident of a trigger, and whether it is new."""

    incident: str
    created: bool


@dataclass(frozen=True, slots=True)
class Look:
    """Where an incident stands: its plan, its state, and the story instant of the look."""

    plan: Plan
    incident: Incident
    now: datetime


@dataclass(frozen=True, slots=True)
class Playbook:
    """A playbook that is about to be triggered: its bytes, and the name or path that problems are shown with."""

    data: bytes
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Takes triggers and commands; `connected` says whether a chat or a tracker is set up."""

    ledger: Ledger
    standings: Standings
    plans: Plans
    people: People
    clock: Clock
    connected: bool = False
    exercise: bool = False
    """Whether everything declared here is an exercise."""
    poke: Callable[[], None] = lambda: None
    vault: EvidenceVault | None = None
    """Where files lie that are given as answers; without it none is taken."""
    choosing: Choosing | None = None
    """Who holds a role, where rotas say so; without it, the people file's lists do."""

    async def declare(
        self, playbook: Playbook, given: Mapping[str, Any], who: cmd.Who, *, dedup_key: str | None = None
    ) -> Declared:
        """Open an incident, or give the one of that dedup key.

        Raises:
            PlaybookError: the playbook has errors.
            InputError: an input is missing, unknown or not of its type; all are named.
        """
        plan = self.plans.compiled(playbook.data, path=playbook.path)
        choices = await self._choose(plan.roles)
        held, passed = distributed(plan, _roles(choices, who), first=COMMANDER)
        inputs = declared_inputs(plan, given, zone=who.typing_zone, now=Instant(self.clock.now(), who.zone or "UTC"))
        event = ev.IncidentDeclared(
            incident="",
            playbook=plan.playbook,
            playbook_version=plan.version,
            digest=plan.digest,
            title=plan.title,
            inputs=dict(inputs),
            roles=held,
            kept_apart=passed,
            zone=who.zone or "UTC",
            exercise=self.exercise,
            dedup_key=dedup_key,
            on_call={choice.role: choice.on_call for choice in choices if choice.on_call},
            by=who.person,
            via=who.via,
            strength=who.strength,
        )
        incident, created = await self.ledger.declare(
            DeclareIncident(event, dedup_key), definition=playbook.data.decode()
        )
        self.poke()
        return Declared(incident, created)

    async def give(
        self, incident: str, command: cmd.AnyCommand, who: cmd.Who, *, origin: str = ""
    ) -> Sequence[InputEvent] | Refusal:
        """Give a command to an incident; return what it came to, or why it was refused.

        What has an origin is given once: given again, it comes to what it came to before.
        """
        for _ in range(LOOKS):
            standing = await self.standings.of(incident)
            before = standing.origins.get(origin)
            if before:
                return _came_to(before)
            look = await self._seen(standing)
            judged = self.judge(look, command, who)
            taken = judged if isinstance(judged, Refusal) else await self._filled(look, judged)
            events = _stamped(_on_record(command, who, taken) if isinstance(taken, Refusal) else taken, origin)
            for event in events:
                if isinstance(event, ev.IncidentMigrated) and isinstance(command, MigrateIncident):
                    await self.ledger.define(event.to_digest, command.text)
            if await self._append(incident, events, expect=look.incident.seq):
                return taken if isinstance(taken, Refusal) else events
        raise _restless(incident)

    async def came_of(self, incident: str, origin: str) -> Sequence[InputEvent] | Refusal | None:
        """Return what an origin came to before; None when it has come to nothing yet."""
        before = (await self.standings.of(incident)).origins.get(origin)
        return _came_to(before) if before else None

    def judge(self, look: Look, command: cmd.AnyCommand, who: cmd.Who) -> Sequence[InputEvent] | Refusal:
        """Return what a command would come to where the incident stands; nothing is written."""
        if not self.people.admits(who.person):
            return Refusal("not_admitted", "You have no part in this.", "Whoever runs Tocsin keeps the people file.")
        if isinstance(command, ExcludePerson) and self.people.person(command.person) is None:
            known = ", ".join(one.id for one in self.people.everyone())
            return Refusal("unknown_person", f"Nobody is called {command.person} here.", f"There are: {known}.")
        if isinstance(command, AssignRole | OfferHandover):
            named = command.people if isinstance(command, AssignRole) else [command.to]
            stranger = next((person for person in named if not self.people.admits(person)), None)
            if stranger is not None:
                known = ", ".join(one.id for one in self.people.everyone() if self.people.admits(one.id))
                return Refusal("unknown_person", f"{stranger} cannot hold a role here.", f"There are: {known}.")
        given = self._summed_up(look, command) if isinstance(command, OfferHandover) else command
        into = self._other(command) if isinstance(command, MigrateIncident) else None
        return take(look.plan, look.incident, given, who, now=look.now, connected=self.connected, into=into)

    def _summed_up(self, look: Look, command: OfferHandover) -> OfferHandover:
        """Return an offer with where the incident stands, unless whoever makes it has said so."""
        if command.summary:
            return command
        lines = handover_summary(look.plan, look.incident, now=look.now, name=self.called)
        return command.model_copy(update={"summary": lines})

    def _other(self, command: MigrateIncident) -> Plan:
        """Return the plan of another version; raise `PlaybookError` when it has errors."""
        named = NAMED.search(command.text)
        return self.plans.compiled(command.text.encode(), path=f"{named[1] if named else 'playbook'}.yaml")

    def called(self, person: str) -> str:
        """Return a person's name, else what they are called here."""
        known = self.people.person(person)
        return known.name if known else person

    async def refuse(
        self, incident: str, command: cmd.AnyCommand, who: cmd.Who, *, refusal: Refusal, origin: str = ""
    ) -> None:
        """Put a refusal that was judged elsewhere on the timeline, if it is one that stays there."""
        await self.put(incident, _on_record(command, who, refusal), origin=origin)

    async def put(self, incident: str, events: Sequence[InputEvent], *, origin: str = "") -> None:
        """Put something on the timeline that needs no judgement: it only tells what happened. An origin: once."""
        for _ in range(LOOKS):
            standing = await self.standings.of(incident) if origin else None
            if standing and origin in standing.origins:
                return
            expect = standing.incident.seq if standing else None
            if await self._append(incident, _stamped(events, origin), expect=expect):
                return
        raise _restless(incident)

    async def look(self, incident: str) -> Look:
        """Return where an incident stands; raise `UnknownIncidentError` when there is none of that id."""
        return await self._seen(await self.standings.of(incident))

    async def _seen(self, standing: Standing) -> Look:
        state = standing.incident
        return Look(await self.plans.of(state.digest, playbook=state.playbook), state, self.clock.now())

    async def _append(self, incident: str, events: Sequence[InputEvent], *, expect: int | None) -> bool:
        """Append; False when the timeline has grown since."""
        if not events:
            return True
        try:
            await self.ledger.append_inputs(incident, events, expect=expect)
        except HeadMovedError:
            return False
        self.poke()
        return True

    async def _choose(self, roles: Iterable[str]) -> Sequence[Choice]:
        """Return who holds roles now, by their rotas and lists."""
        choosing = self.choosing or Choosing(people=self.people)
        return await choosing.choose(roles, at=self.clock.now())

    async def _filled(self, look: Look, events: Sequence[InputEvent]) -> Sequence[InputEvent] | Refusal:
        """Return what was accepted, with a role that was given to nobody given to whoever is on call, or is listed.

        An answer is followed by what is kept of its files. A role that came with another version may stay vacant.
        """
        filled: list[InputEvent] = []
        migrated = next((event for event in events if isinstance(event, ev.IncidentMigrated)), None)
        playbook = look.plan.playbook
        plan = await self.plans.of(migrated.to_digest, playbook=playbook) if migrated is not None else look.plan
        for event in events:
            if isinstance(event, ev.AskAnswered):
                custody = Custody(vault=self.vault, clock=self.clock)
                kept = await custody.kept(look.plan, look.incident, event, now=look.now)
                if isinstance(kept, Refusal):
                    return kept
                filled += (event, *kept)
                continue
            if not isinstance(event, ev.RoleAssigned) or event.people:
                filled.append(event)
                continue
            (choice,) = await self._choose([event.role])
            listed = [person for person in choice.people if person not in look.incident.excluded]
            people = [p for p in listed if kept_apart(plan, look.incident, [p], role=event.role) is None]
            if not people and migrated is not None:
                continue
            if not people:
                free = " who may hold it beside what they hold" if listed else ""
                return Refusal("nobody", f"Nobody{free} is on call or listed for {event.role}.", "Name somebody.")
            filled.append(event.model_copy(update={"people": people, "on_call": choice.on_call}))
        return filled


def _roles(choices: Sequence[Choice], who: cmd.Who) -> dict[str, list[str]]:
    held = {choice.role: list(choice.people) for choice in choices}
    if not held.get(COMMANDER):
        held[COMMANDER] = [who.person]  # whoever triggers is acting commander
    return {role: people for role, people in held.items() if people}


def _came_to(before: Sequence[InputEvent]) -> Sequence[InputEvent] | Refusal:
    last = before[-1]
    return Refusal(last.rule, last.message) if isinstance(last, ev.AnswerRefused) else before


def _stamped(events: Sequence[InputEvent], origin: str) -> list[InputEvent]:
    return [event.model_copy(update={"origin": origin}) for event in events]


def _on_record(command: cmd.AnyCommand, who: cmd.Who, refusal: Refusal) -> list[InputEvent]:
    """Return the event of a refusal that stays; who meant to answer without a name is not named here either."""
    unnamed = isinstance(command, AnswerReview) and command.anonymous
    return [refused(command, who, refusal)] if refusal.rule in ON_RECORD and not unnamed else []


def _restless(incident: str) -> RunError:
    return RunError(f"{incident} changes faster than this can be judged.", hint="Try it again in a moment.")
