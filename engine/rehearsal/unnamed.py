"""Values of a real incident without what must not leave it: names, addresses, texts, what is restricted.

Rules kept here: the same person, address or text becomes the same placeholder, so that what was equal stays equal; no
text is kept, since anybody may be named in one, but those with which a condition of the playbook compares. Choices and
yes or no are kept, restricted ones only where a condition reads them: the path that was taken says them anyway. A
number, a moment or a table of a restricted field is left out, and made up when it is rehearsed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from engine.domain.fields import FieldType
from engine.domain.sensitivity import Sensitivity
from engine.domain.values import decode, plain
from engine.rehearsal.naming import every

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from engine.domain.expressions import Reference
    from engine.domain.fields import FieldSpec
    from engine.domain.plan import Plan, StepPlan
    from engine.rehearsal.followed import Followed

KEPT = (FieldType.CHOICE, FieldType.BOOLEAN)
LEFT_OUT = (FieldType.TABLE, FieldType.FILE)


@dataclass(slots=True)
class Unnamed:
    """Placeholders, given as they are needed."""

    followed: Followed
    people: dict[str, str] = field(default_factory=dict)
    """Person -> what they are called in the cast."""
    _texts: dict[str, int] = field(default_factory=dict)
    _sites: dict[str, int] = field(default_factory=dict)
    _pages: dict[str, int] = field(default_factory=dict)
    _read: Mapping[str, str] = field(default_factory=dict)
    """What conditions read, and all that is written in them."""

    def __post_init__(self) -> None:
        read: dict[str, str] = {}
        for plan in self.followed.plans:
            for name, source in conditions(plan):
                read[name] = f"{read.get(name, '')} {source}"
        self._read = read

    def cast(self, roles: Mapping[str, Iterable[str]], others: Iterable[str]) -> dict[str, list[str]]:
        """Name everybody after the first role they hold; return their roles by that name."""
        held: dict[str, list[str]] = {}
        for role, people in roles.items():
            for person in people:
                held.setdefault(person, []).append(role)
        for person in others:
            held.setdefault(person, [])
        for person, mine in held.items():
            kind = mine[0] if mine else "guest"
            count = sum(name.rpartition(".")[0] == kind for name in self.people.values()) + 1
            self.people[person] = f"{kind}.{count}"
        return {self.people[person]: mine for person, mine in held.items()}

    def person(self, person: str) -> str:
        """Return what somebody is called in the cast; who is not in it is a guest."""
        return self.people.get(person, "guest")

    def answers(self, step: StepPlan, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was filled in, without what must not leave."""
        found = {}
        for name, value in values.items():
            spec = step.form.get(name)
            fact = (spec.revises or "").removeprefix("inputs.") if spec is not None else ""
            read = [self._read.get(key) for key in (f"steps.{every(step.id)}.{name}", f"inputs.{fact}")]
            closed = step.sensitivity is not Sensitivity.INTERNAL
            kept = self._kept(spec, value, closed=closed, read=" ".join(filter(None, read))) if spec else None
            if kept is not None:
                found[name] = kept
        return found

    def inputs(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts, without what must not leave."""
        found, specs = {}, self.followed.inputs
        for name, value in values.items():
            spec, read = specs.get(name), self._read.get(f"inputs.{name}", "")
            if spec is not None and (kept := self._kept(spec, value, closed=False, read=read)) is not None:
                found[name] = kept
        return found

    def json(self, value: Any) -> Any:  # noqa: ANN401 - what a system replied
        """Return a reply, without what must not leave."""
        match value:
            case str():
                return self.address(value) if value.startswith(("http://", "https://")) else self.text(value)
            case dict():
                return {str(key): self.json(item) for key, item in value.items()}
            case list():
                return [self.json(item) for item in value]
            case _:
                return value

    def text(self, text: str) -> str:
        """Return the placeholder of a text."""
        return f"Recorded text {self._texts.setdefault(text, len(self._texts) + 1)}."

    def address(self, url: str) -> str:
        """Return the placeholder of an address: the same host stays the same host."""
        site = self._sites.setdefault(urlsplit(url).netloc, len(self._sites) + 1)
        page = self._pages.setdefault(url, len(self._pages) + 1)
        return f"https://site{site}.example/page{page}"

    def _kept(self, spec: FieldSpec, value: Any, *, closed: bool, read: str) -> Any:  # noqa: ANN401 - a kept value of any type
        if spec.type in LEFT_OUT:
            return None
        if isinstance(value, list):
            found = [self._kept(spec, item, closed=closed, read=read) for item in value]
            return None if None in found else found
        match spec.type:
            case FieldType.TEXT if _written(str(value), read):
                return str(value)
            case FieldType.TEXT:
                return _fitting(self.text(str(value)), spec)
            case FieldType.URL:
                return self.address(str(value))
            case FieldType.PERSON:
                return self.person(str(value))
            case _:
                hidden = closed or spec.sensitivity is not Sensitivity.INTERNAL
                return None if hidden and not (read and spec.type in KEPT) else plain(decode(value))


def conditions(plan: Plan, scope: str = "") -> Iterator[tuple[str, str]]:
    """Yield what conditions read, and how they are written: `inputs.minor`, `steps.depicted.kind`."""
    for step in plan.steps.values():
        if step.call is not None:
            yield from conditions(step.call, f"{scope}{step.id}/")
        known, until = step.wait.known if step.wait else None, step.repeat.until if step.repeat else None
        for expression in (step.when, step.for_each, known, until):
            for read in expression.reads if expression else ():
                yield from ((name, expression.source) for name in _name(read, step.id, scope) if expression)


def _fitting(text: str, spec: FieldSpec) -> str:
    """Return a placeholder as long as its field asks for."""
    if spec.list:
        return text
    least, most = int(spec.min or 0), int(spec.max) if spec.max is not None else len(text) + int(spec.min or 0)
    return text.ljust(least, ".")[:most]


def _written(text: str, source: str) -> bool:
    """Return whether a condition compares with this very text: the path that was taken says it anyway."""
    return f'"{text}"' in source or f"'{text}'" in source


def _name(read: Reference, step: str, scope: str) -> Iterator[str]:
    if read.root == "inputs" and read.path and not scope:
        yield f"inputs.{read.path[0]}"
    elif read.root == "steps" and len(read.path) > 2:  # noqa: PLR2004 - the path has a step, output and field
        yield f"steps.{scope}{read.path[0]}.{read.path[2]}"
    elif read.root == "output" and read.path:
        yield f"steps.{scope}{step}.{read.path[0]}"
