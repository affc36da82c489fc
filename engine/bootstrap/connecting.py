"""What `tocsin connect` and `tocsin slack` ask Slack and Jira before anything is set.

Rule kept here: whatever is tried is tried by the real call, once, and changes nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from engine.domain.errors import IntegrationError
from engine.ports.checks import Check
from integrations.system.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integrations.jira import JiraSite, Wanted

CLOUD_TOKENS: Final = "https://id.atlassian.com/manage-profile/security/api-tokens"
SERVER_TOKENS: Final = "/secure/ViewProfile.jspa"
_ANSWERED: Final = ("HTTP 401", "HTTP 403")
_NOWHERE: Final = "NONE"
_ADDRESS: Final = "Give the address that its pages begin with, like https://example.atlassian.net."


def slack_manifest(*, http: str = "", **options: str) -> dict[str, Any]:
    """Return the manifest of the app."""
    from integrations.slack.app_page import manifest  # noqa: PLC0415 - the client is heavy, and not everybody has Slack

    return manifest(http=http, **options)


def slack_page(told: dict[str, Any]) -> str:
    """Return the address of Slack's page for new apps with that manifest."""
    from integrations.slack.app_page import link  # noqa: PLC0415 - as above

    return link(told)


async def bot_tried(token: str, *, url: str) -> list[Check]:
    """Try a bot token: whose it is, what it may do."""
    from integrations.slack import SlackApi  # noqa: PLC0415 - as above
    from integrations.slack.checks import checks  # noqa: PLC0415 - as above

    api = SlackApi(bot_token=token, base_url=url)
    found = await checks(api, bot_token=token, app_token="", signed=True, clock=SystemClock())
    return [one for one in found if one.name != "slack http"]


async def app_tried(token: str, *, url: str) -> Check:
    """Try an app-level token; no connection is opened."""
    from integrations.slack import SlackApi  # noqa: PLC0415 - as above
    from integrations.slack.checks import socket  # noqa: PLC0415 - as above

    return await socket(SlackApi(bot_token=token, base_url=url), app_token=token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How Jira is reached."""

    url: str
    email: str = ""
    token: str = field(default="none", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an account sees in Jira."""

    account: str
    cloud: bool
    projects: Sequence[tuple[str, str]]
    """Key and name."""


async def jira_reached(url: str) -> Check:
    """Tell whether a Jira answers at an address, whatever it answers to a stranger."""
    try:
        await offer(Access(url=url))
    except IntegrationError as refused:
        if not any(word in refused.message for word in _ANSWERED):
            return Check("jira", ok=False, says=refused.message, hint=refused.hint() or _ADDRESS)
    return Check("jira", ok=True, says="it answers")


async def offer(access: Access) -> Offer:
    """Return what an account sees; raise `IntegrationError` when it is not let in."""
    from integrations.jira import JiraPool  # noqa: PLC0415 - as Slack's
    from integrations.jira.refusals import MissingError  # noqa: PLC0415 - as above

    async with JiraPool(_site(access), clock=SystemClock()) as pool:
        try:
            deployment = await pool.deployment()
        except MissingError as missing:
            raise IntegrationError(f"There is no Jira at {access.url}.", hint=_ADDRESS) from missing
        seen: list[dict[str, Any]] = await pool.get("project", what="read the projects")
    projects = sorted((str(one["key"]), str(one.get("name", ""))) for one in seen)
    return Offer(account=deployment.account, cloud=deployment.cloud, projects=projects)


async def types_of(access: Access, project: str) -> Sequence[tuple[str, str]]:
    """Return the issue types of a project that can stand alone: id and name."""
    from integrations.jira import JiraPool  # noqa: PLC0415 - as Slack's
    from integrations.jira.creating import issue_types  # noqa: PLC0415 - as above

    async with JiraPool(_site(access, project), clock=SystemClock()) as pool:
        kinds = await issue_types(pool, project)
    return [(str(one["id"]), str(one["name"])) for one in kinds if not one.get("subtask")]


async def wanted_by(access: Access, project: str, *, types: Sequence[str]) -> Sequence[Wanted]:
    """Return the fields that making issues of these types (by id) requires of us, each once."""
    from integrations.jira import JiraPool  # noqa: PLC0415 - as Slack's
    from integrations.jira.creating import fields_of, wanted  # noqa: PLC0415 - as above

    site = _site(access, project)
    found: dict[str, Wanted] = {}
    async with JiraPool(site, clock=SystemClock()) as pool:
        for type_id in types:
            asked = wanted(await fields_of(pool, project, type_id=type_id), site=site)
            found |= {one.id: one for one in asked}
    return list(found.values())


async def levels_of(access: Access, project: str, *, type_id: str) -> Sequence[str]:
    """Return the security levels that the account may give to tickets of a type."""
    from integrations.jira import JiraPool  # noqa: PLC0415 - as Slack's
    from integrations.jira.creating import allowed, fields_of  # noqa: PLC0415 - as above

    async with JiraPool(_site(access, project), clock=SystemClock()) as pool:
        return allowed(await fields_of(pool, project, type_id=type_id), "security")


def said(refused: IntegrationError) -> str:
    """Return what a side said, and what to do."""
    return " ".join(filter(None, (f"{refused.message.rstrip('.')}.", refused.hint())))


def _site(access: Access, project: str = _NOWHERE) -> JiraSite:
    from integrations.jira import JiraSite  # noqa: PLC0415 - as Slack's

    return JiraSite(url=access.url, email=access.email, token=access.token, project=project, workers=1)
