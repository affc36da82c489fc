"""A running incident goes over to another version of its playbook that hears other people, or nobody, first."""

from __future__ import annotations

import pytest

from engine.domain.mapping.change import Change
from engine.domain.migrating import differences
from tests.unit.domain.test_views import COUNSEL, DECISION, PLAYBOOK, PRIVACY, Consulting, say, told
from tests.unit.domain.versions import compiled, migrate

BOTH, ALONE, FIRST = "[counsel, privacy]", "[counsel]", "{roles: [counsel, privacy], first: 2h}"
MORE = "          - {id: other, title: Something else, task: Do it., owner: counsel}\n"
DECIDED = f"approve: {{by: [privacy]}}\n            consult: {ALONE}"


def version(consult: str) -> str:
    """The next version of the playbook, which hears these."""
    whole = PLAYBOOK.replace("version: 1", "version: 2")
    return whole.replace("CONSULT", f"consult: {consult}") if consult else whole.replace("            CONSULT\n", "")


def means(story: Consulting, text: str) -> dict[str, str]:
    """What each difference means where the incident stands."""
    return {found.what: found.means for found in differences(Change(story.plan, compiled(text), story.incident))}


def test_who_is_added_is_asked_at_once() -> None:
    """The decision stays asked meanwhile, and does not wait."""
    story = told(ALONE)
    assert means(story, version(BOTH)) == {"step notify: consult": "privacy is asked for a view now"}
    assert migrate(story, version(BOTH)) == {}
    assert {DECISION, COUNSEL, PRIVACY} <= set(story.open_asks())


def test_who_is_taken_out_is_asked_no_more() -> None:
    """The question is withdrawn; what was said already stays."""
    story = told(BOTH)
    say(story, "carla", COUNSEL, verdict="answer", values={"view": "yes"})
    expected = "privacy is asked for a view no more; the view of counsel stays"
    assert means(story, version("")) == {"step notify: consult": expected}
    assert migrate(story, version("")) == {}
    assert PRIVACY not in story.open_asks()
    assert story.incident.asks[PRIVACY].outcome == "superseded"
    assert story.incident.asks[COUNSEL].outcome == "answered"
    say(story, "ana", DECISION, verdict="answer", values={"answer": True, "why": "so it is"})
    assert story.states()["notify"] == "done"


def test_a_decision_that_waits_for_views_opens_when_nobody_is_to_be_heard_any_more() -> None:
    """That is the way on when a view never comes."""
    story = told(FIRST)
    assert DECISION not in story.open_asks()
    expected = "counsel and privacy are asked for a view no more; it is asked without waiting for views"
    assert means(story, version("")) == {"step notify: consult": expected}
    assert migrate(story, version("")) == {}
    assert set(story.open_asks()) == {DECISION}


def test_what_is_asked_already_does_not_wait_for_views() -> None:
    """Waiting first counts for what is asked later."""
    story = told(BOTH)
    assert means(story, version(FIRST)) == {"step notify: consult": "it is asked already, so it waits for no view"}
    assert migrate(story, version(FIRST)) == {}
    assert DECISION in story.open_asks()


def test_how_long_views_are_waited_for_stays_while_they_are_asked() -> None:
    """Who was told until when is not told otherwise by an edit."""
    story = told(FIRST)
    due = story.incident.asks[COUNSEL].due
    text = version("{roles: [counsel, privacy], first: 5h}")
    assert means(story, text) == {"step notify: consult": "views are asked for already: until when stays"}
    assert migrate(story, text) == {}
    assert story.incident.asks[COUNSEL].due == due


@pytest.mark.parametrize("approved", [False, True])
def test_after_the_answer_nobody_more_is_heard_before_it(*, approved: bool) -> None:
    """Else the record would say that somebody was to be heard and was not."""
    story = Consulting(PLAYBOOK.replace("CONSULT", DECIDED if approved else f"consult: {ALONE}") + MORE)
    say(story, "ana", DECISION, verdict="answer", values={"answer": True, "why": "so it is"})
    assert story.states()["notify"] == ("awaiting_approval" if approved else "done")
    text = (DECIDED.replace(ALONE, BOTH)) if approved else f"consult: {BOTH}"
    found = migrate(story, PLAYBOOK.replace("version: 1", "version: 2").replace("CONSULT", text) + MORE)
    assert found == {"step notify (heard)": "it is answered already, so privacy is not heard before it"}
    assert story.incident.playbook_version == 1


def test_a_step_on_which_somebody_was_asked_for_a_view_stays() -> None:
    """It has begun nothing, and yet people were asked about it; a question without its step could not be answered."""
    story = told(FIRST)
    other = version("").replace("id: notify", "id: inform")
    assert migrate(story, other) == {
        "step notify (step_gone)": "people are asked about it, so it stays in the playbook"
    }
    act = version("").replace("decision: Decide whether people are told.", "task: Tell them.").replace("by:", "owner:")
    assert migrate(story, act.replace("[commander]", "commander")) == {
        "step notify (step_changed)": "people are asked about it, so its kind stays"
    }
