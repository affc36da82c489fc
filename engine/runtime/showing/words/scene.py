"""An incident as its texts see it: with names for people and local times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.actions.defang import defanged
from engine.domain.authority import holders
from engine.domain.fields import FieldType
from engine.domain.files import told
from engine.domain.sensitivity import Sensitivity
from engine.domain.surfaces import EPIC, TICKET, effect_of, maker_of, withheld
from engine.domain.values import Instant, decode, zone_named
from engine.reports.tables import column_names, rows_of
from engine.reports.titles import numbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.fields import FieldSpec
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan, StepPlan
    from engine.domain.values import Json, Value
    from engine.ports.people import People, Person

RECORDED = {
    Sensitivity.RESTRICTED: "recorded, restricted",
    Sensitivity.PRIVILEGED: "recorded, privileged",
}
EXERCISE = "Exercise, story clock: this is not a real incident."


@dataclass(frozen=True, slots=True)
class Scene:
    """A plan, a state, the people, and the story instant of the look."""

    plan: Plan
    incident: Incident
    people: People
    now: datetime
    left_out: Mapping[str, str] = field(default_factory=dict)
    """By person, why they could not be brought into the channel."""

    def step(self, instance: str) -> StepPlan:
        """Return the step of an instance."""
        return self.plan.step_at(instance)

    def title(self, instance: str) -> str:
        """Return a step's title as everybody may see it, with the number of its instance."""
        return numbered(self.plan, instance)

    def name(self, person: str) -> str:
        """Return a person's name, else what they are called here."""
        known = self.people.person(person)
        return known.name if known else person

    def holders(self, roles: Iterable[str]) -> list[str]:
        """Return the ids of the people who do these roles' work, each once; whoever is excluded is not among them."""
        held = dict.fromkeys(p for role in roles for p in holders(self.plan, self.incident, role))
        return [person for person in held if not self._excluded(person)]

    def _excluded(self, person: str) -> bool:
        known = self.people.person(person) is not None
        return person in self.incident.excluded or (known and not self.people.admits(person))

    def names(self, roles: Iterable[str]) -> str:
        """Return the names of who does these roles' work, or that nobody does."""
        return ", ".join(self.name(person) for person in self.holders(roles)) or "nobody"

    def asked(self, ask: Ask) -> str:
        """Return who is asked, by role and name."""
        titles = [self.plan.roles[role].title or role if role in self.plan.roles else role for role in ask.by]
        return f"{' or '.join(titles)} ({self.names(ask.by)})"

    def everyone(self) -> list[Person]:
        """Return everybody who holds a role, whoever declared the incident, and whoever is offered the command."""
        offered = [self.incident.handover.to] if self.incident.handover else []
        wanted = [self.incident.declared_by, *self.holders(self.plan.roles), *offered]
        let_in = (one for one in dict.fromkeys(wanted) if self.people.admits(one) and not self._excluded(one))
        found = (self.people.person(person) for person in let_in)
        return [person for person in found if person is not None]

    def kept_out(self) -> list[Person]:
        """Return the people who must not be in the channel, although they may have been brought in before."""
        held = [person for people in self.incident.roles.values() for person in people]
        named = dict.fromkeys([*self.incident.excluded, self.incident.declared_by, *held])
        found = (self.people.person(person) for person in named if self._excluded(person))
        return [person for person in found if person is not None]

    def local(self, moment: datetime) -> str:
        """Return a moment in the incident's zone: the time alone when it is today."""
        zone = zone_named(self.incident.zone)
        there, today = moment.astimezone(zone), self.now.astimezone(zone)
        return f"{there:%H:%M}" if there.date() == today.date() else f"{there:%a %d %b, %H:%M}"

    def dated(self, moment: datetime) -> str:
        """Return a moment in the incident's zone with its day, for what is read on another day than it was written."""
        return f"{self.moment_there(moment):%a %d %b, %H:%M}"

    def ticket(self, ask: str) -> tuple[str, str]:
        """Return the key and address of an ask's ticket, empty while there is none."""
        return self._place(TICKET, maker_of(self.incident, ask))

    def withheld(self, ask: Ask) -> bool:
        """Return whether an ask has no ticket on purpose."""
        return withheld(self.incident, TICKET, maker_of(self.incident, ask.id))

    def moment_there(self, moment: datetime) -> datetime:
        """Return a moment in the incident's zone."""
        return moment.astimezone(zone_named(self.incident.zone))

    def epic(self) -> tuple[str, str]:
        """Return the key and address of the epic, empty while there is none."""
        return self._place(EPIC, EPIC)

    def _place(self, kind: str, subject: str) -> tuple[str, str]:
        effect = effect_of(self.incident, kind, subject)
        if effect is None or effect.status != "done":
            return "", ""
        return str(effect.result.get("key", "")), str(effect.result.get("url", ""))


def open_to_all(step: StepPlan) -> bool:
    """Return whether everybody in the incident may see what a step is about."""
    return step.sensitivity is Sensitivity.INTERNAL


def filled(step: StepPlan, values: Mapping[str, Json]) -> list[str]:
    """Return what was answered in a form, a line per field; restricted values only as recorded."""
    return [line for name, spec in step.form.items() if name in values for line in _filled(step, spec, values[name])]


def text_of(value: Json) -> str:
    """Return a kept value for people, addresses defanged."""
    return defanged(_plain(decode(value)))


def label(name: str) -> str:
    """Return a field's name for people."""
    words = name.replace("_", " ").strip() or name
    return words[:1].upper() + words[1:]


def _filled(step: StepPlan, spec: FieldSpec, value: Json) -> list[str]:
    if spec.type is not FieldType.TABLE or RECORDED.get(step.sensitivity) or RECORDED.get(spec.sensitivity):
        return [f"{label(spec.name)}: {_shown(step, spec, value)}"]
    rows = [" | ".join(row) for row in rows_of(spec, value)]
    return [f"{label(spec.name)} ({' | '.join(column_names(spec))}):", *(f"• {row}" for row in rows)]


def _shown(step: StepPlan, spec: FieldSpec, value: Json) -> str:
    hidden = next((s for s in (step.sensitivity, spec.sensitivity) if s is not Sensitivity.INTERNAL), None)
    if hidden:
        return RECORDED[hidden]
    return told(decode(value)) if spec.type is FieldType.FILE else text_of(value)


def _plain(value: Value) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case Instant():
            return f"{value.local():%Y-%m-%d %H:%M} {value.zone}"
        case list() | tuple():
            return "; ".join(_plain(item) for item in value)
        case dict():
            return "; ".join(f"{label(str(name))}: {_plain(item)}" for name, item in value.items())
        case _:
            return str(value)
