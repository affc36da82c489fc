"""Answers of people, to what they are asked and to the review's questions: checked, or refused with the reason.

Rules kept here: pure; a form with one bad field changes nothing, and every bad field is named at once; the first answer
counts, also before anything has followed from it.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.authority import Refusal, holders, refuses_answer
from engine.domain.called import step_there, steps_there
from engine.domain.fields import FieldError, FieldType, accept
from engine.domain.incident import instance_id
from engine.domain.lifecycle import StepStatus
from engine.domain.minors import no_files_because
from engine.domain.plan import ANSWER, WHY
from engine.domain.values import Instant, encode
from engine.domain.views import VIEW, form_of, views_of, without

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.domain import commands as cmd
    from engine.domain.ask import Answer, Ask
    from engine.domain.events.shape import InputEvent, Json
    from engine.domain.fields import FieldSpec
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan, StepPlan

REVIEW_ACTION = "review.collect"
"""The action whose result holds the review's questions."""
REOPENABLE = frozenset({StepStatus.AWAITING_PERSON, StepStatus.AWAITING_APPROVAL, StepStatus.AWAITING_TIME})


def take_answer(
    plan: Plan, incident: Incident, command: cmd.Answer, who: cmd.Who, *, now: datetime, connected: bool
) -> tuple[InputEvent, ...] | Refusal:
    view = None if command.verdict == "approve" else view_meant(plan, incident, command.target, person=who.person)
    ask = view or _meant(incident, command)
    if ask is None:
        return nothing_asked(plan, incident, command.target, approving=command.verdict == "approve")
    refusal = refuses_answer(plan, incident, ask, who, connected=connected) or _too_late(plan, incident, ask, command)
    if refusal is not None:
        return refusal
    if ask.kind == "approval" and command.verdict not in ("approve", "decline"):
        return Refusal("verdict", "An approval is given or declined.", "Use approve or decline.")
    if command.verdict == "decline" and not command.reason:
        return Refusal("reason", "Declining needs a reason.", "Say in one sentence why.")
    values = (
        _form(plan, incident, ask, command, who, now=now)
        if ask.kind != "approval" and command.verdict != "decline"
        else {}
    )
    if isinstance(values, Refusal):
        return values
    return (
        ev.AskAnswered(
            ask=ask.id,
            verdict=command.verdict,
            values=values,
            reason=command.reason,
            without=[] if ask.kind == VIEW or command.verdict == "decline" else list(without(plan, incident, ask.step)),
            by=who.person,
            via=who.via,
            strength=who.strength,
        ),
    )


def view_meant(plan: Plan, incident: Incident, target: str, *, person: str) -> Ask | None:
    """Return the view that somebody gives who names a step on which they are consulted, and which is not theirs."""
    work = find_ask(incident, target, approval=False)
    if target in incident.asks or (work is not None and work.open and person in _people(plan, incident, work)):
        return None
    views = views_of(incident, work.step if work is not None else target)
    return next((ask for ask in views if ask.open and person in _people(plan, incident, ask)), None)


def _people(plan: Plan, incident: Incident, ask: Ask) -> set[str]:
    return {person for role in ask.by for person in holders(plan, incident, role)}


def take_review(
    plan: Plan, incident: Incident, command: cmd.AnswerReview, who: cmd.Who
) -> tuple[InputEvent, ...] | Refusal:
    questions = review_questions(plan, incident)
    if not questions:
        return Refusal("no_review", "The review has not begun.", "It begins when every other phase has settled.")
    for name in command.answers:
        if name not in questions:
            return unknown("question", name, questions)
    if command.anonymous and not may_be_anonymous(plan, incident):
        return Refusal("anonymous", "Answers to this review keep their name.", "Send it again with your name.")
    answers = {name: text.strip() for name, text in command.answers.items() if text.strip()}
    if not answers:
        return Refusal("empty", "Nothing was answered.", "Answer at least one question; every other may stay open.")
    by, strength = ("anonymous", "") if command.anonymous else (who.person, who.strength)
    return (ev.ReviewAnswered(answers=answers, anonymous=command.anonymous, by=by, via=who.via, strength=strength),)


def find_ask(incident: Incident, target: str, *, approval: bool) -> Ask | None:
    """Return the ask that a target means: an ask's id, or the newest ask of a step (its approval, or its work)."""
    if target in incident.asks:
        return incident.asks[target]
    entry = incident.step(target)
    if target not in incident.steps and incident.spreads.get(target):
        entry = incident.step(instance_id(target, 1)) if len(incident.spreads[target]) == 1 else entry
    found = incident.asks.get((entry.approval if approval else entry.ask) or "")
    return incident.asks.get(found.ratification, found) if found is not None else None


def review_questions(plan: Plan, incident: Incident) -> dict[str, str]:
    """Return the questions that are being asked, by id; empty while nobody is asked."""
    asked: Any = _asking(plan, incident).get("questions") or []
    return {str(question["id"]): str(question["question"]) for question in asked}


def may_be_anonymous(plan: Plan, incident: Incident) -> bool:
    """Return whether the review that is being asked lets an answer hide who gave it."""
    return _asking(plan, incident).get("anonymous") is True


def _asking(plan: Plan, incident: Incident) -> Mapping[str, Any]:
    """Return what the review's action came to, empty while nobody is asked."""
    steps = (incident.step(step.id) for step in plan.steps.values() if step.action == REVIEW_ACTION)
    return next((entry.output for entry in steps if entry.status is StepStatus.DONE and entry.output), {})


def accepted(spec: FieldSpec, raw: Any, name: str, who: cmd.Who, now: datetime) -> Any:  # noqa: ANN401 what was typed, and any typed value
    try:
        return accept(spec, raw, name=name, zone=who.typing_zone, now=Instant(now))
    except FieldError as error:
        return error


def unknown(kind: str, name: str, known: Mapping[str, object]) -> Refusal:
    return Refusal(
        f"unknown_{kind}", f"There is no {kind} {name}{_meant_word(name, known)}", f"There are: {', '.join(known)}."
    )


def _meant(incident: Incident, command: cmd.Answer) -> Ask | None:
    if command.verdict == "approve":
        return find_ask(incident, command.target, approval=True)
    if command.verdict == "decline":
        approval = find_ask(incident, command.target, approval=True)
        if approval is not None and approval.open:
            return approval
    return find_ask(incident, command.target, approval=False)


def _too_late(plan: Plan, incident: Incident, ask: Ask, command: cmd.Answer) -> Refusal | None:
    if ask.open or (command.verdict != "decline" and _replaceable(plan, incident, ask)):
        return None
    return closed(ask)


def closed(ask: Ask) -> Refusal:
    """Return that an ask is not open any more."""
    if ask.kind == VIEW and ask.last is None:
        return Refusal("closed_ask", "This is decided already.", "A note can still say it: `tocsin note`.")
    said = f"{ask.outcome} by {ask.last.by}" if ask.last else ask.outcome
    return Refusal("closed_ask", f"This was {said} already.", "`tocsin inbox` shows what waits for you.")


def _replaceable(plan: Plan, incident: Incident, ask: Ask) -> bool:
    """Return whether another answer takes the place of the first: until it is approved, and after a no or a round."""
    step, entry = plan.step_at(ask.step), incident.step(ask.step)
    if ask.kind in ("approval", VIEW) or entry.ask != ask.id or entry.status not in REOPENABLE or ask.last is None:
        return False
    return ask.outcome == "answered" and (
        step.approve is not None or says_no(step, ask.last) or entry.status is StepStatus.AWAITING_TIME
    )


def says_no(step: StepPlan, answer: Answer) -> bool:
    """Return whether an answer leaves a step that marks a moment open, to be asked again."""
    return step.marks is not None and answer.values.get(ANSWER) is not True


def _form(
    plan: Plan, incident: Incident, ask: Ask, command: cmd.Answer, who: cmd.Who, *, now: datetime
) -> dict[str, Json] | Refusal:
    fields = form_of(plan, ask)
    typed = dict(command.values)
    if ask.kind == VIEW and command.reason:
        typed.setdefault(VIEW, command.reason)
    if command.verdict in ("yes", "no") and ANSWER in fields:
        typed.setdefault(ANSWER, command.verdict == "yes")
    if WHY in fields and command.reason:
        typed.setdefault(WHY, command.reason)
    wrong: list[tuple[str, str]] = [
        (name, f"there is no such field{_meant_word(name, fields)}") for name in typed if name not in fields
    ]
    values: dict[str, Json] = {}
    for name, spec in fields.items():
        value = accepted(spec, typed.get(name), name, who, now)
        if isinstance(value, FieldError):
            wrong.append((name, value.told()))
        elif value is not None and spec.type is FieldType.FILE and no_files_because(plan, incident, ask.step):
            wrong.append((name, no_files_because(plan, incident, ask.step)))
        elif value is not None:
            values[name] = encode(value)
    if wrong:
        message = "; ".join(f"{name}: {text}" for name, text in wrong)
        return Refusal(
            "form", f"The form is not complete: {message}", "Correct these fields and send it again.", tuple(wrong)
        )
    return values


def nothing_asked(plan: Plan, incident: Incident, target: str, *, approving: bool = False) -> Refusal:
    """Return that a target means no ask, and why."""
    if step_there(plan, incident, target) is None:
        return unknown("step", target, steps_there(plan, incident, target))
    items = incident.spreads.get(target, ())
    if len(items) > 1:
        names = ", ".join(instance_id(target, number + 1) for number in range(len(items)))
        return Refusal("which", f"{target} is done once per element: say which one.", f"One of: {names}.")
    state = incident.step(target).status.value.replace("_", " ")
    work = find_ask(incident, target, approval=False)
    if approving and work is not None and work.open:
        words = f"There is nothing to approve at {target} yet: it is {state}."
        return Refusal("nothing_asked", words, "It is answered first, and approved afterwards if the playbook says so.")
    return Refusal(
        "nothing_asked",
        f"Nothing is asked of anyone at {target}: it is {state}.",
        "`tocsin status` shows where it stands.",
    )


def _meant_word(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else "."
