"""Telling the workers of a Prefect work pool of an errand, over Prefect's API.

Rules kept here: Prefect is told an incident's id, the effect's key and the attempt, and nothing else; a flow run has a
key that follows from these, so that telling again tells once; one errand is told at a time, since a server under load
gets slower by more; nothing is raised, and a server that does not answer counts as one without workers.
"""

from __future__ import annotations

import asyncio
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
        self._asking, self._sending = asyncio.Lock(), asyncio.Lock()

    async def staffed(self) -> bool:
        """Return whether a worker of the pool is online, as far as the server knows."""
        async with self._asking:
            there, known = self._staffed
            if self._clock.monotonic() - known >= BELIEVED:
                online = {"workers": {"status": {"any_": ["ONLINE"]}}, "limit": 1}
                there = bool((await self._post(f"work_pools/{self._name}/workers/filter", online))[1])
                self._staffed = (there, self._clock.monotonic())
            return there

    async def send(self, errand: Errand, *, again: int) -> str:
        """Have a flow run made; return its id. While no worker is there, none is made."""
        async with self._sending:
            if not await self.staffed():
                return ""
            self._deployment = self._deployment or await self._deployed()
            if not self._deployment:
                return ""
            body = {
                "name": f"{errand.incident} heavy",
                "parameters": {"incident": errand.incident, "key": errand.key, "attempt": errand.attempt},
                "idempotency_key": f"{errand.key}/{errand.attempt}/{errand.takes}/{again}",
                "tags": [TAG, errand.incident],
                "state": {"type": "SCHEDULED"},
            }
            status, made = await self._post(f"deployments/{self._deployment}/create_flow_run", body)
            if status == NOT_FOUND:
                self._deployment = ""  # another database is there now
            return str(made["id"]) if made else ""

    async def withdraw(self, told: str) -> None:
        """Cancel a flow run that nobody needs to begin."""
        state = {"type": "CANCELLED", "message": "It is done by the engine itself; no worker came for it in time."}
        await self._post(f"flow_runs/{told}/set_state", {"state": state})

    async def _deployed(self) -> str:
        """Return the deployment's id; empty while there is no such work pool."""
        _, flow = await self._post("flows/", {"name": FLOW})
        if not flow:
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
        _, made = await self._post("deployments/", body)
        return str(made["id"]) if made else ""

    async def _post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Return the status and what the server says; nothing where it refuses, and 0 where it does not answer."""
        limit = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with self._session.post(f"{self._url}/{path}", json=body, timeout=limit) as reply:
                if reply.ok:
                    return reply.status, await reply.json()
                if reply.status != NOT_FOUND:
                    log.warning("work_pool_refused", path=path.partition("/")[0], status=reply.status)
                return reply.status, None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("work_pool_not_asked", error=type(error).__name__)
            self._staffed = (False, self._clock.monotonic())  # a server that is slow is left alone for a moment
            return 0, None
