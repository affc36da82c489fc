"""The people of `people.yaml`: who there is, who holds which role, who is kept out.

Rules kept here: a role's order is its escalation path; an identity (mail, Slack, Jira, login) belongs to one person; an
excluded person holds no role and is found by no identity, so nothing they send is accepted as theirs. Mail is compared
without regard to case. A role may name a rota: whoever is on call comes before its list, which holds where nobody is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from engine.domain.errors import ConfigError
from engine.domain.hours import Hours
from engine.domain.notation import Id
from engine.domain.problem import Problem
from engine.ports.people import Person
from engine.settings.documents import AMBIGUOUS, BAD_REFERENCE, BAD_SHAPE, ConfigFileError, Entry, File, read_file
from engine.settings.kinds import Day, Zone
from engine.settings.rotas import RotaEntry

FILE: Final = "people.yaml"

_IDENTITIES = ("mail", "slack", "jira", "login")


def _some(days: tuple[Day, ...]) -> tuple[Day, ...]:
    if not days:
        raise ValueError("name at least one day")
    return days


TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
PersonId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,59}$")]


class HoursEntry(Entry):
    """When somebody works, in their own zone."""

    days: Annotated[tuple[Day, ...], AfterValidator(_some)] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    from_: TimeOfDay = Field("09:00", alias="from")
    to: TimeOfDay = "17:00"


class PersonEntry(Entry):
    """One person as the file writes them."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    mail: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    slack: Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]+$")] | None = None
    jira: str | None = None
    login: str | None = None
    zone: Zone = "UTC"
    hours: HoursEntry = HoursEntry()


class RoleEntry(Entry):
    """A role that has a rota: whoever is on call comes first, then the list."""

    on_call: Id
    then: tuple[str, ...] = ()


class PeopleEntry(Entry):
    """The whole file."""

    people: dict[PersonId, PersonEntry]
    roles: dict[Id, tuple[str, ...] | RoleEntry] = Field({})
    rotas: dict[Id, RotaEntry] = Field({})
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """The people port over a file that was read once."""

    people: Mapping[str, Person]
    roles: Mapping[str, tuple[str, ...]]
    excluded: frozenset[str] = frozenset()
    hours: Mapping[str, Hours] = field(default_factory=dict)
    """When each person works, by id."""
    on_call: Mapping[str, str] = field(default_factory=dict)
    """Role -> the rota that says who is on call for it."""
    rotas: Mapping[str, RotaEntry] = field(default_factory=dict)

    def person(self, person_id: str) -> Person | None:
        """Return the person of that id, an excluded one too: the timeline still has to name them."""
        return self.people.get(person_id)

    def admits(self, person_id: str) -> bool:
        """Return whether a person is known and not excluded."""
        return person_id in self.people and person_id not in self.excluded

    def everyone(self) -> Sequence[Person]:
        """Return every person, in the file's order."""
        return tuple(self.people.values())

    def holders(self, role: str) -> Sequence[str]:
        """Return the ids of the people who hold a role, the first one first, without excluded ones."""
        return tuple(person for person in self.roles.get(role, ()) if person not in self.excluded)

    def stand_in(self, person_id: str, *, setting: str) -> Person:
        """Return the person on whose behalf a setting has things done; raise `ConfigError` for somebody who has no say.

        Nobody is asked who they are there, so it takes somebody whom the organisation has given a role.
        """
        person = self.person(person_id)
        if person is None or not self.admits(person_id):
            raise ConfigError(f"{setting} names {person_id}, who is not in {FILE} or is excluded there.")
        if not any(person_id in self.holders(role) for role in self.roles):
            raise ConfigError(f"{setting} names {person_id}, who holds no role in {FILE}.", hint="Give them one.")
        return person

    def by_slack(self, user_id: str, mail: str = "") -> Person | None:
        """Return the person behind a Slack user; a mail counts only for somebody without a Slack id of their own."""
        return self._found(slack=user_id) or self._by_mail(mail, unless="slack")

    def by_jira(self, account: str, mail: str = "") -> Person | None:
        """Return the person behind a Jira account; a mail counts only for somebody without an account of their own."""
        return self._found(jira=account) or self._by_mail(mail, unless="jira")

    def keeps_out(self, account: str, mail: str = "") -> bool:
        """Return whether a Jira account belongs to somebody who is excluded."""
        excluded = (self.people[person] for person in self.excluded if person in self.people)
        return any((account and person.jira == account) or _same_mail(person, mail) for person in excluded)

    def by_login(self, login: str) -> Person | None:
        """Return the person behind a login of the operating system."""
        return self._found(login=login)

    def _by_mail(self, mail: str, *, unless: str) -> Person | None:
        person = self._found(mail=mail.casefold())
        return None if person is None or getattr(person, unless) else person

    def _found(self, **identity: str) -> Person | None:
        ((name, wanted),) = identity.items()
        allowed = (person for person in self.people.values() if person.id not in self.excluded)
        return next((person for person in allowed if wanted and _identity(person, name) == wanted), None)


def read_people(path: Path) -> Directory:
    """Return the directory of a people file; raise `ConfigError` with the place of what is wrong."""
    file = read_file(path, PeopleEntry)
    problems = (*_unknown_people(file), *_shared_identities(file), *_ill_rotas(file))
    if problems:
        raise ConfigFileError(problems)
    entries = file.content.people
    return Directory(
        people={key: _person(key, entry) for key, entry in entries.items()},
        roles={role: _listed(entry) for role, entry in file.content.roles.items()},
        excluded=frozenset(file.content.excluded),
        hours={key: _hours(entry) for key, entry in entries.items()},
        on_call={role: entry.on_call for role, entry in file.content.roles.items() if isinstance(entry, RoleEntry)},
        rotas=file.content.rotas,
    )


def _unknown_people(file: File[PeopleEntry]) -> Iterator[Problem]:
    known = file.content.people
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("roles", role, "then", at), name)
        for role, entry in file.content.roles.items()
        for at, name in enumerate(_listed(entry))
    ]
    named += [(("excluded", at), name) for at, name in enumerate(file.content.excluded)]
    for loc, name in named:
        if name not in known:
            yield file.problem(BAD_REFERENCE, loc, f"There is no person {name!r} under `people`.")


def _ill_rotas(file: File[PeopleEntry]) -> Iterator[Problem]:
    for role, entry in file.content.roles.items():
        if isinstance(entry, RoleEntry) and entry.on_call not in file.content.rotas:
            words = f"There is no rota {entry.on_call!r} under `rotas`."
            yield file.problem(BAD_REFERENCE, ("roles", role, "on_call"), words)
    for name, rota in file.content.rotas.items():
        for fault in rota.faults():
            yield file.problem(BAD_SHAPE, ("rotas", name), f"{name}: a rota {fault}.")


def _listed(entry: tuple[str, ...] | RoleEntry) -> tuple[str, ...]:
    return entry.then if isinstance(entry, RoleEntry) else entry


def _shared_identities(file: File[PeopleEntry]) -> Iterator[Problem]:
    owners: dict[tuple[str, str], str] = {}
    for key, entry in file.content.people.items():
        for name in _IDENTITIES:
            value = getattr(entry, name)
            if value is None:
                continue
            owner = owners.setdefault((name, value.casefold()), key)
            if owner != key:
                yield file.problem(AMBIGUOUS, ("people", key, name), f"{value!r} is already the {name} of {owner}.")


def _person(key: str, entry: PersonEntry) -> Person:
    identities = {name: getattr(entry, name) or "" for name in _IDENTITIES}
    return Person(id=key, name=entry.name, zone=entry.zone, **identities)


def _same_mail(person: Person, mail: str) -> bool:
    return bool(mail) and person.mail.casefold() == mail.casefold()


def _identity(person: Person, name: str) -> str:
    value = str(getattr(person, name))
    return value.casefold() if name == "mail" else value


def _hours(entry: PersonEntry) -> Hours:
    start, end = time.fromisoformat(entry.hours.from_), time.fromisoformat(entry.hours.to)
    return Hours(entry.hours.days, start, end, entry.zone)
