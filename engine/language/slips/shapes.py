"""A value of another shape than its key asks for, and the very text that says what was meant.

Rules kept here: what is said is made of what the author wrote where that is short; only keys whose meaning shows are
in here, of every other the shape alone is said.
"""

from __future__ import annotations

from typing import Final

from engine.language.slips.values import kind_of, size, truth
from engine.language.tree import Plain

LISTED: Final = ("needs", "controls", "deadlines", "after", "options", "consult", "stops")
MOST: Final = 4
"""So many elements of a list are shown again."""
NAMED: Final = {
    "roles": "Write each with a colon: roles: {commander: {}, counsel: {}}.",
    "inputs": "Write each with its type: inputs: {urls: {type: url, list: true}}.",
    "form": "Write each with its type: form: {reference: {type: text}}.",
    "phases": "Write each by its name: phases: {contain: {steps: [...]}}.",
    "keep": "Write a name and its place in the result: keep: {state: json.state}.",
    "columns": "Write columns: [a, b], or with the type of each: columns: {a: {type: text}}.",
    "with": "Write what it is given by name: with: {url: ...}.",
    "outputs": "Write each with its type, and where it is from: outputs: {state: {type: text, from: ...}}.",
}
"""Lists in the place of what is named."""
PHASES: Final = ("contain", "legal", "communicate", "harden", "review")


def reshaped(name: str, written: Plain, *, above: str) -> str:
    """Return what is written instead of a value under a key; `above` is the key around it; empty when nobody knows."""
    match written:
        case bool():
            return _of_truth(name, truth=written)
        case int() | float():
            return _of_number(name, written)
        case str():
            return _of_text(name, written, above=above)
        case list():
            return _of_list(name, written)
        case dict() if name == "steps":
            return "Write each step after a dash, with its id: - {id: lock, title: ...}."
        case _:
            return ""


def _of_truth(name: str, *, truth: bool) -> str:
    match name:
        case "approve" if truth:
            return "Write who approves: approve: {by: [commander]}."
        case "undo" if not truth:
            return "Write undo: {none: why it cannot be taken back}."
        case "options":
            return f'Put it in quotes: "{str(truth).lower()}". Yes or no is type: boolean.'
        case _:
            return ""


def _of_number(name: str, number: float) -> str:
    match name:
        case "due" | "timeout" | "wait" | "expires" | "after" | "every" | "within" | "first":
            return f"Write it with its unit, like {number:g}m or {number:g}h."
        case "retry":
            return f"Write how often, and within which time: retry: {number:g} in 1m."
        case "version":
            return "It counts up with each change: 1, 2, 3."
        case _:
            return ""


def _of_text(name: str, text: str, *, above: str) -> str:
    short = text if len(text) <= MOST * 10 else "..."
    if name in LISTED:
        return f"Write {name}: [{short}]."
    if above in ("inputs", "form") and "\n" not in text:
        return f"Write {name}: {{type: {kind_of(text)}}}."
    match name:
        case "approve":
            return f"Write approve: {{by: [{short}]}}."
        case "undo" if text.lower() in ("none", "no", "never", "impossible"):
            return "Write undo: {none: why it cannot be taken back}."
        case "undo":
            return f"Write undo: {{action: {short}, with: {{}}}}."
        case "max" | "min":
            return size(text) or "Write a number without a unit."
        case "version":
            return "It counts up with each change: 1, 2, 3."
        case _:
            return truth(text)


def _of_list(name: str, items: list[Plain]) -> str:
    shown = ", ".join(map(str, items)) if len(items) <= MOST and all(isinstance(one, str) for one in items) else "..."
    if name in NAMED:
        return NAMED[name]
    if name in PHASES:
        return f"Write steps: above them: {name}: {{steps: [...]}}."
    match name:
        case "approve":
            return f"Write approve: {{by: [{shown}]}}."
        case "owner":
            return f"A task has one owner. Several may answer a decision: by: [{shown}]."
        case _:
            return ""
