"""What people are asked: tasks, decisions and approvals, their due times, and what follows from the answers.

Rules kept here (design section 3, semantics 1, 8 and 9): an approval binds to a digest, of what an action
will do or of what a person answered; another digest needs another approval. An approval that is declined
sends a task or decision back to be answered again, and ends an action. One that expires is asked for again or counts
as declined, as the playbook says; else it counts as declined for an action only.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from engine.domain import timeline as ev
from engine.domain.answers import says_no
from engine.domain.chain import instant_text
from engine.domain.conducting import clocks
from engine.domain.conducting.rounds import not_yet
from engine.domain.conducting.situation import digest_of
from engine.domain.glass import objected_to
from engine.domain.lifecycle import SETTLED, StepStatus
from engine.domain.naming import beside
from engine.domain.plan import StepKind
from engine.domain.views import VIEW, asked_for, role_of, view_id, views_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Answer, Ask
    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan

GIVEN = frozenset({"approved", "broken"})
"""Outcomes of an approval with which an act begins."""
ASK_AGAIN = timedelta(hours=1)
"""When a question answered with no is asked again, where the step has no due time of its own."""


def open_ask(situation: Situation, step: StepPlan, entry: Step) -> ev.AskOpened:
    """Return that a person is asked to do a task or to decide; asked again, it is a further round."""
    kind: Literal["task", "decision"] = "decision" if step.kind is StepKind.DECISION else "task"
    number = entry.round + 1
    due = situation.target(step)
    return ev.AskOpened(
        ask=f"{entry.id}.{kind}.{number}",
        kind=kind,
        step=entry.id,
        by=list(step.by or ((step.owner,) if step.owner else ())),
        due=instant_text(due) if due else None,
        due_text=step.due.text if step.due else "",
        round=number,
    )


def open_views(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event]:
    """Yield that each consulted role is asked for its view, where that is not asked yet."""
    consult = step.consult
    for role in consult.roles if consult else ():
        if asked_for(situation.incident, entry.id, role) is not None:
            continue
        before = [ask for ask in views_of(situation.incident, entry.id) if role_of(ask.id) == role]
        waiting = entry.status is StepStatus.WAITING and consult is not None and consult.first is not None
        due = situation.now + consult.first if waiting and consult is not None and consult.first else None
        yield ev.AskOpened(
            ask=view_id(entry.id, role, len(before) + 1),
            kind="view",
            step=entry.id,
            by=[role],
            due=instant_text(due) if due else None,
            round=len(before) + 1,
        )


def heard(situation: Situation, step: StepPlan, entry: Step) -> bool:
    """Return whether a step need not wait for views any more: all are there, or their time has passed."""
    if step.consult is None or step.consult.first is None or entry.round:
        return True
    asked = [asked_for(situation.incident, entry.id, role) for role in step.consult.roles]
    return all(ask is not None and (not ask.open or ask.missed) for ask in asked)


def open_approval(
    situation: Situation, step: StepPlan, entry: Step, *, digest: str, requesters: tuple[str, ...]
) -> Iterator[Event]:
    """Yield that an approval of exactly this digest is asked for, and when it expires."""
    if step.approve is None:
        return
    number = entry.approvals + 1
    ask = f"{entry.id}.approval.{number}"
    expires = situation.now + step.approve.expires if step.approve.expires else None
    yield ev.AskOpened(
        ask=ask,
        kind="approval",
        step=entry.id,
        by=list(step.approve.by),
        quorum=step.approve.quorum,
        digest=digest,
        requesters=requesters,
        due=instant_text(expires) if expires else None,
        round=number,
        purpose="undo" if digest == entry.undo_digest != "" else "do",
    )


def approved(situation: Situation, entry: Step, digest: str, *, purpose: str = "do") -> bool:
    """Return whether exactly this digest has been approved for this, or somebody went ahead with it alone."""
    return any(
        ask.kind == "approval" and ask.step == entry.id and ask.outcome in GIVEN and ask.digest == digest
        for ask in situation.incident.asks.values()
        if not ask.ratifies and ask.purpose == purpose and not objected_to(situation.incident, ask)
    )


def after_answer(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event]:
    """Yield what follows for an instance that waits for a person."""
    ask = situation.incident.asks[entry.ask or ""]
    answer = ask.last
    if answer is None or ask.open:
        yield from open_views(situation, step, entry)
        return
    if ask.outcome == "declined":
        yield ev.StepDeclined(step=entry.id, ask=ask.id, because=answer.reason)
    elif says_no(step, answer):
        yield from _ask_again(situation, step, entry, ask)
    else:
        yield from clocks.fulfil(situation, step, entry, answer)
        yield from _answered(situation, step, entry, answer)


def _answered(situation: Situation, step: StepPlan, entry: Step, answer: Answer) -> Iterator[Event]:
    if step.approve is not None:
        digest = digest_of(dict(answer.values))
        yield from open_approval(situation, step, entry, digest=digest, requesters=(answer.by,))
    else:
        yield from finish(situation, step, entry, answer)


def after_approval(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event]:
    """Yield what follows for a task or decision whose answer waits for approval."""
    approval = situation.incident.asks[entry.approval or ""]
    answer = situation.incident.asks[entry.ask or ""].last
    if answer is None:
        return
    if approval.open:
        yield from clocks.fulfil(situation, step, entry, answer)
        if digest_of(dict(answer.values)) != approval.digest:
            yield ev.AskClosed(ask=approval.id, because="voided")
        return
    match approval.outcome:
        case "approved":
            yield from finish(situation, step, entry, answer)
        case "expired" if step.approve is None or not step.approve.asks_again:
            yield open_ask(situation, step, entry)
        case "voided" | "expired":
            digest = digest_of(dict(answer.values))
            yield from open_approval(situation, step, entry, digest=digest, requesters=(answer.by,))
        case "declined":
            yield open_ask(situation, step, entry)
        case _:
            return


def finish(situation: Situation, step: StepPlan, entry: Step, answer: Answer) -> Iterator[Event]:
    """Yield that a person's step is done, or done again later, and what follows: facts, clocks, the moment it marks."""
    repeats = not_yet(situation, step, entry, answer.values)
    yield from repeats or [ev.StepDone(step=entry.id, output=dict(answer.values))]
    for name, spec in step.form.items():
        if spec.revises and name in answer.values:
            fact = beside(entry.id, spec.revises)
            yield ev.FactRevised(
                name=fact,
                value=answer.values[name],
                reason=f"answered in {entry.id}",
                by=answer.by,
                via=answer.via,
                strength=answer.strength,
            )
    yield from clocks.start(situation, step, entry, answer)
    if step.marks and not repeats:
        yield ev.MomentMarked(moment=step.marks, step=entry.id)


def watch(situation: Situation, ask: Ask, step: StepPlan) -> Iterator[Event]:
    """Yield the timer of an open ask's due time, what follows when it has passed, and its end with its step."""
    entry = situation.incident.step(ask.step)
    if ask.kind == VIEW and (entry.status is StepStatus.AWAITING_APPROVAL or not _consulted(step, role_of(ask.id))):
        yield ev.AskClosed(ask=ask.id, because="superseded")
        return
    if entry.status in SETTLED and not entry.undo_ordered and not ask.ratifies:
        yield ev.AskClosed(ask=ask.id, because="superseded")
        return
    if ask.due is None:
        return
    expiry = ask.may_be_broken and step.approve is not None and step.approve.expires is not None
    name = f"{'expiry' if expiry else 'due'}:{ask.id}{f':{ask.moved}' if ask.moved else ''}"
    timer = situation.incident.timers.get(name)
    if timer is None:
        yield ev.TimerSet(timer=name, due=instant_text(ask.due), purpose=name)
    elif timer.fired and expiry:
        yield ev.AskClosed(ask=ask.id, because="expired")
    elif timer.fired and not ask.missed:
        yield ev.TargetMissed(ask=ask.id, step=ask.step, due=instant_text(ask.due))


def _consulted(step: StepPlan, role: str) -> bool:
    """Return whether a role is to be heard; another version of the playbook may have taken it out."""
    return step.consult is not None and role in step.consult.roles


def _ask_again(situation: Situation, step: StepPlan, entry: Step, ask: Ask) -> Iterator[Event]:
    name = f"again:{ask.id}"
    timer = situation.incident.timers.get(name)
    if timer is None:
        due = situation.target(step)
        yield ev.TimerSet(timer=name, due=instant_text(due or situation.now + ASK_AGAIN), purpose=name)
    elif timer.fired:
        yield open_ask(situation, step, entry)
