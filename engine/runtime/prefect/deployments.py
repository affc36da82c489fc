"""The deployments behind the pages on which a playbook is triggered in Prefect: one per playbook that is offered.

Theory of operation. What the server has is compared with what is offered, every few seconds: so a new database, an
edited playbook and one that went away are all the same case.

Rules kept here: only deployments of our own flow and tag are touched; one that is as it should be is left alone, so
that its page keeps its history. They have no schedules, since nobody would declare what a schedule declares; one that
was added in Prefect goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags, FlowFilter, FlowFilterName

from engine.runtime.prefect.warm import TAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.responses import DeploymentResponse

    from engine.runtime.prefect.offers import Offer

FLOW = TRIGGER = "tocsin-trigger"
"""The flow of the deployments, and the tag of theirs and of their flow runs."""
log = structlog.get_logger(__name__)


async def renew(client: PrefectClient, offers: Iterable[Offer]) -> Mapping[UUID, str]:
    """Bring the server's deployments in line with what is offered; return each one's playbook."""
    known = {one.name: one for one in await _ours(client)}
    standing: dict[UUID, str] = {}
    for offer in offers:
        there = known.pop(offer.playbook, None)
        if there is not None and _as_offered(there, offer):
            standing[there.id] = offer.playbook
            continue
        standing[await _register(client, offer)] = offer.playbook
        log.info("offered_in_prefect", playbook=offer.playbook, digest=offer.digest)
    await _remove(client, known.values())
    return standing


async def withdraw(client: PrefectClient) -> int:
    """Take every offer back; return how many there were."""
    found = await _ours(client)
    await _remove(client, found)
    return len(found)


async def _ours(client: PrefectClient) -> list[DeploymentResponse]:
    return await client.read_deployments(
        flow_filter=FlowFilter(name=FlowFilterName(any_=[FLOW])),
        deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=[TRIGGER])),
    )


def _as_offered(there: DeploymentResponse, offer: Offer) -> bool:
    same = (there.version, there.description, there.parameter_openapi_schema)
    free = there.enforce_parameter_schema and not there.schedules and not there.parameters
    return bool(free) and same == (offer.digest, offer.says, offer.schema)


async def _register(client: PrefectClient, offer: Offer) -> UUID:
    return await client.create_deployment(
        await client.create_flow_from_name(FLOW),
        offer.playbook,
        version=offer.digest,
        description=offer.says,
        tags=[TAG, TRIGGER],
        parameters={},
        parameter_openapi_schema=dict(offer.schema),
        enforce_parameter_schema=True,
        paused=False,
    )


async def _remove(client: PrefectClient, found: Iterable[DeploymentResponse]) -> None:
    for one in found:
        await client.delete_deployment(one.id)
        log.info("no_longer_offered_in_prefect", playbook=one.name)
