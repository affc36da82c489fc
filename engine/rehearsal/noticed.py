"""What whoever writes a rehearsal should know of it, beside its timeline.

That is: what came otherwise than they expect, what was made up although the path depends on it, and what of their file
never came to use.

Rules kept here: only what the file or the playbook can be changed for is named; a yes that was made up is not, unless a
condition reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.values import decode
from engine.rehearsal.expecting import differences
from engine.rehearsal.naming import every, names_of, prefix_of
from engine.rehearsal.unnamed import conditions
from engine.reports.values import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.domain.ask import Ask
    from engine.domain.injects import AnswerDeed
    from engine.domain.scenario import AnswerModel
    from engine.rehearsal.play import Played

OTHERWISE = "Otherwise than the file expects:"
MADE_UP = "Made up, and the path depends on it (say under `answers` what people answer):"
UNUSED = "Never came to use:"


def noticed(played: Played) -> Iterator[str]:
    """Yield lines for the end of a rehearsal."""
    yield from _part(OTHERWISE, (difference.told() for difference in differences(played)))
    yield from _part(MADE_UP, _made_up(played))
    yield from _part(UNUSED, unused(played))


def refused(played: Played) -> Iterator[str]:
    """Yield what was refused, and why."""
    for one in played.stage.denied:
        yield f"refused: {one.person}{f' on {one.step}' if one.step else ''}: {one.why}"


def unused(played: Played) -> Iterator[str]:
    """Yield the answers that nobody was asked for, and the replies that nothing asked for."""
    scenario, asked = played.stage.scenario, set()
    for ask in played.stage.incident.asks.values():
        asked |= {f"{prefix_of(ask)}{name}" for name in names_of(ask.step)}
    yield from (f"answers: {name}" for name in scenario.answers if name not in asked)
    yield from (f"world: {entry.match}" for entry in scenario.world if entry.match not in played.stage.web.used)


def _made_up(played: Played) -> Iterator[str]:
    read = frozenset(name for name, _ in conditions(played.stage.plan))
    lines = (line for ask in played.stage.incident.asks.values() for line in _decisive(played, ask, read))
    yield from dict.fromkeys(lines)


def _decisive(played: Played, ask: Ask, read: frozenset[str]) -> Iterator[str]:
    """Yield the values of an answer that no scripted answer gives and a condition reads."""
    if prefix_of(ask) or ask.last is None:
        return
    script = played.stage.scenario.answers
    said: list[AnswerModel | AnswerDeed] = [one for key in names_of(ask.step) for one in script.get(key, [])]
    brought = (one.answer for one in played.stage.scenario.injects if one.answer)
    said += [one for one in brought if one.step in names_of(ask.step)]
    scripted = {name for one in said for name in one.values}
    if any(one.verdict in ("yes", "no") for one in said):
        scripted.add("answer")
    for name, value in ask.last.values.items():
        if value is not None and name not in scripted and f"steps.{every(ask.step)}.{name}" in read:
            yield f"{every(ask.step)}: {name} {plain_text(decode(value))}"


def _part(head: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield head
        yield from (f"  {line}" for line in found)
