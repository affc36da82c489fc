"""One crash: a whole house, an engine with a mine in it, a second engine without, and what is true in the end.

Whatever happens to the engine, the people do what they always do: the trigger is sent again with its key until it is
answered, what is asked is answered, and what nobody can tell is settled by looking at the far side.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from engine.domain.timeline import StepResolved
from engine.runtime.standings import folded
from integrations.sandbox import default_seed, run_sandbox
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.architecture.sources import ROOT
from tests.integration.runtime.bench import counterpart
from tests.integration.sandbox.clients import Human
from tests.integration.serve.house import TOCSIN, beside, surroundings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from integrations.sandbox import Sandbox
    from integrations.sandbox.log import LogEntry
    from tests.crash.points import Point
    from tests.integration.runtime.bench import Counterpart

PATIENCE = 90.0
KILLED = -9
ENDED = ("done", "unconfirmed")
"""The second one leaves its step open until a person says what became of it."""
KINDS = {
    "HTTP": ("action",),
    "Slack": ("channel", "living", "card", "notice", "review_card", "head_chat"),
    "Jira": ("epic", "ticket"),
}
MAKES = {"Slack": ("chat.postMessage", "conversations.create"), "Jira": ("POST issue",)}
PLAYBOOK = """\
tocsin: 1
playbook: crash
title: A crash
version: 1
inputs: {}
roles: {commander: {required: true}}
phases:
  contain:
    steps:
      - {id: act, title: Act, action: http.request, retry: 3 in 1m,
         with: {method: POST, url: "URL/act", find: {url: "URL/requests/{{ idempotency_key }}", absent: [404]}}}
      - {id: blind, title: Blind, action: http.request, with: {method: POST, url: "URL/blind"}}
      - {id: pause, title: Pause, wait: 1s, needs: [act]}
      - {id: asked, title: Asked, task: Do it., owner: commander, due: 1h, needs: [pause]}
  review:
    after: [contain]
    steps:
      - {id: told, title: Told, task: Tell it., owner: commander, due: 1h}
"""


@dataclass(frozen=True)
class Judgement:
    """What is true in the end; `ledger` and `there` count, per far side, what the ledger tells and what is there."""

    verified: bool
    undone: list[str]
    ledger: dict[str, int]
    there: dict[str, int]
    twice: list[str]
    reasons: list[str]
    """Why people settled what nobody could tell."""


@dataclass
class Crash:
    """A house in which one engine is killed."""

    environment: Mapping[str, str]
    system: Counterpart
    sandbox: Sandbox
    session: aiohttp.ClientSession
    home: Path
    point: Point
    serving: asyncio.subprocess.Process | None = None
    url: str = ""
    deaths: list[int] = field(default_factory=list)

    async def play(self) -> dict[str, Any]:
        """Declare an incident and bring it to its end; return where it stands then."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._serve()
                await self._declared()
                while (status := await self._status())["state"] != "closed" or not await self._calm():
                    await self._people(status)
                return status
        finally:
            if self.serving is not None and self.serving.returncode is None:
                self.serving.kill()
                await self.serving.wait()

    @property
    def note(self) -> Path:
        """Where the engine writes that it came to the point."""
        return self.home.parent / "note"

    @property
    def reached(self) -> bool:
        """Whether the engine was killed at the point, and only there."""
        return self.note.exists() and self.deaths == [KILLED]

    async def judged(self) -> Judgement:
        """Compare the ledger with what the far sides have, once no engine runs any more."""
        url = self.environment.get("TOCSIN_DATABASE_URL", f"sqlite:///{self.home / 'tocsin.db'}")
        ledger = open_ledger(url, home=self.home, clock=SystemClock(), salt=new_salt)
        async with ledger:
            entries = await ledger.entries("INC-1")
            state = folded(None, entries)
            counts = Counter(effect.kind for effect in state.effects.values())
            return Judgement(
                verified=await ledger.verify("INC-1") is None,
                undone=[f"{one.kind} {one.subject}" for one in state.effects.values() if one.status not in ENDED],
                ledger={side: sum(counts[kind] for kind in kinds) for side, kinds in KINDS.items()},
                there=self._there(),
                twice=self._twice(),
                reasons=[one.event.reason for one in entries if isinstance(one.event, StepResolved)],
            )

    def _there(self) -> dict[str, int]:
        """Return how many things each far side has of us."""
        made = {side: sum(map(len, self._calls(side))) for side in MAKES}
        return {"HTTP": self.system.did.total(), **made}

    def _twice(self) -> list[str]:
        """Return what was made more than once."""
        found = [path for path, count in self.system.did.items() if count > 1]
        for side in MAKES:
            for calls in self._calls(side):
                keys = Counter(json.dumps(call.evidence, sort_keys=True) for call in calls)
                found += [f"{side} {key}" for key, count in keys.items() if count > 1]
        return found

    def _calls(self, side: str) -> list[list[LogEntry]]:
        return [self.sandbox.log.calls(name, committed=True) for name in MAKES[side]]

    async def _serve(self) -> None:
        first = self.serving is None
        mined = (sys.executable, "-m", "tests.crash.armed", self.point.name, str(self.note))
        self.serving = await asyncio.create_subprocess_exec(
            *(mined if first else TOCSIN),
            *("serve", "--port", "0"),
            stdout=asyncio.subprocess.PIPE,
            env=self.environment,
            cwd=ROOT,
        )
        assert self.serving.stdout is not None
        line = (await self.serving.stdout.readline()).decode()
        self.url = line.partition("serves on ")[2].partition(";")[0].strip()

    async def _asks(self, verb: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON of any shape
        """Send a request; an engine that has died meanwhile is started again, and the request sent to that one."""
        while True:
            try:
                token = (self.home / "api-token").read_text(encoding="utf-8").strip()
                headers = {"Authorization": f"Bearer {token}"}
                async with self.session.request(verb, f"{self.url}{path}", json=body, headers=headers) as reply:
                    return await reply.json()
            except (aiohttp.ClientError, OSError):
                await self._revived()

    async def _revived(self) -> None:
        assert self.serving is not None
        self.deaths.append(await self.serving.wait())
        self.system.gate.set()
        await self._serve()

    async def _declared(self) -> None:
        declared = await self._asks(
            "POST", "/api/v1/incidents", {"playbook": "crash", "inputs": {}, "dedup_key": "alarm"}
        )
        assert declared["incident"] == "INC-1"

    async def _status(self) -> dict[str, Any]:
        return dict(await self._asks("GET", "/api/v1/incidents/INC-1"))

    async def _calm(self) -> bool:
        return not (await self._asks("GET", "/healthz"))["busy"]

    async def _people(self, status: dict[str, Any]) -> None:
        """Do what people would do now."""
        steps = {step["id"]: step["state"] for phase in status["phases"] for step in phase["steps"]}
        if steps["blind"] == "unconfirmed":
            outcome = "done" if self.system.did["/blind"] else "retry"
            await self._command({"kind": "resolve", "step": "blind", "outcome": outcome, "reason": "looked there"})
        for ask in status["asks"]:
            if not ask["ticket"]:  # they are told where to look before they do anything
                continue
            if ask["step"] == "asked":
                await self._pressed(ask["id"])
            else:
                await self._command({"kind": "answer", "target": ask["step"], "verdict": "done"})
        await asyncio.sleep(0.05)  # the engine is asked again, it does not ring

    async def _command(self, command: dict[str, object]) -> None:
        await self._asks("POST", "/api/v1/incidents/INC-1/commands", {"command": command})

    async def _pressed(self, ask: str) -> None:
        """Press the button under the ask's card, once it is there."""
        ana = Human(self.session, self.sandbox.url, self.sandbox.world.seed.person("ana").slack_token)
        for channel in (await ana.get("/channels"))["channels"]:
            for message in (await ana.get(f"/channels/{channel['id']}/messages"))["messages"]:
                buttons = [e for b in message.get("blocks", ()) if b["type"] == "actions" for e in b["elements"]]
                if any(button["action_id"].startswith("done") and ask in str(button) for button in buttons):
                    await ana.post("/actions", action_id="done", channel=channel["id"], ts=message["ts"])


@asynccontextmanager
async def crash(point: Point, folder: Path, *, database: str = "") -> AsyncIterator[Crash]:
    """Furnish a house for one crash; `database` is the address of an empty PostgreSQL, else it is SQLite."""
    async with (
        counterpart() as system,
        run_sandbox(default_seed(), now=SystemClock().now) as sandbox,
        aiohttp.ClientSession() as session,
    ):
        playbooks = folder / "playbooks"
        playbooks.mkdir()
        text = PLAYBOOK.replace("URL", f"http://127.0.0.1:{system.port}")
        (playbooks / "crash.yaml").write_text(text, encoding="utf-8")
        system.faults["/act"] = {"renew": ["hang"], "effect_failed": ["429"]}.get(point.what, [])
        environment = {
            **surroundings(folder / "home", playbooks, system=system),
            **beside(sandbox, patience=1),
            **({"TOCSIN_DATABASE_URL": database} if database else {}),
        }
        yield Crash(environment, system, sandbox, session, folder / "home", point)
