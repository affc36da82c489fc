"""What Prefect does not know of a timeline is painted into it afterwards: stretches as flow runs, effects as task runs.

Theory of operation. A stretch that was carried directly has no flow run; one that was carried in a warm run may have
lost it with the server's database. What has been painted is remembered with the id of the flow in that database, so a
new database is recognised by its new id, and everything is looked at again. Each incident has a page besides, which
is brought up to date when its timeline has grown.

Rules kept here: nothing is executed; the engine never waits for this; a server that is away is painted later, and an
incident that cannot be painted does not hold up the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

from engine.domain.errors import TocsinError
from engine.runtime.prefect.artifacts import publish
from engine.runtime.prefect.painting import PAINTED, paint, segment
from engine.runtime.prefect.stretches import stretches
from engine.runtime.prefect.summary import summary
from engine.runtime.standings import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prefect.client.orchestration import PrefectClient

    from engine.ports.ledger import Ledger
    from engine.runtime.prefect.stretches import Stretch

EVERY_SECONDS = 1.0
PAUSE_SECONDS = 5.0
SURE_SECONDS = 30.0
"""How long a server that stays is taken for one with the same database."""
REFUSED = "prefect_refused"
"""What is remembered of an incident under this name: how often cancelling was tried in Prefect."""
log = structlog.get_logger(__name__)


class Follower:
    """Paints until it is stopped; `ready` says whether the server answers, `idle` whether the engine has time."""

    def __init__(
        self, client: PrefectClient, ledger: Ledger, *, ready: Callable[[], bool], idle: Callable[[], bool]
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._ready = ready
        self._idle = idle
        self._flow = ""
        self._sure_until = 0.0
        self._seen: dict[str, tuple[int, str]] = {}

    async def run(self) -> None:
        """Paint until cancelled."""
        while True:
            pause = EVERY_SECONDS
            if not self._ready():
                self._sure_until = 0.0
            elif self._idle():
                try:
                    await self.paint()
                except Exception as error:  # noqa: BLE001 - a server that is away comes back
                    log.info("not_painted", error=type(error).__name__)
                    self._sure_until = 0.0
                    pause = PAUSE_SECONDS
            await asyncio.sleep(pause)

    def again(self, incident: str) -> None:
        """Look at an incident again although its timeline has not grown."""
        self._seen.pop(incident, None)

    async def paint(self) -> int:
        """Paint every finished stretch that Prefect does not know; return how many there were."""
        painted = 0
        flow = await self._flow_in()
        for row in await self._ledger.incidents():
            seen = (row.head.seq, flow)
            if self._seen.get(row.incident) == seen:
                continue
            if not self._idle():
                break
            self._seen[row.incident] = seen
            try:
                painted += await self._incident(row.incident, seq=row.head.seq)
            except TocsinError as error:  # looked at again when its timeline grows
                log.warning("not_painted", incident=row.incident, why=error.message)
            except BaseException:
                self.again(row.incident)
                raise
        return painted

    async def _flow_in(self) -> str:
        """Return the id of the flow: another one means another database."""
        now = asyncio.get_running_loop().time()
        if now >= self._sure_until:
            self._flow = str(await self._client.create_flow(segment))
            self._sure_until = now + SURE_SECONDS
        return self._flow

    async def _incident(self, incident: str, *, seq: int) -> int:
        """Bring everything about an incident up to date; return how many stretches were painted."""
        flow = self._flow
        known = await self._ledger.recall(incident, PAINTED) or {}
        same = known.get("flow", flow) == flow
        refused = int((await self._ledger.recall(incident, REFUSED) or {}).get("count", "0"))
        if same and known.get("seq") == str(seq) and known.get("refused", "0") == str(refused):
            return 0
        entries = await self._ledger.entries(incident)
        ended = list(stretches(incident, entries, after=int(known.get("number", "0")) if same else 0))
        lost = await _lost(self._client, ended)
        mark: dict[str, str] = {**known, "flow": flow} if same else {"flow": flow}
        painted = 0
        for stretch in ended:
            mark |= {"number": str(stretch.number)}
            if stretch.flow_run is not None and stretch.flow_run not in lost:
                mark |= {"run": stretch.flow_run}
                continue
            mark |= {"run": await paint(self._client, flow, stretch)}
            await self._ledger.remember(incident, PAINTED, mark)
            painted += 1
        await publish(self._client, incident, summary(folded(None, entries), refused=refused), flow_run=mark.get("run"))
        await self._ledger.remember(incident, PAINTED, {**mark, "seq": str(seq), "refused": str(refused)})
        return painted


async def _lost(client: PrefectClient, ended: Iterable[Stretch]) -> set[str]:
    """Return the flow runs of stretches that the server does not know."""
    wanted = [stretch.flow_run for stretch in ended if stretch.flow_run is not None]
    found: set[str] = set()
    for start in range(0, len(wanted), 100):
        ids = [UUID(run) for run in wanted[start : start + 100]]
        runs = await client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=ids)), limit=len(ids))
        found |= {str(run.id) for run in runs}
    return set(wanted) - found
