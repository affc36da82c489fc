"""What `tocsin doctor` looks at. Nothing is created, nothing is changed, no other system is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from engine.domain.catalogs import NO_CATALOGS, Catalogs
from engine.domain.errors import ConfigError
from engine.domain.problem import Problem
from engine.language.api import ActionFacts, check
from engine.ports.checks import Check
from engine.reports.phrases import counted
from engine.runtime.prefect.offers import withheld
from engine.settings import calendars, catalogs, escalation, people, tracker
from engine.settings.documents import ConfigFileError
from engine.settings.folders import Folders
from engine.settings.read import Reading, named_values, read, usable
from engine.settings.rotas import read_turns
from engine.settings.values import SECRET_PREFIX, Settings, variable


class State(StrEnum):
    """How a check ended."""

    GOOD = "ok"
    ODD = "warning"
    WRONG = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check-up."""

    name: str
    state: State
    detail: str
    hint: str = ""

    @classmethod
    def of(cls, check: Check) -> Finding:
        """Return a check as a finding."""
        state = State.WRONG if not check.ok else State.ODD if check.odd else State.GOOD
        return cls(check.name, state, check.says, check.hint)

    def as_json(self) -> dict[str, str]:
        """Return the stable JSON form: name, state, detail, hint."""
        return asdict(self)


def checkup(actions: Mapping[str, ActionFacts], given: Mapping[str, str] | None = None) -> list[Finding]:
    """Return every finding, the settings first; a setting that is wrong counts as not set for the others."""
    reading = read(given)
    findings = list(_settings(reading))
    settings = usable(reading)
    if settings is not None:
        findings.append(_home(settings.home))
        findings += _file("people", lambda: _people(settings))
        findings += _file("calendars", lambda: _calendars(settings))
        findings += _file("catalogs", lambda: _catalogs(settings))
        findings += _file("jira.yaml", lambda: _tracker(settings))
        findings += _waking(settings, variables=named_values(given))
        findings += _playbooks(settings, actions)
    return findings


def _settings(reading: Reading) -> Iterator[Finding]:
    for error in reading.errors:
        yield Finding("settings", State.WRONG, error)
    for name in reading.unknown:
        yield Finding("settings", State.ODD, name)
    if reading.settings is None:
        return
    yield Finding("settings", State.GOOD, "; ".join(_given(reading)) or "all by default")
    yield _service("slack", used=reading.settings.slack, name="slack_bot_token")
    yield _service("jira", used=reading.settings.jira, name="jira_url")
    kind = reading.settings.database_url.get_secret_value().partition(":")[0]
    yield Finding("database", State.GOOD, f"{kind}, set by {reading.places['database_url']}; it is not opened here")


def _given(reading: Reading) -> Iterator[str]:
    """Yield where settings are from: the variables of the environment together, lines of files one by one."""
    variables = [place for name, place in reading.places.items() if place == variable(name)]
    if variables:
        yield f"from the environment: {', '.join(variables)}"
    named = ((name, place) for name, place in reading.places.items() if place not in ("default", variable(name)))
    yield from (f"{name} from {place}" for name, place in named)


def _service(service: str, *, used: bool, name: str) -> Finding:
    without = f"not set up: what would go there is shown and answered on the command line; set {variable(name)}"
    return Finding(service, State.GOOD, "set up; it is not called here" if used else without)


def _home(home: Path) -> Finding:
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return Finding("home", State.WRONG, f"{home} cannot be written: check the rights of {nearest}")
    return Finding("home", State.GOOD, str(home) if home.exists() else f"{home}, made when it is first needed")


def _file(name: str, look: Callable[[], str]) -> Iterator[Finding]:
    try:
        yield Finding(name, State.GOOD, look())
    except ConfigFileError as error:
        yield from _problems(name, error.problems)
    except ConfigError as error:
        yield Finding(name, State.WRONG, error.message)


def _people(settings: Settings) -> str:
    directory = people.read_people(settings.config / people.FILE)
    if settings.person and directory.person(settings.person) is None:
        raise ConfigError(f"{variable('person')} names {settings.person}, who is not in {people.FILE}.")
    if settings.prefect_trigger_from_ui and settings.prefect_person:
        directory.stand_in(settings.prefect_person, setting=variable("prefect_person"))
    for rota in directory.rotas.values():
        if rota.file:
            read_turns(settings.config / rota.file)
    vacant = [role for role in directory.roles if not directory.holders(role)]
    return f"{len(directory.people)} people, {len(directory.roles)} roles" + (
        f"; nobody holds {', '.join(vacant)}" if vacant else ""
    )


def _calendars(settings: Settings) -> str:
    return ", ".join(calendars.read_calendars(settings.config / calendars.FILE))


def _catalogs(settings: Settings) -> str:
    found = catalogs.read_catalogs(settings.config)
    return f"{len(found.regimes or ())} regimes, {len(found.controls or ())} controls"


def _tracker(settings: Settings) -> str:
    path = settings.config / tracker.FILE
    read = tracker.read_tracker(path)
    kept = read.security.level or ("a closed project" if read.security.project == "closed" else "")
    without = "; restricted steps get no ticket" if not kept else f"; restricted tickets have {kept}"
    return f"{'read' if path.exists() else 'there is none, the defaults hold'}{without}"


def _waking(settings: Settings, *, variables: Mapping[str, str]) -> Iterator[Finding]:
    """Say who is reminded and who is woken by what; people who cannot be woken are named."""
    try:
        directory = people.read_people(settings.config / people.FILE)
    except ConfigError:
        return  # said with the people
    try:
        found = escalation.read_escalation(settings.config / escalation.FILE, people=directory)
    except ConfigFileError as error:
        yield from _problems("waking", error.problems)
        return
    except ConfigError as error:
        yield Finding("waking", State.WRONG, error.message)
        return
    yield from (Finding("waking", State.ODD, text) for text in escalation.gaps(found, people=directory))
    for name, entry in found.pagers.items():
        secret = f"{SECRET_PREFIX}{entry.secret}"
        if not variables.get(secret) and not variables.get(f"{secret}_FILE"):
            yield Finding(
                "escalation", State.WRONG, f"pager {name} needs {secret} or {secret}_FILE, and neither is set"
            )
    shares = ", ".join(f"{share} %" for share in found.waking.shares) or "none"
    rules, pagers = counted(len(found.waking.rules), "rule"), ", ".join(found.pagers) or "none"
    yield Finding("waking", State.GOOD, f"reminders: {shares}; pagers: {pagers}; {rules} on who is called")


def _playbooks(settings: Settings, actions: Mapping[str, ActionFacts]) -> Iterator[Finding]:
    files = sorted(settings.playbooks.glob("*.yaml"))
    if not files:
        yield Finding("playbooks", State.ODD, f"{settings.playbooks} holds no playbook")
    known = _known(settings)
    for file in files:
        library = Folders([file.parent])
        checked = check(file.read_bytes(), path=str(file), actions=actions, catalogs=known, library=library)
        yield from _problems("playbooks", checked.problems)
        if not checked.errors:
            yield Finding("playbooks", State.GOOD, str(file))
        if settings.prefect_trigger_from_ui and checked.plan and (why := withheld(file.stem, checked.plan)):
            yield Finding("prefect", State.ODD, why)


def _known(settings: Settings) -> Catalogs:
    """Return the catalogs; one that is wrong is a finding of its own, and nothing is known of any."""
    try:
        return catalogs.read_catalogs(settings.config)
    except ConfigError:
        return NO_CATALOGS


def _problems(name: str, problems: tuple[Problem, ...]) -> Iterator[Finding]:
    for item in problems:
        state = State.WRONG if item.severity == "error" else State.ODD
        yield Finding(name, state, f"{item.place()}: {item.message}")
