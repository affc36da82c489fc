"""Reminding those who are asked, while the time to a due runs out.

Rules kept here:
1. An ask reminds at shares of the time from its opening to its due. Reminders that come late are told once: only the
   latest share counts. After the due time nobody is reminded; that the target was missed is told instead.
2. Who said to be on it within the last stretch, since the share before, need not be reminded.
3. A target that was moved reminds anew, at the shares of its new time.
4. Nobody is reminded outside their working hours, except of containment and law: a reminder waits until the first of
   those asked begins to work, and names only who works then. One that would wait past the due is not told.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.authority import holders
from engine.domain.chain import instant_text
from engine.domain.hours import next_work, works_at
from engine.domain.waking import never_held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Ask
    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.plan import StepPlan

WHOLE = 100


def remind(situation: Situation, ask: Ask, step: StepPlan) -> Iterator[Event]:
    """Yield the reminder of an open ask that is due now, and the timer of the next one."""
    if ask.due is None or ask.missed or situation.now >= ask.due:
        return
    shares = situation.waking.shares
    passed = [share for share in shares if moment_of(ask, share) <= situation.now]
    if passed and passed[-1] > ask.reminded and not _taken_since(ask, passed):
        yield from _tell(situation, ask, step, share=passed[-1])
    if len(passed) < len(shares):
        coming = shares[len(passed)]
        yield from set_timer(situation, f"remind:{ask.id}:{coming}", at=moment_of(ask, coming))


def moment_of(ask: Ask, share: int) -> datetime:
    """Return when a share of the time to an ask's due has passed."""
    due = ask.due or ask.opened_at
    return ask.opened_at + (due - ask.opened_at) * share / WHOLE


def set_timer(situation: Situation, purpose: str, *, at: datetime) -> Iterator[Event]:
    """Yield a timer for an instant, unless it was set already; another instant is another timer."""
    name = f"{purpose}@{instant_text(at)}"
    if name not in situation.incident.timers:
        yield ev.TimerSet(timer=name, due=instant_text(at), purpose=purpose)


def _taken_since(ask: Ask, passed: list[int]) -> bool:
    before = moment_of(ask, passed[-2]) if len(passed) > 1 else ask.opened_at
    return ask.on_it is not None and ask.on_it.at >= before


def _tell(situation: Situation, ask: Ask, step: StepPlan, *, share: int) -> Iterator[Event]:
    """Yield that those who may be reminded now are, or the timer of when somebody may be."""
    asked = _asked(situation, ask)
    hours, now = situation.waking.hours, situation.now
    people = [person for person in asked if never_held(step) or person not in hours or works_at(hours[person], now)]
    if people:
        yield ev.AskReminded(ask=ask.id, step=ask.step, share=share, people=people)
        return
    begins = min((next_work(hours[person], now) for person in asked), default=now)
    if ask.due is not None and now < begins < ask.due:
        yield from set_timer(situation, f"remind:{ask.id}:{share}", at=begins)


def _asked(situation: Situation, ask: Ask) -> list[str]:
    """Return who is asked: whom the ticket was given to, else all; of an approval not who wrote it or gave theirs."""
    done = {*ask.requesters, *(answer.by for answer in ask.answers)} if ask.kind == "approval" else set()
    people = dict.fromkeys(person for role in ask.by for person in holders(situation.plan, situation.incident, role))
    left = [person for person in people if person not in done]
    return [ask.given_to] if ask.given_to in left and ask.given_to else left
