"""What a plan leaves in the world: a channel, an epic, tickets and for whom, acts, approvals, clocks of the law.

Rules kept here: it is counted from the outline, so that it says nothing that the outline does not; a step that is
known not to run leaves nothing; one that runs once per element counts as one until the elements are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias

from engine.reports.values import span

Outline: TypeAlias = Mapping[str, Any]

HUMAN: Final = frozenset({"task", "decision"})


def footprint(phases: Sequence[Outline], *, deadlines: Sequence[str]) -> dict[str, Any]:
    """Return what the phases of an outline leave, in the order of its steps."""
    steps = [step for phase in phases for step in every(phase["steps"]) if step["runs"] is not False]
    human = [step for step in steps if step["kind"] in HUMAN and step["tickets"] != "none"]
    return {
        "channel": True,
        "epic": True,
        "tickets": list(_tickets(human)),
        "acts": [
            {"step": step["id"], "action": step["action"], "reach": step["reach"]}
            for step in steps
            if step["action"] and step["reach"] != "none"
        ],
        "approvals": [{"step": step["id"], **step["approve"]} for step in steps if step["approve"]],
        "deadlines": [_deadline(regime, steps) for regime in deadlines],
    }


def every(steps: Sequence[Outline], *, within: Outline | None = None) -> Iterator[Outline]:
    """Yield steps, each followed by those of the playbook that it calls, which run as often as their call does."""
    for step in steps:
        known = step if within is None else _called(step, within)
        yield known
        if known.get("call"):
            yield from every(known["call"]["steps"], within=known)


def _called(step: Outline, call: Outline) -> Outline:
    times = call["times"] if step["times"] is None and not step["for_each"] else None
    return {
        **step,
        "runs": False if call["runs"] is False else step["runs"],
        "for_each": step["for_each"] or call["for_each"],
        "times": times,
    }


def words(left: Outline) -> Iterator[tuple[str, list[str]]]:
    """Yield the same in words: a heading, and the lines below it."""
    yield "where they are set up, a channel in Slack and an epic in Jira", []
    number = sum(entry["number"] for entry in left["tickets"])
    if number:
        yield f"up to {_count(number, 'ticket')}, each once its step is ready", list(_held(left["tickets"]))
    for reach, where in (("inward", "in our own systems"), ("outward", "that others see")):
        acts = [f"{act['step']}  {act['action']}" for act in left["acts"] if act["reach"] == reach]
        if acts:
            yield f"{_count(len(acts), 'act')} {where}", acts
    if left["approvals"]:
        yield (
            f"{_count(len(left['approvals']), 'approval')} before something happens",
            [_approval(approval) for approval in left["approvals"]],
        )
    if left["deadlines"]:
        yield "laws and contracts whose deadlines may apply", [_clock(deadline) for deadline in left["deadlines"]]


def waits(wait: Outline) -> str:
    """Return what a step waits for, in words."""
    if wait["seconds"] is not None:
        return f"waits {span(timedelta(seconds=wait['seconds']))}"
    return f"waits until {wait['until']}" if wait["until"] else f"waits until it is known that {wait['known']}"


def _held(tickets: Sequence[Outline]) -> Iterator[str]:
    for entry in sorted(tickets, key=lambda entry: -entry["number"]):
        more = [f"{step} for each of {of}" for step, of in entry["each"].items()]
        early = f"{', '.join(entry['early'])} as soon as the phase opens" if entry["early"] else ""
        further = "; ".join([*more, *([early] if early else [])])
        yield f"{entry['number']}  {_who(entry)}" + (f"; {further}" if further else "")


def _approval(approval: Outline) -> str:
    some = f"{approval['quorum']} of " if approval["quorum"] > 1 else ""
    exact = ", the exact text" if approval["exact_text"] else ""
    return f"{approval['step']}  {some}{' or '.join(_who(entry) for entry in approval['by'])}{exact}"


def _tickets(human: Sequence[Outline]) -> Iterator[dict[str, Any]]:
    by_role: dict[str, list[Outline]] = {}
    for step in human:
        by_role.setdefault(step["who"][0]["role"] if step["who"] else "", []).append(step)
    for role, steps in by_role.items():
        yield {
            "role": role,
            "people": steps[0]["who"][0]["people"] if steps[0]["who"] else [],
            "number": sum(1 if step["times"] is None else step["times"] for step in steps),
            "steps": [step["id"] for step in steps],
            "each": {step["id"]: step["for_each"] for step in steps if step["for_each"] and step["times"] is None},
            "early": [step["id"] for step in steps if step["tickets"] == "all"],
        }


def _deadline(regime: str, steps: Sequence[Outline]) -> dict[str, Any]:
    return {
        "regime": regime,
        "started_by": [step["id"] for step in steps if regime in step["starts"]],
        "stopped_by": [
            {"step": step["id"], "stage": stage}
            for step in steps
            for stage in step["stops"]
            if stage.partition(".")[0] == regime
        ],
    }


def _clock(deadline: Outline) -> str:
    begins = [f"its clock starts with {step}" for step in deadline["started_by"]]
    met = [f"{stop['stage'].partition('.')[2]} is met by {stop['step']}" for stop in deadline["stopped_by"]]
    return "  ".join([deadline["regime"], *(["; ".join(begins + met)] if begins or met else [])])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _who(entry: Outline) -> str:
    return f"{entry['role']} ({entry['people'][0] if entry['people'] else 'vacant'})"
