"""How a step is named where people read it, inside called playbooks too."""

from __future__ import annotations

from dataclasses import replace

from engine.domain.sensitivity import Sensitivity
from engine.reports.reader import Reader
from engine.reports.titles import numbered, placed
from tests.unit.domain.test_calls import EACH, calling


def test_what_is_done_inside_a_call_is_named_behind_it() -> None:
    """The call's element is told by its number; a step that is done once has none."""
    plan = calling(EACH).plan
    assert placed(plan, "takedown[2]/send") == "Have each copy removed (2): Send the notice"
    assert placed(plan, "takedown[2]") == "Have each copy removed"
    assert numbered(plan, "takedown[2]") == "Have each copy removed (2)"
    assert Reader(plan, name=str).title("takedown[1]/send.task.1") == "Have each copy removed (1): Send the notice"


def test_a_restricted_call_is_named_by_no_word_of_its_own() -> None:
    """Neither the call nor what is done inside it says what it is about, unless the reader may know."""
    told = calling(EACH)
    restricted = replace(told.plan.steps["takedown"], sensitivity=Sensitivity.RESTRICTED)
    plan = replace(told.plan, steps={**told.plan.steps, "takedown": restricted})
    assert placed(plan, "takedown[2]/send") == "A restricted step (takedown) (2): A restricted step (send)"
    assert Reader(plan, name=str).title("takedown[2]/send") == "a restricted step (2): a restricted step"
    allowed = Reader(plan, name=str, show_restricted=True)
    assert allowed.title("takedown[2]/send") == "Have each copy removed (2): Send the notice"
