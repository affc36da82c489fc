"""What a plan says of a step, line by line: what it does, after what, on what terms, and what follows from it.

Rules kept here: a line is said only where the author wrote something, or where it differs from what every step does;
a span of time stands in its two largest units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias

from engine.domain.durations import DEADLINE
from engine.entrypoints.cli.footprint import waits
from engine.reports.phrases import BY_LAW, counted
from engine.reports.values import span

Outline: TypeAlias = Mapping[str, Any]

FAILURES: Final = {
    "continue": "a failure holds nothing up",
    "stop": "after a failure nothing new begins until somebody decides",
}


def details(step: Outline) -> Iterator[str]:
    """Yield everything that a plan says of a step, below its title."""
    yield from _does(step)
    yield from _order(step)
    if step["when"]:
        yield f"when {step['when']}"
    if step["for_each"]:
        times = "" if step["times"] is None else f" ({step['times']} now)"
        yield f"for each of {step['for_each']}{times}" + "".join(f", {term}" for term in each_terms(step))
    if step["repeat"]:
        repeat = step["repeat"]
        yield f"again {repeat['rhythm']}, at most {repeat['max']} times, until {repeat['until']}"
    yield from _asked(step)
    if step["approve"]:
        yield approvers(step["approve"])
    yield from _approval_terms(step)
    if step["due"]:
        yield f"due: {BY_LAW}" if step["due"] == DEADLINE else f"due in {step['due']}"
    if step["marks"]:
        yield f"a yes makes the incident {step['marks']}"
    yield from _terms(step)


def beyond(step: Outline) -> Iterator[str]:
    """Yield what is said of a step besides what its box in a picture shows."""
    yield from _order(step)
    yield from _asked(step)
    yield from _approval_terms(step)
    yield from _terms(step)
    if step["undo"]:
        yield "can be undone"


def each_terms(step: Outline) -> Iterator[str]:
    """Yield how many elements at a time, and how many must be done."""
    if step["max_parallel"]:
        yield f"{step['max_parallel']} at a time"
    if step["enough"]:
        yield f"done once {step['enough']} of them {'is' if step['enough'] == 1 else 'are'}"


def approvers(approve: Outline) -> str:
    """Return who approves, and whether these exact words."""
    needed = f"{approve['quorum']} of " if approve["quorum"] > 1 else ""
    return f"approved by {needed}{people_of(approve['by'])}" + (", the exact text" if approve["exact_text"] else "")


def people_of(who: Sequence[Outline]) -> str:
    """Return roles, each with the first who holds it."""
    return ", ".join(item["role"] + (f" ({item['people'][0]})" if item["people"] else " (vacant)") for item in who)


def _does(step: Outline) -> Iterator[str]:
    if step["action"]:
        yield f"does {step['action']}" + (", can be undone" if step["undo"] else "")
    if step["wait"]:
        yield waits(step["wait"])
    if step["call"]:
        yield f"calls {step['call']['playbook']}, version {step['call']['version']}{_secrecy(step['call'])}"


def _order(step: Outline) -> Iterator[str]:
    if step["needs"]:
        yield "after " + ", ".join(need["step"] + (" (any end)" if need["any_end"] else "") for need in step["needs"])
    if step["handler_for"]:
        yield f"only when {' or '.join(step['handler_for'])} failed"


def _asked(step: Outline) -> Iterator[str]:
    consult = step["consult"]
    if consult:
        first = f" first, and waits up to {_span(consult['first'])} for it" if consult["first"] else ""
        yield f"asks {people_of(consult['roles'])} for a view{first}"
    if step["form"]:
        yield "asks for " + ", ".join(_field(field, around=step["sensitivity"]) for field in step["form"])


def _field(field: Outline, *, around: str) -> str:
    said = [] if field["required"] else ["optional"]
    said += [] if field["sensitivity"] in ("internal", around) else [field["sensitivity"]]
    said += [f"revises {field['revises']}"] if field["revises"] else []
    return f"{field['name']}" + (f" ({', '.join(said)})" if said else "")


def _approval_terms(step: Outline) -> Iterator[str]:
    approve = step["approve"]
    if not approve:
        return
    if approve["expires"]:
        then = "asked for again" if approve["asks_again"] else "taken as declined"
        yield f"not approved after {_span(approve['expires'])}, it is {then}"
    if approve["escalate"]:
        yield f"after {_span(approve['escalate']['after'])} also by {', '.join(approve['escalate']['to'])}"
    if approve["break_glass"]:
        yield f"after {_span(approve['break_glass'])} one person may go ahead alone, with a reason"


def _terms(step: Outline) -> Iterator[str]:
    yield from _tries(step)
    if step["keep"]:
        yield "keeps " + ", ".join(f"{kept['name']}{_secrecy(kept)}" for kept in step["keep"])
    if isinstance(step["on_failure"], list):
        yield f"after a failure: {', '.join(step['on_failure'])}"
    elif step["on_failure"] in FAILURES:
        yield FAILURES[step["on_failure"]]
    for clock in step["clocks"]:
        terms = (f" from {clock['at']}" if clock["at"] else "") + (f" when {clock['when']}" if clock["when"] else "")
        yield f"starts the clock of {', '.join(clock['regimes'])}{terms}"
    if step["stops"]:
        yield f"fulfils {', '.join(step['stops'])}"
    if step["controls"]:
        yield f"evidence for {', '.join(step['controls'])}"
    if step["sensitivity"] != "internal":
        yield f"{step['sensitivity']}: only those who may see it do"
    if step["follow_up"]:
        yield "a follow-up: it holds up nothing"


def _tries(step: Outline) -> Iterator[str]:
    retry = step["retry"]
    once = f"up to {_span(step['timeout'])}" if step["timeout"] else ""
    if retry["attempts"] > 1:
        only = f" if {retry['if']}" if retry["if"] else ""
        longest = f", each {once}" if once else ""
        yield f"tried up to {counted(retry['attempts'], 'time')} in {_span(retry['within'])}{only}{longest}"
    elif once:
        yield f"takes {once}"


def _secrecy(part: Outline) -> str:
    """Return how closely something is kept, in brackets; nothing where it is not kept closely."""
    return "" if part["sensitivity"] == "internal" else f" ({part['sensitivity']})"


def _span(seconds: int) -> str:
    return span(timedelta(seconds=seconds))
