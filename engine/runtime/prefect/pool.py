"""Telling the workers of a Prefect work pool of an errand, over Prefect's API.

Rules kept here: Prefect is told an incident's id, the effect's key and the attempt, and nothing else; a flow run has a
key that follows from these, so that telling again tells once; Prefect itself is not needed for this, nothing is raised,
and nothing waits for a server that is slow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import structlog

if TYPE_CHECKING:
    from engine.ports.errands import Errand
    from engine.ports.time import Clock

FLOW = "tocsin-heavy"
ENTRYPOINT = "engine.entrypoints.heavy.act"
"""What a worker imports: it has Tocsin installed, as an engine has."""
TAG = "tocsin"
SECONDS = 5.0
"""How long a request may take."""
BELIEVED = 2.0
"""Real seconds for which it is believed that workers are there, or not."""
NOT_FOUND = 404
PARAMETERS = {"incident": {"type": "string"}, "key": {"type": "string"}, "attempt": {"type": "integer"}}
log = structlog.get_logger(__name__)


class WorkPool:
    """A work pool at a Prefect server; implements `engine.runtime.elsewhere.Sends`."""

    def __init__(self, url: str, *, name: str, session: aiohttp.ClientSession, clock: Clock) -> None:
        self._url = url.rstrip("/")
        self._name = name
        self._session = session
        self._clock = clock
        self._deployment = ""
        self._staffed = (False, float("-inf"))

    async def staffed(self) -> bool:
        """Return whether a worker of the pool is online, as far as the server knows."""
        there, known = self._staffed
        if self._clock.monotonic() - known >= BELIEVED:
            online = {"workers": {"status": {"any_": ["ONLINE"]}}, "limit": 1}
            there = bool(await self._post(f"work_pools/{self._name}/workers/filter", online))
            self._staffed = (there, self._clock.monotonic())
        return there

    async def send(self, errand: Errand, *, again: int) -> str:
        """Have a flow run made; return its id. While no worker is there, none is made."""
        if not await self.staffed():
            return ""
        if not self._deployment:
            self._deployment = await self._deployed()
        if not self._deployment:
            return ""
        body = {
            "name": f"{errand.incident} heavy",
            "parameters": {"incident": errand.incident, "key": errand.key, "attempt": errand.attempt},
            "idempotency_key": f"{errand.key}/{errand.attempt}/{errand.takes}/{again}",
            "tags": [TAG, errand.incident],
            "state": {"type": "SCHEDULED"},
        }
        made = await self._post(f"deployments/{self._deployment}/create_flow_run", body)
        if made is None:
            self._deployment = ""  # another database may be there now
            return ""
        return str(made["id"])

    async def withdraw(self, told: str) -> None:
        """Cancel a flow run that nobody needs to begin."""
        state = {"type": "CANCELLED", "message": "It is done by the engine itself; no worker came for it in time."}
        await self._post(f"flow_runs/{told}/set_state", {"state": state})

    async def _deployed(self) -> str:
        """Return the deployment's id; empty while there is no such work pool."""
        flow = await self._post("flows/", {"name": FLOW})
        if flow is None:
            return ""
        body = {
            "name": self._name,
            "flow_id": flow["id"],
            "work_pool_name": self._name,
            "entrypoint": ENTRYPOINT,
            "parameter_openapi_schema": {"type": "object", "properties": PARAMETERS, "required": list(PARAMETERS)},
            "tags": [TAG],
            "description": "Heavy actions of Tocsin's incidents: told ids and keys, everything else is in the ledger.",
        }
        made = await self._post("deployments/", body)
        return str(made["id"]) if made is not None else ""

    async def _post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever JSON it is
        """Return what the server answers; None where it does not, or refuses."""
        limit = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with self._session.post(f"{self._url}/{path}", json=body, timeout=limit) as reply:
                if reply.ok:
                    return await reply.json()
                if reply.status != NOT_FOUND:
                    log.warning("work_pool_refused", path=path.partition("/")[0], status=reply.status)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("work_pool_not_asked", error=type(error).__name__)
        return None
