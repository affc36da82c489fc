"""The sides people work in, Slack and Jira, and what wakes them, as the configuration names them; each may be absent.

Rule kept here: a side that cannot be reached now is still a side: the incident runs on, and what was to be shown is
shown when it is back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.bootstrap.pagers import pagers_of
from engine.domain.errors import ConfigError
from engine.domain.surfaces import Connected
from engine.settings import tracker as tracker_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AsyncExitStack

    from engine.ports.paging import Pager
    from engine.ports.time import Clock
    from engine.settings.escalation import Escalation
    from engine.settings.values import Settings
    from integrations.jira import JiraFiles, JiraSite, JiraTracker
    from integrations.slack import SlackApi, SlackChat
    from integrations.system.secrets import EnvironmentSecrets

LOCALLY = 1000
"""How many times as fast as Slack a local one is called: messages keep their order, and its 429 is waited for too."""
WEBHOOK_SECRET = "JIRA_WEBHOOK"  # noqa: S105 - the name of a secret
"""`TOCSIN_SECRET_JIRA_WEBHOOK` is what Jira signs its webhooks with; without it there is only the poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What is connected. `webhook_secret` is empty where Jira's webhooks are not used."""

    slack: SlackApi | None = None
    chat: SlackChat | None = None
    tracker: JiraTracker | None = None
    ticket_files: JiraFiles | None = None
    webhook_secret: str = ""
    pagers: Mapping[str, Pager] = field(default_factory=dict)

    @property
    def connected(self) -> Connected:
        """Which surfaces there are."""
        return Connected(chat=self.chat is not None, tracker=self.tracker is not None, pagers=bool(self.pagers))


async def open_sides(
    settings: Settings,
    stack: AsyncExitStack,
    *,
    clock: Clock,
    secrets: EnvironmentSecrets,
    escalation: Escalation | None = None,
) -> Sides:
    """Return the sides that are set up; what has to be closed is on the stack. Nothing is called yet.

    Without `escalation` there are no pagers.
    """
    slack, chat = slack_of(settings, clock=clock)
    tracker, files = await _jira(settings, stack, clock=clock) if settings.jira else (None, None)
    return Sides(
        slack=slack,
        chat=chat,
        tracker=tracker,
        ticket_files=files,
        webhook_secret=webhook_secret(secrets) if tracker else "",
        pagers=pagers_of(settings, escalation, clock=clock, secrets=secrets) if escalation else {},
    )


def environment() -> Mapping[str, str]:
    """Return where the secrets of playbooks are read from: the environment, then the secrets file."""
    from engine.settings.read import named_values  # noqa: PLC0415 - with the rest of the settings

    return named_values()


def slack_of(settings: Settings, *, clock: Clock | None = None) -> tuple[SlackApi | None, SlackChat | None]:
    """Return Slack's Web API and the chat on it, where they are set up; with a clock, at the pace that Slack wants."""
    if settings.slack_bot_token is None:
        return None, None
    from integrations.slack import Pace, SlackApi, SlackChat  # noqa: PLC0415 - the client is heavy, and not everybody has Slack

    token = settings.slack_bot_token.get_secret_value()
    pace = Pace(clock, times=1 if settings.slack_paced else LOCALLY) if clock is not None else None
    api = SlackApi(bot_token=token, base_url=settings.slack_base_url, pace=pace)
    return api, SlackChat(api)


def jira_site(settings: Settings) -> JiraSite:
    """Return where Jira is and how it is used there; raise `ConfigError` when something about it is not set."""
    from engine.bootstrap.jira_mapping import mapped  # noqa: PLC0415 - as Slack's
    from integrations.jira import JiraSite  # noqa: PLC0415 - as Slack's

    if settings.jira_url is None or settings.jira_token is None or settings.jira_project is None:
        raise ConfigError("Jira needs an address, a token and a project.", hint="Set TOCSIN_JIRA_TOKEN and _PROJECT.")
    site = JiraSite(
        url=settings.jira_url,
        token=settings.jira_token.get_secret_value(),
        email=settings.jira_email or "",
        project=settings.jira_project,
        index_patience=settings.jira_index_patience,
    )
    return mapped(site, tracker_file.read_tracker(settings.config / tracker_file.FILE))


async def _jira(settings: Settings, stack: AsyncExitStack, *, clock: Clock) -> tuple[JiraTracker, JiraFiles]:
    from integrations.jira import JiraFiles, JiraPool, JiraTracker  # noqa: PLC0415 - as Slack's

    site = jira_site(settings)
    pool = await stack.enter_async_context(JiraPool(site, clock=clock))
    return JiraTracker(site, clock=clock, pool=pool), JiraFiles(pool)


def webhook_secret(secrets: EnvironmentSecrets) -> str:
    """Return what Jira signs its webhooks with; empty where they are not used."""
    try:
        return secrets.resolve(WEBHOOK_SECRET)
    except ConfigError:
        return ""
