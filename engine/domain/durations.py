"""Spans of time as authors write them: `15m`, `1h30m`, `90d`, `5bd`, `5bd in us-federal`, and `3 in 1m` for retries.

Rules kept here: units go from large to small, each at most once; a day is 24 hours, a business day (`bd`) stands
alone and is counted by a calendar later; nothing is longer than ten years.
"""

from __future__ import annotations

import re
from datetime import timedelta

from engine.domain.errors import RunError
from engine.domain.pacing import Due

DEADLINE = "deadline"
"""What the law sets, in place of a target."""

LONGEST = timedelta(days=3650)
MOST_ATTEMPTS = 20
DURATION_PATTERN = r"(?=[0-9])([0-9]{1,4}d)?([0-9]{1,5}h)?([0-9]{1,6}m)?([0-9]{1,8}s)?"
DUE_PATTERN = rf"[0-9]{{1,3}}bd( in [a-z][a-z0-9-]*)?|{DURATION_PATTERN}"
RETRY_PATTERN = rf"[0-9]{{1,2}} in {DURATION_PATTERN}"

_DURATION = re.compile(DURATION_PATTERN)
_BUSINESS = re.compile(r"([0-9]{1,3})bd(?: in ([a-z][a-z0-9-]*))?")
_RETRY = re.compile(r"([0-9]{1,2}) in (\S+)")


class DurationError(RunError):
    """That is not a span of time."""

    default_hint = "Write numbers with units, large to small: 30s, 15m, 2h, 1h30m, 90d."


def parse_duration(text: str) -> timedelta:
    """Return the span that `text` names; raise `DurationError` when it names none, zero, or over ten years."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise DurationError(f"{text!r} is not a duration.")
    days, hours, minutes, seconds = (int(part[:-1]) if part else 0 for part in match.groups())
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not span:
        raise DurationError(f"{text!r} is no time at all.", hint="Leave the key out instead.")
    if span > LONGEST:
        raise DurationError(f"{text!r} is more than ten years.", hint="Write at most 3650d.")
    return span


def parse_due(text: str) -> Due:
    """Return the target that `text` names: a duration, or business days of a calendar; raise `DurationError`."""
    if match := _BUSINESS.fullmatch(text):
        days = int(match[1])
        if days == 0:
            raise DurationError(f"{text!r} is no time at all.", hint="Leave the key out instead.")
        return Due(business_days=days, calendar=match[2] or "", text=text)
    try:
        return Due(elapsed=parse_duration(text), text=text)
    except DurationError as error:
        hint = error.hint()
        if error.message.endswith("is not a duration."):
            hint = "Write a duration (15m, 2h, 90d) or business days alone (5bd, 5bd in a-calendar)."
        raise DurationError(error.message, hint=hint) from None


def parse_within(text: str) -> timedelta:
    """Return the span in which an action is tried again; raise `DurationError` when it is none."""
    try:
        return parse_duration(text)
    except DurationError as error:
        if not error.message.endswith("is not a duration."):
            raise
        raise DurationError(f"{text!r} is not a retry.", hint="Write how often and how long, like `3 in 1m`.") from None


def split_retry(text: str) -> tuple[int, str]:
    """Return the attempts and the span of `3 in 1m`; of anything else one attempt, and the text as the span."""
    match = _RETRY.fullmatch(text)
    return (int(match[1]), match[2]) if match else (1, text)
