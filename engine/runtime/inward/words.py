"""What a person is told in private: why something was not taken, what to do next, where an incident stands. Pure.

Rules kept here: short, plain, and with the next step; people are named, instants stand in the reader's own zone; what
was typed is not repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.answers import find_ask
from engine.domain.authority import holders
from engine.domain.lifecycle import StepStatus
from engine.domain.values import Instant
from engine.domain.views import VIEW
from engine.reports.phrases import due_by_law, on_hold
from engine.reports.titles import placed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.authority import Refusal
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.domain.steering import Handover
    from engine.ports.chat import Said
    from engine.ports.people import People, Person
    from engine.ports.records import IncidentRow

STRANGER = (
    "Tocsin does not know you: your account belongs to nobody in its people file, so you can read along and nothing "
    "else. Whoever runs Tocsin can add you to people.yaml."
)
RESTRICTED = "{incident} is restricted: who takes no part in it is not told what it is about."
KEPT_OUT = "You have no part in this. Whoever runs Tocsin keeps the people file."
OFFERED = (
    "{by} offers you the command of {incident}. Accept or decline it with the buttons in its channel, or with "
    "`tocsin accept {incident}`."
)
NOWHERE = (
    "This is no incident's channel. Do it in the incident's own channel, or put its number behind the word: "
    "`/incident {word} INC-1`."
)
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
    "`tocsin fact`": "`/incident fact`",
    "`tocsin reopen`": "`tocsin reopen` in a shell",
    "`tocsin list`": "`/incident status` in another channel",
}


def refusal_text(refusal: Refusal, *, incident: Incident, subject: str, reader: Person, people: People) -> str:
    """Return why something was not taken and what to do next; for a late answer, who was first and when."""
    ask = incident.asks.get(subject) or find_ask(incident, subject, approval=False)
    if refusal.rule == "closed_ask" and ask is not None:
        return late_text(ask, reader=reader, people=people)
    return in_chat(" ".join(filter(None, (refusal.message, refusal.advice(lambda person: name_of(person, people))))))


def in_chat(text: str) -> str:
    """Return a text with what is typed in a shell replaced by what is typed in the chat."""
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
        *_clock(incident, reader),
    ]


def left_out_lines(left_out: Mapping[str, str], *, people: People) -> list[str]:
    """Return who could not be brought into the channel, and why."""
    return [f"not in the channel: {name_of(person, people)}, {why}" for person, why in sorted(left_out.items())]


def task_lines(plan: Plan, incident: Incident, *, reader: Person, people: People) -> list[str]:
    """Return what is open in an incident, for whom and until when: the reader's own first."""
    own = own_lines(plan, incident, reader=reader, people=people)
    offer = incident.handover
    offered = [_offered(offer, reader=reader, people=people)] if offer and offer.to != reader.id else []
    others = [ask for ask in _by_urgency(incident) if reader.id not in _whose(plan, incident, ask)]
    lines = [_ask_line(plan, incident, ask, reader=reader, people=people) for ask in others]
    if not (own or offered or lines):
        return [f"Nothing is open in {incident.id} that waits for anybody."]
    return [*_cut([*own, *offered, *lines]), *_clock(incident, reader)]


def own_lines(plan: Plan, incident: Incident, *, reader: Person, people: People) -> list[str]:
    """Return what waits for the reader in an incident."""
    offer = incident.handover
    offered = [_offered(offer, reader=reader, people=people)] if offer and offer.to == reader.id else []
    own = [ask for ask in _by_urgency(incident) if reader.id in _whose(plan, incident, ask)]
    return [*offered, *(_ask_line(plan, incident, ask, reader=reader, people=people) for ask in own)]


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
    return f"{_brief(at, zone)} ({zone})"


def _brief(at: datetime, zone: str) -> str:
    """Return the same without the zone: in a list, a line of its own names it."""
    local = Instant(at, zone).local()
    return f"{local:%H:%M} on {local.day} {local:%B}"


def _clock(incident: Incident, reader: Person) -> list[str]:
    timed = any(ask.open and (ask.due or ask.on_it) for ask in incident.asks.values())
    return [f"Times are those of {reader.zone}."] if timed else []


def _phase(plan: Plan, incident: Incident, phase_id: str) -> str:
    phase = incident.phases.get(phase_id)
    if phase is None:
        return "not open yet"
    steps = plan.phase(phase_id).steps
    ended = (StepStatus.DONE, StepStatus.SKIPPED)
    count = sum(incident.step(step).status in ended for step in steps)
    return f"{phase.status.value}, {count} of {len(steps)} done or skipped"


def _asked(plan: Plan, incident: Incident, *, reader: Person, people: People) -> Iterator[str]:
    if incident.handover:
        yield _offered(incident.handover, reader=reader, people=people)
    for ask in incident.asks.values():
        if ask.open:
            yield _ask_line(plan, incident, ask, reader=reader, people=people)


def _ask_line(plan: Plan, incident: Incident, ask: Ask, *, reader: Person, people: People) -> str:
    names = ["you" if person == reader.id else name_of(person, people) for person in _whose(plan, incident, ask)]
    missed = ", missed" if ask.missed else ""
    by_law = due_by_law(plan.step_at(ask.step), ask)
    due = f", due {_brief(ask.due, reader.zone)}{missed}" if ask.due else f", due: {by_law}" if by_law else ""
    word = "to ratify" if ask.ratifies else {"approval": "to approve", VIEW: "asked for a view"}.get(ask.kind, "asked")
    if ask.on_it:
        due += f", {_subject(ask.on_it.by, reader, people)} on it since {_brief(ask.on_it.at, reader.zone)}"
    return f"{word}: {placed(plan, ask.step)} [{ask.step}] ({', '.join(names)}{due})"


def _offered(offer: Handover, *, reader: Person, people: People) -> str:
    to = "you" if offer.to == reader.id else name_of(offer.to, people)
    return f"offered: the command ({to}, by {name_of(offer.by, people)} at {moment(offer.at, reader.zone)})"


def _whose(plan: Plan, incident: Incident, ask: Ask) -> list[str]:
    return list(dict.fromkeys(person for role in ask.by for person in holders(plan, incident, role)))


def _by_urgency(incident: Incident) -> list[Ask]:
    return sorted((ask for ask in incident.asks.values() if ask.open), key=_urgency)


def _urgency(ask: Ask) -> tuple[bool, str]:
    return (ask.due is None, ask.due.isoformat() if ask.due else "")


def _subject(person: str, reader: Person, people: People) -> str:
    return "you are" if person == reader.id else f"{name_of(person, people)} is"


def _stuck(plan: Plan, incident: Incident) -> Iterator[str]:
    for step in incident.steps.values():
        if step.status in (StepStatus.FAILED, StepStatus.UNCONFIRMED) and not step.accepted:
            yield f"{step.status.value}: {placed(plan, step.id)} [{step.id}]"


def _cut(lines: list[str]) -> list[str]:
    more = len(lines) - LONGEST
    return [*lines[:LONGEST], f"and {more} more"] if more > 0 else lines
