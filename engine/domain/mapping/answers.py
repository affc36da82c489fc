"""What answers and facts keep when a running incident goes over to another version, and who may see them.

Rules kept here: what was answered keeps its fields, what is known keeps its input; nothing becomes less sensitive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.fields import FieldType
from engine.domain.mapping.change import ANSWERED, Change, Obstacle, listed
from engine.domain.sensitivity import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.domain.events.shape import Json
    from engine.domain.fields import FieldSpec
    from engine.domain.incident import Incident, Step

OPENNESS = tuple(Sensitivity)
"""From what everybody may see to what the fewest may."""


def openness(change: Change) -> Iterator[Obstacle]:
    """Yield what would become less sensitive."""
    for place, before, after in _open_things(change):
        if OPENNESS.index(after) < OPENNESS.index(before):
            yield Obstacle("openness", place, f"it is {before.value}, and nothing becomes less sensitive on the way")


def _open_things(change: Change) -> Iterator[tuple[str, Sensitivity, Sensitivity]]:
    yield f"playbook {change.new.playbook}", change.old.sensitivity, change.new.sensitivity
    for name, spec in change.old.inputs.items():
        if name in change.new.inputs:
            yield f"input {name}", spec.sensitivity, change.new.inputs[name].sensitivity
    for step, after, _ in change.steps():
        yield f"step {step.id}", step.sensitivity, after.sensitivity
        for name, spec in step.form.items():
            if name in after.form:
                yield f"step {step.id}, field {name}", spec.sensitivity, after.form[name].sensitivity


def answers(change: Change) -> Iterator[Obstacle]:
    """Yield the fields that would no longer hold what was answered."""
    for step, after, entries in change.steps():
        place = f"step {step.id}, field"
        answered = [entry for entry in entries if step.human and entry.status in ANSWERED]
        for entry in answered:
            for name, value in _given(change.incident, entry).items():
                if name in step.form and (why := _misfit(step.form[name], after.form.get(name), value)):
                    yield Obstacle("answered", f"{place} {name}", why)
        for name, spec in after.form.items() if answered else ():
            if name not in step.form and not spec.optional:
                why = "it is answered already, so a further field can only be optional"
                yield Obstacle("answered", f"{place} {name}", why)


def _given(incident: Incident, entry: Step) -> Mapping[str, Json]:
    ask = incident.asks.get(entry.ask or "")
    return entry.output or (ask.last.values if ask and ask.last else {})


def facts(change: Change) -> Iterator[Obstacle]:
    """Yield the inputs that would no longer hold what is known."""
    for name, fact in change.incident.facts.items():
        before, after = change.old.inputs.get(name), change.new.inputs.get(name)
        if before is None or fact.value is None:
            continue
        if why := _misfit(before, after, fact.value):
            yield Obstacle("input", f"input {name}", why)


def _misfit(before: FieldSpec, after: FieldSpec | None, value: Json) -> str:
    """Return why what was given does not fit a field any more, empty when it does."""
    if after is None:
        return "it holds an answer, so it stays"
    if (after.type, after.list) != (before.type, before.list):
        return f"it holds {_type(before)}, so it does not become {_type(after)}"
    chosen = value if isinstance(value, list) else [value]
    if after.type is FieldType.CHOICE and (lost := [one for one in chosen if one not in after.options]):
        return f"it holds {listed(map(str, lost))}, which can no longer be chosen"
    return ""


def _type(spec: FieldSpec) -> str:
    return f"a list of {spec.type.value}" if spec.list else f"a {spec.type.value}"
