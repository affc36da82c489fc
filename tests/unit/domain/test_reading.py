"""What a step reads and is not known: it waits where it may still come, and is blocked where it does not."""

from __future__ import annotations

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.conducting import judging
from engine.domain.conducting.situation import Situation
from engine.domain.intake import take
from engine.reports.status import status
from tests.unit.domain.story import Story, story

READERS = {
    "when": "task: Go on., owner: commander, when: steps.look.output.state == 3",
    "with": 'action: http.request, with: {url: "https://a.example/{{ steps.look.output.state }}"}',
    "for_each": "task: Go on., owner: commander, for_each: steps.look.output.state",
    "known": "wait: {known: steps.look.output.state == 3}",
    "until": "wait: {until: steps.look.output.state}",
}


def reading(keys: str, *, look: str = "ACT, on_failure: continue, keep: {state: json.state}") -> Story:
    """Begin a story in which one step reads what another gives."""
    return story(f"""
      contain:
        steps:
          - {{id: look, title: Look, {look}}}
          - {{id: go, title: Go on, {keys}}}
    """)


def needs(told: Story) -> dict[str, str]:
    """What needs a person, by step."""
    return {item["subject"]: item["text"] for item in status(told.plan, told.incident, now=told.now)["attention"]}


@pytest.mark.parametrize("keys", READERS.values(), ids=READERS)
def test_what_a_step_that_failed_did_not_say_blocks_who_reads_it(keys: str) -> None:
    """It waits until then; afterwards a person leaves it out, and only then the incident is over."""
    told = reading(keys)
    assert told.states() == {"look": "running"}
    told.fails("look")
    assert told.states() == {"look": "failed", "go": "blocked"}
    because = told.incident.step("go").because
    assert because == "look is failed, so steps.look.output.state is not known"
    words = (
        "“Go on” is blocked: “Look” ended without saying: state. `tocsin skip INC-1 'go' --reason ...` leaves it out."
    )
    assert needs(told)["go"] == words
    assert told.status() == "resolved"
    taken = take(
        told.plan, told.incident, cmd.SkipStep(step="go", reason="so it is"), cmd.Who(person="ana"), now=told.now
    )
    assert not isinstance(taken, Refusal)
    told.tells(taken[0])
    assert told.status() == "closed"


def test_it_is_looked_at_again_when_the_other_is_tried_again() -> None:
    """And begins once it says so."""
    told = reading(READERS["when"])
    told.fails("look")
    told.tells(ev.RetryOrdered(step="look", by="ana"))
    assert told.states() == {"look": "running", "go": "waiting"}
    told.does("look", state=3)
    assert told.states() == {"look": "done", "go": "awaiting_person"}


def test_what_an_act_is_given_and_is_not_known_is_shown_and_holds_no_gate() -> None:
    """Like what a condition reads: nobody has given the fact yet."""
    told = reading('action: http.request, with: {url: "https://a.example/{{ inputs.recording }}"}')
    told.does("look")
    assert needs(told)["go"].startswith("“Go on” waits until it is known: recording.")
    assert told.status() == "resolved"
    told.tells(ev.FactRevised(name="recording", value="x", reason="found", by="ana"))
    assert told.states()["go"] == "running"


def test_a_wait_for_a_fact_holds_its_phase() -> None:
    """That is what it is for."""
    told = reading('wait: {known: inputs.recording == "x"}')
    told.does("look")
    assert told.status() == "declared"
    assert "go" not in needs(told)
    told.tells(ev.FactRevised(name="recording", value="x", reason="found", by="ana"))
    told.waits(seconds=1)
    assert told.status() == "closed"


def test_what_was_skipped_is_left_to_a_person() -> None:
    """Nobody has said that it does not matter: it waits, visibly, and holds no gate."""
    told = reading(
        READERS["with"], look='task: Look., owner: commander, form: {state: {type: text}}, when: inputs.minor == "no"'
    )
    assert told.states() == {"look": "skipped"}
    assert needs(told)["go"].startswith("“Go on” waits for “Look” to say: state.")
    assert told.status() == "resolved"


def test_a_name_that_is_only_asked_for_needs_nothing() -> None:
    """`is defined`, and the other half of a choice, are worked out without it."""
    url = "https://a.example/{{ steps.look.output.state if inputs.minor == 'no' else 'x' }}"
    told = reading(f'action: http.request, with: {{url: "{url}"}}')
    assert told.states()["go"] == "running"
    situation = Situation(told.plan, told.incident, told.now)
    assert judging.never_said(situation, told.plan.steps["go"], told.incident.step("go")) == ""


def test_the_output_of_a_call_whose_rounds_were_used_up_is_not_waited_for() -> None:
    """The call failed, so what it would have given back is not known."""
    watch = """
    tocsin: 1
    playbook: watch
    title: Watch
    version: 1
    roles: {commander: {}}
    phases:
      legal:
        steps:
          - {id: gone, title: Gone?, action: http.request, with: {url: "https://a.example"}, keep: {gone: json.gone},
             repeat: {until: output.gone, every: 6h, max: 1}}
    outputs:
      removed: {type: boolean, from: steps.gone.output.gone == true}
    """
    kind: type[Story] = type("Watching", (Story,), {"called": {"watch": watch}})
    told = kind("""
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles: {commander: {}, counsel: {}}
    phases:
      contain:
        steps:
          - {id: watch, title: Watch, call: watch}
          - {id: tell, title: Tell, task: Tell them., owner: commander, when: steps.watch.output.removed}
    """)
    told.does("watch/gone", gone=False)
    assert told.states() == {"watch/gone": "failed", "watch": "failed", "tell": "blocked"}
    assert needs(told)["tell"].startswith("“Tell” is blocked: “Watch” ended without saying: removed.")
