"""Reading the settings: the environment over the secrets file over `config/settings.toml` over the defaults.

Rules kept here: the only code that reads the environment; every value remembers where it was given, so that what is
wrong names a variable or `file:line`; a variable set to nothing counts as not set. Folders from the file are relative
to the folder above it, folders from the environment to the current one.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from engine.domain.errors import ConfigError
from engine.settings.secrets import FILE as SECRETS
from engine.settings.secrets import Kept, NamedValues, read_secrets
from engine.settings.values import ENVIRONMENT_ONLY, PREFIX, SECRET_PREFIX, Settings, is_secret, variable

FILE: Final = "settings.toml"
CHECKOUT: Final = Path(__file__).resolve().parents[2]

_FOLDERS = ("home", "config", "playbooks", "shared")
_TOGETHER = {
    "jira_url": ("jira_token", "jira_project"),
    "prefect_work_pool": ("prefect_api_url",),
    "slack_app_token": ("slack_bot_token",),
    "slack_signing_secret": ("slack_bot_token",),
    "prefect_trigger_from_ui": ("prefect_person",),
}
"""A setting, and those it is no use without."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value and where it was given: a variable's name, `file:line`, or `default`."""

    value: object
    place: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: settings unless `errors`, where each value comes from, and variables that mean nothing."""

    settings: Settings | None
    places: Mapping[str, str]
    errors: tuple[str, ...]
    unknown: tuple[str, ...]
    given: Mapping[str, Given] = field(default_factory=dict, repr=False)
    """What was given for each setting, however wrong."""


def environment() -> Mapping[str, str]:
    """Return the environment of this process, live."""
    return os.environ


def named_values(given: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Return variables by name, live, the secrets file included: a secret that is rotated is seen."""
    variables = environment() if given is None else given
    return NamedValues(variables, home=home_folder(variables))


def settings_of(given: Mapping[str, str] | None = None) -> Settings:
    """Return the settings; raise `ConfigError` with the place of the first thing that is wrong."""
    reading = read(given)
    if reading.settings is None:
        more = len(reading.errors) - 1
        raise ConfigError(reading.errors[0] + (f" (and {more} more)" if more else ""))
    return reading.settings


def read(given: Mapping[str, str] | None = None) -> Reading:
    """Read the environment and the file; what is wrong is in the result."""
    variables = environment() if given is None else given
    names = tuple(Settings.model_fields)
    from_environment = {
        name: Given(value, variable(name)) for name in names if (value := variables.get(variable(name), ""))
    }
    defaults = _defaults(variables)
    from_file, errors = _read_file(settings_file(variables))
    home = Path(str(_absolute({**defaults, **from_file, **from_environment})["home"].value))
    kept = read_secrets(home)
    errors += kept.errors
    chosen = _absolute({**defaults, **from_file, **_from_secrets(kept, home), **from_environment})
    chosen.setdefault("database_url", Given(f"sqlite:///{chosen['home'].value}/tocsin.db", "default"))
    settings, more = _checked(chosen)
    errors += more.values()
    places = {name: chosen[name].place if name in chosen else "default" for name in names}
    return Reading(None if errors else settings, places, tuple(errors), tuple(_unknown(variables)), chosen)


def usable(reading: Reading) -> Settings | None:
    """Return the settings without those that are wrong, for a look at everything else; None where too much is."""
    given = dict(reading.given)
    settings, wrong = _checked(given)
    while wrong and wrong.keys() <= given.keys():
        given = {name: item for name, item in given.items() if name not in wrong}
        if not given.keys() >= {"home", "config", "playbooks", "database_url"}:
            return None
        settings, wrong = _checked(given)
    return settings


def settings_file(given: Mapping[str, str] | None = None) -> Path:
    """Return where the settings file is, or would be."""
    variables = environment() if given is None else given
    config = variables.get(variable("config")) or str(_defaults(variables)["config"].value)
    return Path(config).expanduser().absolute() / FILE


def home_folder(given: Mapping[str, str] | None = None) -> Path:
    """Return the folder for data, however wrong the other settings are."""
    variables = environment() if given is None else given
    from_file, _ = _read_file(settings_file(variables))
    home = variables.get(variable("home")) or str({**_defaults(variables), **from_file}["home"].value)
    return Path(home).expanduser().absolute()


def secret_values(given: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the values of every secret there is, for redaction, however wrong the settings are."""
    variables = environment() if given is None else given
    names = {variable(name) for name in Settings.model_fields if is_secret(name)}
    found = [value for name, value in variables.items() if name in names or _holds_a_secret(name)]
    found += read_secrets(home_folder(variables)).values.values()
    return tuple(value for value in found if value)


def _defaults(environment: Mapping[str, str]) -> dict[str, Given]:
    checkout = (CHECKOUT / "playbooks").is_dir() and (CHECKOUT / "config").is_dir()
    above = CHECKOUT if checkout else Path.cwd()
    data = Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "tocsin"
    folders = {
        "home": CHECKOUT / ".tocsin" if checkout else data,
        "config": above / "config",
        "playbooks": above / "playbooks",
    }
    return {name: Given(str(path), "default") for name, path in folders.items()}


def _read_file(path: Path) -> tuple[dict[str, Given], list[str]]:
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"{path}: it cannot be read: {error}."]
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        place = f"{path}:{line[1]}" if line else str(path)
        return {}, [f"{place}: this is not TOML: {error}."]
    places = {key: f"{path}:{_line(text, key)}" for key in table}
    known = set(Settings.model_fields) - ENVIRONMENT_ONLY
    errors = [
        f"{places[key]}: {key} is no setting of this file.{_did_you_mean(key, known)}"
        for key in table
        if key not in known
    ]
    return {key: _from_file(value, key, path, places[key]) for key, value in table.items() if key in known}, errors


def _from_secrets(kept: Kept, home: Path) -> dict[str, Given]:
    names = {variable(name): name for name in Settings.model_fields}
    return {
        names[name]: Given(value, f"{home / SECRETS}:{kept.lines[name]}")
        for name, value in kept.values.items()
        if name in names
    }


def _from_file(value: object, key: str, path: Path, place: str) -> Given:
    if key in _FOLDERS and isinstance(value, str):
        value = str(path.parent.parent / Path(value).expanduser())
    return Given(value, place)


def _absolute(given: dict[str, Given]) -> dict[str, Given]:
    folders = {
        name: Given(str(Path(str(given[name].value)).expanduser().absolute()), given[name].place)
        for name in _FOLDERS
        if name in given
    }
    return {**given, **folders}


def _checked(given: Mapping[str, Given]) -> tuple[Settings | None, dict[str, str]]:
    """Return the settings, and what is wrong with each that is wrong."""
    try:
        settings = Settings.model_validate({name: item.value for name, item in given.items()})
    except ValidationError as error:
        found = [(str(item["loc"][0]), item["msg"]) for item in error.errors(include_url=False, include_input=False)]
        return None, {
            name: f"{given[name].place}: {name}: {said.removeprefix('Value error, ')}." for name, said in found
        }
    lonely: dict[str, str] = {}
    for name, others in _TOGETHER.items():
        missing = [other for other in others if getattr(settings, name) and getattr(settings, other) is None]
        said = (f"{name} is set, and {other} is not; set {variable(other)} too." for other in missing)
        if missing:
            lonely[name] = f"{given[name].place}: {' '.join(said)}"
    return settings, lonely


def _unknown(environment: Mapping[str, str]) -> list[str]:
    known = {variable(name) for name in Settings.model_fields}
    odd = sorted(
        name
        for name in environment
        if name.startswith(PREFIX) and name not in known and not name.startswith((SECRET_PREFIX, f"{PREFIX}TEST_"))
    )
    return [f"{name} is no setting.{_did_you_mean(name, known)}" for name in odd]


def _holds_a_secret(name: str) -> bool:
    return name.startswith(SECRET_PREFIX) and not name.endswith("_FILE")


def _did_you_mean(word: str, known: set[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f" Did you mean {close[0]}?" if close else ""


def _line(text: str, key: str) -> int:
    pattern = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)
