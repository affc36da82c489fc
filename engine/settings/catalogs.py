"""The catalogs in `config/catalogs`: regimes of law and contract, and controls of standards.

Rules kept here: a catalog that is not there is not known, and nothing is checked against it; one that is wrong is said
with its place. What the folder of the configuration lacks is taken from those that are shipped, so that an operator
keeps only what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, RootModel, StringConstraints

from engine.domain.catalogs import Catalogs, Control, Regime, Stage
from engine.settings.calendars import FILE as CALENDARS
from engine.settings.calendars import read_calendars
from engine.settings.documents import BAD_REFERENCE, ConfigFileError, Entry, File, read_file

FOLDER: Final = "catalogs"
SHIPPED: Final = (Path(__file__).parent / "catalog_files", Path(__file__).parents[2] / "config" / FOLDER)
"""Where they are in the installed package, and in a checkout."""
REGIMES: Final = "regimes.yaml"
CONTROLS: Final = "controls.yaml"

TRIGGER: Final = "trigger"
_STAGE: Final = "stage:"
_IN_FORCE: Final = ("in_force", "in_force_verify", "contractual")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Unit = Literal["hours", "calendar_days", "business_days", "months", "immediate", "no_fixed_period"]


class Checked(Entry):
    """How an entry was verified, and when."""

    level: Literal["primary", "secondary", "cited"]
    date: date
    note: Words | None = None


class Within(Entry):
    """How long a stage may take; `calendar` for business days."""

    unit: Unit
    value: int | None = Field(None, ge=1)
    calendar: Name | None = None


class Limit(Entry):
    """A second limit, counted from another event."""

    from_: Name = Field(alias="from")
    value: int = Field(ge=1)
    unit: Unit


class StageEntry(Entry):
    """One stage as the file writes it; `from` is the trigger, `stage:<id>`, or another event."""

    title: Words
    from_: Annotated[str, StringConstraints(pattern=r"^(stage:)?[a-z][a-z0-9_]*$")] = Field(alias="from")
    within: Within
    outer_limit: Limit | None = None
    threshold: Words | None = None
    qualifier: Words | None = None
    phased: bool = False
    law_enforcement_delay: bool = False
    note: Words | None = None


class TriggerEntry(Entry):
    """What starts a regime's clock."""

    event: Name
    means: Words | None = None


class RegimeEntry(Entry):
    """One regime as the file writes it."""

    name: Words
    jurisdiction: Words
    status: Literal["in_force", "in_force_verify", "pending_commencement", "proposed", "contractual"]
    in_force_from: date | None = None
    replaces: Words | None = None
    applies_when: tuple[Words, ...] = ()
    trigger: TriggerEntry
    stages: dict[Name, StageEntry] = Field(min_length=1)
    sources: tuple[Words, ...] = Field(min_length=1)
    confirm: Words | None = None
    checked: Checked


class StandardEntry(Entry):
    """One standard as the file writes it: its controls by id."""

    name: Words
    checked: Checked
    controls: dict[str, Words] = Field(min_length=1)


class RegimesEntry(RootModel[dict[Name, RegimeEntry]]):
    """The whole file of regimes."""


class ControlsEntry(RootModel[dict[str, StandardEntry]]):
    """The whole file of controls."""


def read_catalogs(config: Path) -> Catalogs:
    """Return the catalogs of a configuration folder; raise `ConfigFileError` with the place of what is wrong."""
    regimes, controls, calendars = _there(config, REGIMES), _there(config, CONTROLS), config / CALENDARS
    return Catalogs(
        regimes=read_regimes(regimes) if regimes else None,
        controls=read_controls(controls) if controls else None,
        calendars=frozenset(read_calendars(calendars)) if calendars.is_file() else None,
    )


def read_regimes(path: Path) -> Mapping[str, Regime]:
    """Return the regimes of a file by id."""
    file = read_file(path, RegimesEntry)
    problems = [*_unknown_stages(file)]
    if problems:
        raise ConfigFileError(problems)
    return {name: _regime(name, entry) for name, entry in file.content.root.items()}


def read_controls(path: Path) -> Mapping[str, Control]:
    """Return the controls of a file by id: `standard.control`."""
    standards = read_file(path, ControlsEntry).content.root
    return {
        f"{standard}.{name}": Control(f"{standard}.{name}", title, entry.name)
        for standard, entry in standards.items()
        for name, title in entry.controls.items()
    }


def _there(config: Path, name: str) -> Path | None:
    return next((place / name for place in (config / FOLDER, *SHIPPED) if (place / name).is_file()), None)


def _unknown_stages(file: File[RegimesEntry]) -> list[Any]:
    return [
        file.problem(BAD_REFERENCE, (name, "stages", stage, "from"), f"{name} has no stage {known!r}.")
        for name, entry in file.content.root.items()
        for stage, item in entry.stages.items()
        if (known := item.from_.removeprefix(_STAGE)) != item.from_ and known not in entry.stages
    ]


def _regime(name: str, entry: RegimeEntry) -> Regime:
    return Regime(
        name,
        name=entry.name,
        in_force=entry.status in _IN_FORCE,
        status=entry.status.replace("_", " "),
        stages={stage: _stage(stage, item) for stage, item in entry.stages.items()},
    )


def _stage(name: str, entry: StageEntry) -> Stage:
    value, after = entry.within.value, entry.from_.removeprefix(_STAGE)
    known = entry.from_ == TRIGGER or after != entry.from_
    alone = known and entry.within.unit == "hours" and entry.outer_limit is None
    return Stage(
        name,
        entry.title,
        counted=entry.from_ == TRIGGER and value is not None,
        hours=value if alone else None,
        after=after if after != entry.from_ else "",
        law=_law(entry),
    )


def _law(entry: StageEntry) -> str:
    """Return how long a stage may take, in words, empty where there is no number."""
    value, unit = entry.within.value, entry.within.unit.replace("_", " ")
    if value is None:
        return "no time at all" if entry.within.unit == "immediate" else ""
    text = f"{value} {unit.removesuffix('s') if value == 1 else unit}"
    if entry.from_ != TRIGGER:
        text += f" from {entry.from_.removeprefix(_STAGE).replace('_', ' ')}"
    return f"{text}, with a second limit" if entry.outer_limit else text
