"""What came of a rehearsal, as data: how it ended, which targets were met and why others were not, who was refused.

Rules kept here: everything is read off the timeline, but for why people were late, which only the rehearsal knows; the
same rehearsal gives the same data; it is marked as an exercise.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.conducting import judging, standing
from engine.domain.conducting.situation import Situation
from engine.domain.lifecycle import SETTLED
from engine.domain.surfaces import CARD, CHANNEL, EPIC, NOTICE, PAGE, SURFACES, TICKET
from engine.rehearsal.lateness import why_late
from engine.rehearsal.noting import noted
from engine.reports.reader import Reader
from engine.reports.timeline import lines, shown_to_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan
    from engine.ports.records import Entry
    from engine.rehearsal.play import Played
    from engine.rehearsal.stage import Denied


SHOWN = frozenset({CHANNEL, CARD, NOTICE, EPIC, TICKET, PAGE})


@dataclass(frozen=True, slots=True)
class Target:
    """Something that was asked of people: by when, when it was answered, and why late. Spans in seconds."""

    ask: str
    step: str
    kind: str
    title: str
    opened: float
    """Since the beginning."""
    due: float | None
    answered: float | None
    by: tuple[str, ...]
    missed: bool
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that came of it."""

    playbook: str
    version: int
    rehearsal: str
    seed: str
    exercise: bool
    status: str
    ending: str
    started_at: str
    zone: str
    lasted: float
    moments: dict[str, float]
    """When it was contained, resolved, closed: seconds since the beginning."""
    targets: tuple[Target, ...]
    refused: tuple[dict[str, str], ...]
    minutes: dict[str, int]
    """How long each person worked."""
    open: tuple[str, ...]
    """What is not settled, and what it waits for, in words."""
    unscripted: dict[str, int]
    shown: dict[str, int]
    """What would have been made in chat and tracker, by kind."""
    timeline: tuple[dict[str, Any], ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return plain data with stable keys."""
        return asdict(self)


def outcome(played: Played, *, told: bool = True) -> Outcome:
    """Return what came of a rehearsal; `told` with its timeline in words."""
    stage, incident = played.stage, played.stage.incident
    start = incident.declared_at
    minutes = {who: round(spent.total_seconds() / 60) for who, spent in sorted(played.crew.worked.items())}
    return Outcome(
        playbook=stage.plan.playbook,
        version=stage.plan.version,
        rehearsal=stage.scenario.rehearsal,
        seed=stage.dice.seed,
        exercise=incident.exercise,
        status=incident.status.value,
        ending=played.ending,
        started_at=instant_text(start),
        zone=incident.zone,
        lasted=_since(start, stage.clock.now()),
        moments={name: _since(start, at) for name, at in incident.advanced_at.items()},
        targets=tuple(_target(played, ask) for ask in incident.asks.values()),
        refused=tuple(
            {"at": instant_text(one.at), "person": one.person, "step": one.step, "why": one.why, "rule": one.rule}
            for one in stage.denied
        ),
        minutes=minutes,
        open=tuple(_open(played)),
        unscripted=dict(sorted(stage.web.unscripted.items())),
        shown=_shown(played),
        timeline=tuple(_told(played)) if told else (),
    )


def _told(played: Played) -> Iterator[dict[str, Any]]:
    """Yield the timeline in words, every refusal, and what only the rehearsal knows; nothing in it is real."""
    stage = played.stage
    start = stage.incident.declared_at
    reader = Reader(stage.plan, str, show_restricted=True, zone=stage.incident.zone)
    found = shown_to_people(lines([one for one in stage.chronicle.entries if not _surface(one)], reader))
    found += noted(played, reader)
    rows = [(line.seq, _row(start, line.at, line.actor, line.text, line.kind, line.step)) for line in found]
    rows += [(one.seq, _refusal(start, one)) for one in stage.denied if not one.told]
    yield from (row for _, row in sorted(rows, key=lambda row: row[0]))


def _refusal(start: datetime, one: Denied) -> dict[str, Any]:
    """Return a refusal that a real timeline does not keep, such as that of a slip."""
    text = f"was refused ({one.command.replace('_', ' ')}): {one.why}"
    return _row(start, one.at, one.person, text, "refused", one.step)


def _row(start: datetime, at: datetime, who: str, text: str, kind: str, step: str) -> dict[str, Any]:
    return {"at": instant_text(at), "since": _since(start, at), "who": who, "text": text, "kind": kind, "step": step}


def _surface(entry: Entry) -> bool:
    """Return whether an event only tells that something was shown as it was meant to be, or again that it was not."""
    match entry.event:
        case ev.EffectDone(kind=kind):
            return kind in SURFACES
        case ev.EffectFailed(kind=kind, attempt=attempt):
            return kind in SURFACES and attempt > 1
        case _:
            return False


def _shown(played: Played) -> dict[str, int]:
    effects = played.stage.incident.effects.values()
    made = Counter(effect.kind for effect in effects if effect.kind in SHOWN and effect.status == "done")
    return dict(sorted(made.items()))


def _target(played: Played, ask: Ask) -> Target:
    start = played.stage.incident.declared_at
    answered = ask.last.at if ask.last and ask.outcome in ("answered", "approved", "declined") else None
    return Target(
        ask=ask.id,
        step=ask.step,
        kind=ask.kind,
        title=Reader(played.stage.plan, str, show_restricted=True).title(ask.step),
        opened=_since(start, ask.opened_at),
        due=_since(start, ask.due) if ask.due else None,
        answered=_since(start, answered) if answered else None,
        by=tuple(answer.by for answer in ask.answers),
        missed=ask.missed,
        why=tuple(dict.fromkeys(why_late(played, ask))) if ask.missed else (),
    )


def _open(played: Played) -> Iterator[str]:
    """Yield what is not settled at the end and does not belong to a follow-up, with what it waits for."""
    incident = played.stage.incident
    situation = Situation(played.stage.plan, incident, played.stage.clock.now())
    if incident.over:
        return
    for step in situation.steps:
        for entry in standing.instances(situation, step):
            if not step.follow_up and (entry.status not in SETTLED or entry.status.value in ("failed", "unconfirmed")):
                yield f"{entry.id} is {entry.status.value.replace('_', ' ')}{_awaited(situation, step, entry)}"


def _awaited(situation: Situation, step: StepPlan, entry: Step) -> str:
    if entry.because:
        return f": {entry.because}"
    unknown = judging.unknown(situation, step, entry)
    if unknown:
        return f": {unknown} is not known"
    waits = [need.step for need in step.needs if not standing.settled(situation, situation.plan.step_at(need.step))]
    return f": it waits for {', '.join(waits)}" if waits else ""


def _since(start: datetime, at: datetime) -> float:
    return (at - start).total_seconds()
