"""The top of the report says how bad it was at first and in the end."""

from __future__ import annotations

from tests.unit.domain.story import Story
from tests.unit.domain.test_severity import TRIAGE, begun
from tests.unit.reports.test_alone import page


def said(told: Story, *, restricted: bool = False) -> object:
    """Return what the head of the report says."""
    return page(told, restricted=restricted)["page_one"]["head"]["severity"]


def triaged(triage: str = TRIAGE) -> Story:
    """An incident in which a called playbook said so, and later a person did."""
    told = begun(triage=triage)
    told.answers("triage/look.decision.1", severity="sev1")
    told.answers("triage/write.task.1", verdict="done")
    told.waits(hours=1)
    told.answers("later.decision.1", severity="sev3")
    return told


def test_what_a_call_gives_back_is_the_first_word() -> None:
    """And what is answered inside it is none of its own."""
    assert said(triaged()) == {"first": "sev1", "final": "sev3"}


def test_what_is_restricted_is_said_only_to_those_who_may_see_it() -> None:
    """The rest stands there all the same."""
    told = triaged(TRIAGE.replace("type: text, from", "type: text, sensitivity: restricted, from"))
    assert said(told) == {"first": "sev3", "final": "sev3"}
    assert said(told, restricted=True) == {"first": "sev1", "final": "sev3"}
