"""Asking whoever sits at the terminal, or nobody.

Rules kept here: a secret is read without being shown, and is no argument of any command; where nothing may be asked,
what is not known is an error that names the variable to set. Without a terminal nothing is asked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from getpass import getpass
from typing import Final

import typer

from engine.domain.errors import ConfigError

TRIES: Final = 5
"""So often the same thing is asked before a command gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Where questions are asked; `given` are variables that answer one without its being asked."""

    asks: bool
    given: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, *, no_input: bool, from_env: bool) -> Terminal:
        """Return the terminal of this process."""
        asks = not no_input and sys.stdin.isatty()
        return cls(asks=asks, given=os.environ if from_env or not asks else {})

    @property
    def tries(self) -> int:
        """How often the same thing may be asked."""
        return TRIES if self.asks else 1

    def say(self, *lines: str) -> None:
        """Write lines."""
        for line in lines:
            typer.echo(line)

    def text(self, label: str, *, variable: str, now: str = "", needed: bool = True) -> str:
        """Ask for a text; Enter keeps what is there now."""
        if self.given.get(variable):
            return self.given[variable]
        if not self.asks:
            return now if now or not needed else self._nobody(label, variable)
        told = str(typer.prompt(label, default=now or ("" if not needed else None), show_default=bool(now))).strip()
        return told or now

    def secret(self, label: str, *, variable: str, now: str = "", needed: bool = True) -> str:
        """Ask for a secret, which is not shown; Enter keeps what is there now."""
        if self.given.get(variable):
            return self.given[variable]
        if not self.asks:
            return now if now or not needed else self._nobody(label, variable)
        keep = " (Enter keeps it)" if now else "" if needed else " (Enter for none)"
        for _ in range(self.tries):
            told = _hidden(f"{label}{keep}: ")
            if told or now or not needed:
                return told or now
        raise typer.Abort

    def choose(self, label: str, options: Sequence[tuple[str, str]], *, variable: str, now: str = "") -> str:
        """Let one of several be chosen, by number or by name; return its name."""
        names = [name for name, _ in options]
        if self.asks and not self.given.get(variable):
            for number, (name, says) in enumerate(options, 1):
                self.say(f"  {number}  {name}{f'  {says}' if says else ''}")
        for _ in range(self.tries):
            told = self.text(label, variable=variable, now=now if now in names else "")
            found = names[int(told) - 1] if told.isdigit() and 0 < int(told) <= len(names) else told
            if found in names:
                return found
            self.say(f"  There is no {told}; there are: {', '.join(names)}.")
        raise ConfigError(f"{label}: none of those that there are was named.", hint=f"There are: {', '.join(names)}.")

    def agrees(self, question: str) -> bool:
        """Ask a question of yes or no; where nothing may be asked, whoever typed the command agrees."""
        return bool(typer.confirm(question, default=True)) if self.asks else True

    def until(self, ask: Callable[[], str], *, wrong: Callable[[str], str]) -> str:
        """Ask until nothing is wrong with the answer; raise `ConfigError` when it is given up."""
        why = ""
        for _ in range(self.tries):
            told = ask()
            why = wrong(told)
            if not why:
                return told
            self.say(f"  {why}")
        raise ConfigError(why, hint="Run the command again when you have it; nothing was changed.")

    def _nobody(self, label: str, variable: str) -> str:
        hint = f"Set {variable}, or run this at a terminal without --no-input."
        raise ConfigError(f"{label} is not known, and nothing may be asked.", hint=hint)


def _hidden(question: str) -> str:
    """Read a line that is not shown; nothing that is typed too early is shown either."""
    try:
        return getpass(question).strip()
    except EOFError:
        raise typer.Abort from None
