"""The page of an incident among Prefect's artifacts: one key per incident, one version per stretch of work.

Theory of operation. Prefect ties a version of an artifact to the flow run it was made for, once and for all. So the
first look after a stretch makes a version, which the flow run's page then shows, and later looks overwrite it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient


def key_of(incident: str) -> str:
    """Return the key of an incident's page: Prefect allows small letters, digits and dashes."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in incident.lower())


async def publish(client: PrefectClient, incident: str, text: str, *, flow_run: str | None) -> None:
    """Bring an incident's page up to date; raises whatever the client raises when it could not be told."""
    known = await _latest(client, key_of(incident))
    if known is None or (flow_run is not None and known["flow_run_id"] != flow_run):
        made = {"key": key_of(incident), "type": "markdown", "data": text, "flow_run_id": flow_run}
        await client.request("POST", "/artifacts/", json={**made, "description": f"Where {incident} stands"})
    elif known["data"] != text:
        await client.request("PATCH", "/artifacts/{id}", json={"data": text}, path_params={"id": known["id"]})


async def _latest(client: PrefectClient, key: str) -> dict[str, Any] | None:
    wanted = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC", "limit": 1}
    reply = await client.request("POST", "/artifacts/filter", json=wanted)
    return next(iter(reply.json()), None)
