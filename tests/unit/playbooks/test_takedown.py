"""One copy, one life: a true way, a notice that someone else checks, an answer, and a second look."""

from __future__ import annotations

import pytest

from engine.domain.plan import StepKind
from tests.unit.playbooks.cases import checked, plan_of, runs

PLAN = plan_of("takedown")
STEPS = PLAN.steps
ADULTS = {"anyone_minor": "no"}
ASKED = {"way": {"way": "EU art. 16 notice"}}
ON_THE_WAY = ("draft", "send", "answer", "outcome")


def test_nothing_is_said_of_it() -> None:
    """Not even a warning."""
    assert checked("takedown").problems == ()


def test_it_can_be_run_inside_another() -> None:
    """One phase, nothing marked, and no machine that opens the copy."""
    assert [phase.id for phase in PLAN.phases] == ["legal"]
    assert all(step.marks is None for step in STEPS.values())
    assert {step.kind for step in STEPS.values()} == {StepKind.DECISION, StepKind.TASK, StepKind.WAIT}


@pytest.mark.parametrize("answer", ["yes", "unknown"])
def test_a_possible_minor_closes_every_way(answer: str) -> None:
    """No way is chosen, nothing is written or sent, and the stop opens; unknown counts as yes."""
    inputs = {"anyone_minor": answer}
    for name in ("way", *ON_THE_WAY):
        assert runs(STEPS[name], inputs=inputs, steps=ASKED) is False, name
    assert runs(STEPS["not_this_way"], inputs=inputs) is True
    assert runs(STEPS["not_this_way"], inputs=ADULTS) is False


def test_the_usual_way_goes_to_the_second_look() -> None:
    """Chosen, written, sent, answered, and looked at again."""
    for name in ON_THE_WAY:
        assert runs(STEPS[name], inputs=ADULTS, steps=ASKED) is True, name


def test_not_asking_is_a_proper_end() -> None:
    """Counsel may decide that a notice would do more harm, and then nothing waits."""
    for name in ON_THE_WAY:
        assert runs(STEPS[name], inputs=ADULTS, steps={"way": {"way": "not asked"}}) is False, name


def test_the_notice_is_checked_by_someone_else() -> None:
    """The approval binds to the bytes, and whoever wrote them does not give it."""
    approve = STEPS["draft"].approve
    assert approve is not None
    assert "responder" not in approve.by
    assert {need.step for need in STEPS["send"].needs} == {"draft"}


@pytest.mark.parametrize(
    ("answer", "waits", "next_way"),
    [
        ("removed", True, False),
        ("refused", False, True),
        ("silent", False, True),
        ("answered by a counter-notice", False, True),
    ],
)
def test_an_answer_leads_to_a_second_look_or_another_way(answer: str, *, waits: bool, next_way: bool) -> None:
    """Removed is believed a day later; anything else has a next step or somebody who accepts that it stays."""
    steps = {"answer": {"answer": answer}}
    assert runs(STEPS["a_day"], inputs=ADULTS, steps=steps) is waits
    assert runs(STEPS["next_way"], inputs=ADULTS, steps=steps) is next_way
    assert all(need.any_end or need.step == "way" for need in STEPS["outcome"].needs)


def test_silence_is_asked_about_each_day() -> None:
    """Five days at most, and then it goes on as it stands."""
    repeat = STEPS["answer"].repeat
    assert repeat is not None
    assert (repeat.rhythm, repeat.most) == ("every 24h", 5)
    assert repeat.until.evaluate({"output": {"answer": "none yet"}}) is False
    assert repeat.until.evaluate({"output": {"answer": "silent"}}) is True


def test_a_caller_learns_how_it_ended() -> None:
    """Removed only after the second look; a copy for which nobody asked is not removed."""
    removed = PLAN.outputs["removed"].value
    names = [
        {"steps": {"outcome": {"output": {"state": state}}}} for state in ("removed, looked at twice", "came back")
    ]
    assert [removed.evaluate(known) for known in names] == [True, False]
    assert removed.evaluate({"steps": {"outcome": {"output": {}}}}) is False


def test_no_answer_on_any_day_has_a_next_step_too() -> None:
    """The days are over, the question has failed, and another way is chosen all the same."""
    when = STEPS["next_way"].when
    assert when is not None
    for ended, leads_on in (("failed", True), ("skipped", False)):
        assert when.evaluate({"inputs": ADULTS, "steps": {"answer": {"ended": ended}}}) is leads_on
