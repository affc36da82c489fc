"""Every setting there is, what it means, and what it may be.

Rules kept here: a setting is one field; its environment variable is `TOCSIN_` and its name in capitals, but for
Prefect's own `PREFECT_API_URL`; in `settings.toml` it is its name in small letters. A secret is a `SecretStr`, and no
message holds what was given for one.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints

PREFIX: Final = "TOCSIN_"
SECRET_PREFIX: Final = "TOCSIN_SECRET_"  # noqa: S105 - the start of a variable's name
"""`{secret: REC_TOKEN}` in a playbook is the environment variable `TOCSIN_SECRET_REC_TOKEN`."""

FOREIGN: Final = {"prefect_api_url": "PREFECT_API_URL"}
"""Settings whose variable belongs to another program."""

ENVIRONMENT_ONLY: Final = frozenset({"config"})
"""Settings that the settings file cannot hold, because they say where it is."""

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")
_EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}")
_DATABASES = ("sqlite", "postgresql")


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError("write an address that starts with https:// or http:// and holds no password")
    return text


def _database(address: SecretStr) -> SecretStr:
    scheme, colon, _ = address.get_secret_value().partition("://")
    if not colon or scheme.partition("+")[0] not in _DATABASES:
        raise ValueError("write sqlite:///path or postgresql://user:password@host/database")
    return address


def _comma_list(given: object) -> object:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


def _hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    hosts = tuple(host.lower() for host in hosts)
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(f"{host!r} is neither a host nor host:port; write no scheme and no path")
    return hosts


def _emoji(names: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(name.strip(":").lower() for name in names)
    for name in names:
        if not _EMOJI.fullmatch(name):
            raise ValueError(f"{name!r} is no emoji's name; write it as Slack does between colons")
    return names


SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,99}$")]
"""The name of a secret: `REC_TOKEN` is the variable `TOCSIN_SECRET_REC_TOKEN`."""
WebAddress = Annotated[str, AfterValidator(_web_address)]
Secret = Annotated[SecretStr, Field(min_length=1)]
PrefectUse = Literal["auto", "required", "off"]


class Settings(BaseModel):
    """What this installation is told. Folders are absolute."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    home: Path = Field(description="Folder for data: ledger, evidence, logs.")
    config: Path = Field(
        description="Folder of settings.toml, people.yaml, calendars.yaml, escalation.yaml and catalogs/."
    )
    playbooks: Path = Field(description="Folder of the playbooks.")
    database_url: Annotated[SecretStr, AfterValidator(_database)] = Field(
        description="The ledger's database: sqlite:///path, or postgresql://user:password@host/database."
    )
    shared: Path | None = Field(
        None, description="Folder of evidence and reports that several engines share; without it, the home."
    )
    slack_base_url: WebAddress = Field("https://slack.com/api/", description="Where Slack's API is.")
    slack_bot_token: Secret | None = Field(None, description="The Slack app's bot token. Without it, no Slack.")
    slack_app_token: Secret | None = Field(None, description="The Slack app's app-level token, for Socket Mode.")
    slack_signing_secret: Secret | None = Field(None, description="What Slack signs its requests with.")
    slack_paced: bool = Field(
        default=True,
        description="Whether calls are spaced out as Slack asks, a message a second in a channel; no for a local one.",
    )
    slack_connections: int = Field(
        1, ge=1, le=10, description="Connections that Socket Mode keeps; with two, none is missed while one is renewed."
    )
    slack_note_reactions: Annotated[tuple[str, ...], BeforeValidator(_comma_list), AfterValidator(_emoji)] = Field(
        ("hourglass", "hourglass_flowing_sand", "pushpin"),
        description="Reactions that put a message on its incident's timeline; a comma list in the environment.",
    )
    jira_url: WebAddress | None = Field(None, description="Where Jira is. Without it, no Jira.")
    jira_email: str | None = Field(
        None, min_length=3, description="The account's mail on Jira Cloud; none on Data Center."
    )
    jira_token: Secret | None = Field(None, description="The account's API token.")
    jira_token_ends: date | None = Field(
        None, description="The day on which that token ends, like 2027-05-31: `tocsin doctor` warns before it."
    )
    jira_project: str | None = Field(
        None, pattern=r"^[A-Z][A-Z0-9_]{1,9}$", description="The key of the project that gets the tickets, like SEC."
    )
    jira_index_patience: float = Field(
        60.0,
        ge=0,
        le=600,
        description="Seconds in which no search finds a ticket, before one that may have been made counts as absent.",
    )
    pagerduty_events_url: WebAddress = Field(
        "https://events.pagerduty.com",
        description="Where PagerDuty's Events API is; in the EU events.eu.pagerduty.com.",
    )
    pagerduty_api_url: WebAddress = Field(
        "https://api.pagerduty.com",
        description="Where PagerDuty's REST API is, for rotas; in the EU api.eu.pagerduty.com.",
    )
    opsgenie_url: WebAddress = Field(
        "https://api.opsgenie.com",
        description="Where Opsgenie's Alert API is; Jira Service Management: https://api.atlassian.com/jsm/ops/integration.",
    )
    http_allow: Annotated[tuple[str, ...], BeforeValidator(_comma_list), AfterValidator(_hosts)] = Field(
        (), description="Hosts that http.request may reach, as host or host:port; a comma list in the environment."
    )
    person: str | None = Field(
        None, min_length=1, description="Who uses the command line: an id of people.yaml. Otherwise the login decides."
    )
    prefect: PrefectUse = Field(
        "auto", description="`auto` uses Prefect when it is ready, `required` always, `off` never."
    )
    prefect_api_url: WebAddress | None = Field(
        None, description="A Prefect server of your own; without it `serve` starts one."
    )
    prefect_trigger_from_ui: bool = Field(
        default=False,
        description="Whether incidents can be declared on Prefect's pages; read docs/prefect.md before.",
    )
    prefect_person: str | None = Field(
        None, min_length=1, description="On whose behalf that is done: an id of people.yaml with a role there."
    )
    prefect_work_pool: str | None = Field(
        None, min_length=1, description="A work pool of that server whose workers carry out heavy actions."
    )
    prefect_pool_patience: float = Field(
        30.0, ge=0, le=3600, description="Seconds in which a worker has to come, before the engine does it itself."
    )
    api_token: Secret | None = Field(None, description="Opens the API of `serve`; without it one is made in the home.")

    @property
    def many(self) -> bool:
        """Whether several engines may work on the database."""
        return self.database_url.get_secret_value().startswith("postgresql")

    @property
    def files(self) -> Path:
        """Where evidence and reports lie."""
        return self.shared or self.home

    @property
    def slack(self) -> bool:
        """Whether Slack is used."""
        return self.slack_bot_token is not None

    @property
    def jira(self) -> bool:
        """Whether Jira is used."""
        return self.jira_url is not None

    def secrets(self) -> tuple[str, ...]:
        """Return the values that no log may show."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


def is_secret(name: str) -> bool:
    """Return whether a setting is a secret."""
    return "SecretStr" in str(Settings.model_fields[name].annotation)


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return FOREIGN.get(name, f"{PREFIX}{name.upper()}")
