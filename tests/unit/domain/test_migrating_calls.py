"""A running incident goes over to another version while playbooks inside it are under way."""

from __future__ import annotations

import pytest

from tests.unit.domain.story import ACT, HEAD
from tests.unit.domain.test_calls import EACH, ONE, TAKEDOWN, calling, removed
from tests.unit.domain.versions import migrate

VERIFY = "          - {id: verify, title: Look again"
ASK = "          - {id: ask, title: Ask once more, task: Ask them., owner: commander, due: 1h}\n"
OUTPUT = "      reference: {type: text, from: steps.send.output.reference}\n"


def text_of(phases: str, *, version: int = 1) -> str:
    """The whole playbook around these phases."""
    return (HEAD + phases).replace("ACT", ACT).replace("version: 1", f"version: {version}")


def test_an_edited_playbook_inside_is_another_version_too() -> None:
    """Its new step begins in each call that is under way, and later calls have it from the beginning."""
    told = calling(EACH)
    other = TAKEDOWN.replace(VERIFY, ASK + VERIFY)
    assert migrate(told, text_of(EACH), called={"takedown": other}) == {}
    assert {"takedown[1]/ask.task.1", "takedown[2]/ask.task.1"} <= set(told.open_asks())
    assert told.incident.migrations[0].changes == ("step takedown: call", "step takedown/ask: added")
    assert sorted(move.subject for move in told.pending.values()) == ["takedown[1]/lock", "takedown[2]/lock"]


def test_a_step_inside_that_nobody_has_touched_may_go() -> None:
    """It is dropped in every call."""
    told = calling(EACH)
    assert told.states().get("takedown[1]/thank", "waiting") == "waiting"
    other = "\n".join(line for line in TAKEDOWN.splitlines() if "thank" not in line).replace(
        "needs: [send], keep: {gone: json.gone}}", "needs: [send], keep: {gone: json.gone}}"
    )
    other = other.replace("             follow_up: true\n", "")
    assert migrate(told, text_of(EACH), called={"takedown": other}) == {}
    assert told.incident.migrations[0].changes == ("step takedown: call", "step takedown/thank: gone")
    for call in ("takedown[1]", "takedown[2]"):
        removed(told, call)
    assert "after.task.1" in told.open_asks()


@pytest.mark.parametrize(
    ("place", "edit"),
    [
        ("step takedown[1]/lock (written_out)", ("/{{ inputs.host }}", "/x/{{ inputs.host }}")),
        ("step takedown[1]/lock (step_gone)", ("{id: lock, title", "{id: shut, title")),
        (
            "step takedown, input why (called)",
            ("      url: {type: url}\n", "      url: {type: url}\n      why: {type: text}\n"),
        ),
    ],
)
def test_what_has_begun_inside_keeps_what_it_is(place: str, edit: tuple[str, str]) -> None:
    """The same rules hold in a call, and name the instance."""
    told = calling(EACH)
    other = TAKEDOWN.replace(*edit).replace("needs: [lock]", "needs: [shut]" if "shut" in edit[1] else "needs: [lock]")
    phases = EACH.replace('{url: "{{ item }}"', '{url: "{{ item }}", why: x') if "why" in place else EACH
    before = told.incident
    assert place in migrate(told, text_of(phases), called={"takedown": other})
    assert told.incident is before


def test_a_call_that_is_done_gives_what_it_gave() -> None:
    """A further output could never be known; one that is under way may still give it."""
    other = TAKEDOWN.replace(OUTPUT, OUTPUT + "      sent: {type: text, from: steps.send.output.reference}\n")
    told = calling(ONE)
    assert migrate(told, text_of(ONE), called={"takedown": other}) == {}
    told = calling(ONE)
    removed(told, "takedown")
    assert list(migrate(told, text_of(ONE), called={"takedown": other})) == ["step takedown, output sent (called)"]


def test_a_call_that_has_begun_calls_what_it_calls() -> None:
    """Neither another playbook nor another kind of step takes its place."""
    told = calling(ONE)
    other = TAKEDOWN.replace("playbook: takedown", "playbook: removal")
    found = migrate(told, text_of(ONE.replace("call: takedown", "call: removal")), called={"removal": other})
    assert "step takedown (step_changed)" in found
