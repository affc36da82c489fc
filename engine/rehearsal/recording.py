"""A real run as a rehearsal: who said what and when, what systems replied, what came in meanwhile.

Rules kept here: people are named after their roles, and nothing that must not leave the incident is in it (`unnamed`);
whatever people said is in it, in its order (`said`); what was asked and never answered stays unanswered; requests are
known by the addresses that the playbook writes. What a rehearsal cannot bring is left out and told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.values import decode
from engine.rehearsal.drawing import spelled
from engine.rehearsal.followed import Followed, digests, file_of
from engine.rehearsal.naming import every, names_of, prefix_of
from engine.rehearsal.replied import Replies
from engine.rehearsal.said import ANONYMOUS, ENGINE, Said
from engine.rehearsal.unnamed import Unnamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.ports.records import Entry

ANSWERED = ("answered", "approved", "declined")
SILENCE = {"verdict": "silence"}


@dataclass(slots=True)
class Recorded:
    """A recorded rehearsal, as it is written, and what of the run is not in it."""

    scenario: dict[str, Any]
    left_out: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    """Of a run that followed several versions: the digest of each, by the file in which its text is to lie."""


def record(plans: Mapping[str, Plan], incident: Incident, entries: Sequence[Entry], *, name: str) -> Recorded:
    """Return the rehearsal of a run; `plans` are the versions it followed, by their digest."""
    declared = entries[0].event
    if not isinstance(declared, ev.IncidentDeclared):
        raise TypeError("a timeline begins with the declaration")
    texts = digests(entry.event for entry in entries)
    followed = Followed([plans[digest] for digest in texts])
    unnamed, start = Unnamed(followed), incident.declared_at
    cast = unnamed.cast(declared.roles, dict.fromkeys(_people(entries)))
    replies = Replies(followed, unnamed)
    for entry in entries:
        replies.take(entry.event, incident)
    said = Said(followed, incident, unnamed, name)
    injects = list(said.injects(entries))
    files = [file_of(name, incident.playbook, number) for number in range(1, len(texts) + 1)] * (len(texts) > 1)
    scenario = {
        "tocsin": 1,
        "rehearsal": name,
        "playbook": incident.playbook,
        "begins_as": files[0] if files else None,
        "starts_at": start.isoformat(timespec="seconds"),
        "ends_after": None if incident.over else spelled(entries[-1].at - start),
        "inputs": unnamed.inputs(_given(followed.first, declared.inputs)),
        "declared_by": unnamed.person(declared.by),
        "cast": {person: {"roles": roles, "zone": incident.zone} for person, roles in cast.items()},
        "answers": _unanswered(incident),
        "world": replies.world(),
        "injects": injects,
        "expect": _expected(incident),
    }
    return Recorded(
        {key: value for key, value in scenario.items() if value not in (None, {}, [])},
        [f"{what} ({count})" for what, count in said.left_out.items()],
        dict(zip(files, texts, strict=False)),
    )


def _people(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield everybody who did something, or to whom something was given."""
    for entry in entries:
        match entry.event:
            case ev.RoleAssigned(people=people):
                yield from people
            case ev.HandoverOffered(to=person) | ev.PersonExcluded(person=person) | ev.PersonAdmitted(person=person):
                yield person
            case _:
                pass
        if isinstance(entry.event, ev.InputEvent) and entry.event.by not in (ENGINE, ANONYMOUS, ""):
            yield entry.event.by


def _given(plan: Plan, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs that are not what they are when nothing is given."""
    specs = plan.inputs
    return {name: value for name, value in inputs.items() if name in specs and decode(value) != specs[name].default}


def _unanswered(incident: Incident) -> dict[str, list[dict[str, Any]]]:
    """Return that nobody answers what nobody has answered, as often as it was asked."""
    silent = Counter(f"{prefix_of(ask)}{ask.step}" for ask in incident.asks.values() if ask.outcome not in ANSWERED)
    return {key: [SILENCE] * count for key, count in silent.items()}


def _expected(incident: Incident) -> dict[str, Any]:
    several = {name for step in incident.steps for name in names_of(step) if name != step}
    several |= {name for name, items in incident.spreads.items() if items}
    states = {step.id: step.status.value for step in incident.steps.values() if step.id not in several}
    missed = sorted({every(ask.step) for ask in incident.asks.values() if ask.missed})
    return {"status": incident.status.value, "steps": dict(sorted(states.items())), "missed": missed}
