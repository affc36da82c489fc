"""What was recorded takes the same path when it is played again, whatever happened."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.domain import timeline as ev
from engine.entrypoints.cli.rehearsing import quiet
from engine.language.api import compile_playbook
from engine.language.scenario import load_scenario
from engine.language.writing import yaml_text
from engine.rehearsal.expecting import ENDS, differences
from engine.rehearsal.play import Played, play
from engine.rehearsal.recording import record
from tests.unit.domain.playbooks import playbooks
from tests.unit.rehearsal.cases import ACTIONS
from tests.unit.rehearsal.scripts import addressed, scripts

ACTS = (ev.EffectDone, ev.EffectFailed, ev.EffectUnconfirmed)
SETTINGS = settings(max_examples=50, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def path(run: Played) -> list[tuple[str, str]]:
    """Return what ended, and how, in its order: steps, acts, what was refused, and the incident."""
    found: list[tuple[str, str]] = []
    for entry in run.stage.chronicle.entries:
        match entry.event:
            case ev.AnswerRefused():
                found.append((entry.event.command, entry.event.rule))
            case event if isinstance(event, ENDS):
                found.append((event.step, event.type))
            case event if isinstance(event, ACTS) and event.kind in ("action", "undo"):
                found.append((event.subject, f"{event.kind} {event.type}"))
            case ev.IncidentAdvanced():
                found.append(("incident", entry.event.state))
            case _:
                pass
    return found


@SETTINGS
@given(drawn=playbooks(), data=st.data())
def test_what_was_recorded_takes_the_same_path(drawn: str, data: Any) -> None:  # noqa: ANN401 hypothesis gives its data object no public type
    """Any playbook, any replies, any commands of people: the same ends in the same order."""
    playbook = addressed(drawn)
    plan = compile_playbook(json.dumps(playbook).encode(), path="story.yaml", actions=ACTIONS)
    text = data.draw(scripts(playbook))
    scenario = load_scenario(text.encode(), path="drawn.yaml").checked(plan)
    with quiet():
        first = asyncio.run(play(plan, scenario, sealed=False))
    stage = first.stage
    again = yaml_text(record({plan.digest: plan}, stage.incident, stage.chronicle.entries, name="again").scenario)
    recorded = load_scenario(again.encode(), path="again.yaml").checked(plan)
    with quiet():
        second = asyncio.run(play(plan, recorded, sealed=False))
    assert path(second) == path(first)
    assert differences(second) == []
