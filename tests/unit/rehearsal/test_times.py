"""A rehearsal says every time in one zone: that of whoever declared it."""

from __future__ import annotations

from engine.rehearsal.telling import told
from tests.unit.rehearsal.cases import HEAD, came

STEPS = """
- id: words
  title: Which words?
  decision: Say which.
  by: [commander]
  due: 15m
  form: {said_at: {type: datetime}}
  starts: [{regimes: eu-gdpr, at: said_at}]
"""
LAW = HEAD.replace("phases:", "deadlines: [eu-gdpr]\n    phases:")
BERLIN = """
    tocsin: 1
    rehearsal: night
    playbook: story
    starts_at: 2026-03-28T23:00:00+01:00
    cast:
      ana: {roles: [commander], zone: Europe/Berlin}
      carla: {roles: [counsel]}
    answers: {words: {by: ana, after: 20m, values: {said_at: "2026-03-28T22:10:00Z"}}}
"""


def test_a_sentence_has_the_time_of_the_column_beside_it() -> None:
    """What was due, what was filled in and when a clock began are told in the zone of the whole rehearsal."""
    texts = [line["text"] for line in came(STEPS, scenario=BERLIN, head=LAW).timeline]
    assert "Target missed: Which words? was due Sat 28 Mar 2026, 23:15." in texts
    assert "Answered Which words?: said at: 2026-03-28 23:10." in texts
    assert "The clock of eu-gdpr began Sat 28 Mar 2026, 23:10, as ana said: Which words?" in texts
    assert not [text for text in texts if "UTC" in text or "+0" in text]


def test_data_has_the_instants_in_utc() -> None:
    """For programs, each line has its instant beside its sentence."""
    found = came(STEPS, scenario=BERLIN, head=LAW)
    missed = next(line for line in found.timeline if line["kind"] == "target_missed")
    assert missed["at"] == "2026-03-28T22:15:00.000000Z"
    assert (found.started_at, found.zone) == ("2026-03-28T22:00:00.000000Z", "Europe/Berlin")


def test_the_offset_is_said_once_and_when_it_changes() -> None:
    """At the top; where the clocks are changed meanwhile, since when."""
    assert list(told(came(STEPS, scenario=BERLIN, head=LAW)))[1:3] == [
        "night, seed 1, begins Sat 28 Mar 2026, 23:00.",
        "Times are those of Europe/Berlin: UTC+01:00.",
    ]
    later = BERLIN.replace("after: 20m", "after: 5h")
    assert list(told(came(STEPS, scenario=later, head=LAW)))[2] == (
        "Times are those of Europe/Berlin: UTC+01:00, then UTC+02:00 from Sun 29 Mar 2026, 03:00."
    )
