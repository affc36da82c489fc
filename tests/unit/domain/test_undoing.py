"""Taking back what cannot be written out: a person is told, and the incident goes on."""

from __future__ import annotations

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.intake import take
from engine.reports.status import status
from tests.unit.domain.story import Story, story

UNDO = """undo: {action: http.request, with: {url: "https://a.example/{{ steps.lock.output.link }}"}}"""


def locked(**result: str) -> Story:
    """Two acts were done; the first gave what is needed to take it back, or did not."""
    told = story(f"""
      contain:
        steps:
          - {{id: lock, title: Lock, ACT, keep: {{link: json.link}}, {UNDO}}}
          - {{id: move, title: Move, ACT, undo: {{action: http.request, with: {{url: "https://a.example/back"}}}}}}
          - {{id: wait, title: Wait, task: Wait., owner: commander}}
    """)
    told.does("lock", **result)
    told.does("move")
    return told


def test_what_is_not_known_refuses_the_order() -> None:
    """The person reads what is missing, and that the way back is by hand."""
    told = locked()
    command = cmd.UndoStep(step="lock", reason="a mistake")
    taken = take(told.plan, told.incident, command, cmd.Who(person="ana"), now=told.now)
    assert isinstance(taken, Refusal)
    assert (taken.rule, taken.message) == (
        "no_undo",
        "lock cannot be taken back: steps.lock.output.link is not known yet.",
    )
    there = locked(link="x")
    assert not isinstance(take(there.plan, there.incident, command, cmd.Who(person="ana"), now=there.now), Refusal)


def test_an_order_that_cannot_be_written_out_stops_nothing() -> None:
    """One of an older timeline: the engine goes on, and says what a person has to do."""
    told = locked()
    told.tells(ev.UndoOrdered(step="lock", by="ana"))
    assert not told.pending
    needs = {item["subject"]: item["text"] for item in status(told.plan, told.incident, now=told.now)["attention"]}
    words = "“Lock” cannot be taken back: steps.lock.output.link is not known yet. Take it back by hand."
    assert needs["lock"] == words


def test_a_cancelled_incident_takes_back_the_rest() -> None:
    """What cannot be written out is passed over, and the incident is cancelled."""
    told = locked()
    told.tells(ev.CancelOrdered(reason="a false alarm", undo=True, by="ana"))
    assert [move.subject for move in told.pending.values()] == ["move"]
    told.does("move")
    assert told.status() == "cancelled"
    assert told.states()["lock"] == "done"


def test_what_cannot_be_worked_out_fails_where_it_begins() -> None:
    """A list that is none, a moment that is none, a comparison of unlike things: nobody waits for them."""
    told = story("""
      contain:
        steps:
          - {id: look, title: Look, ACT, keep: {found: json.found}}
          - {id: each, title: Each, task: Do., owner: commander, needs: [look], for_each: steps.look.output.found}
          - {id: more, title: More, task: Do., owner: commander, needs: [look],
             for_each: "inputs.urls if steps.look.output.found > 3 else inputs.urls"}
          - {id: until, title: Until, needs: [look], wait: {until: steps.look.output.found}}
          - {id: known, title: Known, needs: [look], wait: {known: steps.look.output.found > 3}}
    """)
    told.does("look", found="a text")
    assert told.states() == {
        "look": "done", "each": "failed", "more": "failed", "until": "failed", "known": "failed",
    }  # fmt: skip
    assert told.incident.step("each").because == ("its list cannot be worked out: steps.look.output.found is no list.")
    assert told.incident.step("until").because == (
        "what it waits for cannot be worked out: steps.look.output.found is no date and time."
    )
