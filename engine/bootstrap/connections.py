"""What `tocsin doctor --connect`, and `serve` at its start, ask the systems that Tocsin works with.

Rules kept here: nothing is written anywhere; what is not set up is not asked; one that is away does not hide the next.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Literal

from engine.bootstrap.backing import database, prefect
from engine.bootstrap.rotas import rota_checks
from engine.bootstrap.sides import environment, jira_site, slack_of, webhook_secret
from engine.domain.errors import ConfigError
from engine.domain.sensitivity import Sensitivity
from engine.ports.checks import Check
from engine.settings import people as people_file
from engine.settings.people import read_people
from integrations.system.clock import SystemClock
from integrations.system.secrets import EnvironmentSecrets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from engine.ports.people import Person
    from engine.settings.values import Settings

Side = Literal["slack", "jira"]


async def connections(settings: Settings) -> list[Check]:
    """Ask each system in turn, and about each person."""
    people = _people(settings)
    found = await asyncio.to_thread(database, settings)
    found += await asked(settings, "slack", people=people) + await asked(settings, "jira", people=people)
    found += await rota_checks(settings, secrets=EnvironmentSecrets(environment()))
    return found + await prefect(settings)


async def asked(settings: Settings, side: Side, *, people: Sequence[Person] | None = None) -> list[Check]:
    """Ask Slack or Jira, where it is set up; without people only what every start should know."""
    asking: dict[Side, Callable[[], Awaitable[list[Check]]]] = {
        "slack": partial(_slack, settings, people),
        "jira": partial(_jira, settings, people),
    }
    return await asking[side]()


async def side_checks(settings: Settings, side: Side) -> list[Check]:
    """Ask Slack or Jira, and about each person there."""
    return await asked(settings, side, people=_people(settings))


async def troubles(settings: Settings) -> list[str]:
    """Return what Slack and Jira, where they are set up, say against being used; empty when all is well."""
    found = [*await asked(settings, "slack"), *await asked(settings, "jira")]
    return [_named(one) for one in found if not one.ok]


async def _slack(settings: Settings, people: Sequence[Person] | None) -> list[Check]:
    api, _ = slack_of(settings)
    if api is None or settings.slack_bot_token is None:
        return []
    from integrations.slack.checks import checks  # noqa: PLC0415 - the client is heavy, and not everybody has Slack

    app = settings.slack_app_token
    return await checks(
        api,
        bot_token=settings.slack_bot_token.get_secret_value(),
        app_token=app.get_secret_value() if app else "",
        signed=settings.slack_signing_secret is not None,
        clock=SystemClock(),
        people=people,
        others=settings.many,
    )


async def _jira(settings: Settings, people: Sequence[Person] | None) -> list[Check]:
    if not settings.jira:
        return []
    from integrations.jira import JiraPool, Setting, health  # noqa: PLC0415 - as Slack's

    try:
        site, clock = jira_site(settings), SystemClock()
    except ConfigError as error:
        return [Check("jira", ok=False, says=error.message, hint=error.hint())]
    setting = Setting(
        people=people or (),
        restricted=await asyncio.to_thread(_restricted, settings),
        hooks=bool(webhook_secret(EnvironmentSecrets(environment()))),
        token_ends=settings.jira_token_ends,
    )
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(JiraPool(site, clock=clock))
        return list(await health(pool, site=site, clock=clock, setting=setting))


def _people(settings: Settings) -> Sequence[Person]:
    """Return those who may be given anything; a file that is wrong is a finding of its own."""
    try:
        directory = read_people(settings.config / people_file.FILE)
    except ConfigError:
        return ()
    return [person for person in directory.everyone() if directory.admits(person.id)]


def _restricted(settings: Settings) -> bool:
    from engine.bootstrap import action_facts  # noqa: PLC0415 - `serve` at its start has them already
    from engine.language.api import check  # noqa: PLC0415 - as above
    from engine.settings.folders import Folders  # noqa: PLC0415 - as above

    facts = action_facts()
    library, files = Folders([settings.playbooks]), settings.playbooks.glob("*.yaml")
    plans = [check(file.read_bytes(), path=str(file), actions=facts, library=library).plan for file in files]
    kinds = {plan.sensitivity for plan in plans if plan is not None}
    kinds |= {step.sensitivity for plan in plans if plan is not None for step in plan.every_step() if step.human}
    return bool(kinds - {Sensitivity.INTERNAL})


def _named(one: Check) -> str:
    says = one.says if one.says.lower().startswith(one.name.partition(" ")[0]) else f"{one.name}: {one.says}"
    return " ".join(filter(None, (says if says.endswith(".") else f"{says}.", one.hint)))
