"""A rota in a calendar: recurring turns, turns that were moved or taken out, and who is meant."""

from __future__ import annotations

from datetime import datetime
from textwrap import dedent

import pytest

from engine.domain.errors import ConfigError
from engine.domain.oncall import on_turn
from integrations.oncall.calendar import turns_at

WEEKLY = """
    BEGIN:VEVENT
    UID:week
    DTSTART;TZID=Europe/Berlin:20260302T090000
    DTEND;TZID=Europe/Berlin:20260309T090000
    RRULE:FREQ=WEEKLY;INTERVAL=2
    EXDATE;TZID=Europe/Berlin:20261109T090000
    ATTENDEE;CN=Ana Ruiz:mailto:Ana.Ruiz@example.com
    SUMMARY:On call - Ana Ruiz - Primary
    END:VEVENT
"""
MOVED = """
    BEGIN:VEVENT
    UID:week
    RECURRENCE-ID;TZID=Europe/Berlin:20261123T090000
    DTSTART;TZID=Europe/Berlin:20261124T090000
    DTEND;TZID=Europe/Berlin:20261125T090000
    SUMMARY:jo
    END:VEVENT
"""
DAY = """
    BEGIN:VEVENT
    UID:day
    DTSTART;VALUE=DATE:20261124
    SUMMARY:Primary: Kim Tran
    END:VEVENT
"""


def on_call(at: str, *events: str) -> tuple[str, ...]:
    """Return whom the calendar names at an instant."""
    body = "".join(dedent(event).lstrip() for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n{body}END:VCALENDAR\n".replace("\n", "\r\n")
    moment = datetime.fromisoformat(at)
    found = on_turn(turns_at(text.encode(), moment), moment)
    return found.names if found else ()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-02T08:00+00:00", "ana.ruiz@example.com"),
        ("2026-03-02T07:59+00:00", ""),
        ("2026-03-09T07:59+00:00", "ana.ruiz@example.com"),
        ("2026-03-09T08:00+00:00", ""),
        ("2026-06-22T07:00+00:00", "ana.ruiz@example.com"),
        ("2026-06-22T06:59+00:00", ""),
        ("2026-11-10T12:00+00:00", ""),
        ("2026-11-24T12:00+00:00", "ana.ruiz@example.com"),
    ],
)
def test_a_recurring_turn_keeps_its_wall_time_and_what_is_taken_out_is_out(at: str, expected: str) -> None:
    """Every other week at nine in Berlin, summer and winter, but for one week."""
    assert on_call(at, WEEKLY)[:1] == ((expected,) if expected else ())


def test_a_moved_turn_stands_for_the_one_it_was() -> None:
    """The week of the 23rd is one day now, and somebody else's."""
    assert on_call("2026-11-23T12:00+00:00", WEEKLY, MOVED) == ()
    assert on_call("2026-11-24T12:00+00:00", WEEKLY, MOVED) == ("jo",)
    assert on_call("2026-11-26T12:00+00:00", WEEKLY, MOVED) == ()


def test_a_day_lies_over_a_week_and_its_summary_names_somebody() -> None:
    """Parts of a summary are tried as names; a cancelled event is none."""
    assert on_call("2026-11-24T12:00+00:00", WEEKLY, DAY) == ("Primary: Kim Tran", "Primary", "Kim Tran")
    cancelled = DAY.replace("SUMMARY", "STATUS:CANCELLED\n    SUMMARY")
    assert on_call("2026-11-24T12:00+00:00", WEEKLY, cancelled)[0] == "ana.ruiz@example.com"
    assert on_call("2026-11-25T00:00+00:00", DAY) == ()


def test_a_turn_may_be_added_and_may_have_a_length_instead_of_an_end() -> None:
    """Dates added to a rule count like its own."""
    event = WEEKLY.replace("DTEND;TZID=Europe/Berlin:20260309T090000", "DURATION:PT12H")
    added = event.replace("RRULE:FREQ=WEEKLY;INTERVAL=2", "RDATE;TZID=Europe/Berlin:20260401T090000")
    assert on_call("2026-03-02T19:59+00:00", added)[0] == "ana.ruiz@example.com"
    assert on_call("2026-03-02T20:00+00:00", added) == ()
    assert on_call("2026-04-01T07:00+00:00", added)[0] == "ana.ruiz@example.com"


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=SOMETIMES", "INTERVAL=1"])
def test_what_is_no_rota_is_refused(rule: str) -> None:
    """A rule that cannot be followed, and what is no calendar."""
    with pytest.raises(ConfigError, match="cannot be read"):
        on_call("2026-11-24T12:00+00:00", WEEKLY.replace("FREQ=WEEKLY;INTERVAL=2", rule))
    with pytest.raises(ConfigError, match="cannot be read"):
        turns_at(b"<html>not found</html>", datetime.fromisoformat("2026-11-24T12:00+00:00"))
