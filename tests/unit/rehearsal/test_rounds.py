"""An act that is done again until something is so, in a rehearsal as in an incident."""

from __future__ import annotations

from tests.unit.rehearsal.cases import played, states

READS = """
- id: gone
  title: Is it closed?
  action: http.request
  with: {url: "https://a.example/links"}
  keep: {open: json.open}
  repeat: {until: output.open == 0, every: 2m, max: 3}
  on_failure: [by_hand]
- id: by_hand
  title: Close it by hand
  task: Close it.
  owner: commander
"""


def test_an_act_is_done_again_until_it_is_so() -> None:
    """Each round asks the world again, a pause later."""
    found = played(
        READS, 'world: [{match: "GET *", replies: [{json: {open: 2}}, {json: {open: 1}}, {json: {open: 0}}]}]'
    )
    step = found.stage.incident.step("gone")
    assert step.output is not None
    assert (step.status.value, step.output["open"], step.round) == ("done", {"$number": "0"}, 3)
    assert states(found)["by_hand"] == "skipped"


def test_an_act_that_never_comes_to_it_is_followed_by_a_person() -> None:
    """After as many rounds as the playbook allows it has failed, and what handles that is asked for."""
    found = played(READS, 'world: [{match: "GET *", replies: [{json: {open: 2}}]}]')
    assert states(found) == {"gone": "failed", "by_hand": "done"}
