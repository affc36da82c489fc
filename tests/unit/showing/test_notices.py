"""What a notice says when it is posted late."""

from __future__ import annotations

import pytest

from engine.domain import timeline as ev
from engine.runtime.showing.words.overview import checklist
from engine.runtime.showing.words.scene import Scene
from engine.runtime.showing.words.telling import notice
from engine.settings.people import read_people
from tests.architecture.sources import ROOT
from tests.unit.domain.story import Story
from tests.unit.domain.versions import edited, migrate

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles:
      commander: {required: true}
    phases:
      contain:
        steps:
          - {id: lock, title: Lock, action: http.request, with: {url: "https://a.example"}}
"""


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (None, "Lock: nobody can tell whether it was done"),
        ("done", "Lock: this was unconfirmed for a while, and is done now."),
    ],
)
def test_a_notice_about_what_was_settled_meanwhile_says_so(outcome: str | None, says: str) -> None:
    """Nobody is sent looking for what somebody has looked for already."""
    told = Story(PLAYBOOK)
    told.loses("lock")
    if outcome:
        told.tells(ev.StepResolved(step="lock", outcome="done", reason="looked", by="ana"))
    scene = Scene(told.plan, told.incident, read_people(ROOT / "config" / "people.yaml"), told.now)
    assert notice(scene, "lock:unconfirmed:1").text.startswith(says)


def test_a_hold_says_what_it_does_not_stop() -> None:
    """Nobody has to guess whether what had begun was done."""
    told = Story(PLAYBOOK)
    told.tells(ev.HoldOrdered(reason="wrong link", by="ana"))
    scene = Scene(told.plan, told.incident, read_people(ROOT / "config" / "people.yaml"), told.now)
    text = notice(scene, "hold:held:1").text
    assert "Wrong link. Nothing automatic begins" in text
    assert "Begun before, and goes to its end: Lock. `/incident release` ends that." in text


def test_another_version_is_told_with_what_is_different() -> None:
    """Who took the incident over to it, why, and which parts differ, by id."""
    told = Story(PLAYBOOK)
    assert migrate(told, edited(PLAYBOOK, ("title: Lock,", "title: Close,"))) == {}
    scene = Scene(told.plan, told.incident, read_people(ROOT / "config" / "people.yaml"), told.now)
    assert notice(scene, "playbook:migrated:1").text == (
        "Ana Ruiz took INC-1 from version 1 of its playbook to version 2. The union has to be told. "
        "What is done stays done; what is asked keeps its target. What is different: step lock: title."
    )
    assert "Playbook: version 2 since" in checklist(scene)
