"""How a step begins: spread over its elements, skipped, blocked, written out, asked or timed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.conducting import judging, standing
from engine.domain.conducting.asking import heard, open_ask, open_views
from engine.domain.conducting.holding import may_be_written_out
from engine.domain.conducting.scopes import write_out
from engine.domain.conducting.situation import digest_of
from engine.domain.expressions import ExpressionError, UnknownValueError
from engine.domain.incident import instance_number
from engine.domain.lifecycle import SETTLED, StepStatus
from engine.domain.plan import StepKind
from engine.domain.values import Instant, encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan, WaitPlan
    from engine.domain.values import Value

NOTHING_TO_DO = "there is nothing to do it for: the list is empty"


def begin(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event]:
    """Yield what follows for an instance that is waiting."""
    found = judging.verdict(situation, step, entry.id)
    match found.word:
        case "skip":
            yield ev.StepSkipped(step=entry.id, because=found.because)
        case "block":
            yield ev.StepBlocked(step=entry.id, because=found.because)
        case "fail":
            yield ev.StepFailed(step=entry.id, because=found.because)
        case "go" if step.for_each is not None and instance_number(entry.id) is None:
            yield from spread(situation, step)
        case "go" if _room(situation, step) and may_be_written_out(situation.incident, step):
            yield from _start(situation, step, entry)
        case _:
            return


def spread(situation: Situation, step: StepPlan) -> Iterator[Event]:
    """Yield the further elements of a step that is done once per element."""
    known, base = situation.incident.spreads.get(step.id, ()), situation.incident.step(step.id)
    try:
        elements = _elements(situation, step)
    except ExpressionError as error:
        if not known and base.status is StepStatus.WAITING:
            yield ev.StepFailed(step=step.id, because=f"its list cannot be worked out: {error.message}")
        return
    if elements is None:
        return
    fresh = elements[len(known) :]
    if fresh and base.status is StepStatus.SKIPPED and not base.by_hand:
        yield ev.StepRevived(step=step.id, because="there is something to do it for")
    elif fresh and (known or base.status is StepStatus.WAITING):
        yield ev.StepSpread(step=step.id, items=[encode(element) for element in fresh])
    elif not elements and base.status is StepStatus.WAITING:
        yield ev.StepSkipped(step=step.id, because=NOTHING_TO_DO)


def spread_further(situation: Situation, step: StepPlan) -> Iterator[Event]:
    """Yield the elements that a step's list has gained since it was first spread, if it would still begin."""
    if judging.verdict(situation, step, step.id).word == "go":
        yield from spread(situation, step)


def prepare(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event]:
    """Yield what an act will do, written out once, or why that cannot be."""
    try:
        rendered = step.with_.render(situation.names_for(entry.id)) if step.with_ else {}
    except UnknownValueError:
        return
    except ExpressionError as error:
        yield ev.StepFailed(step=entry.id, because=f"what it needs cannot be worked out: {error.message}")
        return
    params = encode(rendered)
    yield ev.StepPrepared(step=entry.id, digest=digest_of(params), params=params, authors=situation.authors(step))


def revive(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event]:
    """Yield that a skipped or blocked instance is looked at again, when what kept it from beginning is gone."""
    if entry.because == NOTHING_TO_DO:
        yield from spread(situation, step)
    elif judging.may_revive(situation, step, entry):
        yield ev.StepRevived(step=entry.id, because="what it depends on has changed")


def _elements(situation: Situation, step: StepPlan) -> list[Value] | None:
    if step.for_each is None:
        return None
    try:
        elements = step.for_each.evaluate(situation.names_for(step.id))
    except UnknownValueError:
        return None
    if not isinstance(elements, list | tuple):
        raise ExpressionError(f"{step.for_each.source} is no list.")
    return list(elements)


def _room(situation: Situation, step: StepPlan) -> bool:
    if step.max_parallel is None:
        return True
    begun = (
        entry
        for entry in standing.instances(situation, step)
        if entry.status is not StepStatus.WAITING and entry.status not in SETTLED
    )
    return sum(1 for _ in begun) < step.max_parallel


def _start(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event]:
    match step.kind:
        case StepKind.ACTION:
            yield from prepare(situation, step, entry)
        case StepKind.TASK | StepKind.DECISION:
            if heard(situation, step, entry):
                yield open_ask(situation, step, entry)
            else:
                yield from open_views(situation, step, entry)
        case StepKind.CALL:
            if step.call is not None:
                yield from write_out(situation, step, step.call, entry)
        case StepKind.WAIT:
            if step.wait is not None:
                yield from _wait(situation, step.wait, entry)


def _wait(situation: Situation, wait: WaitPlan, entry: Step) -> Iterator[Event]:
    try:
        moment = _awaited(situation, wait, entry)
    except UnknownValueError:
        return
    except ExpressionError as error:
        yield ev.StepFailed(step=entry.id, because=f"what it waits for cannot be worked out: {error.message}")
        return
    if moment is not None:
        yield from _timed(entry, moment)


def _awaited(situation: Situation, wait: WaitPlan, entry: Step) -> Instant | None:
    """Return until when is waited; None while something has not become true."""
    if wait.known is not None:
        return Instant(situation.now) if wait.known.evaluate(situation.names_for(entry.id)) is True else None
    if wait.until is None:
        return Instant(situation.now + wait.duration) if wait.duration is not None else None
    moment = wait.until.evaluate(situation.names_for(entry.id))
    if not isinstance(moment, Instant):
        raise ExpressionError(f"{wait.until.source} is no date and time.")
    return moment


def _timed(entry: Step, moment: Instant) -> Iterator[Event]:
    name = f"wait:{entry.id}"
    yield ev.TimerSet(timer=name, due=instant_text(moment.utc), purpose=name)
