"""Signs and words that expressions have elsewhere, and how the same is said here.

Rule kept here: the first sign that is found is told; what stands in quotes is text and never a sign.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_TEXTS: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
SIGNS: Final = (
    (re.compile("[\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb]"), 'Write straight quotes: "text".'),
    (re.compile(r"\$?\{\{|\$\{|%\{"), "An expression stands here, so write it without {{ }}."),
    (re.compile(r"&&|(?<!&)&(?!&)"), "Write `and`."),
    (re.compile(r"\|\|"), "Write `or`."),
    (re.compile(r"===|!=="), "Write `==` or `!=`."),
    (re.compile(r"<>"), "Write `!=`."),
    (re.compile(r"!(?!=)"), "Write `not`."),
    (re.compile(r"(?<![=!<>])=(?!=)"), "Write `==` to compare."),
    (re.compile(r"\?"), "Write `one if a condition else another`."),
    (re.compile(r"\b(contains|includes)\b"), "Write `item in inputs.urls` for an element of a list."),
    (re.compile(r"\b(len|length|count|size)\("), "Write `inputs.urls | length`."),
    (re.compile(r"\b(startswith|endswith|matches|startsWith|endsWith)\b"), "Ask for a choice, and compare it with ==."),
    (re.compile(r"\bis\s+(not\s+)?(none|null|empty|set)\b", re.IGNORECASE), "Write `is defined`, or `is not defined`."),
    (re.compile(r"\b(AND|OR|NOT)\b"), "Write `and`, `or`, `not` in small letters."),
    (re.compile(r"\b(now|today|time)\("), "No clock is read here; a wait has a duration, or until a moment."),
)
"""A sign, and what is written instead."""
NOTHING: Final = ("null", "None", "nil", "undefined", "NULL", "none", "empty")
"""Words for what is not there."""
ROOTS: Final[Mapping[str, str]] = {
    "input": "inputs",
    "vars": "inputs",
    "var": "inputs",
    "variables": "inputs",
    "params": "inputs",
    "parameters": "inputs",
    "args": "inputs",
    "needs": "steps",
    "step": "steps",
    "tasks": "steps",
}
"""Names that look-ups begin with elsewhere."""
RESULTS: Final = ("outputs", "result", "results", "response", "values", "answer", "form", "data")
"""How what a step came to is called elsewhere."""
STANDINGS: Final = ("outcome", "conclusion", "done", "failed", "succeeded", "success", "completed")
"""How whether a step has ended is called elsewhere."""


def sign(source: str) -> str:
    """Return how the first foreign sign of an expression is said here; empty when there is none."""
    bare = _TEXTS.sub("''", source)
    return next((said for found, said in SIGNS if found.search(bare)), "")


def result(step: str, path: tuple[str, ...]) -> str:
    """Return how what a step came to is read, when it was read otherwise."""
    if len(path) == 1 and path[0] in STANDINGS:
        return f'How it ended is steps.{step}.ended, like steps.{step}.ended == "failed".'
    rest = path[1:] if path and path[0] in RESULTS else path
    return f"Write steps.{step}.output.{'.'.join(rest) or 'NAME'}, or steps.{step}.ended."


def root(name: str, rest: str) -> str:
    """Return what is written instead of a look-up that begins with a name there is not; empty when nobody knows."""
    if name in NOTHING:
        return "Write `inputs.x is defined`, or `inputs.x is not defined`."
    if name in ROOTS:
        return f"Write {ROOTS[name]}{rest}."
    return ""
