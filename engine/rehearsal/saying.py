"""What somebody of the cast answers to an ask: as the scenario says, the rest made up.

Rule kept here: what is asked within a day is urgent; what has longer is planned work.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.kinds import ANSWER, WHY
from engine.domain.views import form_of
from engine.rehearsal.forms import filled
from engine.rehearsal.naming import APPROVAL

if TYPE_CHECKING:
    from engine.domain.ask import Ask
    from engine.domain.events.shape import Verdict
    from engine.domain.injects import AnswerDeed
    from engine.domain.scenario import AnswerModel
    from engine.rehearsal.agenda import Says
    from engine.rehearsal.stage import Stage

PLANNED = timedelta(days=1)
VERDICTS: dict[str, Verdict] = {"approval": "approve", "view": "answer", "decision": "answer", "task": "done"}


def answer_of(stage: Stage, ask: Ask, item: Says) -> cmd.Answer:
    """Return what somebody answers."""
    said = item.scripted
    verdict = VERDICTS[ask.kind]
    if said is not None and said.verdict is not None and said.verdict != "silence":
        verdict = said.verdict
    reason = (said.reason if said else "") or ("It is rehearsed." if verdict == "decline" else "")
    given = dict(said.values) if said else {}
    form = form_of(stage.plan, ask) if ask.kind != APPROVAL and verdict != "decline" else {}
    if verdict in ("yes", "no"):
        if ANSWER in form:
            given.setdefault(ANSWER, verdict == "yes")
        if reason and WHY in form:
            given.setdefault(WHY, reason)
    values = filled(form, given, person=item.person, now=stage.clock.now())
    return cmd.Answer(target=ask.id, verdict=verdict, values=values, reason=reason)


def unasked(deed: AnswerDeed) -> cmd.Answer:
    """Return what somebody answers to what nobody is asked."""
    return cmd.Answer(target=deed.step, verdict=deed.verdict or "answer", reason=deed.reason)


def named(said: AnswerModel | None) -> bool:
    """Return whether the scenario names who answers."""
    return said is not None and bool(said.by)


def urgent(ask: Ask) -> bool:
    """Return whether people turn to an ask at once; else they plan it."""
    return ask.due is None or ask.due - ask.opened_at <= PLANNED
