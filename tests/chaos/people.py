"""The people: they raise alarms until they are answered, and do what they are asked, in Slack, in Jira or over the API.

Rules kept here: a person does once what they are asked, by the way that follows from the question; what nobody can
tell they settle by looking at the far side. An engine that does not answer is left for another one.
"""

from __future__ import annotations

import asyncio
import random
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp

from engine.domain.incident import effect_key
from engine.entrypoints.demo.person import Person, StuckError, button_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from integrations.sandbox import Sandbox
    from tests.chaos.processes import Engine

CALL = aiohttp.ClientTimeout(total=5)
LOOKS = 0.3
"""Seconds between two looks at an incident, and a little more for each other one that is open."""
REST = 3.0
"""Seconds before somebody does again what nothing has come of; twice as many before each further time."""


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
    channels: dict[str, str] = field(default_factory=dict)
    """Incident -> its channel, once somebody has seen it."""
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
        again: dict[str, tuple[float, float]] = {}
        while incident not in self.closed:
            await asyncio.sleep(LOOKS + (len(self.answered) - len(self.closed)) * LOOKS / 4)
            try:
                status = await self._asks("GET", f"/api/v1/incidents/{incident}")
            except NobodyThereError:
                continue
            if status.get("state") == "closed":
                self.closed.add(incident)
            for what, work in self._works(incident, status):
                now = asyncio.get_running_loop().time()
                at, rest = again.get(what, (now, REST))
                if now < at:
                    continue
                again[what] = now + rest, rest * 2
                with suppress(NobodyThereError, StuckError, aiohttp.ClientError, TimeoutError):  # they look again
                    await work()

    def _works(self, incident: str, status: dict[str, Any]) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
        """Give what there is to do for people."""
        for step in (step for phase in status.get("phases", ()) for step in phase["steps"]):
            if step["state"] == "unconfirmed":
                yield step["id"], partial(self._settles, incident, step["id"])
            elif step["state"] in ("failed", "declined"):
                yield step["id"], partial(self._gives, incident, kind="retry", step=step["id"], reason="again")
        for ask in status.get("asks", ()):
            yield ask["id"], partial(self._answers, incident, ask)

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
        if incident not in self.channels:
            names = {str(one["name"]): str(one["id"]) for one in await person.channels()}
            self.channels |= {name.upper().rsplit("-", 2)[0]: channel for name, channel in names.items() if "-" in name}
        for message in await person.messages(self.channels[incident]) if incident in self.channels else ():
            if button_of(message, action) and ask in str(message["blocks"]):
                await person.press(self.channels[incident], message, action)

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
