"""A page for each playbook that comes with Tocsin, and their index: made from its plan, in the words of the file.

Rules kept here: a page says what the plan says and nothing else, so that it cannot be out of date; roles are named, and
people never are; what is written in a playbook is text and never markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from engine.bootstrap import action_facts, catalogs
from engine.domain.plan import ApprovePlan, Plan, StepPlan
from engine.domain.sensitivity import Sensitivity
from engine.entrypoints.cli.outline import outline
from engine.entrypoints.cli.outline_words import each_terms
from engine.language.api import compile_playbook
from engine.reports.clocks import regime_of, stage_of
from engine.reports.values import span
from engine.settings.folders import Folders

FOLDER: Final = "docs/playbooks"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|])")
_DOES: Final = {"action": "Tocsin", "wait": "time"}


def pages(playbooks: Path, *, head: str) -> Mapping[str, Callable[[], str]]:
    """Return what makes the page of each playbook of a folder, and the index, by path from the root."""
    files = sorted(playbooks.glob("*.yaml"))
    made: dict[str, Callable[[], str]] = {f"{FOLDER}/{file.stem}.md": partial(page, file, head=head) for file in files}
    return {f"{FOLDER}/README.md": partial(index, files, head=head), **made}


def index(files: Sequence[Path], *, head: str) -> str:
    """Return the table of all playbooks."""
    lines = [
        "# Playbooks",
        "",
        head,
        "",
        "| playbook | what for | steps | people's | roles |",
        "| --- | --- | --- | --- | --- |",
    ]
    for file in files:
        plan = _plan(file)
        human = sum(step.human for step in plan.steps.values())
        cells = (
            f"[{_text(plan.title)}]({file.stem}.md)",
            _text(plan.description),
            len(plan.steps),
            human,
            len(plan.roles),
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def page(file: Path, *, head: str) -> str:
    """Return the page of one playbook."""
    plan = _plan(file)
    told = outline(plan, people=None, inputs=None)
    lines = [
        f"# {_text(plan.title)}",
        "",
        head,
        "",
        _text(plan.description),
        "",
        f"Version {plan.version} of [{file.name}](../../playbooks/{file.name}).{_restricted(plan)}",
        "",
        "```console",
        f"tocsin plan {plan.playbook}",
        f"tocsin trigger {plan.playbook}{_least(told)}",
        "```",
        *_inputs(told),
        *_roles(told),
        *_apart(plan),
        *_deadlines(plan),
    ]
    for phase in told["phases"]:
        lines += _phase(phase, plan)
    return "\n".join(lines) + "\n"


@cache
def _plan(file: Path) -> Plan:
    library = Folders([file.parent])
    data, facts = file.read_bytes(), action_facts()
    return compile_playbook(data, path=file.name, actions=facts, catalogs=catalogs(), library=library)


def _restricted(plan: Plan) -> str:
    if plan.sensitivity is Sensitivity.INTERNAL:
        return ""
    return f" Its incidents are {plan.sensitivity}: neutral names everywhere, and only those who take part read them."


def _least(told: Mapping[str, Any]) -> str:
    """Return the inputs without which it cannot be triggered, as options to be filled in."""
    return "".join(f" -i {entry['name']}=..." for entry in told["inputs"] if entry["required"])


def _inputs(told: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## What is known when it begins", "", "| input | what | |", "| --- | --- | --- |")
    for entry in told["inputs"]:
        kind = ", ".join(entry["options"]) or entry["type"]
        several = ", once or more" if entry["list"] else ""
        need = "required" if entry["required"] else _else(entry["default"])
        hint = f"{_text(entry['hint'])} " if entry["hint"] else ""
        yield f"| `{entry['name']}` | {hint}({_text(kind)}{several}) | {_text(need)} |"


def _else(default: object) -> str:
    if default is None:
        return "may be left out"
    words = {True: "yes", False: "no"}
    return f"else {words[default] if isinstance(default, bool) else default}"


def _roles(told: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## Who takes part", "", "| role | | while vacant |", "| --- | --- | --- |")
    for role in told["roles"]:
        vacant = f"`{role['else']}` does its work" if role["else"] else "shown as vacant"
        yield f"| `{role['id']}` | {_text(role['title'])} | {vacant} |"


def _apart(plan: Plan) -> Iterator[str]:
    for kept in plan.separation:
        yield from ("", f"One person never holds {' and '.join(map(_code, kept.roles))} together: {_text(kept.why)}")


def _deadlines(plan: Plan) -> Iterator[str]:
    if plan.deadlines:
        listed = ", ".join(f"{_text(regime_of(plan, name).name)} (`{name}`)" for name in plan.deadlines)
        yield from ("", "## Laws and contracts whose clocks may run", "", f"{listed}.")


def _phase(phase: Mapping[str, Any], plan: Plan) -> Iterator[str]:
    yield from ("", f"## {phase['id'].capitalize()}", "", f"Opens {phase['opens']}.", "")
    yield from ("| step | | who | due | |", "| --- | --- | --- | --- | --- |")
    for told in phase["steps"]:
        step = plan.steps[told["id"]]
        who = ", ".join(f"`{role}`" for role in step.by) or _DOES.get(step.kind.value, "Tocsin")
        due = (told["due"] or "") + (", a follow-up" if step.follow_up else "")
        what = "<br>".join(filter(None, (f"**{_text(step.title)}**", _text(step.why))))
        terms = "; ".join((*_terms(told, step), *_law(plan, step)))
        yield f"| `{step.id}` | {what} | {who} | {due.removeprefix(', ')} | {terms} |"


def _terms(told: Mapping[str, Any], step: StepPlan) -> Iterator[str]:
    """Yield on what terms a step runs and what happens around it."""
    if step.action:
        yield _code(step.action)
    if step.call:
        yield f"runs [{_text(step.call.title)}]({step.call.playbook}.md)"
    if told["needs"]:
        yield "after " + ", ".join(_code(need["step"]) + (" (any end)" * need["any_end"]) for need in told["needs"])
    if step.handler_for:
        yield f"only when {' or '.join(map(_code, step.handler_for))} failed"
    if told["when"]:
        yield f"when {_code(told['when'])}"
    if told["for_each"]:
        yield f"for each of {_code(told['for_each'])}" + "".join(f", {term}" for term in each_terms(told))
    if step.repeat:
        most = f"{step.repeat.most} times at most"
        yield f"again {step.repeat.rhythm} until {_code(step.repeat.until.source)}, {most}"
    if step.consult:
        first = f" first, up to {span(step.consult.first)}" if step.consult.first else ""
        yield f"asks {', '.join(map(_code, step.consult.roles))} for a view{first}"
    if step.approve:
        yield from _approval(step.approve)
    if step.undo:
        yield "can be undone" if step.undo.action else f"cannot be undone: {_text(step.undo.none_because or '')}"
    if step.marks:
        yield f"a yes makes the incident {step.marks}"


def _approval(approve: ApprovePlan) -> Iterator[str]:
    number = f"{approve.quorum} of " if approve.quorum > 1 else ""
    exact = ", these exact words" if approve.exact_text else ""
    yield f"approved by {number}{', '.join(map(_code, approve.by))}{exact}"
    if approve.expires:
        then = "asked for again" if approve.asks_again else "taken as declined"
        yield f"not approved after {span(approve.expires)}, it is {then}"
    if approve.escalate:
        yield f"after {span(approve.escalate.after)} also by {', '.join(map(_code, approve.escalate.to))}"
    if approve.break_glass:
        yield f"after {span(approve.break_glass)} one person may go ahead alone, with a reason"


def _law(plan: Plan, step: StepPlan) -> Iterator[str]:
    for start in step.starts:
        named = ", ".join(_text(regime_of(plan, name).name) for name in start.regimes)
        yield f"starts the clock of {named}" + (f" when {_code(start.when.source)}" if start.when else "")
    for name in step.stops:
        regime, _, stage = name.partition(".")
        yield f"fulfils {_text(regime_of(plan, regime).name)}: {_text(stage_of(plan, regime, stage).title)}"


def _code(text: str) -> str:
    return f"`{' '.join(text.split())}`".replace("|", "\\|")


def _text(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
