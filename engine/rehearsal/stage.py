"""Everything that one rehearsal is played on: its plan, its clock, its timeline, its people and its other systems.

Rules kept here: whatever people do goes through the same intake and the same authorisation as in a real incident, and
is refused by it; the incident is an exercise; nothing here can reach anything outside the process.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from engine.actions.registry import REGISTRY
from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import COMMANDER, Refusal, holders, kept_apart
from engine.domain.commands import Who
from engine.domain.declaring import declared_inputs
from engine.domain.intake import refused, take
from engine.domain.separation import distributed
from engine.domain.surfaces import Connected
from engine.domain.values import Instant
from engine.rehearsal.agenda import Agenda, Moment
from engine.rehearsal.cast import Cast
from engine.rehearsal.chat import MemoryChat
from engine.rehearsal.chronicle import Chronicle
from engine.rehearsal.clock import Days, StoryClock
from engine.rehearsal.drawing import Dice, span
from engine.rehearsal.forms import made_up, made_up_items
from engine.rehearsal.players import held, players_of
from engine.rehearsal.standing import Look
from engine.rehearsal.tracker import MemoryTracker
from engine.rehearsal.waking import PAGER, MemoryPager, waking_of
from engine.rehearsal.world import InventedSecrets, MemoryVault, Outage, ScriptedWeb
from engine.rehearsal.written import MemoryReports
from engine.reports.handover import handover_summary
from engine.runtime.contexts import PortContexts
from engine.runtime.desk import ON_RECORD
from engine.runtime.performer import Performer
from engine.runtime.performing import ByKind
from engine.runtime.showing.shower import Shower

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from engine.actions.interface import ActionContext
    from engine.domain.conducting.situation import Perform
    from engine.domain.events.shape import Event, InputEvent
    from engine.domain.incident import Incident
    from engine.domain.injects import InjectModel
    from engine.domain.plan import Plan
    from engine.domain.scenario import Scenario
    from engine.domain.waking import Waking
    from engine.rehearsal.players import Player
    from engine.runtime.performing import Performs

INCIDENT = "REHEARSAL-1"
ROOM = "#rehearsal"
"""The channel in which actions post while the incident has none of its own."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Somebody was refused something."""

    at: datetime
    person: str
    step: str
    why: str
    seq: int
    """How long the timeline was."""
    told: bool
    """Whether the timeline tells of it."""
    rule: str
    command: str


@dataclass(frozen=True, slots=True)
class RehearsedContexts:
    """What actions may know and touch: the ports of the rehearsal, and always a channel."""

    ports: PortContexts

    def context(self, plan: Plan, incident: Incident, move: Perform) -> ActionContext:
        """Return the context of one move."""
        found = self.ports.context(plan, incident, move)
        return found if found.channel else replace(found, channel=ROOM)


@dataclass(slots=True, repr=False)
class Stage:
    """One rehearsal under way."""

    plan: Plan
    scenario: Scenario
    clock: StoryClock
    dice: Dice
    chronicle: Chronicle
    players: Mapping[str, Player]
    web: ScriptedWeb
    chat: MemoryChat
    tracker: MemoryTracker
    pager: MemoryPager
    performer: Performs
    reports: MemoryReports
    connected: Connected
    days: Days
    others: Mapping[str, Plan]
    """Other versions of the playbook, by the file that the scenario names."""
    waking: Waking
    agenda: Agenda = field(default_factory=Agenda)
    denied: list[Denied] = field(default_factory=list)
    brought: list[tuple[InjectModel, Refusal | None]] = field(default_factory=list)
    """What the scenario has brought so far, and why it was refused, where it was."""

    looks: dict[str, Look] = field(default_factory=dict)
    """How everything stood at the moments of which the scenario expects something."""

    @property
    def incident(self) -> Incident:
        """Where the incident stands."""
        return self.chronicle.incident

    def give(self, command: cmd.AnyCommand, person: str) -> Refusal | None:
        """Give somebody's command to the incident; return why it was refused."""
        player = self.players.get(person)
        who = Who(person=person, via="slack", strength="slack-signed", zone=player.zone if player else None)
        into = self.others.get(command.text) if isinstance(command, cmd.MigrateIncident) else None
        given = self._summed_up(command) if isinstance(command, cmd.OfferHandover) else command
        came = take(self.plan, self.incident, given, who, now=self.clock.now(), connected=True, into=into)
        if isinstance(came, Refusal):
            self._deny(command, who, came)
            return came
        filled = list(self._filled(came, into or self.plan))
        if into is not None:
            self.plan = self.reports.plan = into
        self.append(filled)
        return None

    def _deny(self, command: cmd.AnyCommand, who: Who, refusal: Refusal) -> None:
        told = refusal.rule in ON_RECORD
        step = str(getattr(command, "target", "") or getattr(command, "step", "")).partition(".")[0]
        now, seq = self.clock.now(), self.incident.seq
        self.denied.append(Denied(now, who.person, step, refusal.message, seq, told, refusal.rule, command.kind))
        if told:
            self.append([refused(command, who, refusal)])

    def _summed_up(self, command: cmd.OfferHandover) -> cmd.OfferHandover:
        """Return an offer of the command with where the incident stands."""
        lines = handover_summary(self.plan, self.incident, now=self.clock.now(), name=str)
        return command.model_copy(update={"summary": lines})

    def _filled(self, events: Iterable[InputEvent], plan: Plan) -> Iterator[InputEvent]:
        """Yield what was accepted; a role that is given to nobody goes to those of the cast who hold it and may."""
        for event in events:
            if not isinstance(event, ev.RoleAssigned) or event.people:
                yield event
                continue
            listed = [one.id for one in self.players.values() if event.role in one.roles]
            free = [person for person in listed if person not in self.incident.excluded]
            people = [one for one in free if kept_apart(plan, self.incident, [one], role=event.role) is None]
            if people:
                yield event.model_copy(update={"people": people})

    def append(self, events: Iterable[Event]) -> None:
        """Put events on the timeline; what is waited for goes onto the agenda."""
        for event in events:
            if isinstance(event, ev.TimerSet):
                self.agenda.put(max(datetime.fromisoformat(event.due), self.clock.now()), Moment(event.timer))
            self.chronicle.append([event])

    def look(self, *, before: datetime | None) -> None:
        """Keep how everything stands at the moments that the scenario names, as far as they are before another one."""
        for since in self.scenario.expect.by:
            moment = self.at(since)
            if since not in self.looks and (before is None or moment < before):
                self.looks[since] = Look(self.plan, self.incident, moment)

    def at(self, since: str) -> datetime:
        """Return the instant that lies so far after the beginning."""
        return self.clock.begun + span(since)

    def someone(self, named: str | None) -> str:
        """Return the person whom a name or a role means; the commander where nobody is named."""
        if named in self.players:
            return str(named)
        return holders(self.plan, self.incident, named or COMMANDER)[0]


def set_up(
    plan: Plan, scenario: Scenario, *, seed: str, sealed: bool, days: Days, others: Mapping[str, Plan], house: Waking
) -> Stage:
    """Return a stage on which the incident has been declared; `house` is how the organisation wakes people."""
    start = datetime.fromisoformat(scenario.starts_at)
    clock = StoryClock(start)
    chronicle = Chronicle(INCIDENT, clock, sealed)
    players = players_of(scenario, plan, start=start)
    outages = [Outage(one.outage, start + span(one.at), start + span(one.until or "0s"))
               for one in scenario.injects if one.outage]  # fmt: skip
    web, chat, vault = (
        ScriptedWeb(scenario.world, clock, outages),
        MemoryChat(clock, outages),
        MemoryVault(made_up_items()),
    )
    reports = MemoryReports(plan, chronicle, vault, clock)
    ports = PortContexts(http=web, vault=vault, secrets=InventedSecrets(), clock=clock, chat=chat, reports=reports)
    tracker, pager = MemoryTracker(clock, outages), MemoryPager(clock, outages)
    people, pagers = Cast(players), {PAGER: pager}
    shower = Shower(chat=chat, tracker=tracker, people=people, ledger=chronicle, clock=clock, pagers=pagers)
    performer = ByKind(Performer(REGISTRY, RehearsedContexts(ports), clock), shower)
    stage = Stage(
        plan=plan,
        scenario=scenario,
        clock=clock,
        dice=Dice(seed),
        chronicle=chronicle,
        players=players,
        web=web,
        chat=chat,
        tracker=tracker,
        pager=pager,
        performer=performer,
        reports=reports,
        connected=Connected(chat=sealed, tracker=sealed or scenario.expect.shows_tickets, pagers=sealed),
        days=days,
        others=others,
        waking=_heard(waking_of(scenario, players, house=house), players, sealed=sealed),
    )
    stage.append([_declared(stage)])
    return stage


def _heard(waking: Waking, players: Mapping[str, Player], *, sealed: bool) -> Waking:
    """Leave out reminders where nobody looks at the timeline and nobody has forgotten anything: they change no time."""
    return waking if sealed or any(player.forgets for player in players.values()) else replace(waking, shares=())


def _declared(stage: Stage) -> ev.IncidentDeclared:
    plan, scenario, now = stage.plan, stage.scenario, stage.clock.now()
    cast = held(stage.players)
    named = scenario.declared_by or COMMANDER
    by = named if named in stage.players else next(iter(cast.get(named) or stage.players))
    cast.setdefault(COMMANDER, [by])  # whoever triggers is acting commander
    roles, passed = distributed(
        plan, {role: cast[role] for role in (*plan.roles, *cast) if role in cast}, first=COMMANDER
    )
    player = stage.players[by]
    given = {
        name: made_up(spec, person=by, now=now)
        for name, spec in plan.inputs.items()
        if not spec.optional and spec.default is None
    } | scenario.inputs
    return ev.IncidentDeclared(
        incident=INCIDENT,
        playbook=plan.playbook,
        playbook_version=plan.version,
        digest=plan.digest,
        title=plan.title,
        inputs=declared_inputs(plan, given, zone=player.zone, now=Instant(now, player.zone)),
        roles=roles,
        kept_apart=passed,
        zone=player.zone,
        exercise=True,
        by=by,
        via="slack",
        strength="slack-signed",
    )
