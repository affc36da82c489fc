"""A running incident that goes over to an edited copy of its playbook, with the pure core alone."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.authority import Refusal
from engine.domain.intake import take
from engine.language.api import compile_playbook
from engine.language.library import Texts
from tests.unit.domain.story import Story
from tests.unit.language.facts import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.events.shape import InputEvent
    from engine.domain.plan import Plan

ANA = cmd.Who(person="ana")


def edited(text: str, *edits: tuple[str, str], version: int = 2) -> str:
    """Return a playbook with parts replaced, and its version counted up."""
    for before, after in (("version: 1", f"version: {version}"), *edits):
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


def compiled(text: str, called: Mapping[str, str] | None = None) -> Plan:
    """Return the plan of a playbook, which may call others."""
    name = text.partition("playbook: ")[2].split()[0]
    library = Texts({name: dedent(other).encode() for name, other in (called or {}).items()})
    return compile_playbook(dedent(text).encode(), path=f"{name}.yaml", actions=ACTIONS, library=library)


def asks(
    told: Story,
    text: str,
    *,
    who: cmd.Who = ANA,
    reason: str = "the union has to be told",
    inputs: Mapping[str, str] | None = None,
    called: Mapping[str, str] | None = None,
) -> tuple[tuple[InputEvent, ...] | Refusal, Plan]:
    """Let somebody ask for another version; return what it came to, and the plan of that version."""
    into = compiled(text, told.called if called is None else called)
    command = cmd.MigrateIncident(text=dedent(text), reason=reason, inputs=dict(inputs or {}))
    return take(told.plan, told.incident, command, who, now=told.now, into=into), into


def migrate(told: Story, text: str, *, called: Mapping[str, str] | None = None, **inputs: str) -> Mapping[str, str]:
    """Let the commander ask for another version; return what is in the way, nothing when it was taken over."""
    taken, into = asks(told, text, inputs=inputs, called=called)
    if isinstance(taken, Refusal):
        return dict(taken.fields) or {taken.rule: taken.message}
    told.write(*taken)
    told.plan = into
    told.turn()
    return {}
