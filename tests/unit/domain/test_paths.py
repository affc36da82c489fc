"""Names of step instances: of the incident's own playbook, of elements, and inside called playbooks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.domain.incident import base_id, instance_id, instance_number, scope_of
from engine.domain.plan import Need, StepKind, StepPlan
from tests.unit.domain.story import story


@pytest.mark.parametrize(
    ("instance", "scope", "step", "number"),
    [
        ("lock", "", "lock", None),
        ("preserve[2]", "", "preserve", 2),
        ("takedown/send", "takedown", "takedown/send", None),
        ("takedown[2]/capture[11]", "takedown[2]", "takedown[2]/capture", 11),
        ("a[1]/b[2]/c", "a[1]/b[2]", "a[1]/b[2]/c", None),
    ],
)
def test_a_name_says_where_an_instance_belongs(instance: str, scope: str, step: str, number: int | None) -> None:
    """The number is the last element's, the scope is the call that it is done in."""
    assert (scope_of(instance), base_id(instance), instance_number(instance)) == (scope, step, number)
    assert number is None or instance_id(step, number) == instance


def test_a_plan_finds_the_steps_of_what_it_calls() -> None:
    """A step of a called playbook has its path for a name, also in what it needs, and stands in the caller's phase."""
    plan = story("""
      contain:
        steps:
          - {id: lock, title: Lock, ACT}
    """).plan
    draft, send = StepPlan("draft", "legal", StepKind.TASK, "Draft"), StepPlan("send", "legal", StepKind.TASK, "Send")
    called = replace(plan, steps={"draft": draft, "send": replace(send, needs=(Need("draft"),))})
    calling = replace(plan, steps={"lock": replace(plan.steps["lock"], id="lock", call=called)})
    found = calling.step_at("lock[2]/send[1]")
    assert (found.id, found.phase, found.needs) == ("lock[2]/send", "contain", (Need("lock[2]/draft"),))
    assert calling.step_at("lock[2]").id == "lock"
    assert calling.find_step("lock[2]/nothing") is calling.find_step("nothing/send") is None
    with pytest.raises(KeyError):
        calling.step_at("nothing")
