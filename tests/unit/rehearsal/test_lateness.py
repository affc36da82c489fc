"""Why targets are missed in a rehearsal."""

from __future__ import annotations

from tests.unit.rehearsal.cases import came

STEPS = """
- id: words
  title: Which words?
  decision: Say which.
  by: [counsel]
  due: 15m
- id: more
  title: What else?
  decision: Say what.
  by: [counsel]
  due: 30m
"""
NIGHT = """
    tocsin: 1
    rehearsal: night
    playbook: story
    starts_at: 2026-03-03T03:00:00+01:00
    effort: {decision: 20m}
    cast:
      ana: {roles: [commander], zone: Europe/Berlin}
      carla: {roles: [counsel], zone: Europe/Berlin, responds: {median: 1s, p90: 1s}, HOURS}
"""


def test_who_is_off_duty_is_late_until_they_begin() -> None:
    """Their working hours are the reason that is given, on their own clock."""
    found = came(STEPS, scenario=NIGHT.replace("HOURS", "hours: 09:00-17:00 mon-fri"))
    words = next(target for target in found.targets if target.step == "words")
    assert words.missed
    assert words.why[0] == "carla was off duty until Tue 03 Mar 2026, 09:00."


def test_who_is_on_call_is_reached_at_night() -> None:
    """What cannot wait is turned to at once; one person does one thing at a time, what is due first at first."""
    found = came(STEPS, scenario=NIGHT.replace("HOURS", "hours: 09:00-17:00 mon-fri, on_call: true"))
    words, more = found.targets
    assert words.answered is not None
    assert more.answered is not None
    assert words.answered < more.answered
    assert words.answered < 3 * 3600


def test_who_is_asleep_is_reached_by_nothing() -> None:
    """Somebody on call who sleeps through it is late until they wake."""
    night = NIGHT.replace("HOURS", "on_call: true") + "    injects: [{at: 0s, asleep: carla, until: 4h}]\n"
    words = came(STEPS, scenario=night).targets[0]
    assert words.answered is not None
    assert words.answered > 4 * 3600
    assert words.why[0] == "carla was asleep until Tue 03 Mar 2026, 07:00."


def test_who_is_away_is_reached_by_nothing() -> None:
    """As asleep, from and until a time since the beginning."""
    words = came(STEPS, scenario=NIGHT.replace("HOURS", "away: [{from: 0s, until: 2h}]")).targets[0]
    assert words.why[0] == "carla was away until Tue 03 Mar 2026, 05:00."


def test_who_is_busy_says_with_what() -> None:
    """The second of two things waits for the first."""
    more = came(STEPS, scenario=NIGHT.replace("20m", "3h").replace("HOURS", "on_call: true")).targets[1]
    assert more.missed
    assert any(why.startswith("carla was busy with words until") for why in more.why)


def test_who_goes_off_duty_before_they_turn_to_it_is_off_duty_too() -> None:
    """At work when it is asked, five minutes before the evening; gone when they would have begun."""
    evening = NIGHT.replace("T03:00", "T16:55").replace(
        "{median: 1s, p90: 1s}, HOURS", "10m, hours: 09:00-17:00 mon-fri"
    )
    words = came(STEPS, scenario=evening).targets[0]
    assert words.missed
    assert words.why[0] == "carla was off duty until Wed 04 Mar 2026, 09:00."
