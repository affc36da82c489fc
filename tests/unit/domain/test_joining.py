"""When a step that is done once per element counts as done, one rule of `conducting.joining` at a time."""

from __future__ import annotations

from engine.domain import timeline as ev
from tests.unit.domain.story import Story, story

URLS = ["https://a.example/1", "https://a.example/2", "https://a.example/3"]


def joined(keys: str, *, after: str = "{id: after, title: After, ACT, needs: [each]}") -> Story:
    """Begin a story in which a step is done once per copy, and another one needs it."""
    return story(
        f"""
      contain:
        steps:
          - {{id: each, title: Each, ACT, for_each: inputs.urls, {keys}}}
          - {after}
      review:
        steps:
          - {{id: sum_up, title: Sum up, task: Write., owner: commander, due: 1h}}
    """,
        urls=URLS,
    )


def test_one_done_element_is_enough_under_any() -> None:
    """Elements that run go on, and what needs the step begins."""
    told = joined("join: any")
    told.does("each[2]")
    assert told.states() == {"each[1]": "running", "each[2]": "done", "each[3]": "running", "after": "running"}


def test_elements_that_have_not_begun_are_left_out_once_enough_are_done() -> None:
    """One after the other is tried until as many are done as the playbook asks for."""
    told = joined("join: any, max_parallel: 1")
    told.fails("each[1]")
    told.does("each[2]")
    assert told.states() == {"each[1]": "failed", "each[2]": "done", "each[3]": "skipped", "after": "running"}
    assert told.incident.step("each[3]").because == "enough are done"


def test_an_act_that_waits_to_be_approved_has_not_begun() -> None:
    """Nobody is asked any more for what is not needed."""
    told = joined("join: any, approve: {by: [counsel]}")
    told.answers("each[1].approval.1", "carla", verdict="approve")
    told.does("each[1]")
    assert told.states()["each[2]"] == "skipped"
    assert told.open_asks() == []


def test_a_number_says_how_many_must_be_done() -> None:
    """With two of three done the step is done, whatever becomes of the third."""
    told = joined("join: 2")
    told.does("each[1]")
    assert "after" not in told.states()
    told.fails("each[2]")
    assert "after" not in told.states()
    told.does("each[3]")
    assert told.states()["after"] == "running"


def test_a_step_counts_as_failed_once_too_few_are_left() -> None:
    """What needs it is blocked, with the count as the reason, while the last element still runs."""
    told = joined("join: 2")
    told.fails("each[1]")
    told.fails("each[2]")
    assert told.states()["after"] == "blocked"
    assert told.incident.step("after").because == "each is failed: 0 of 3 are done, and 2 would have to be"


def test_a_list_that_is_too_short_is_a_failure_until_it_grows() -> None:
    """More is asked for than there are; another element that turns up makes it possible again."""
    told = joined("join: 4")
    for number in (1, 2, 3):
        told.does(f"each[{number}]")
    assert told.states()["after"] == "blocked"
    told.tells(ev.FactAdded(name="urls", values=["https://a.example/4"], by="hana"))
    told.does("each[4]")
    assert told.states()["after"] == "running"


def test_an_element_that_turns_up_later_is_left_out_when_enough_are_done() -> None:
    """It is there, and says why nothing is done for it."""
    told = joined("join: any")
    told.does("each[1]")
    told.tells(ev.FactAdded(name="urls", values=["https://a.example/4"], by="hana"))
    assert told.states()["each[4]"] == "skipped"


def test_a_retry_makes_a_join_possible_again() -> None:
    """What was blocked is looked at again."""
    told = joined("join: 3")
    told.does("each[1]")
    told.does("each[2]")
    told.fails("each[3]")
    assert told.states()["after"] == "blocked"
    told.tells(ev.RetryOrdered(step="each[3]", by="ana"))
    told.does("each[3]")
    assert told.states()["after"] == "running"


def test_taking_one_back_begins_no_other() -> None:
    """An element that was undone had been done; an undo never makes the engine try the next."""
    told = joined('join: any, max_parallel: 1, undo: {action: http.request, with: {url: "https://a.example/undo"}}')
    told.does("each[1]")
    told.tells(ev.UndoOrdered(step="each[1]", by="ana"))
    told.does("each[1]")
    assert told.states()["each[1]"] == "undone"
    assert told.states()["each[2]"] == "skipped"


def test_on_failure_looks_at_the_step_and_not_at_an_element() -> None:
    """One failed element stops nothing while enough can still be done."""
    told = joined(
        "join: any, on_failure: stop", after="{id: after, title: After, ACT, needs: [{step: each, is: settled}]}"
    )
    told.fails("each[1]")
    told.does("each[2]")
    assert told.states()["after"] == "running"


def test_a_handler_runs_when_the_step_counts_as_failed() -> None:
    """It waits while enough can still be done, and is left out once they are."""
    handler = "{id: after, title: After, ACT}"
    told = joined("join: 2, on_failure: [after]", after=handler)
    told.fails("each[1]")
    assert "after" not in told.states()
    told.fails("each[2]")
    assert told.states()["after"] == "running"
    told = joined("join: any, on_failure: [after]", after=handler)
    told.fails("each[1]")
    told.does("each[2]")
    assert told.states()["after"] == "skipped"


def test_a_failed_element_keeps_no_incident_open_when_enough_are_done() -> None:
    """The incident closes over it, once what runs has ended."""
    told = joined("join: any")
    told.fails("each[1]")
    told.does("each[2]")
    told.does("after")
    told.answers("sum_up.task.1", verdict="done")
    assert told.status() == "resolved"
    told.does("each[3]")
    assert told.status() == "closed"
