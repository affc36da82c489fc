"""Reading how a step ended: `steps.x.ended`, one word, once it has."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain import timeline as ev
from engine.domain.conducting.joining import ended
from engine.domain.conducting.situation import Situation
from engine.domain.incident import Step
from engine.domain.lifecycle import SETTLED, StepStatus
from engine.reports.status import status
from tests.unit.domain.story import Story, story

ASK = 'task: Look., owner: commander, when: inputs.minor != "no"'


def reading(act: str, when: str, **inputs: object) -> Story:
    """Begin a story in which one step goes by how another ended."""
    return story(
        f"""
      contain:
        steps:
          - {{id: lock, title: Lock, {act}}}
          - {{id: escalate, title: Call the desk, task: Call., owner: commander, when: '{when}'}}
    """,
        **inputs,
    )


def word(told: Story) -> object:
    """How the first step ended, as an expression reads it."""
    steps: Any = Situation(told.plan, told.incident, told.now).names["steps"]
    return steps.get("lock", {}).get("ended")


def test_a_step_goes_by_how_another_ended() -> None:
    """It waits until then; what failed is escalated, what worked is not."""
    told = reading("ACT", 'steps.lock.ended == "failed"')
    assert told.states() == {"lock": "running"}
    (need,) = status(told.plan, told.incident, now=told.now)["attention"]
    assert need["text"].startswith("“Call the desk” waits for “Lock” to end.")
    told.fails("lock")
    assert told.states()["escalate"] == "awaiting_person"
    told = reading("ACT", 'steps.lock.ended == "failed"')
    told.does("lock")
    assert told.states()["escalate"] == "skipped"


def test_it_is_looked_at_again_when_the_end_changes() -> None:
    """What was skipped while it looked well begins once it is taken back."""
    undo = 'undo: {action: http.request, with: {url: "https://a.example/undo"}}'
    told = reading(f"ACT, {undo}", 'steps.lock.ended in ["failed", "undone"]')
    told.does("lock")
    assert told.states()["escalate"] == "skipped"
    told.tells(ev.UndoOrdered(step="lock", by="ana"))
    told.does("lock")
    assert (word(told), told.states()["escalate"]) == ("undone", "awaiting_person")


def test_nobody_can_tell_is_no_end() -> None:
    """A person says what happened first."""
    told = reading("ACT", 'steps.lock.ended == "failed"')
    told.loses("lock")
    assert word(told) is None
    told.tells(ev.StepResolved(step="lock", outcome="failed", reason="we looked", by="ana"))
    assert (word(told), told.states()["escalate"]) == ("failed", "awaiting_person")


def test_each_end_has_its_word() -> None:
    """Skipped, declined, blocked and cancelled too."""
    told = reading(ASK, 'steps.lock.ended == "skipped"', minor="no")
    assert (word(told), told.states()["escalate"]) == ("skipped", "awaiting_person")
    told = reading(ASK, 'steps.lock.ended == "declined"')
    told.answers("lock.task.1", verdict="decline")
    assert (word(told), told.states()["escalate"]) == ("declined", "awaiting_person")


@pytest.mark.parametrize(
    ("states", "enough", "found"),
    [
        (("done",), None, "done"),
        (("done", "running"), None, ""),
        (("done", "skipped"), None, "done"),
        (("skipped", "skipped"), None, "skipped"),
        (("done", "blocked", "failed"), None, "failed"),
        (("undone", "declined"), None, "declined"),
        (("done", "failed", "running"), 1, "done"),
        (("failed", "declined", "running"), 2, "failed"),
        (("failed", "running"), 1, ""),
    ],
)
def test_of_many_the_worst_end_counts_unless_some_are_enough(
    states: tuple[str, ...], enough: int | None, found: str
) -> None:
    """One word for all of them, and none while one may still change it."""
    told = reading("ACT, for_each: inputs.urls, join: 1", "steps.lock.ended is defined")
    elements = [Step(f"lock[{number}]", StepStatus(state)) for number, state in enumerate(states, start=1)]
    step = told.plan.steps["lock"]
    known = {
        1: step,
        2: reading("ACT, for_each: inputs.urls, join: 2", "steps.lock.ended is defined").plan.steps["lock"],
    }
    plain = reading("ACT, for_each: inputs.urls", "steps.lock.ended is defined").plan.steps["lock"]
    assert ended(known[enough] if enough else plain, elements, spread=True) == found


def test_a_step_done_once_per_element_can_be_read_by_its_end() -> None:
    """Although none of its results is one value."""
    told = reading(
        "ACT, for_each: inputs.urls", 'steps.lock.ended == "failed"', urls=["https://a.example", "https://b.example"]
    )
    told.fails("lock[1]")
    assert word(told) is None
    told.does("lock[2]")
    assert (word(told), told.states()["escalate"]) == ("failed", "awaiting_person")


def test_every_word_is_an_end() -> None:
    """And every end has its word."""
    told = reading("ACT", 'steps.lock.ended == "failed"')
    for state in StepStatus:
        found = ended(told.plan.steps["lock"], [Step("lock", state)], spread=False)
        assert found == (state.value if state in SETTLED else "")


def test_a_called_playbook_may_give_back_how_its_step_ended() -> None:
    """Inside, `steps` are its own."""
    removal = """
    tocsin: 1
    playbook: removal
    title: Removal
    version: 1
    roles: {commander: {}}
    phases:
      legal:
        steps:
          - {id: ask, title: Ask, action: http.request, with: {url: "https://a.example"}, on_failure: continue}
          - {id: by_hand, title: By hand, task: Ask., owner: commander, when: steps.ask.ended == "failed"}
    outputs:
      automatic: {type: boolean, from: steps.ask.ended == "done"}
    """
    kind: type[Story] = type("Calling", (Story,), {"called": {"removal": removal}})
    told = kind("""
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles: {commander: {}}
    phases:
      contain:
        steps:
          - {id: remove, title: Remove, call: removal}
          - {id: note, title: Note it, task: Note., owner: commander, when: not steps.remove.output.automatic}
    """)
    told.fails("remove/ask")
    assert told.states()["remove/by_hand"] == "awaiting_person"
    told.answers("remove/by_hand.task.1", verdict="done")
    assert (told.states()["remove"], told.states()["note"]) == ("done", "awaiting_person")
