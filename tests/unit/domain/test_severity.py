"""How bad an incident is: whose answer counts, and which of several."""

from __future__ import annotations

from typing import ClassVar

from engine.domain.conducting.situation import Situation
from engine.domain.sensitivity import Sensitivity
from engine.domain.severity import severity_of
from tests.unit.domain.story import HEAD, Story

SCALE = "{severity: {type: choice, options: [sev1, sev2, sev3]}}"
TRIAGE = f"""
    tocsin: 1
    playbook: triage
    title: Triage
    version: 1
    roles: {{commander: {{}}}}
    phases:
      contain:
        steps:
          - {{id: look, title: How bad is it?, decision: Say., by: [commander], form: {SCALE}}}
          - {{id: write, title: Write it down, task: Write., owner: commander, needs: [look]}}
    outputs:
      severity: {{type: text, from: steps.look.output.severity}}
"""
PHASES = f"""
      contain:
        steps:
          - {{id: triage, title: Triage, call: triage}}
          - {{id: later, title: And now?, decision: Say., by: [commander], form: {SCALE}}}
          - {{id: scope, title: How far?, decision: Say., by: [commander], form: {SCALE}}}
"""


class Triaged(Story):
    """An incident in which a called playbook says how bad it is."""

    called: ClassVar[dict[str, str]] = {"triage": TRIAGE}


def begun(phases: str = PHASES, triage: str = TRIAGE) -> Triaged:
    """Begin one."""
    kind: type[Triaged] = type("Begun", (Triaged,), {"called": {"triage": triage}})
    return kind(HEAD + phases, urls=["https://a.example/1", "https://a.example/2"], minor="no")


def severity(told: Story) -> str:
    """How bad it is now, as who is called depends on it."""
    return Situation(told.plan, told.incident, told.now).severity


def test_what_a_called_playbook_gives_back_counts_once_it_is_done() -> None:
    """Not before: until then it is the called playbook's own."""
    told = begun()
    told.answers("triage/look.decision.1", severity="sev1")
    assert severity(told) == ""
    told.answers("triage/write.task.1", verdict="done")
    assert severity(told) == "sev1"


def test_what_it_does_not_give_back_counts_for_nobody_else() -> None:
    """A field of the same name inside is of that part alone."""
    told = begun(triage=TRIAGE.partition("    outputs:")[0])
    told.answers("triage/look.decision.1", severity="sev1")
    told.answers("triage/write.task.1", verdict="done")
    assert severity(told) == ""


def test_one_call_per_element_says_nothing_of_the_whole() -> None:
    """Which of the copies would it be?"""
    told = begun(PHASES.replace("call: triage", "call: triage, for_each: inputs.urls"))
    told.answers("triage[1]/look.decision.1", severity="sev1")
    told.answers("triage[1]/write.task.1", verdict="done")
    assert severity(told) == ""


def test_the_latest_answer_holds_wherever_it_stands() -> None:
    """Also one that stands above the other in the playbook, and also against a call."""
    told = begun()
    told.answers("scope.decision.1", severity="sev3")
    told.waits(minutes=5)
    told.answers("later.decision.1", severity="sev2")
    assert severity(told) == "sev2"
    told.waits(minutes=5)
    told.answers("triage/look.decision.1", severity="sev1")
    told.answers("triage/write.task.1", verdict="done")
    assert severity(told) == "sev1"


def test_what_few_may_see_is_said_to_nobody_else() -> None:
    """A restricted output decides who is called, and is not told to everybody."""
    closed = TRIAGE.replace("type: text, from", "type: text, sensitivity: restricted, from")
    told = begun(triage=closed)
    told.answers("triage/look.decision.1", severity="sev1")
    told.answers("triage/write.task.1", verdict="done")
    assert severity(told) == "sev1"
    assert severity_of(told.plan, told.incident, may_see=lambda found: found is Sensitivity.INTERNAL) == ""
