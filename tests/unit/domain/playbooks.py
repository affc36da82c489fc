"""Any playbook at all: small ones drawn at random, with every key of the language that the conductor decides on.

Rule kept here: what is drawn is one that lint lets through: names are given in order, so that nothing waits for itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

PHASES = ("contain", "legal", "communicate", "harden", "review")
ROLES = ("commander", "counsel", "hr")
URL = "https://a.example"
CALLED = """
tocsin: 1
playbook: removal
title: Removal
version: 1
inputs: {url: {type: url}, note: {type: text, optional: true}}
roles: {commander: {}}
phases:
  legal:
    steps:
      - {id: ask, title: Ask, action: http.request, with: {url: "{{ inputs.url }}"}, on_failure: continue,
         repeat: {until: output.status == 200, every: [1h, 2h], max: 2}, keep: {status: status},
         undo: {action: http.request, with: {url: "https://a.example/{{ steps.ask.output.status }}"}}}
      - {id: by_hand, title: By hand, task: Ask., owner: commander, when: steps.ask.ended == "failed"}
      - {id: reads, title: Reads, action: http.request, with: {url: "https://a.example/{{ steps.ask.output.status }}"}}
outputs:
  status: {type: number, from: steps.ask.output.status}
  ended: {type: text, from: steps.ask.ended}
"""
"""A playbook that the drawn ones may call."""
ACT: dict[str, Any] = {"action": "http.request", "with": {"url": URL}}


@dataclass
class Drawing:
    """The steps so far."""

    steps: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """Step -> its phase."""
    handlers: set[str] = field(default_factory=set)
    marked: bool = False
    calling: bool = False
    """Whether a step may call."""


@st.composite
def playbooks(draw: st.DrawFn, *, calling: bool = False) -> str:
    """Draw a playbook, as JSON, which is YAML too; where `removal` can be read, it may be called."""
    phases = [phase for phase in PHASES if draw(st.booleans())] or ["contain"]
    drawing = Drawing(calling=calling)
    for phase in phases:
        drawing.steps[phase] = []
        for _ in range(draw(st.integers(1, 3))):
            step = _step(draw, drawing, phase=phase)
            drawing.steps[phase].append(step)
            drawing.places[step["id"]] = phase
    return json.dumps(
        {
            "tocsin": 1,
            "playbook": "story",
            "title": "A story",
            "version": 1,
            "inputs": {
                "urls": {"type": "url", "list": True, "min": 1},
                "minor": {"type": "choice", "options": ["no", "yes", "unknown"], "default": "unknown"},
                "recording": {"type": "text", "optional": True},
            },
            "roles": {"commander": {"required": True}, "counsel": {}, "hr": {"else": "counsel"}},
            "phases": {phase: {"steps": steps} for phase, steps in drawing.steps.items()},
        }
    )


def _step(draw: st.DrawFn, drawing: Drawing, *, phase: str) -> dict[str, Any]:
    number = len(drawing.places) + 1
    step: dict[str, Any] = {"id": f"s{number}", "title": f"Step {number}"}
    kind = draw(st.sampled_from(("action", "action", "task", "decision", "wait", *(["call"] * drawing.calling))))
    step |= _of_kind(draw, kind, drawing)
    if phase == "contain" and kind == "action" and "approve" in step and "undo" in step and draw(st.booleans()):
        step["approve"]["break_glass"] = True
    earlier = [name for name in drawing.places if name not in drawing.handlers]
    if draw(st.booleans()) and earlier:
        needed = draw(st.lists(st.sampled_from(earlier), min_size=1, max_size=2, unique=True))
        any_end = draw(st.booleans())
        step["needs"] = [{"step": name, "is": "settled"} if any_end else name for name in needed]
    condition = draw(st.sampled_from(("", "", 'inputs.minor == "no"', "inputs.recording == 'x'", *_reads(drawing))))
    if condition:
        step["when"] = condition
    if kind != "wait" and draw(st.integers(0, 3)) == 0:
        step |= _spread(draw)
    if draw(st.integers(0, 7)) == 0:
        step["follow_up"] = True
    if kind == "decision" and phase == "contain" and not drawing.marked and "for_each" not in step:
        step.pop("repeat", None)
        step |= {"marks": "contained", "needs": [{"step": name, "is": "settled"} for name in earlier[:1]]}
        step.pop("when", None)
        step.pop("follow_up", None)
        drawing.marked = True
    return step


def _reads(drawing: Drawing) -> list[str]:
    """Return conditions that read what a decision came to, and how any step ended."""
    ends = [f'steps.{name}.ended in ["failed", "declined", "blocked"]' for name in [*drawing.places][-2:]]
    all_steps = [step for steps in drawing.steps.values() for step in steps]
    decided = [step["id"] for step in all_steps if "decision" in step and "form" not in step and "for_each" not in step]
    return [*ends, *(f"steps.{name}.output.answer == true" for name in decided[:1]), *_results(drawing)[:1]]


def _results(drawing: Drawing) -> list[str]:
    """Return what can be read of acts and calls, as a comparison that may hold."""
    steps = [step for steps in drawing.steps.values() for step in steps if "for_each" not in step]
    return [f"steps.{step['id']}.output.status == 200" for step in steps if {"action", "call"} & set(step)]


def _of_kind(draw: st.DrawFn, kind: str, drawing: Drawing) -> dict[str, Any]:
    match kind:
        case "action":
            return _action(draw, drawing)
        case "wait":
            reads = [{"known": read} for read in _results(drawing)[:1]]
            return {"wait": draw(st.sampled_from(("1h", "30m", {"known": "inputs.recording is defined"}, *reads)))}
        case "call":
            read = draw(st.sampled_from(("inputs.recording", *_values(drawing))))
            return {"call": "removal", "with": {"url": URL, "note": f"So: {{{{ {read} }}}}"}}
        case "task":
            owner = draw(st.sampled_from(ROLES))
            form = {"form": {"text": {"type": "text"}}} if draw(st.booleans()) else {}
            again = _repeat(draw, 'output.text == "so it is"') if form else {}
            return {"task": "Do it.", "owner": owner, **form, **_due(draw), **_approve(draw), **again}
        case _:
            roles = draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=2, unique=True))
            again = _repeat(draw, "output.answer == true")
            return {"decision": "Is it?", "by": roles, **_due(draw), **again, **_consult(draw, roles)}


def _values(drawing: Drawing) -> list[str]:
    return [read.partition(" ")[0] for read in _results(drawing)[:1]]


def _action(draw: st.DrawFn, drawing: Drawing) -> dict[str, Any]:
    step = {**ACT, **_approve(draw), **_repeat(draw, "output.status == 200")}
    reads = ["", "", *_values(drawing), "inputs.recording"]
    if draw(st.booleans()):
        read = draw(st.sampled_from(reads))
        step["undo"] = {"action": "http.request", "with": {"url": f"{URL}/undo/{{{{ {read} }}}}" if read else URL}}
    if read := draw(st.sampled_from(reads)):
        step["with"] = {"url": f"{URL}/{{{{ {read} }}}}"}
    failing = draw(st.sampled_from(("", "", "continue", "stop")))
    return step | ({"on_failure": failing} if failing else {})


def _repeat(draw: st.DrawFn, until: str) -> dict[str, Any]:
    if draw(st.integers(0, 3)):
        return {}
    every = draw(st.sampled_from(("2h", "1bd", ["1h"], ["1h", "1bd", "2h"])))
    return {"repeat": {"until": until, "every": every, "max": draw(st.integers(1, 3))}}


def _due(draw: st.DrawFn) -> dict[str, Any]:
    due = draw(st.sampled_from(("", "1h", "2bd")))
    return {"due": due} if due else {}


def _approve(draw: st.DrawFn) -> dict[str, Any]:
    if draw(st.integers(0, 2)):
        return {}
    quorum = draw(st.integers(1, 2))
    few = draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True))
    roles = few if quorum == 1 else list(ROLES)  # whoever wrote it does not count
    expires = {"expires": "3h", **_late(draw)} if draw(st.booleans()) else {}
    further = {"escalate": {"after": "1h", "to": list(ROLES)}} if draw(st.booleans()) else {}
    return {"approve": {"by": roles, "quorum": quorum, **expires, **further}}


def _late(draw: st.DrawFn) -> dict[str, Any]:
    late = draw(st.sampled_from((None, "decline", "ask_again")))
    return {"on_expiry": late} if late else {}


def _consult(draw: st.DrawFn, by: list[str]) -> dict[str, Any]:
    others = [role for role in ROLES if role not in by]
    if not others or draw(st.integers(0, 2)):
        return {}
    return {"consult": {"roles": others, **({"first": "30m"} if draw(st.booleans()) else {})}}


def _spread(draw: st.DrawFn) -> dict[str, Any]:
    join = draw(st.sampled_from((None, "any", "all", 1)))
    abreast = draw(st.sampled_from((None, 1, 2)))
    found = {"for_each": "inputs.urls", "join": join, "max_parallel": abreast}
    return {key: value for key, value in found.items() if value is not None}
