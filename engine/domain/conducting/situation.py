"""What every decision is made on: the plan, the state, the instant, and the names that expressions may read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from engine.domain.calendar import BusinessCalendar, add_business_days
from engine.domain.chain import canonical
from engine.domain.conducting.joining import ended
from engine.domain.decoded import decoded
from engine.domain.incident import act_key, base_id, instance_number, scope_of
from engine.domain.lifecycle import ENDED, StepStatus
from engine.domain.severity import severity_of
from engine.domain.values import Instant, decode
from engine.domain.waking import ASLEEP, Waking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from engine.domain.events.shape import Json
    from engine.domain.expressions import Reference
    from engine.domain.incident import Incident
    from engine.domain.plan import Due, Plan, StepPlan


@dataclass(frozen=True)
class Situation:
    """A moment of an incident. `now` is story time, in UTC; `calendar` says which days are worked on.

    `waking` says who is reminded and called.
    """

    plan: Plan
    incident: Incident
    now: datetime
    calendar: BusinessCalendar = field(default_factory=BusinessCalendar)
    waking: Waking = ASLEEP
    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    """Those that a target may name."""

    @cached_property
    def steps(self) -> tuple[StepPlan, ...]:
        """Every step in its place: those of the playbook, and behind each call those of what it calls."""
        return tuple(_with_called(self, self.plan.steps.values()))

    def inside(self, call: str) -> Iterator[StepPlan]:
        """Yield the steps of the playbook that an instance calls."""
        called = self.plan.step_at(call).call
        return (self.plan.step_at(f"{call}/{step}") for step in (called.steps if called else ()))

    @cached_property
    def names(self) -> dict[str, object]:
        """The names that expressions of the playbook may read."""
        return self.names_in("")

    def names_in(self, scope: str) -> dict[str, object]:
        """Return the names that expressions may read, with typed values; what is not known is left out.

        Inside a called playbook, `inputs` is what it was given and `steps` are its own.
        """
        if scope not in self._names:
            self._names[scope] = self._named(scope)
        return self._names[scope]

    @cached_property
    def _names(self) -> dict[str, dict[str, object]]:
        return {}

    def _named(self, scope: str) -> dict[str, object]:
        incident = self.incident
        given = incident.step(scope).params if scope else None
        inputs = given if isinstance(given, Mapping) else {}
        return {
            "inputs": {
                name: decode(value)
                for name, value in (inputs if scope else {n: incident.fact(n) for n in incident.facts}).items()
            },
            "steps": self._told(scope),
            "roles": {role: list(people) for role, people in incident.roles.items()},
            "incident": {
                "id": incident.id,
                "title": incident.title,
                "playbook": incident.playbook,
                "declared_at": Instant(incident.declared_at, incident.zone),
                "exercise": incident.exercise,
            },
        }

    def _told(self, scope: str) -> dict[str, dict[str, object]]:
        """Return what the steps of a scope gave, and of those that something asks it of, how they ended."""
        incident = self.incident
        told: dict[str, dict[str, object]] = {
            step.id.rpartition("/")[2]: {"output": decoded(step.output)}
            for step in incident.steps.values()
            if step.output is not None
            and step.status is StepStatus.DONE
            and instance_number(step.id) is None
            and scope_of(step.id) == scope
        }
        calling = self.plan.find_step(scope) if scope else None
        plan = calling.call if calling is not None else None if scope else self.plan
        for name in plan.ends_read if plan is not None else ():
            step = self.plan.step_at(f"{scope}/{name}" if scope else name)
            elements = [incident.step(one) for one in incident.instances(step.id)]
            word = ended(step, elements, spread=step.id in incident.spreads)
            if word:
                told[name] = {**told.get(name, {}), ENDED: str(word)}
        return told

    @cached_property
    def severity(self) -> str:
        """How bad the incident is, as answered last; empty while it is not known."""
        return severity_of(self.plan, self.incident)

    def names_for(self, instance: str) -> Mapping[str, object]:
        """Return the names for one instance: `item` is its element, `idempotency_key` the key of its effect."""
        names = {
            **self.names_in(scope_of(instance)),
            "idempotency_key": act_key(self.incident.id, instance, number=self._round(instance)),
        }
        number = instance_number(instance)
        if number is not None:
            names["item"] = decode(self.incident.spreads[base_id(instance)][number - 1])
        return names

    def _round(self, instance: str) -> int:
        """Return the round that an act of this instance belongs to: the last one once it is done, else the next."""
        entry = self.incident.step(instance)
        return entry.round if entry.status is StepStatus.DONE else entry.round + 1

    def target(self, step: StepPlan) -> datetime | None:
        """Return by when a step that begins now is to be done; None without a target, or where the law sets it."""
        return self.due(step.due) if step.due is not None and not step.lawful else None

    def due(self, due: Due) -> datetime:
        """Return the instant by which something that begins now is to be done."""
        if due.business_days:
            # A calendar that is no longer there is no reason to stop: the organisation's own counts then.
            calendar = self.calendars.get(due.calendar, self.calendar)
            return add_business_days(Instant(self.now), due.business_days, calendar=calendar).utc
        return self.now + due.elapsed

    def authors(self, step: StepPlan) -> tuple[str, ...]:
        """Return the people who wrote or last changed what the step's `with` reads."""
        reads = step.with_.reads if step.with_ else ()
        return tuple(dict.fromkeys(author for read in reads for author in self._author(read, scope_of(step.id))))

    def _author(self, read: Reference, scope: str) -> tuple[str, ...]:
        if read.root == "inputs" and scope:
            return self.incident.step(scope).authors
        if read.root == "inputs":
            fact = self.incident.facts.get(read.path[0])
            return (fact.by,) if fact and fact.given > 1 else ()
        if read.root != "steps":
            return ()
        source = self.incident.step(f"{scope}/{read.path[0]}" if scope else read.path[0])
        calling = self.plan.find_step(source.id)
        if calling is not None and calling.call is not None:
            given = (read for output in calling.call.outputs.values() for read in output.value.reads)
            return (*source.authors, *(author for read in given for author in self._author(read, source.id)))
        answered = self.incident.asks.get(source.ask or "")
        return (answered.last.by,) if answered and answered.last else source.authors


@dataclass(frozen=True, slots=True)
class Perform:
    """A move: act on the world once. `attempt` counts from 1; the key is the same over every attempt."""

    key: str
    kind: str
    subject: str
    attempt: int
    digest: str = ""
    round: int = 0
    """Which round of a step that repeats; 0: of one that does not."""


def _with_called(situation: Situation, steps: Iterable[StepPlan]) -> Iterator[StepPlan]:
    for step in steps:
        yield step
        if step.call is not None:
            for name in situation.incident.instances(step.id):
                if situation.incident.step(name).opened:
                    yield from _with_called(situation, situation.inside(name))


def digest_of(value: Json) -> str:
    """Return the SHA-256 of a value's canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()
