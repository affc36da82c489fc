"""The end of `tocsin connect`: show what would be written, ask, write it, and let the doctor look.

Rules kept here: nothing is written before everything has been asked and tried; Ctrl-C before that leaves all as it was,
and in the moment of writing it waits. No secret is shown, only which ones are set.
"""

from __future__ import annotations

import difflib
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import typer

from engine.domain.errors import ConfigError
from engine.settings.read import Reading, read, settings_file
from engine.settings.values import is_secret, variable
from engine.settings.writing import Draft, Value, jira_draft, secrets_draft, settings_draft, write

if TYPE_CHECKING:
    from engine.entrypoints.cli.terminal import Terminal

JIRA_FILE: Final = "jira.yaml"
EXIT_AWAY: Final = 4


@dataclass(frozen=True, slots=True)
class Present:
    """What is set now, however wrong."""

    reading: Reading

    @classmethod
    def now(cls) -> Present:
        """Read it."""
        return cls(read())

    def value(self, name: str) -> str:
        """Return what a setting is set to; empty when nobody has set it."""
        given = self.reading.given.get(name)
        return "" if given is None else str(given.value)

    def told(self, name: str) -> str:
        """Return a line on a setting: what it is, or of a secret only where."""
        value = self.value(name)
        if not value:
            return f"  {name:<20}  not set"
        place = self.reading.places.get(name, "")
        return f"  {name:<20}  {'set' if is_secret(name) else value}, {place}"

    @property
    def home(self) -> Path:
        """The data folder."""
        return Path(self.value("home"))

    @property
    def jira_file(self) -> Path:
        """The file that says how Jira is filled in."""
        return settings_file().parent / JIRA_FILE


@dataclass(slots=True)
class Changes:
    """What is to be written: settings by name, secrets by variable; for Jira issue types, fields and the level."""

    settings: dict[str, Value] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    types: dict[str, str] = field(default_factory=dict)
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    level: str | None = None

    def secret(self, name: str, value: str) -> None:
        """Set a setting that is a secret."""
        self.secrets[variable(name)] = value


def finish(terminal: Terminal, present: Present, changes: Changes, *, side: Literal["slack", "jira"]) -> None:
    """Write what is to be written when it is agreed to, and end as the doctor ends for that side."""
    drafts = [
        secrets_draft(present.home, changes.secrets),
        jira_draft(present.jira_file, types=changes.types, fields=changes.fields, level=changes.level),
        settings_draft(settings_file(), changes.settings),
    ]
    if any(draft.changed for draft in drafts):
        _show(terminal, drafts, changes)
        if not terminal.agrees("Write this?"):
            terminal.say("Nothing was changed.")
            raise typer.Exit(0)
        with _undisturbed():
            write(drafts)
    else:
        terminal.say("", "Everything is set like this already; nothing is written.")
    for name, value in _overruled(changes).items():
        terminal.say(f"note: {name} is set in the environment{value}, which wins over what was written.")
    _look(terminal, side)


def _show(terminal: Terminal, drafts: list[Draft], changes: Changes) -> None:
    for draft in drafts:
        if draft.changed and draft.secret:
            terminal.say("", f"{draft.path}, for its owner alone, gets: {', '.join(changes.secrets)} (not shown)")
        elif draft.changed:
            lines = difflib.unified_diff(
                draft.before.splitlines(), draft.after.splitlines(), "as it is", "as it will be", lineterm="", n=2
            )
            terminal.say("", str(draft.path), *lines)
    terminal.say("")


def _overruled(changes: Changes) -> Mapping[str, str]:
    written = {**{variable(name): str(value) for name, value in changes.settings.items()}, **changes.secrets}
    there = {name: os.environ.get(name, "") for name in written}
    return {name: " to something else" for name, value in there.items() if value and value != written[name]}


def _look(terminal: Terminal, side: Literal["slack", "jira"]) -> None:
    import asyncio

    from engine.bootstrap.connections import side_checks
    from engine.entrypoints.cli.checkup import Finding, State
    from engine.entrypoints.cli.doctor import show

    reading = read()
    if reading.settings is None:
        raise ConfigError(reading.errors[0])
    terminal.say("", f"What `tocsin doctor --connect` says of {side.capitalize()} now:")
    findings = [Finding.of(one) for one in asyncio.run(side_checks(reading.settings, side))]
    show(findings)
    wrong = any(one.state is State.WRONG for one in findings)
    terminal.say("", "Connected, with something left to do: see above." if wrong else "Connected.")
    raise typer.Exit(EXIT_AWAY if wrong else 0)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait until the block has ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
