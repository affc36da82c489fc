"""How the workspace reaches the app: over Socket Mode, or by signed HTTP when a request URL is set.

Rules, as Slack keeps them:
- A click, a command or a submission is delivered once. Without an answer in time it failed, for good.
- An event is delivered again, up to three times, until it is acknowledged; its id stays the same.
- Each delivery goes to one connection only.
- An event of a kind for which the app has no scope is not sent.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Literal, Protocol

from integrations.sandbox.faults import FaultBoard, FaultKind
from integrations.sandbox.overtaking import Overtaking
from integrations.sandbox.seed import SlackSeed
from integrations.sandbox.values import JsonObject, Now, pseudonym

DeliveryKind = Literal["interactive", "slash_commands", "events_api"]

SCOPES: Mapping[str, str] = {
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
}
_LOST = frozenset({FaultKind.WEBHOOK_LOST})
_TWICE = frozenset({FaultKind.DUPLICATE_DELIVERY})


class NotDeliveredError(Exception):
    """The app could not be reached, or did not answer in time."""


@dataclass(frozen=True)
class Delivery:
    """One payload on its way to the app; `retry` counts earlier attempts of an event."""

    kind: DeliveryKind
    payload: JsonObject
    retry: int = 0


class Transport(Protocol):
    """A way to the app."""

    async def send(self, delivery: Delivery) -> JsonObject:
        """Deliver once and return the app's answer, or raise NotDeliveredError."""


class Deliveries:
    """Sends what people do to the app, and what happens in the workspace as events."""

    def __init__(self, seed: SlackSeed, *, now: Now, faults: FaultBoard, transport: Transport) -> None:
        """Deliver over this transport."""
        self._seed = seed
        self._now = now
        self._faults = faults
        self._transport = transport
        self._overtaking = Overtaking(faults)
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, kind: Literal["interactive", "slash_commands"], *, payload: JsonObject) -> JsonObject:
        """Deliver something a person did and return the app's answer, or raise NotDeliveredError."""
        delivery = Delivery(kind=kind, payload=payload)
        if self._faults.take(_LOST, names=(kind,)):
            raise NotDeliveredError
        await self._overtaking.hold((kind,))
        answer = await self._transport.send(delivery)
        self._overtaking.arrived()
        if self._faults.take(_TWICE, names=(kind,)):
            await self._transport.send(delivery)
        return answer

    def tell(self, event: JsonObject) -> None:
        """Send an event in the background, if the app subscribed to its type."""
        scope = SCOPES.get(event["type"])
        if event["type"] not in self._seed.events or (scope and scope not in self._seed.scopes):
            return
        task = asyncio.get_running_loop().create_task(self._until_acknowledged(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop delivering."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _until_acknowledged(self, event: JsonObject) -> None:
        payload = self._event_callback(event)
        names = ("events_api", event["type"])
        for retry, pause in enumerate((0.0, *self._seed.event_retry_seconds)):
            await asyncio.sleep(pause)
            if self._faults.take(_LOST, names=names):
                continue
            try:
                delivery = Delivery(kind="events_api", payload=payload, retry=retry)
                await self._overtaking.hold(names)
                await self._transport.send(delivery)
                self._overtaking.arrived()
                if self._faults.take(_TWICE, names=names):
                    await self._transport.send(delivery)
            except NotDeliveredError:
                continue
            return

    def _event_callback(self, event: JsonObject) -> JsonObject:
        number = next(self._numbers)
        return {
            "token": "unused",
            "team_id": self._seed.team_id,
            "api_app_id": self._seed.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev0{pseudonym('event', number)}",
            "event_time": int(self._now().timestamp()),
            "authorizations": [{"team_id": self._seed.team_id, "user_id": self._seed.bot_user_id, "is_bot": True}],
        }
