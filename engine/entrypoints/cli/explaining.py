"""`tocsin lint --explain RULE`: what a rule watches, why, and an example that breaks it beside what to write."""

from __future__ import annotations

import difflib
import json

import typer

from engine.domain.errors import ConfigError
from engine.language.catalog import RULES, retired
from engine.language.examples import example_of

_COLOURS = {"-": typer.colors.RED, "+": typer.colors.GREEN}


def explain(name: str, *, json_: bool) -> None:
    """Explain a rule; raise `ConfigError` when there is none of that id."""
    rule = RULES.get(name.upper())
    if rule is None:
        raise _unknown(name.upper())
    example = example_of(rule.id)
    if json_:
        said = {"rule": rule.id, "severity": rule.severity.value, "summary": rule.summary}
        told = {"why": example.why, "said": example.said, "bad": example.bad, "good": example.good} if example else {}
        typer.echo(json.dumps({**said, **told}, indent=2, ensure_ascii=False))
        return
    typer.secho(f"{rule.id} ({rule.severity}): {rule.summary}", bold=True)
    if example is None:
        return
    if example.why:
        typer.echo(f"\n{example.why}")
    typer.echo(f"\n{example.said}\n")
    lines = example.change() if example.good else (f"- {line}" for line in example.bad.splitlines())
    for line in lines:
        typer.secho(line, fg=_COLOURS.get(line[:1]))


def _unknown(name: str) -> ConfigError:
    if name in retired():
        return ConfigError(
            f"{name} is retired: it is no rule any more.", hint="docs/rules.md lists the rules there are."
        )
    close = difflib.get_close_matches(name, RULES, n=1)
    meant = f"Did you mean {close[0]}? " if close else ""
    return ConfigError(f"There is no rule {name}.", hint=f"{meant}docs/rules.md lists them all.")
