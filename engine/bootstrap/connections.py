"""What `tocsin doctor --connect`, and `serve` at its start, ask the systems that Tocsin works with.

Rules kept here: nothing is written anywhere; what is not set up is not asked; one that is away does not hide the next.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.bootstrap.sides import jira_site, slack_of
from engine.domain.errors import ConfigError, IntegrationError
from integrations.storage.databases import connect
from integrations.storage.migrate import REVISIONS, version_of
from integrations.system.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engine.settings.values import Settings


@dataclass(frozen=True, slots=True)
class Connection:
    """What one system said; `right` is false where something has to be done."""

    name: str
    right: bool
    says: str


async def connections(settings: Settings) -> list[Connection]:
    """Ask each system in turn."""
    found: list[Connection] = [await asyncio.to_thread(_database, settings)]
    for asked in (_slack(settings), _jira(settings), _prefect(settings)):
        found += [one async for one in asked]
    return found


async def troubles(settings: Settings) -> list[str]:
    """Return what Slack and Jira, where they are set up, say against being used; empty when all is well."""
    asked = [one for part in (_slack(settings), _jira(settings)) async for one in part]
    return [_named(one) for one in asked if not one.right]


def _database(settings: Settings) -> Connection:
    engine = connect(settings.database_url.get_secret_value())
    try:
        version = version_of(engine)
    except ConfigError as error:
        return Connection("database", right=False, says=_told(error))
    finally:
        engine.dispose()
    if version is None:
        return Connection("database", right=True, says="there are no tables yet; they are made when first needed")
    newest = "the newest" if version == REVISIONS[-1] else f"the next start brings them to {REVISIONS[-1]}"
    return Connection("database", right=True, says=f"tables of version {version}, {newest}")


async def _slack(settings: Settings) -> AsyncIterator[Connection]:
    api, _ = slack_of(settings)
    if api is None:
        return
    from integrations.slack.doctor import health  # noqa: PLC0415 - the client is heavy, and not everybody has Slack

    try:
        found = await health(api)
    except IntegrationError as error:
        yield Connection("slack", right=False, says=_told(error))
        return
    lacks = f"; it lacks {', '.join(found.missing_scopes)}: add them to the app and install it again"
    says = f"{found.team}, as {found.bot}{'' if found.ok else lacks}"
    yield Connection("slack", right=found.ok, says=says)


async def _jira(settings: Settings) -> AsyncIterator[Connection]:
    if not settings.jira:
        return
    from integrations.jira import JiraPool  # noqa: PLC0415 - as Slack's
    from integrations.jira.health import health  # noqa: PLC0415 - as Slack's

    site, clock = jira_site(settings), SystemClock()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(JiraPool(site, clock=clock))
        for check in await health(pool, site=site, clock=clock):
            yield Connection(check.name, right=check.ok, says=" ".join(filter(None, (check.says, check.hint))))
            if check.name == "jira" and not check.ok:
                return  # whatever else is asked gets the same answer


async def _prefect(settings: Settings) -> AsyncIterator[Connection]:
    if settings.prefect == "off":
        yield Connection("prefect", right=True, says="not used: TOCSIN_PREFECT is off")
        return
    if settings.prefect_api_url is None:
        yield Connection("prefect", right=True, says="`tocsin serve` starts a server of its own")
        return
    import aiohttp  # noqa: PLC0415 - only where a server is asked

    from engine.runtime.prefect.server import healthy  # noqa: PLC0415 - as above

    async with aiohttp.ClientSession() as session:
        there = await healthy(settings.prefect_api_url.rstrip("/"), session=session)
    needed = "every stretch of work waits for it" if settings.prefect == "required" else "work goes on without it"
    says = "it answers" if there else f"{settings.prefect_api_url} does not answer; {needed}"
    yield Connection("prefect", right=there, says=says)


def _told(error: ConfigError | IntegrationError) -> str:
    return " ".join(filter(None, (error.message, error.hint())))


def _named(one: Connection) -> str:
    return one.says if one.says.lower().startswith(one.name) else f"{one.name}: {one.says}"
