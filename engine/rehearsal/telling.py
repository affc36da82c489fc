"""A rehearsal in words, for a terminal.

Rules kept here: it says that it is an exercise; every time is shown as the time since the beginning and on the clock of
whoever declared it, whose offset is said once, at the top; a target that was missed says why.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from engine.domain.values import zone_named
from engine.reports.values import span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.rehearsal.outcome import Outcome, Target

ENDINGS = {
    "still": "It stood still: nothing more would happen.",
    "latest": "It was stopped at its latest end.",
}


def told(found: Outcome) -> Iterator[str]:
    """Yield the lines of a rehearsal."""
    yield f"EXERCISE: a rehearsal of {found.playbook}, version {found.version}. Nothing here is real."
    begun = datetime.fromisoformat(found.started_at).astimezone(zone_named(found.zone))
    yield f"{found.rehearsal}, seed {found.seed}, begins {begun:%a %d %b %Y, %H:%M}."
    yield f"Times are those of {found.zone}: {', then '.join(_offsets(found))}."
    yield ""
    for line in found.timeline:
        at = datetime.fromisoformat(line["at"]).astimezone(zone_named(found.zone))
        yield f"{since(line['since']):>9}  {at:%a %H:%M}  {line['who'] or 'Tocsin':<14} {line['text']}"
    yield ""
    yield from _ended(found)
    yield from _targets(found)
    yield from _people(found)
    if found.shown:
        counted = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in found.shown.items())
        yield f"Would have been made in chat and tracker: {counted}."
    if found.unscripted:
        yield "Not scripted, so answered with 200 and nothing in it (say under `world` what these reply):"
        yield from (
            f"  {asked}{f'  ({count} times)' if count > 1 else ''}" for asked, count in found.unscripted.items()
        )


def since(seconds: float) -> str:
    """Return a time since the beginning: `0:15`, `2 d 3:10`."""
    days, rest = divmod(int(seconds), 86_400)
    clock = f"{rest // 3600}:{rest % 3600 // 60:02}"
    return f"{days} d {clock}" if days else clock


def _offsets(found: Outcome) -> Iterator[str]:
    """Yield how far the clock is ahead of UTC, and since when where that changes meanwhile."""
    start, zone = datetime.fromisoformat(found.started_at), zone_named(found.zone)
    before = start.astimezone(zone)
    yield _offset(before)
    for hour in range(1, int(found.lasted // 3600) + 1):  # clocks are changed on the hour, by UTC
        at = (start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=hour)).astimezone(zone)
        if at.utcoffset() != before.utcoffset():
            yield f"{_offset(at)} from {at:%a %d %b %Y, %H:%M}"
        before = at


def _offset(at: datetime) -> str:
    text = f"{at:%z}"
    return f"UTC{text[:3]}:{text[3:]}"


def _ended(found: Outcome) -> Iterator[str]:
    reached = ", ".join(f"{name} after {_span(at)}" for name, at in found.moments.items())
    yield f"It ended {found.status}{f' ({reached})' if reached else ''}."
    if found.ending in ENDINGS:
        yield ENDINGS[found.ending]
        yield from (f"  {text}." for text in found.open)


def _targets(found: Outcome) -> Iterator[str]:
    dated = [target for target in found.targets if target.due is not None]
    missed = [target for target in dated if target.missed]
    yield f"{len(missed)} of {len(dated)} targets were missed{':' if missed else '.'}"
    for target in missed:
        yield f"  {target.step}: {target.title}: due {since(target.due or 0)}, {_answered(target)}"
        yield from (f"      {why}" for why in target.why)


def _answered(target: Target) -> str:
    if target.answered is None:
        return "never answered"
    return f"answered {since(target.answered)} by {', '.join(target.by)}"


def _people(found: Outcome) -> Iterator[str]:
    if found.minutes:
        yield "People worked:"
        yield from (f"  {who:<20} {_span(60 * spent)}" for who, spent in found.minutes.items())
    for one in found.refused:
        about = f" on {one['step']}" if one["step"] else ""
        yield f"Refused: {one['person']}{about}: {one['why']}"


def _span(seconds: float) -> str:
    return span(timedelta(seconds=seconds))
