"""The timeline in words: one line per event, for people.

Rules kept here: plain sentences in the past tense; what is restricted or privileged is counted and not said; addresses
are defanged; what only the engine's own bookkeeping needs is marked technical, so that a reader can leave it out. Every
event has words: one that has none is a fault that a test finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.sensitivity import Sensitivity
from engine.reports.reader import Reader
from engine.reports.wording import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from engine.domain.events.shape import Event
    from engine.domain.plan import StepPlan
    from engine.ports.records import Entry

NOBODY = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words. Instants are UTC; `at` is the incident's own time, `real_at` the clock on the wall."""

    seq: int
    at: datetime
    real_at: datetime
    actor: str
    text: str
    kind: str
    step: str
    phase: str
    technical: bool
    withheld: str
    """`restricted` or `privileged` where something is not said, else empty."""


def lines(entries: Iterable[Entry], reader: Reader) -> list[Line]:
    """Return the timeline in words."""
    return [line(entry, reader) for entry in entries]


def line(entry: Entry, reader: Reader) -> Line:
    """Return one event in words."""
    event = entry.event
    words = WORDS[type(event)]
    step = _step_of(event)
    known = reader.step(step) if step else None
    actor = NOBODY if entry.actor in ("engine", "clock") else reader.name(entry.actor)
    return Line(
        seq=entry.seq,
        at=entry.at,
        real_at=entry.real_at,
        actor=actor,
        text=_ended(words(event, reader)),
        kind=event.type,
        step=step,
        phase=known.phase if known else getattr(event, "phase", ""),
        technical=_is_technical(event),
        withheld=_withheld(event, reader, known),
    )


def _ended(text: str) -> str:
    """Return a sentence with one mark at its end."""
    return text[:-1] if text.endswith(("?.", "!.", "..")) else text


def _step_of(event: Event) -> str:
    ask = getattr(event, "ask", None)
    step = getattr(event, "step", None) or (ask.partition(".")[0] if isinstance(ask, str) else None)
    return str(step or (event.subject if isinstance(event, ACTS) and event.kind in ("action", "undo") else ""))


def _withheld(event: Event, reader: Reader, step: StepPlan | None) -> str:
    if isinstance(event, ev.NoteAdded) and not reader.may_see(Sensitivity(event.sensitivity)):
        return event.sensitivity
    if isinstance(event, ev.PersonExcluded) and not reader.may_see(Sensitivity.RESTRICTED):
        return Sensitivity.RESTRICTED.value
    found: list[Sensitivity] = [step.sensitivity] if step and isinstance(event, TELLING) else []
    if isinstance(event, ev.AskAnswered) and step is not None:
        found += [step.form[name].sensitivity for name in event.values if name in step.form]
    if isinstance(event, ev.FileKept) and (closed := reader.closed(event.ask, event.field)):
        found.append(closed)
    if isinstance(event, ev.FactRevised | ev.FactAdded) and (spec := reader.plan.find_input(event.name)):
        found.append(spec.sensitivity)
    hidden = [item for item in found if not reader.may_see(item)]
    return max((item.value for item in hidden), key=lambda value: value == "restricted", default="")


ACTS = (ev.EffectIntended, ev.EffectDone, ev.EffectFailed, ev.EffectUnconfirmed)
TELLING = (
    ev.AskAnswered,
    ev.StepDone,
    ev.StepDeclined,
    ev.EffectDone,
    ev.EffectFailed,
    ev.EffectUnconfirmed,
    ev.ClockStarted,
    ev.StageFulfilled,
)
LATE_SECONDS = 60
"""From so many seconds on, people are told that a moment was noticed late: the engine was away, or slept."""
TECHNICAL: frozenset[type[Event]] = frozenset(
    {ev.SegmentBegan, ev.TimerSet, ev.TimerFired, ev.StepPrepared, ev.EffectIntended, ev.StepSpread, ev.AskClosed}
)


def _is_technical(event: Event) -> bool:
    """Return whether an event is the engine's own bookkeeping, and nothing out of the ordinary."""
    match event:
        case ev.TimerFired(late=late):
            return late < LATE_SECONDS
        case ev.SegmentBegan(unclean=unclean):
            return not unclean
        case _:
            return type(event) in TECHNICAL


def shown_to_people(found: Sequence[Line]) -> list[Line]:
    """Return the lines that people read."""
    return [item for item in found if not item.technical]
