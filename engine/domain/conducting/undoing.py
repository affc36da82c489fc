"""Writing out how a step is taken back.

Rules kept here (design section 3, semantic 10): it is written out once, from what is known then; what reads something
that is not known cannot be written out, so nobody waits for it: a person is told, and a cancelled incident goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.conducting.situation import digest_of
from engine.domain.expressions import ExpressionError
from engine.domain.values import encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan
    from engine.domain.values import Value


def prepare_undo(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event]:
    """Yield what taking a step back will do, written out once; nothing while that cannot be."""
    if step.undo is None or unwritable(situation, step, entry):
        return
    params = encode(_written(situation, step, entry))
    yield ev.StepPrepared(step=entry.id, digest=digest_of(params), params=params, purpose="undo")


def unwritable(situation: Situation, step: StepPlan, entry: Step) -> str:
    """Return why taking a step back cannot be written out now; empty where it can, or is already."""
    if entry.undo_params is not None:
        return ""
    try:
        _written(situation, step, entry)
    except ExpressionError as error:
        return error.message
    return ""


def _written(situation: Situation, step: StepPlan, entry: Step) -> Value:
    with_ = step.undo.with_ if step.undo is not None else None
    return with_.render(situation.names_for(entry.id)) if with_ is not None else {}
