"""What a person is told in private: why something was not taken, what to do next, where an incident stands. Pure.

Rules kept here: short, plain, and with the next step; people are named, instants stand in the reader's own zone; what
was typed is not repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.authority import holders
from engine.domain.incident import base_id
from engine.domain.lifecycle import StepStatus
from engine.domain.values import Instant
from engine.reports.phrases import on_hold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.authority import Refusal
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.ports.chat import Said
    from engine.ports.people import People, Person
    from engine.ports.records import IncidentRow

HELP = """`/incident` declares an incident; `/incident declare NAME` with another playbook.
In an incident's channel (elsewhere, put its number first, as in `/incident status INC-1`):
`/incident status` says where it stands and what waits for whom
`/incident add URL` adds a place where it was seen
`/incident note TEXT` puts a remark on the timeline
`/incident done STEP` says that a step is done
`/incident ack STEP` says that you are on it, so that nobody else is called
`/incident hold [WHY]` stops everything automatic at once; `/incident release` lets it go on
Approvals and answers are given with the buttons under their messages."""

STRANGER = (
    "Tocsin does not know you: your account belongs to nobody in its people file, so you can read along and nothing "
    "else. Whoever runs Tocsin can add you to people.yaml."
)
NOWHERE = "This is no incident's channel. Do it in the incident's own channel, or put its number first: `INC-1`."
NO_LIST = "This incident's playbook has no list that can grow. Put it on the timeline with `/incident note`."
FAULT = (
    "That could not be taken in because of a fault in Tocsin; nothing was changed. Try it again, or tell its operator."
)
OUTDATED = "This form is out of date. Close it and open it again."
DONE = {"approved": "approved", "declined": "declined", "answered": "answered"}
LONGEST = 20

_IN_CHAT = {
    "`tocsin status`": "`/incident status`",
    "`tocsin inbox`": "`/incident status`",
    "`tocsin add`": "`/incident add`",
    "`tocsin reopen`": "`tocsin reopen` in a shell",
}


def refusal_text(refusal: Refusal, *, incident: Incident, subject: str, reader: Person, people: People) -> str:
    """Return why something was not taken and what to do next; for a late answer, who was first and when."""
    ask = incident.asks.get(subject)
    if refusal.rule == "closed_ask" and ask is not None:
        return late_text(ask, reader=reader, people=people)
    text = " ".join(filter(None, (refusal.message, refusal.advice(lambda person: name_of(person, people)))))
    for shell, chat in _IN_CHAT.items():
        text = text.replace(shell, chat)
    return text


def late_text(ask: Ask, *, reader: Person, people: People) -> str:
    """Return who settled an ask, and when."""
    last = ask.last
    if last is None or ask.outcome not in DONE:
        return f"This is not asked any more: it was {ask.outcome}. `/incident status` shows what is."
    who = "You" if last.by == reader.id else name_of(last.by, people)
    return f"{who} {DONE[ask.outcome]} this at {moment(last.at, reader.zone)}; nothing was changed now."


def status_lines(plan: Plan, incident: Incident, *, reader: Person, people: People) -> list[str]:
    """Return where an incident stands: its state, its phases, what is asked of whom, what needs a person."""
    marks = " (exercise)" if incident.exercise else ""
    hold = incident.hold
    held = [on_hold(hold, since=moment(hold.since, reader.zone), by=name_of(hold.by, people))] if hold else []
    return [
        f"{incident.id} {incident.title}{marks}: {incident.status.value}",
        *held,
        *(f"{phase.id}: {_phase(plan, incident, phase.id)}" for phase in plan.phases),
        *_cut([*_asked(plan, incident, reader=reader, people=people), *_stuck(plan, incident)]),
    ]


def left_out_lines(left_out: Mapping[str, str], *, people: People) -> list[str]:
    """Return who could not be brought into the channel, and why."""
    return [f"not in the channel: {name_of(person, people)}, {why}" for person, why in sorted(left_out.items())]


def list_lines(rows: Sequence[IncidentRow]) -> list[str]:
    """Return the incidents of a list that are not over."""
    lines = [f"{row.incident} {row.title}: {row.state}, {row.open_asks} asked" for row in rows]
    return _cut(lines) or ["No incident is open. `/incident` declares one."]


def quoted(said: Said, *, author: str, zone: str) -> str:
    """Return a message as a note tells of it."""
    return f"Message by {author} at {moment(said.at, zone)}: {said.text or '(no text)'}"


def name_of(person_id: str, people: People) -> str:
    """Return a person's name, or the id where there is none."""
    known = people.person(person_id)
    return known.name if known else person_id


def moment(at: datetime, zone: str) -> str:
    """Return an instant as a person reads it: `03:19 on 24 November (Europe/Berlin)`."""
    local = Instant(at, zone).local()
    return f"{local:%H:%M} on {local.day} {local:%B} ({zone})"


def _phase(plan: Plan, incident: Incident, phase_id: str) -> str:
    phase = incident.phases.get(phase_id)
    if phase is None:
        return "not open yet"
    steps = plan.phase(phase_id).steps
    ended = (StepStatus.DONE, StepStatus.SKIPPED)
    count = sum(incident.step(step).status in ended for step in steps)
    return f"{phase.status.value}, {count} of {len(steps)} done or skipped"


def _asked(plan: Plan, incident: Incident, *, reader: Person, people: People) -> Iterator[str]:
    for ask in incident.asks.values():
        if not ask.open:
            continue
        whose = {person: None for role in ask.by for person in holders(plan, incident, role)}
        names = ["you" if person == reader.id else name_of(person, people) for person in whose]
        due = f", due {moment(ask.due, reader.zone)}" if ask.due else ""
        word = "to approve" if ask.kind == "approval" else "asked"
        if ask.on_it:
            due += f", {_whose(ask.on_it.by, reader, people)} on it since {moment(ask.on_it.at, reader.zone)}"
        yield f"{word}: {plan.steps[base_id(ask.step)].title} [{ask.step}] ({', '.join(names)}{due})"


def _whose(person: str, reader: Person, people: People) -> str:
    return "you are" if person == reader.id else f"{name_of(person, people)} is"


def _stuck(plan: Plan, incident: Incident) -> Iterator[str]:
    for step in incident.steps.values():
        if step.status in (StepStatus.FAILED, StepStatus.UNCONFIRMED) and not step.accepted:
            yield f"{step.status.value}: {plan.steps[base_id(step.id)].title} [{step.id}]"


def _cut(lines: list[str]) -> list[str]:
    more = len(lines) - LONGEST
    return [*lines[:LONGEST], f"and {more} more"] if more > 0 else lines
