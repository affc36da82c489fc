"""What Prefect does not know of a timeline is painted into it afterwards: stretches as flow runs, effects as task runs.

Theory of operation. A stretch that was carried directly has no flow run; one that was carried in a warm run may have
lost it with the server's database, or the server may not have heard everything. What has been painted, and up to where
nothing is lacking, is remembered with the id of the flow in that database, so a new database is recognised by its new
id, and everything is looked at again. Each incident has a page besides, which is brought up to date when its timeline
has grown.

Rules kept here: nothing is executed; the engine never waits for this; a server that is away is painted later. An
incident that the server refuses, or that cannot be painted, rests for longer and longer and holds up no others; that is
said once, and again when it could be painted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from httpx import TransportError
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId, FlowRunFilterIdempotencyKey
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from engine.runtime.prefect.artifacts import publish
from engine.runtime.prefect.mending import Mender
from engine.runtime.prefect.painting import PAINTED, key_of, paint, segment
from engine.runtime.prefect.stretches import stretches
from engine.runtime.prefect.summary import summary
from engine.runtime.resting import SHORTEST, Rests
from engine.runtime.standings import folded
from engine.runtime.timelines import Timelines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun

    from engine.ports.ledger import Ledger
    from engine.runtime.prefect.stretches import Stretch

EVERY_SECONDS = 1.0
PAUSE_SECONDS = 5.0
AGAIN_SECONDS = 5.0
"""After how long a stretch of which Prefect lacks something is looked at again."""
LONGEST_SECONDS = 60.0
"""How long the others wait for one incident at most."""
AT_ONCE = 100
"""So many flow runs are asked for at once."""
SURE_SECONDS = 30.0
"""How long a server that stays is taken for one with the same database."""
REFUSED = "prefect_refused"
"""What is remembered of an incident under this name: how often cancelling was tried in Prefect."""
log = structlog.get_logger(__name__)


class Follower:
    """Paints until it is stopped; `ready` says whether it can and is to, `idle` whether the engine has time."""

    def __init__(
        self, client: PrefectClient, ledger: Ledger, *, ready: Callable[[], bool], idle: Callable[[], bool]
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._ready = ready
        self._idle = idle
        self._mender = Mender(client)
        self._flow = ""
        self._sure_until = 0.0
        self._resting = Rests(lambda: asyncio.get_running_loop().time())
        self._said: set[str] = set()
        """The incidents of which was said that they cannot be painted."""
        self._timelines = Timelines(ledger)
        self._waiting: dict[str, int] = {}
        """Incidents that may not be whole in Prefect, and how far their timelines are."""
        self._lacking: dict[str, float] = {}
        """When incidents of which Prefect lacks something are looked at again, by the loop's clock."""

    async def run(self) -> None:
        """Paint until cancelled."""
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):  # what is refused is tried again here
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
        if incident in self._timelines.known:
            self._waiting[incident] = self._timelines.known[incident].seq

    async def paint(self) -> int:
        """Paint every finished stretch that Prefect does not know; return how many there were."""
        painted = 0
        if await self._is_another_database():
            self._waiting = await self._not_whole()
        self._waiting |= {row.incident: row.seq for row in await self._timelines.look()}
        for incident, seq in list(self._waiting.items()):
            if self._resting.rests(incident) or not self._is_due(incident):
                continue
            if not self._idle() or not self._ready():
                break
            del self._waiting[incident]
            painted += await self._tried(incident, seq=seq)
        return painted

    async def _not_whole(self) -> dict[str, int]:
        """Return the incidents that are not known to be whole in this database, and how far their timelines are."""
        await self._timelines.look()
        marks, refused = await self._ledger.recall_all(PAINTED), await self._ledger.recall_all(REFUSED)
        none: Mapping[str, str] = {}
        return {
            name: row.seq
            for name, row in self._timelines.known.items()
            if not self._is_whole(marks.get(name, none), row.seq, int(refused.get(name, none).get("count", "0")))
        }

    def _is_whole(self, mark: Mapping[str, str], seq: int, refused: int) -> bool:
        """Whether a remembered mark says that this database shows all of a timeline."""
        told = (mark.get("flow", self._flow), mark.get("seq"), mark.get("refused", "0"))
        return told == (self._flow, str(seq), str(refused))

    async def _tried(self, incident: str, *, seq: int) -> int:
        """Bring an incident up to date, or have it rest; raise what says that the server is away."""
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                painted = await self._incident(incident, seq=seq)
        except Exception as error:
            self.again(incident)
            rest = self._resting.begin(incident)
            if isinstance(error, TransportError) or not self._ready():
                raise
            if incident not in self._said and rest > SHORTEST:  # once alone is nothing: a database was busy
                log.warning("not_painted", incident=incident, error=type(error).__name__, why=str(error))
                self._said.add(incident)
            return 0
        self._resting.end(incident)
        if incident in self._said:
            log.info("painted_after_all", incident=incident)
            self._said.remove(incident)
        return painted

    def _is_due(self, incident: str) -> bool:
        return self._lacking.get(incident, -inf) <= asyncio.get_running_loop().time()

    async def _is_another_database(self) -> bool:
        """Find the flow; another id of it than before means another database."""
        now = asyncio.get_running_loop().time()
        if now < self._sure_until:
            return False
        before, self._flow = self._flow, str(await self._client.create_flow(segment))
        self._sure_until = now + SURE_SECONDS
        return before != self._flow

    async def _incident(self, incident: str, *, seq: int) -> int:
        """Bring everything about an incident up to date; return how many stretches were painted."""
        self._lacking.pop(incident, None)
        flow = self._flow
        known = await self._ledger.recall(incident, PAINTED) or {}
        refused = int((await self._ledger.recall(incident, REFUSED) or {}).get("count", "0"))
        if self._is_whole(known, seq, refused):
            return 0
        same = known.get("flow", flow) == flow
        mark: dict[str, str] = {**known, "flow": flow} if same else {"flow": flow}
        entries = await self._ledger.entries(incident)
        ended = list(stretches(incident, entries, after=int(mark.get("whole", mark.get("number", "0")))))
        painted, lacking = await self._stretches(incident, ended, mark)
        await publish(self._client, incident, summary(folded(None, entries), refused=refused), flow_run=mark.get("run"))
        whole = lacking - 1 if lacking else int(mark.get("number", "0"))
        mark |= {"whole": str(whole), "refused": str(refused), "seq": "" if lacking else str(seq)}
        if mark != known:
            await self._ledger.remember(incident, PAINTED, mark)
        if lacking:
            self._lacking[incident] = asyncio.get_running_loop().time() + AGAIN_SECONDS
            self.again(incident)
        return painted

    async def _stretches(self, incident: str, ended: Sequence[Stretch], mark: dict[str, str]) -> tuple[int, int]:
        """Paint what has no flow run, mend what has one; return how many were painted, and the first not whole."""
        runs = await _runs(self._client, ended)
        number, painted, lacking = int(mark.get("number", "0")), 0, 0
        for stretch in ended:
            run = runs.get(stretch.number)
            if run is not None and not await self._mender.whole(stretch, run):
                lacking = lacking or stretch.number
            if stretch.number <= number:
                continue
            mark |= {"number": str(stretch.number)}
            if run is not None:
                mark |= {"run": str(run.id)}
                continue
            mark |= {"run": await paint(self._client, mark["flow"], stretch)}
            await self._ledger.remember(incident, PAINTED, mark)
            painted += 1
            lacking = (
                lacking or stretch.number
            )  # until it is seen there: a server that has just begun loses what it takes
        return painted, lacking


async def _runs(client: PrefectClient, ended: Sequence[Stretch]) -> dict[int, FlowRun]:
    """Return the flow runs of stretches that the server knows, also painted ones, by the stretches' numbers."""
    found: dict[int, FlowRun] = {}
    for start in range(0, len(ended), AT_ONCE):
        some = ended[start : start + AT_ONCE]
        carried = {UUID(stretch.flow_run): stretch.number for stretch in some if stretch.flow_run is not None}
        if carried:
            known = FlowRunFilter(id=FlowRunFilterId(any_=list(carried)))
            runs = await client.read_flow_runs(flow_run_filter=known, limit=AT_ONCE)
            found |= {carried[run.id]: run for run in runs}
        painted = {key_of(stretch): stretch.number for stretch in some if stretch.number not in found}
        if painted:
            known = FlowRunFilter(idempotency_key=FlowRunFilterIdempotencyKey(any_=list(painted)))
            runs = await client.read_flow_runs(flow_run_filter=known, limit=AT_ONCE)
            whole = (run for run in runs if run.state is not None and run.state.is_final())
            found |= {painted[str(run.idempotency_key)]: run for run in whole}  # else it was begun, and is painted anew
    return found
