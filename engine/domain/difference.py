"""What one version of a playbook changes against another: a value, for people to read and for migration to judge.

Rules kept here: what is compared is what the author wrote, in its long form and with defaults filled in, so that two
ways to say the same are no difference; a step is the same step while its id is, whatever phase it stands in; every key
of the grammar takes part, also one that is added to it later. Nothing is judged here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from engine.domain.notation import Part
from engine.domain.playbook import Playbook, StepModel
from engine.domain.values import Json

NOT_TOP = frozenset({"tocsin", "version", "inputs", "roles", "phases"})
"""What of the top of a playbook is not compared there."""

NOT_PART = frozenset({"id", "steps"})
"""What of a step or a phase is not compared there."""


class How(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs; `path` leads to it. What was added has no `before`, what was removed no `after`."""

    path: tuple[str | int, ...]
    how: How
    before: Json = None
    after: Json = None


@dataclass(frozen=True, slots=True)
class PartDifference:
    """What became of an input, a role or a phase; what was added or removed lists all that it holds."""

    id: str
    how: How
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What a step is in one of the two versions. `given` is a digest of its `with`, empty when it has none."""

    phase: str
    kind: str
    title: str
    given: str


@dataclass(frozen=True, slots=True)
class StepDifference:
    """What became of a step; what was added or removed lists all that it holds."""

    id: str
    how: How
    before: Place | None
    after: Place | None
    changes: tuple[Change, ...]
    like: str | None = None
    """Of an added step: the removed step that says the same under another id."""

    @property
    def moved(self) -> bool:
        """Whether the step stands in another phase now."""
        return self.before is not None and self.after is not None and self.before.phase != self.after.phase

    @property
    def other_kind(self) -> bool:
        """Whether the step is of another kind now."""
        return self.before is not None and self.after is not None and self.before.kind != self.after.kind

    def touches(self, *keys: str) -> bool:
        """Return whether any of these keys of the step differs."""
        return any(change.path[0] in keys for change in self.changes)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two versions. `top` is what is neither an input, a role, a phase nor a step."""

    versions: tuple[int, int]
    top: tuple[Change, ...]
    inputs: tuple[PartDifference, ...]
    roles: tuple[PartDifference, ...]
    phases: tuple[PartDifference, ...]
    steps: tuple[StepDifference, ...]

    @property
    def empty(self) -> bool:
        """Whether the two say the same."""
        return not (self.top or self.inputs or self.roles or self.phases or self.steps)

    def counts(self) -> dict[str, int]:
        """Return how many steps were added, removed, moved and changed; one that moved and changed is both."""
        return {
            "added": sum(step.how is How.ADDED for step in self.steps),
            "removed": sum(step.how is How.REMOVED for step in self.steps),
            "moved": sum(step.moved for step in self.steps),
            "changed": sum(step.how is How.CHANGED and bool(step.changes) for step in self.steps),
        }

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON form."""
        moved = {step.id for step in self.steps if step.moved}
        found = asdict(self)
        found["steps"] = [{**step, "moved": step["id"] in moved} for step in found["steps"]]
        return {**found, "counts": self.counts(), "empty": self.empty}


def difference(before: Playbook, after: Playbook) -> Difference:
    """Return what `after` changes against `before`."""
    return Difference(
        versions=(before.version, after.version),
        top=tuple(_filled(_said(before, without=NOT_TOP), _said(after, without=NOT_TOP))),
        inputs=tuple(_parts(before.inputs, after.inputs)),
        roles=tuple(_parts(before.roles, after.roles)),
        phases=tuple(_parts(before.phases.present(), after.phases.present())),
        steps=tuple(_steps(before, after)),
    )


def changes(before: Json, after: Json, path: tuple[str | int, ...] = ()) -> Iterator[Change]:
    """Yield each value that differs; a list is one value unless it holds mappings or lists and kept its length."""
    match before, after:
        case Mapping(), Mapping():
            for key in dict.fromkeys((*before, *after)):
                if key not in after:
                    yield Change((*path, key), How.REMOVED, before=before[key])
                elif key not in before:
                    yield Change((*path, key), How.ADDED, after=after[key])
                else:
                    yield from changes(before[key], after[key], (*path, key))
        case list(), list() if len(before) == len(after) and _deep(before):
            for index, pair in enumerate(zip(before, after, strict=True)):
                yield from changes(*pair, (*path, index))
        case _:
            if not _same(before, after):
                yield Change(path, How.CHANGED, before=before, after=after)


def _steps(before: Playbook, after: Playbook) -> Iterator[StepDifference]:
    old, new = _by_id(before), _by_id(after)
    removed = {name: _said(model).written for name, (_, model) in old.items() if name not in new}
    for name, (phase, model) in new.items():
        place, said = _place(phase, model), _said(model)
        if name not in old:
            like = next((gone for gone, its in removed.items() if its == said.written), None)
            yield StepDifference(name, How.ADDED, None, place, tuple(changes({}, said.written)), like=like)
            continue
        found = tuple(_filled(_said(old[name][1]), said))
        if found or old[name][0] != phase:
            yield StepDifference(name, How.CHANGED, _place(*old[name]), place, found)
    for name, its in removed.items():
        yield StepDifference(name, How.REMOVED, _place(*old[name]), None, tuple(changes(its, {})))


def _parts(before: Mapping[str, Part], after: Mapping[str, Part]) -> Iterator[PartDifference]:
    for name, part in after.items():
        if name not in before:
            yield PartDifference(name, How.ADDED, tuple(changes({}, _said(part).written)))
        elif found := tuple(_filled(_said(before[name]), _said(part))):
            yield PartDifference(name, How.CHANGED, found)
    for name, part in before.items():
        if name not in after:
            yield PartDifference(name, How.REMOVED, tuple(changes(_said(part).written, {})))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a part of the file says: what is written, and the same with every default."""

    written: dict[str, Json]
    full: dict[str, Json]


def _said(part: Part, *, without: frozenset[str] = NOT_PART) -> _Said:
    written = part.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=set(without))
    if isinstance(part, StepModel) and part.needs:
        # A mapping, so that each need is compared by itself.
        written["needs"] = {need.step: "settled" if need.is_ is not None else "done" for need in part.needs}
    return _Said(written, part.model_dump(mode="json", by_alias=True, exclude=set(without)))


def _filled(before: _Said, after: _Said) -> Iterator[Change]:
    """Yield what differs; where one of the two leaves a key out that has a default, that is what it says."""
    for change in changes(before.written, after.written):
        match change.how:
            case How.ADDED if default := _default(before.full, change.path):
                yield replace(change, how=How.CHANGED, before=default[0])
            case How.REMOVED if default := _default(after.full, change.path):
                yield replace(change, how=How.CHANGED, after=default[0])
            case _:
                yield change


def _default(full: Json, path: tuple[str | int, ...]) -> tuple[Json, ...]:
    """Return the one value that stands at a path, or nothing where that is none, or no single value."""
    for key in path:
        if not isinstance(full, Mapping) or key not in full:
            return ()
        full = full[str(key)]
    return () if full is None or full == "" or isinstance(full, Mapping | list) else (full,)


def _by_id(playbook: Playbook) -> dict[str, tuple[str, StepModel]]:
    found: dict[str, tuple[str, StepModel]] = {}
    for phase, model in playbook.phases.present().items():
        for step in model.steps:
            found.setdefault(step.id, (phase, step))
    return found


def _place(phase: str, model: StepModel) -> Place:
    kinds = model.kinds
    given = "" if model.with_ is None else _digest(model.with_)
    return Place(phase, kinds[0] if kinds else "", model.title or model.id, given)


def _digest(given: Mapping[str, Any]) -> str:
    text = json.dumps(given, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _deep(items: Sequence[Json]) -> bool:
    return any(isinstance(item, Mapping | list) for item in items)


def _same(before: Json, after: Json) -> bool:
    """Return whether two values are the same; `true` and 1 are not, though Python says so."""
    return before == after and isinstance(before, bool) == isinstance(after, bool)
