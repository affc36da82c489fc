"""The timeline in words: every event has some, and what is restricted is not among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

import pytest

from engine.domain import timeline as ev
from engine.domain.timeline import EVENTS
from engine.ports.records import Entry
from engine.reports.reader import Reader
from engine.reports.timeline import line
from engine.reports.wording import WORDS
from tests.unit.domain.story import START, Story

if TYPE_CHECKING:
    from engine.domain.plan import Plan

CANARY = "canary-71c0"
PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    inputs:
      open_fact: {type: text, optional: true}
      closed_fact: {type: text, optional: true, sensitivity: restricted}
    roles: {commander: {required: true}}
    phases:
      contain:
        steps:
          - id: open_step
            title: An open step
            task: Do it.
            owner: commander
            form: {said: {type: text}, hidden: {type: text, sensitivity: privileged}}
          - {id: closed_step, title: Nobody else's business, task: Do it., owner: commander, sensitivity: restricted,
             form: {hidden: {type: text, sensitivity: restricted}}}
"""
INNER = re.compile(r"segment|conductor|\blease|\bfold|victim|suspect|leaker", re.IGNORECASE)


@pytest.fixture
def plan() -> Plan:
    """A plan with an open and a restricted step."""
    return Story(PLAYBOOK).plan


def told(event: ev.Event, plan: Plan, *, restricted: bool = False) -> str:
    """One event in words."""
    entry = Entry(1, START, START, event.by if isinstance(event, ev.InputEvent) else "engine", event, "0" * 64)
    return line(entry, Reader(plan, str.title, restricted)).text


def filled(kind: type[ev.Event]) -> ev.Event:
    """An event of a kind with something in every field that it needs."""
    values: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if not field.is_required():
            continue
        options = get_args(field.annotation)
        values[name] = next((option for option in options if isinstance(option, str)), None) or {
            "step": "open_step",
            "ask": "open_step.task.1",
            "subject": "open_step",
            "kind": "action",
            "at": "2026-11-24T02:10:00Z",
            "due": "2026-11-24T02:10:00Z",
            "again": "2026-11-24T02:10:00Z",
            "since": "2026-11-24T02:10:00Z",
        }.get(name, {int: 1, dict: {}, list: [], bool: True}.get(field.annotation, "text"))  # type: ignore[arg-type]  # plain types are keys too
    return kind.model_construct(**values) if kind is ev.IncidentDeclared else kind.model_validate(_typed(kind, values))


def _typed(kind: type[ev.Event], values: dict[str, Any]) -> dict[str, Any]:
    for name, field in kind.model_fields.items():
        if name in values and str(field.annotation).startswith(("list", "dict")):
            values[name] = {} if str(field.annotation).startswith("dict") else ["x"]
    return values


@pytest.mark.parametrize("kind", [kind for versions in [EVENTS] for kind in versions.values()], ids=str)
def test_every_event_has_words_that_are_no_inner_words(kind: Any, plan: Plan) -> None:  # noqa: ANN401 - a class of the registry
    """A sentence, one mark at its end, and none of the engine's own words unless it is only bookkeeping."""
    event = filled(kind)
    text = told(event, plan)
    assert type(event) in WORDS
    assert text[:1].isupper()
    assert not INNER.search(text)
    assert not text.endswith(("..", "?."))


@pytest.mark.parametrize(
    "event",
    [
        ev.AskAnswered(ask="open_step.task.1", verdict="answer", values={"said": "words", "hidden": CANARY}),
        ev.AskAnswered(ask="closed_step.task.1", verdict="answer", values={"hidden": CANARY}, reason=CANARY),
        ev.FactRevised(name="closed_fact", value=CANARY),
        ev.NoteAdded(text=CANARY, sensitivity="privileged"),
        ev.StepDeclined(step="closed_step", ask="closed_step.task.1", because=CANARY),
        ev.EffectFailed(key="k", kind="action", subject="closed_step", message=CANARY),
        ev.StepResolved(step="closed_step", outcome="done", reason=CANARY),
    ],
    ids=lambda event: event.type,
)
def test_what_is_restricted_is_said_to_be_recorded(event: ev.Event, plan: Plan) -> None:
    """It is counted, it is not shown, and whoever may see it does."""
    assert CANARY not in told(event, plan)
    assert "recorded, " in told(event, plan)
    assert CANARY in told(event, plan, restricted=True)


def test_addresses_are_made_harmless(plan: Plan) -> None:
    """Nobody opens a copy by a slip of the hand."""
    assert "hxxps://a[.]example/1" in told(ev.FactRevised(name="open_fact", value="https://a.example/1"), plan)


@pytest.mark.parametrize(
    ("event", "ordinary", "words"),
    [
        (ev.TimerFired(timer="wait:pause", late=3), True, "0:00:03 late"),
        (ev.TimerFired(timer="wait:pause", late=3700), False, "1:01:40 late: the engine was not at work when it came"),
        (ev.SegmentBegan(number=2, lane="direct"), True, "stretch 2"),
        (ev.SegmentBegan(number=2, lane="direct", unclean=True), False, "ended without a word"),
    ],
)
def test_people_are_told_that_the_engine_was_away(event: ev.Event, words: str, plan: Plan, *, ordinary: bool) -> None:
    """A moment that is noticed late, and an engine that ended without a word, are no bookkeeping."""
    entry = Entry(1, START, START, "engine", event, "0" * 64)
    shown = line(entry, Reader(plan, str.title))
    assert words in shown.text
    assert shown.technical is ordinary


def test_what_waits_for_its_turn_is_no_failure(plan: Plan) -> None:
    """The words do not alarm anybody."""
    event = ev.EffectFailed(
        key="k", kind="card", subject="a", message="Slack takes it in 6 s.", retry_at="-", early=True
    )
    assert told(event, plan).startswith("Comes later: ")
    assert "Did not work" in told(event.model_copy(update={"early": False}), plan)


def test_a_notice_of_one_element_of_many_is_told_as_any_other(plan: Plan) -> None:
    """Its name holds the state that it tells of; what is told is the step and the number."""
    told_of = ev.EffectDone(key="k", kind="notice", subject="open_step[2]:failed:3")
    assert told(told_of, plan).endswith("for An open step (2).")
