"""What could not be worked on rests for longer and longer."""

from __future__ import annotations

from engine.runtime.resting import LONGEST, Rests


def test_each_rest_is_twice_as_long_until_it_is_a_minute() -> None:
    """It is woken by time alone, and by nothing that others do."""
    now = [0.0]
    rests = Rests(lambda: now[0])
    assert not rests.rests("INC-1")
    assert [rests.begin("INC-1") for _ in range(8)] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, LONGEST, LONGEST]
    assert rests.rests("INC-1")
    assert not rests.rests("INC-2")
    now[0] = LONGEST
    assert not rests.rests("INC-1")


def test_after_a_success_rests_begin_small_again() -> None:
    """Whatever there was before."""
    rests = Rests(lambda: 0.0)
    rests.begin("INC-1")
    rests.begin("INC-1")
    rests.end("INC-1")
    assert not rests.rests("INC-1")
    assert rests.begin("INC-1") == 1.0
