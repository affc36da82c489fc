"""What people are asked, in Slack and in Jira: why, what, who, until when, and what it takes to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.authority import ladder
from engine.domain.lifecycle import StepStatus
from engine.domain.plan import ANSWER, WHY
from engine.domain.surfaces import taken_since
from engine.domain.tokens import ask_token
from engine.domain.views import VIEW, titles
from engine.ports.shown import Button, Message, Section, TicketDraft
from engine.reports.phrases import due_by_law, lead
from engine.reports.titles import TAKE_BACK, takes_back
from engine.runtime.showing.words import alone, ticketing
from engine.runtime.showing.words.filling import facts_of
from engine.runtime.showing.words.hearing import view_sections
from engine.runtime.showing.words.needing import done_by_form
from engine.runtime.showing.words.scene import EXERCISE, RECORDED, Scene, filled, label, open_to_all, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Acknowledgement, Ask
    from engine.domain.plan import StepPlan
    from engine.ports.people import Person

APPROVAL, DECISION = "approval", "decision"
HEADINGS = {APPROVAL: "To approve", DECISION: "To decide", "task": "To do", VIEW: "Your view is asked for"}
RATIFY = "To ratify"
ENDS = {
    "approved": "Approved",
    "declined": "Declined",
    "voided": "No longer asked: what was to be approved has changed",
    "expired": "No longer asked: nobody answered in time",
    "superseded": "No longer asked: settled another way",
    "cancelled": "No longer asked: the incident was ended",
}
WORDS_OF_ANSWER = {DECISION: "Decided", VIEW: "View given"}
ON_IT, ACKNOWLEDGE = "I am on it", "acknowledge"
LONGEST_VALUE = 2800
LONGEST_LINE = 300
MOST_LINES = 40


def card(scene: Scene, ask: Ask) -> Message:
    """Return the message of an ask: with buttons while it is open, with what became of it afterwards."""
    title = f"{TAKE_BACK if takes_back(ask) else ''}{scene.title(ask.step)}"
    sections = list(_body(scene, ask))
    if ask.open and ask.round > 1 and ask.kind not in (APPROVAL, VIEW):
        sections.append(Section(tuple(_before(scene, ask)), heading="Asked again"))
    if not ask.open:
        ended = outcome(scene, ask)
        again = Button("Change the answer", "answer", ask_token(scene.incident.id, ask.id))
        return Message(
            f"{lead(ended)} {title}",
            heading=title,
            sections=(Section((ended,)), *_answered(scene, ask), *view_sections(scene, ask), *sections[:1]),
            buttons=(again,) if _changeable(scene, ask) else (),
            footer=_foot(scene),
        )
    heading = f"{RATIFY if ask.ratifies else HEADINGS[ask.kind]}: {title}"
    return Message(
        heading,
        heading=heading,
        sections=(*sections, *view_sections(scene, ask), Section(tuple(_who_and_when(scene, ask)))),
        buttons=tuple(_buttons(scene, ask)),
        footer=_foot(scene),
        mentions=_awaited(scene, ask),
    )


def _answered(scene: Scene, ask: Ask) -> Iterator[Section]:
    """Yield what somebody filled in, where everybody may read it; what is long is cut."""
    step = scene.step(ask.step)
    if ask.kind != VIEW and ask.outcome == "answered" and ask.last is not None and step.form and open_to_all(step):
        told = filled(step, ask.last.values)
        lines = [line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …" for line in told[:MOST_LINES]]
        rest = [f"and {len(told) - MOST_LINES} more lines: `tocsin status`"] if len(told) > MOST_LINES else []
        yield Section((*lines, *rest), heading="Answer")


def _awaited(scene: Scene, ask: Ask) -> tuple[Person, ...]:
    """Return who is asked, so that the chat tells them: of an approval not who wrote it, nor who has given theirs."""
    done = {*ask.requesters, *(answer.by for answer in ask.answers)} if ask.kind == APPROVAL else set()
    people = (scene.people.person(person) for person in scene.holders(ask.by) if person not in done)
    return tuple(person for person in people if person is not None)


def _changeable(scene: Scene, ask: Ask) -> bool:
    """Return whether an answer may still be replaced: while its approval is waited for."""
    entry = scene.incident.step(ask.step)
    return ask.outcome == "answered" and entry.ask == ask.id and entry.status is StepStatus.AWAITING_APPROVAL


def outcome(scene: Scene, ask: Ask) -> str:
    """Return in one line what became of an ask."""
    told = alone.went_ahead(scene, ask) or alone.looked_at(scene, ask)
    if told:
        return told
    word = WORDS_OF_ANSWER.get(ask.kind, "Done") if ask.outcome == "answered" else ENDS.get(ask.outcome, ask.outcome)
    counted = ask.answers if ask.outcome in ("approved", "answered", "declined") else ()
    said = ", ".join(f"{scene.name(answer.by)} at {scene.local(answer.at)}" for answer in counted)
    reason = ask.last.reason if ask.last and ask.outcome == "declined" else ""
    if reason:
        hidden = RECORDED.get(scene.step(ask.step).sensitivity)
        return f"{word} by {said}: {hidden or reason}"
    missing = titles(scene.plan, ask.last.without) if ask.last and ask.outcome == "answered" else ""
    apart = f", without the view of {missing}" if missing else ""
    return f"{word} by {said}{apart}" if said else word


def on_it(scene: Scene, known: Acknowledgement) -> str:
    """Return who is on it, and since when."""
    return f"{scene.name(known.by)} is on it since {scene.local(known.at)}."


def state_of_calls(scene: Scene, ask: Ask) -> str:
    """Return in a line who was called for an open ask, empty when nobody was or somebody is on it."""
    if not ask.open or not ask.calls or taken_since(ask, ask.calls[-1]):
        return ""
    last = ask.calls[-1]
    since = scene.local(ask.calls[0].at)
    rest = set(ladder(scene.plan, scene.incident, ask)) - {known.person for known in ask.calls}
    all_called = "" if rest else ", and there is nobody else to call"
    return f"Called: {scene.name(last.person)}, level {last.level}; nobody has answered since {since}{all_called}"


def ticket(scene: Scene, ask: Ask, *, epic: str, link: str) -> TicketDraft:
    """Return the ticket of a task or decision."""
    step = scene.step(ask.step)
    return TicketDraft(
        summary=f"[{scene.incident.id}] {scene.title(ask.step)}",
        description="\n".join(_description(scene, ask, link=link)),
        labels=ticketing.labels(scene, step),
        owner=ticketing.owner(scene, ask),
        due=scene.moment_there(ask.due) if ask.due else None,
        parent=epic or None,
        restricted=ticketing.is_restricted(scene, step),
        facts=facts_of(scene, step),
    )


def _before(scene: Scene, ask: Ask) -> Iterator[str]:
    """Say what became of what was asked of the step last."""
    asks = [known for known in scene.incident.asks.values() if known.step == ask.step and known.kind != VIEW]
    ended = [known for known in asks if not known.open]
    if ended:
        yield outcome(scene, ended[-1])


def _body(scene: Scene, ask: Ask) -> Iterator[Section]:
    step = scene.step(ask.step)
    if not open_to_all(step):
        yield Section(
            (f"What this is about is {step.sensitivity.value}; those who are asked see it when they answer.",)
        )
        return
    if step.why:
        yield Section((step.why,), heading="Why")
    if ask.kind == APPROVAL:
        yield Section(tuple(_approved(scene, ask)), heading="What is approved, exactly")
    elif ask.kind == VIEW:
        yield Section((step.instructions or step.title,), heading="What is decided")
    elif step.instructions:
        yield Section((step.instructions,), heading="What to do")


def _approved(scene: Scene, ask: Ask) -> Iterator[str]:
    step, entry = scene.step(ask.step), scene.incident.step(ask.step)
    answered = scene.incident.asks.get(entry.ask or "")
    if answered is not None and answered.last is not None:
        yield from filled(step, answered.last.values)
    else:
        params = entry.undo_params if ask.digest == entry.undo_digest != "" else entry.params
        known = params if isinstance(params, dict) else {}
        closed = step.closed if params is entry.params else {}
        yield from (
            f"{label(name)}: {RECORDED[closed[name]] if name in closed else text_of(value)[:LONGEST_VALUE]}"
            for name, value in known.items()
        )
    yield f"Fingerprint: {ask.digest[:12]}"


def _who_and_when(scene: Scene, ask: Ask) -> Iterator[str]:
    quorum = f", {ask.quorum} people" if ask.quorum > 1 else ""
    yield f"For: {scene.asked(ask)}{quorum}"
    if ask.ratifies:
        yield from alone.before_ratifying(scene, ask)
    elif ask.requesters:
        yield f"Written by {', '.join(map(scene.name, ask.requesters))}, who may not approve it."
    given = [scene.name(answer.by) for answer in ask.answers if answer.verdict == "approve"]
    if given:
        yield f"Approved so far by {', '.join(given)}."
    if ask.on_it:
        yield on_it(scene, ask.on_it)
    if said := state_of_calls(scene, ask):
        yield f"{said}."
    yield from alone.foreseen(scene, ask)
    if ask.due:
        missed = " (missed)" if ask.missed else ""
        yield f"Due: {scene.local(ask.due)}{missed}"
    elif by_law := due_by_law(scene.step(ask.step), ask):
        yield f"Due: {by_law}"
    if ask.given_to:
        yield f"Its ticket was given to {scene.name(ask.given_to)}."
    key, url = scene.ticket(ask.id)
    if key:
        yield f"Ticket: {key} {url}"
    elif scene.withheld(ask):
        yield "No ticket: this is restricted, and others would see it in Jira. Answer it here or with `tocsin answer`."


def _buttons(scene: Scene, ask: Ask) -> Iterator[Button]:
    token = ask_token(scene.incident.id, ask.id)
    if ask.kind == APPROVAL:
        yield Button("Ratify" if ask.ratifies else "Approve", "approve", token, "primary")
        yield Button("Object" if ask.ratifies else "Decline", "decline", token, "danger")
        yield from alone.buttons(scene, ask)
        yield Button(ON_IT, ACKNOWLEDGE, token)
        return
    if ask.kind == VIEW:
        yield Button("Give my view", "answer", token, "primary")
    elif scene.step(ask.step).form:
        yield Button("Answer", "answer", token, "primary")
    else:
        yield Button("Done", "done", token, "primary")
    yield Button("Decline", "decline", token)
    yield Button(ON_IT, ACKNOWLEDGE, token)


def _description(scene: Scene, ask: Ask, *, link: str) -> Iterator[str]:
    step = scene.step(ask.step)
    if open_to_all(step):
        if step.why:
            yield from ("h2. Why", step.why, "")
        yield from ("h2. What to do", step.instructions or step.title, "")
    else:
        yield from (f"What this is about is {step.sensitivity.value}: see it where you answer.", "")
    yield "h2. Done when"
    if step.form:
        yield from done_by_form(step, files_here=not ticketing.is_restricted(scene, step))
    else:
        yield "* This ticket is closed as done."
    if ask.due:
        yield f"* Due {scene.dated(ask.due)} ({scene.incident.zone}), unless the due date was moved since."
    elif by_law := due_by_law(step, ask):
        yield f"* Due: {by_law}."
    if link:
        yield from ("", f"In Slack: {link}")
    if scene.incident.exercise:
        yield from ("", EXERCISE)


def _foot(scene: Scene) -> str:
    exercise = f" · {EXERCISE}" if scene.incident.exercise else ""
    return f"{scene.incident.id}{exercise}"


def is_yes_or_no(step: StepPlan) -> bool:
    """Return whether a decision is only asked for yes or no, and why."""
    return set(step.form) == {ANSWER, WHY}
