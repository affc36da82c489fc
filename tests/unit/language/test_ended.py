"""What lint says of reading how a step ended."""

from __future__ import annotations

from tests.unit.language.cases import checked, said

ACT = """\
      - id: lock
        title: Lock
        task: Lock it.
        due: 1h
"""


def after(when: str, more: str = "") -> str:
    """Return a step that comes by how another ended."""
    return f"{ACT}      - {{id: escalate, title: Escalate, task: Call., due: 1h, when: '{when}'{more}}}\n"


def test_every_end_may_be_asked_for() -> None:
    """One, another, or one of several."""
    assert said(after('steps.lock.ended == "failed"')) == []
    assert said(after('steps.lock.ended in ["declined", "blocked"]')) == []
    assert said(after("steps.lock.ended is defined")) == []


def test_a_word_that_is_no_end_is_found_with_what_was_meant() -> None:
    """Also among several."""
    (found,) = checked(after('steps.lock.ended == "faild"')).problems
    assert (found.rule, found.message) == ("PB224", "steps.lock.ended is never 'faild'.")
    assert "did you mean failed?" in found.hint.lower()
    (found,) = checked(after('steps.lock.ended in ["failed", "running"]')).problems
    assert found.message == "steps.lock.ended is never 'running'."


def test_reading_it_is_waiting_for_it() -> None:
    """So two steps do not wait for each other, and none for itself."""
    circle = ACT.replace("due: 1h", "due: 1h\n        needs: [escalate]")
    text = after('steps.lock.ended == "failed"').replace(ACT, circle)
    assert [line.partition(" ")[0] for line in said(text)] == ["PB225"]
    own = ACT.replace("due: 1h", "due: 1h\n        when: steps.lock.ended is defined")
    assert said(own) == ["PB203 lock has not ended while it is worked out."]


def test_a_step_that_is_not_there_has_no_end() -> None:
    """Nor is there anything else to read of one."""
    assert said(after('steps.locked.ended == "failed"')) == ["PB203 There is no step 'locked'."]
    (found,) = checked(after('steps.lock.state == "failed"')).problems
    assert found.hint == "Write steps.lock.output.state, or steps.lock.ended."


def test_a_step_done_once_per_element_has_one_end() -> None:
    """Its results are many."""
    text = after('steps.lock.ended == "failed"').replace("due: 1h\n", "due: 1h\n        for_each: inputs.urls\n", 1)
    assert said(text) == []
