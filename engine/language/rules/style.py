"""PB9: words and habits that make a playbook easier to follow at three in the morning."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.domain.problem import Severity
from engine.language.checks import Check, Finding, Findings
from engine.language.context import Context, Place
from engine.language.document import Loc
from engine.language.marks import Rule

MAX_TITLE = 80
_AVOIDED = {
    "leaker": "source account",
    "leakers": "source accounts",
    "suspect": "account in question",
    "suspects": "accounts in question",
    "victim": "affected person",
    "victims": "affected people",
    "fully contained": "contained",
    "all copies removed": "the known copies removed",
}
_AVOIDED_WORDS = re.compile(rf"\b({'|'.join(_AVOIDED)})\b", re.IGNORECASE)


def long_title(context: Context) -> Findings:
    for loc, key, text in _words(context):
        if key == "title" and len(text) > MAX_TITLE:
            hint = "Say the rest in `why`."
            yield Finding(loc, f"The title has {len(text)} characters; tickets show {MAX_TITLE}.", hint)


def avoided_words(context: Context) -> Findings:
    for loc, _, text in _words(context):
        if match := _AVOIDED_WORDS.search(text):
            hint = f"Say {_AVOIDED[match[1].lower()]!r}: it names what is known, and judges nobody."
            yield Finding(loc, f"People will read {match[1]!r}.", hint)


def constant_condition(context: Context) -> Findings:
    for use in context.uses:
        if use.place is Place.WHEN and not use.reads:
            hint = "Compare something that can change, or leave `when` out."
            yield Finding(use.loc, "This condition is always the same.", hint)


def shouted_title(context: Context) -> Findings:
    for loc, key, text in _words(context):
        if key == "title" and text.isupper() and " " in text:
            yield Finding(loc, "The title is in capitals.", "Write it as a sentence.")


def _words(context: Context) -> Iterator[tuple[Loc, str, str]]:
    playbook = context.playbook
    yield ("title",), "title", playbook.title
    if playbook.description is not None:
        yield ("description",), "description", playbook.description
    for step in context.steps:
        for key in ("title", "why", "task", "decision"):
            text = getattr(step.model, key)
            if text is not None:
                yield (*step.loc, key), key, text


CHECKS = (
    Check(Rule("PB901", "A title fits a ticket.", Severity.WARNING), long_title),
    Check(Rule("PB902", "Words for people judge nobody.", Severity.WARNING), avoided_words),
    Check(Rule("PB903", "A condition can be true and false.", Severity.WARNING), constant_condition),
    Check(Rule("PB904", "A title is a sentence.", Severity.WARNING), shouted_title),
)
