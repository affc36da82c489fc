"""The people: they raise alarms until they are answered, and do what they are asked, in Slack, in Jira or over the API.

Rules kept here: a person does once what they are asked, by the way that follows from the question; what nobody can
tell they settle by looking at the far side. An engine that does not answer is left for another one.
"""

from __future__ import annotations

import asyncio
import random
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from engine.domain.conducting.situation import effect_key
from engine.entrypoints.demo.person import Person, StuckError, button_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integrations.sandbox import Sandbox
    from tests.chaos.processes import Engine

CALL = aiohttp.ClientTimeout(total=5)
LOOKS = 0.3
"""Seconds between two looks at an incident."""
REST = 3.0
"""Seconds before somebody does again what nothing has come of."""


class NobodyThereError(Exception):
    """No engine answered."""


@dataclass
class People:
    """Everybody who takes part."""

    engines: Sequence[Engine]
    session: aiohttp.ClientSession
    sandbox: Sandbox
    far: str
    chance: random.Random
    answered: dict[str, str] = field(default_factory=dict)
    """Alarm -> the incident that it was answered with."""
    closed: set[str] = field(default_factory=set)
    settled: int = 0
    """How often somebody settled what nobody could tell."""

    async def raise_alarm(self, alarm: str) -> None:
        """Declare an incident, again until it is answered, then see it through."""
        trigger = {"playbook": "chaos", "inputs": {}, "dedup_key": alarm}
        while alarm not in self.answered:
            try:
                said = await self._asks("POST", "/api/v1/incidents", trigger)
                self.answered[alarm] = str(said["incident"])
            except (NobodyThereError, KeyError):
                await asyncio.sleep(LOOKS)
        await self._see_through(self.answered[alarm])

    async def _see_through(self, incident: str) -> None:
        did: dict[str, float] = {}
        while incident not in self.closed:
            await asyncio.sleep(LOOKS)
            try:
                status = await self._asks("GET", f"/api/v1/incidents/{incident}")
            except NobodyThereError:
                continue
            if status.get("state") == "closed":
                self.closed.add(incident)
            for what, work in self._works(incident, status):
                if asyncio.get_running_loop().time() - did.get(what, -REST) < REST:
                    work.close()
                    continue
                did[what] = asyncio.get_running_loop().time()
                try:
                    await work
                except (NobodyThereError, StuckError, aiohttp.ClientError, TimeoutError):
                    continue  # they look again

    def _works(self, incident: str, status: dict[str, Any]) -> list[tuple[str, Any]]:
        """Return what there is to do for people."""
        steps = [step for phase in status.get("phases", ()) for step in phase["steps"]]
        works: list[tuple[str, Any]] = [
            (step["id"], self._settles(incident, step["id"])) for step in steps if step["state"] == "unconfirmed"
        ]
        works += [
            (step["id"], self._gives(incident, kind="retry", step=step["id"], reason="again"))
            for step in steps
            if step["state"] in ("failed", "declined")
        ]
        return works + [(ask["id"], self._answers(incident, ask)) for ask in status.get("asks", ())]

    async def _answers(self, incident: str, ask: dict[str, Any]) -> None:
        if ask["kind"] == "approval":
            await self._presses("carla", incident, ask["id"], "approve")
        elif ask["kind"] == "decision":
            await self._gives(incident, kind="answer", target=ask["id"], verdict="yes", reason="it is")
        elif ask["ticket"] is None:
            return  # they are told where to look before they do anything
        elif zlib.crc32(ask["id"].encode() + incident.encode()) % 2:
            await self._presses("ana", incident, ask["id"], "done")
        else:
            await self._person("ana").close(ask["ticket"])

    async def _settles(self, incident: str, step: str) -> None:
        """Look at the far side, and say what became of a step."""
        key = effect_key(incident, step, "action")
        async with self.session.get(f"{self.far}/requests/{key}", timeout=CALL) as reply:
            outcome = "done" if reply.status == 200 else "retry"
        await self._gives(incident, kind="resolve", step=step, outcome=outcome, reason="looked there")
        self.settled += 1

    async def _presses(self, who: str, incident: str, ask: str, action: str) -> None:
        person = self._person(who)
        for channel in await person.channels():
            if not str(channel["name"]).startswith(f"{incident.lower()}-"):
                continue
            for message in await person.messages(channel["id"]):
                if button_of(message, action) and ask in str(message["blocks"]):
                    await person.press(channel["id"], message, action)

    def _person(self, handle: str) -> Person:
        return Person(handle, self.session, self.sandbox.url)

    async def _gives(self, incident: str, **command: object) -> None:
        await self._asks("POST", f"/api/v1/incidents/{incident}/commands", {"command": command})

    async def _asks(self, verb: str, path: str, body: object = None) -> dict[str, Any]:
        """Ask one engine after the other until one answers."""
        for engine in self.chance.sample(self.engines, len(self.engines)):
            if not engine.url:
                continue
            headers = {"Authorization": f"Bearer {engine.token()}"}
            try:
                call = self.session.request(verb, f"{engine.url}{path}", json=body, headers=headers, timeout=CALL)
                async with call as reply:
                    if reply.status < 500:
                        return dict(await reply.json())
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
                continue
        raise NobodyThereError
