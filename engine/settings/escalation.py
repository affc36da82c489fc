"""Who is reminded and who is called: `escalation.yaml`, which need not be there.

Rules kept here: without a pager nobody is called, whatever the rules say; what a rule or a person names is there; an
excluded person is never paged. A pager's secret is named, and stands in the environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, Field

from engine.domain.durations import DurationError, parse_duration
from engine.domain.notation import Id
from engine.domain.waking import CallRule, Waking
from engine.settings.documents import BAD_REFERENCE, BAD_SHAPE, ConfigFileError, Entry, File, read_file
from engine.settings.values import SecretName, WebAddress

if TYPE_CHECKING:
    from pathlib import Path

    from engine.domain.problem import Problem
    from engine.settings.people import Directory

FILE: Final = "escalation.yaml"
AT_ONCE: Final = "at once"
SHARES: Final = (50, 75, 90)

PagerKind = Literal["pagerduty", "opsgenie", "webhook"]


def _window(text: str) -> str:
    try:
        _span(text)
    except DurationError as error:
        raise ValueError(f"{error.message} {error.hint()} Or `{AT_ONCE}`.") from None
    return text


def _some(windows: tuple[str, ...]) -> tuple[str, ...]:
    if not windows:
        raise ValueError("name at least one window")
    return windows


Window = Annotated[str, AfterValidator(_window)]
Phase = Literal["contain", "legal", "communicate", "harden", "review"]


class PagerEntry(Entry):
    """Something that wakes people, and the name of its secret."""

    kind: PagerKind
    secret: SecretName
    url: WebAddress | None = None
    """Where a webhook goes; the others have settings for that."""


class CallEntry(Entry):
    """Which asks call people, and after how long. What is left out fits everything."""

    windows: Annotated[tuple[Window, ...], AfterValidator(_some)]
    phases: tuple[Phase, ...] = ()
    kinds: tuple[Literal["task", "decision", "approval", "view"], ...] = ()
    severities: tuple[str, ...] = ()
    pagers: tuple[Id, ...] = ()


class EscalationEntry(Entry):
    """The whole file."""

    reminders: tuple[Annotated[int, Field(ge=1, le=99)], ...] = SHARES
    exercises: bool = False
    pagers: dict[Id, PagerEntry] = Field({})
    people: dict[str, tuple[Id, ...]] = Field({})
    everybody: tuple[Id, ...] = ()
    calls: tuple[CallEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Escalation:
    """What the file says: the rules, and the pagers by name."""

    waking: Waking
    pagers: Mapping[str, PagerEntry] = field(default_factory=dict)


def read_escalation(path: Path, *, people: Directory) -> Escalation:
    """Return who is woken and how; raise `ConfigError` with the place of what is wrong. No file: only reminders."""
    if not path.exists():
        return Escalation(Waking(shares=SHARES, hours=people.hours))
    file = read_file(path, EscalationEntry)
    problems = (*_unknown(file, people), *_ill_formed(file))
    if problems:
        raise ConfigFileError(problems)
    content = file.content
    known = (person.id for person in people.everyone() if people.admits(person.id))
    waking = replace(
        _rules(content),
        hours=people.hours,
        pagers={person: content.people.get(person, content.everybody) for person in known},
        exercises=content.exercises,
    )
    return Escalation(waking, content.pagers)


def read_rules(path: Path) -> Waking:
    """Return who is reminded and called, whoever the people are; raise `ConfigError` as above."""
    if not path.exists():
        return Waking(shares=SHARES)
    file = read_file(path, EscalationEntry)
    if problems := tuple(_ill_formed(file)):
        raise ConfigFileError(problems)
    return _rules(file.content)


def gaps(found: Escalation, *, people: Directory) -> Iterator[str]:
    """Yield what keeps people from being woken."""
    if not found.pagers:
        yield "no pager is set up, so nobody is called when nobody answers; see docs/waking.md"
        return
    if not found.waking.rules:
        yield "no ask calls anybody: `calls` is empty"
    holders = dict.fromkeys(person for role in people.roles for person in people.holders(role))
    without = [person for person in holders if not found.waking.pagers.get(person)]
    if without:
        yield f"nothing pages {', '.join(without)}; they are called in the chat only"


def _span(text: str) -> timedelta:
    return timedelta(0) if text == AT_ONCE else parse_duration(text)


def _rules(content: EscalationEntry) -> Waking:
    return Waking(
        shares=tuple(sorted(set(content.reminders))),
        rules=tuple(_rule(entry) for entry in content.calls) if content.pagers else (),
    )


def _rule(entry: CallEntry) -> CallRule:
    return CallRule(
        windows=tuple(_span(text) for text in entry.windows),
        phases=frozenset(entry.phases),
        kinds=frozenset(entry.kinds),
        severities=frozenset(entry.severities),
        pagers=frozenset(entry.pagers),
    )


def _unknown(file: File[EscalationEntry], people: Directory) -> Iterator[Problem]:
    content = file.content
    for person in content.people:
        if people.person(person) is None:
            yield file.problem(BAD_REFERENCE, ("people", person), f"There is no person {person!r}.", on_key=True)
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("people", person, at), name) for person, names in content.people.items() for at, name in enumerate(names)
    ]
    named += [(("everybody", at), name) for at, name in enumerate(content.everybody)]
    named += [
        (("calls", row, "pagers", at), name)
        for row, rule in enumerate(content.calls)
        for at, name in enumerate(rule.pagers)
    ]
    for loc, name in named:
        if name not in content.pagers:
            yield file.problem(BAD_REFERENCE, loc, f"There is no pager {name!r} under `pagers`.")


def _ill_formed(file: File[EscalationEntry]) -> Iterator[Problem]:
    for name, entry in file.content.pagers.items():
        if (entry.kind == "webhook") is (entry.url is None):
            words = "needs a `url`" if entry.url is None else "has no `url` of its own: a setting says where it is"
            yield file.problem(BAD_SHAPE, ("pagers", name), f"{name}: a pager of kind {entry.kind} {words}.")
