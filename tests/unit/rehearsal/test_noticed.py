"""What whoever writes a rehearsal is told at its end."""

from __future__ import annotations

from engine.rehearsal.noticed import MADE_UP, OTHERWISE, UNUSED, noticed, refused, unused
from tests.unit.rehearsal.cases import played

STEPS = """
- id: judge
  title: How bad is it?
  decision: Say how bad.
  by: [counsel]
  due: 1h
  form:
    risk: {type: choice, options: [none, high]}
    seen: {type: choice, options: [few, many]}
- id: tell
  title: Tell them
  task: Tell them.
  owner: commander
  needs: [judge]
  when: steps.judge.output.risk == "high"
  due: 1d
- id: lock
  title: Lock it
  action: http.request
  with: {method: POST, url: "https://rec.example/lock"}
  undo: {none: Locking twice is no harm.}
"""


def test_an_answer_that_was_made_up_and_chose_the_path_is_named() -> None:
    """A field that no condition reads is not."""
    assert list(noticed(played(STEPS))) == [MADE_UP, "  judge: risk none"]


def test_what_was_scripted_is_not_called_made_up() -> None:
    """Also where another field of the same form was."""
    assert list(noticed(played(STEPS, "answers: {judge: {values: {risk: high}}}\n"))) == []


def test_what_came_otherwise_is_told_without_running_a_test() -> None:
    """In the words of `tocsin test`."""
    more = "answers: {judge: {values: {risk: high}}}\nexpect: {steps: {tell: skipped}}\n"
    assert list(noticed(played(STEPS, more))) == [OTHERWISE, "  steps.tell: expected skipped, got done"]


def test_what_never_came_to_use_is_named() -> None:
    """A reply that nothing asks for, an answer that nobody is asked for; what did is not."""
    more = """
    answers: {judge: {values: {risk: none}}, tell: {after: 1m}}
    world:
      - {match: "POST */lock", replies: [{status: 200}]}
      - {match: "*/lock", replies: [{status: 503}]}
    """
    found = played(STEPS, more)
    assert list(unused(found)) == ["answers: tell", "world: */lock"]
    assert list(noticed(found)) == [UNUSED, "  answers: tell", "  world: */lock"]


def test_a_scripted_answer_that_does_not_fit_says_why_it_was_refused() -> None:
    """The word that was written beside the words there are."""
    found = played(STEPS, "answers: {judge: {by: carla, values: {risk: hihg}}}\n")
    (line,) = refused(found)
    assert line.startswith("refused: carla on judge: The form is not complete: risk: 'hihg' is not one of the options.")
