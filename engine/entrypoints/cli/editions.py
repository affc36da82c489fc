"""The two versions of a playbook that `tocsin plan --diff` compares, and what differs between them in words.

Rules kept here: a version is a file, a playbook's name, or an incident, which stands for the version that it is pinned
to; nothing of a file reaches a terminal as a control character.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine.domain.difference import Change, Difference, How, PartDifference, StepDifference, difference
from engine.domain.errors import PlaybookError
from engine.domain.playbook import Playbook
from engine.domain.values import Json
from engine.entrypoints.cli.files import pinned, playbook_named
from engine.entrypoints.cli.standing import in_office
from engine.entrypoints.lists import NAMED
from engine.language.api import digest
from engine.language.load import load
from engine.language.pinning import taken_apart
from engine.language.render import visible

SIGNS: Final = {How.ADDED: "+", How.REMOVED: "-", How.CHANGED: "~"}
LONG: Final = 60
"""Characters from which on two texts stand below each other, and only where they differ."""
AROUND: Final = 4
"""Words of a long text that are shown before and after what differs."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a playbook, and where it was found."""

    playbook: Playbook
    digest: str
    found: str
    called: Mapping[str, bytes] = field(default_factory=dict)
    """The texts of the playbooks that it calls, by name."""

    def as_json(self) -> dict[str, Any]:
        """Return which version this is."""
        return {
            "playbook": self.playbook.playbook,
            "version": self.playbook.version,
            "digest": self.digest,
            "from": self.found,
        }

    def words(self) -> str:
        """Return which version this is, in words."""
        return f"{self.playbook.playbook} version {self.playbook.version} ({self.found})"


@dataclass(frozen=True, slots=True)
class CallDifference:
    """What became of a playbook that is called; `difference` where it was and is called."""

    name: str
    how: How
    difference: Difference | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON form."""
        inner = self.difference.as_json() if self.difference is not None else None
        return {"name": self.name, "how": self.how.value, "difference": inner}


def edition_named(name: str) -> Edition:
    """Return a version by its file, its name or its incident.

    Raises:
        ConfigError: there is no such file or playbook.
        PlaybookError: the file does not have the shape of a playbook.
        UnknownIncidentError: there is no such incident.
    """
    if NAMED.fullmatch(name.upper()):
        return _pinned(name.upper())
    path = playbook_named(name)
    return _read(pinned(path), path=str(path))


def lines(found: Difference, *, before: Edition, after: Edition) -> Iterator[str]:
    """Yield what differs, line by line; the first character but blanks of a line says how."""
    yield f"--- {before.words()}"
    yield f"+++ {after.words()}"
    within = calls(before, after)
    if found.empty and not within:
        same = before.digest == after.digest
        yield "Nothing differs." if same else "Nothing differs but how it is written."
        return
    if not found.empty:
        yield from _differences(found)
    for call in within:
        yield from ("", f"{SIGNS[call.how]} the playbook {call.name}, which is called")
        if call.difference is not None:
            yield from (f"  {line}" for line in _differences(call.difference))


def calls(before: Edition, after: Edition) -> list[CallDifference]:
    """Return what became of the playbooks that are called; one that only was written otherwise is not among them."""
    found = []
    for name in dict.fromkeys((*after.called, *before.called)):
        old, new = before.called.get(name), after.called.get(name)
        if old is None or new is None:
            found.append(CallDifference(name, How.ADDED if old is None else How.REMOVED))
        elif not (inner := difference(_read(old, path=name).playbook, _read(new, path=name).playbook)).empty:
            found.append(CallDifference(name, How.CHANGED, inner))
    return found


def _differences(found: Difference) -> Iterator[str]:
    yield from _changes(found.top, indent=0)
    for name, parts in (("inputs", found.inputs), ("roles", found.roles), ("phases", found.phases)):
        if parts:
            yield from ("", name)
            for part in parts:
                yield from _part(part)
    if found.steps:
        yield from ("", "steps")
        for step in found.steps:
            yield from _step(step)
    counts = found.counts()
    yield ""
    yield "Steps: " + ", ".join(f"{number} {what}" for what, number in counts.items()) + "."
    if found.versions[0] >= found.versions[1]:
        yield f"The version is {found.versions[1]} and was {found.versions[0]}: count it up with each change."


def _pinned(incident: str) -> Edition:
    async def work(office: Any) -> tuple[str, str]:  # noqa: ANN401 the office is imported by no other command
        state = (await office.standings.of(incident)).incident
        return state.playbook, await office.ledger.definition(state.digest)

    name, text = in_office(work)
    return _read(text.encode(), path=f"{name}.yaml", found=f"the version of {incident}")


def _read(data: bytes, *, path: str, found: str = "") -> Edition:
    own, called = taken_apart(data)
    loaded = load(own, path=path)
    if loaded.document is None:
        raise PlaybookError(loaded.problems)
    return Edition(loaded.document.playbook, digest(data), found or path, called)


def _part(part: PartDifference) -> Iterator[str]:
    if part.how is How.CHANGED:
        yield f"  ~ {part.id}"
        yield from _changes(part.changes, indent=4)
        return
    said = ", ".join(
        f"{_path(change.path)}: {shown(change.before if part.how is How.REMOVED else change.after)}"
        for change in part.changes
    )
    yield f"  {SIGNS[part.how]} {part.id}" + (f"  {said}" if said else "")


def _step(step: StepDifference) -> Iterator[str]:
    place = step.after or step.before
    # A step stands in at least one of the two versions.
    assert place is not None  # noqa: S101 says so to the type checker
    where = f"{place.phase}  "
    if step.moved and step.before is not None:
        where = f"{step.before.phase} → {place.phase}  "
    like = f"  (says the same as {step.like}, which is gone)" if step.like else ""
    yield f"  {SIGNS[step.how]} {where}{step.id}  {visible(place.title)}{like}"
    if step.how is not How.REMOVED:
        more = [change for change in step.changes if step.how is How.CHANGED or change.path != ("title",)]
        yield from _changes(more, indent=6)


def _changes(changes: Sequence[Change], *, indent: int) -> Iterator[str]:
    blank = " " * indent
    for change in changes:
        name = _path(change.path)
        match change.how:
            case How.ADDED:
                yield f"{blank}+ {name}: {shown(change.after)}"
            case How.REMOVED:
                yield f"{blank}- {name}: {shown(change.before)}"
            case _:
                yield from (f"{blank}{line}" for line in _changed(name, change.before, change.after))


def _changed(name: str, before: Json, after: Json) -> Iterator[str]:
    match before, after:
        case list(), list():
            gone = [f"-{shown(item)}" for item in before if item not in after]
            new = [f"+{shown(item)}" for item in after if item not in before]
            yield f"~ {name}: {' '.join([*gone, *new]) or f'{shown(before)} → {shown(after)}'}"
        case str(), str() if max(len(before), len(after)) > LONG:
            yield f"~ {name}:"
            old, new_ = _around(before.split(), after.split())
            yield f"    - {old}"
            yield f"    + {new_}"
        case _:
            yield f"~ {name}: {shown(before)} → {shown(after)}"


def _around(before: list[str], after: list[str]) -> tuple[str, str]:
    """Return two texts from a few words before their first difference to a few words after their last."""
    least = min(len(before), len(after))
    first = next((at for at in range(least) if before[at] != after[at]), least)
    last = next((at for at in range(least - first) if before[-1 - at] != after[-1 - at]), least - first)

    def cut(words: list[str]) -> str:
        start, end = max(0, first - AROUND), min(len(words), len(words) - last + AROUND)
        shortened = ["…"] * (start > 0) + words[start:end] + ["…"] * (end < len(words))
        return visible(" ".join(shortened))

    return cut(before), cut(after)


def shown(value: Json) -> str:
    """Return a value as an author writes it, in one line."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case float() if value == int(value):
            return str(int(value))
        case str():
            return visible(" ".join(value.split()))
        case dict():
            return "{" + ", ".join(f"{visible(key)}: {shown(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(shown(item) for item in value) + "]"
        case _:
            return str(value)


def _path(path: Sequence[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return visible(text.removeprefix("."))
