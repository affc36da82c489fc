"""PB6: what the language knows and the engine cannot do yet. Refused when a plan is made, never ignored."""

from __future__ import annotations

from collections.abc import Callable

from engine.domain.fields import FieldType
from engine.language.checks import Check, Finding, Findings
from engine.language.context import Context
from engine.language.marks import Rule
from engine.language.rules.form import fields


def _key(key: str, instead: str) -> Callable[[Context], Findings]:
    def find(context: Context) -> Findings:
        for step in context.steps:
            if getattr(step.model, key) is not None:
                yield Finding((*step.loc, key), f"`{key}` comes later.", instead, on_key=True)

    return find


def _field(kind: FieldType, instead: str) -> Callable[[Context], Findings]:
    def find(context: Context) -> Findings:
        for loc, field in fields(context):
            if field.type is kind:
                yield Finding((*loc, "type"), f"A field of type {kind} comes later.", instead)

    return find


CHECKS = (
    Check(Rule("PB609", "A field of type file comes later."), _field(FieldType.FILE, "Ask for a link or a reference.")),
)
