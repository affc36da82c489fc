"""The story fits the playbook it is about."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from engine.bootstrap import action_facts
from engine.entrypoints.demo.cast import HANDLES
from engine.entrypoints.demo.script import story
from engine.language.api import compile_playbook
from engine.settings.folders import Folders

PLAYBOOK = Path(__file__).parents[3] / "playbooks" / "video-leak.yaml"


def test_its_lines_name_steps_fields_and_people_that_exist() -> None:
    """A renamed step or field is found here, not half way through the demo."""
    library = Folders([PLAYBOOK.parent])
    plan = compile_playbook(PLAYBOOK.read_bytes(), path=str(PLAYBOOK), actions=action_facts(), library=library)
    steps = {step.title: step for step in plan.steps.values()}
    told = story()
    for line in told.line:
        assert line.who in HANDLES
        if line.deed in ("answer", "close"):
            outer, _, inner = line.title.partition(": ")
            step = steps[outer.partition(" (")[0]]
            if step.call is not None:
                step = next(called for called in step.call.steps.values() if called.title == inner)
            assert set(line.values) <= set(step.form), line.title
    assert set(told.goes_on) <= set(steps)
    assert set(told.declared) <= set(plan.inputs)


def test_time_only_moves_forward() -> None:
    """Each line is at or after the one before."""
    moments = [datetime.fromisoformat(line.at) for line in story().line]
    assert moments == sorted(moments)
