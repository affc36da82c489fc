"""What carries out the actions of playbooks: in an engine, and in a process that carries out one heavy action."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.actions.registry import REGISTRY
from engine.runtime.contexts import PortContexts
from engine.runtime.elsewhere import Elsewhere
from engine.runtime.performer import Performer
from engine.runtime.prefect.opening import open_pool

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from engine.bootstrap.office import Office
    from engine.bootstrap.sides import Sides
    from engine.runtime.performing import Performs
    from integrations.system.secrets import EnvironmentSecrets
    from integrations.web.client import WebClient


def performer_of(office: Office, sides: Sides, *, named: EnvironmentSecrets, http: WebClient) -> Performer:
    """Return what performs actions in this process; `named` are the secrets that playbooks name."""
    contexts = PortContexts(
        http=http,
        vault=office.vault,
        secrets=named,
        clock=office.clock,
        chat=sides.chat,
        reports=office.reports,
    )
    return Performer(REGISTRY, contexts, office.clock)


async def with_heavy_ones_elsewhere(here: Performer, *, office: Office, stack: AsyncExitStack) -> Performs:
    """Return what has heavy actions performed by a work pool, where one is set up."""
    settings = office.settings
    if settings.prefect == "off" or not settings.prefect_work_pool or not settings.prefect_api_url:
        return here
    sends = await stack.enter_async_context(
        open_pool(settings.prefect_api_url, name=settings.prefect_work_pool, clock=office.clock)
    )
    return Elsewhere(
        here=here,
        actions=REGISTRY,
        errands=office.ledger.errands(),
        sends=sends,
        clock=office.clock,
        required=settings.prefect == "required",
        on_hold=partial(_on_hold, office),
        patience=settings.prefect_pool_patience,
    )


async def _on_hold(office: Office, incident: str) -> bool:
    return (await office.standings.of(incident)).incident.hold is not None
