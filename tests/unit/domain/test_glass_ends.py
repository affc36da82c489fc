"""What became of going ahead alone: it is told as it was, and an objection is about what stands."""

from __future__ import annotations

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from tests.unit.domain.test_glass import ASK, RATIFICATION, Night, alone, attention, broken, gives, night

WRONG = "it was the wrong one"


def objected(told: Night) -> Night:
    """Let counsel object to it."""
    assert gives(told, "carla", cmd.Answer(target="lock", verdict="decline", reason=WRONG)) == ""
    return told


def ended(told: Night) -> str:
    """What became of it, as the state has it."""
    broke = told.incident.asks[ASK].broken
    assert broke is not None
    return broke.ended


def test_the_state_says_what_became_of_it() -> None:
    """Nothing yet, done, failed, nobody can tell; the last try counts, and a person's word where nobody could tell."""
    told = broken()
    assert ended(told) == ""
    told.fails("lock")
    assert ended(told) == "failed"
    told.tells(ev.RetryOrdered(step="lock", by="ana"))
    told.loses("lock")
    assert ended(told) == "unconfirmed"
    told.tells(ev.StepResolved(step="lock", outcome="done", reason="we looked", by="ana"))
    assert ended(told) == "done"


def test_an_objection_to_what_failed_is_not_told_as_done() -> None:
    """There is nothing to take back; what is said is that it was gone ahead with, and that it failed."""
    told = broken()
    told.fails("lock")
    objected(told)
    words = f"alone, it failed, and carla objects ({WRONG}). Tried again, it is approved first."
    assert attention(told)["objected"] == f"Somebody went ahead with “Lock” {words}"
    told.tells(ev.StepResolved(step="lock", outcome="failed", reason="leave it", by="ana"))
    assert "objected" not in attention(told)


def test_after_an_objection_nothing_begins_without_an_approval() -> None:
    """Another try waits to be approved; once it is asked for, the objection needs nobody any more."""
    told = broken()
    told.fails("lock")
    objected(told)
    told.tells(ev.RetryOrdered(step="lock", by="ana"))
    assert told.states()["lock"] == "awaiting_approval"
    assert not told.pending
    assert "lock.approval.2" in told.open_asks()
    assert "objected" not in attention(told)
    told.answers("lock.approval.2", "carla", verdict="approve")
    told.does("lock")
    assert told.states()["lock"] == "done"
    assert "objected" not in attention(told)
    assert ended(told) == "failed"


def test_what_is_ratified_is_tried_again_without_another_approval() -> None:
    """Somebody else has seen exactly these bytes."""
    told = broken()
    told.fails("lock")
    assert gives(told, "carla", cmd.Answer(target="lock", verdict="approve")) == ""
    told.tells(ev.RetryOrdered(step="lock", by="ana"))
    assert told.states()["lock"] == "running"


def test_an_objection_while_it_runs_says_what_takes_it_back() -> None:
    """Once it is done, it can be."""
    told = objected(broken())
    words = f"alone, and carla objects ({WRONG}). Once it is done, `tocsin undo INC-1 'lock'` takes it back."
    assert attention(told)["objected"] == f"Somebody went ahead with “Lock” {words}"
    told.does("lock")
    assert attention(told)["objected"].startswith("“Lock” was done alone, and carla objects")


def test_what_a_hold_kept_from_beginning_waits_for_an_approval_after_an_objection() -> None:
    """Nothing had been done, so nothing is done without somebody who agrees."""
    told = night()
    told.waits(minutes=15)
    told.tells(ev.HoldOrdered(by="jo"))
    assert gives(told, *alone()) == ""
    objected(told)
    told.tells(ev.HoldReleased(by="jo"))
    assert not told.pending
    assert told.open_asks() == ["lock.approval.2"]
    assert RATIFICATION not in told.open_asks()
