"""Socket Mode: the app connects out, payloads come in over WebSockets.

Rules, as Slack keeps them: a ticket from `apps.connections.open` opens one connection; at most ten
are open; each payload goes to one of them in turn; a connection may be told to refresh at any time.
"""

import asyncio
from itertools import count

from starlette.websockets import WebSocket, WebSocketDisconnect

from integrations.sandbox.seed import SlackSeed
from integrations.sandbox.slack.delivery import Delivery, NotDeliveredError
from integrations.sandbox.values import JsonObject, pseudonym

MAX_CONNECTIONS = 10


class Sockets:
    """The open connections of the app."""

    def __init__(self, seed: SlackSeed) -> None:
        """Start with none."""
        self._seed = seed
        self._tickets: set[str] = set()
        self._open: list[WebSocket] = []
        self._waiting: dict[str, asyncio.Future[JsonObject]] = {}
        self._numbers = count(1)

    @property
    def connected(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def new_ticket(self) -> str:
        """Return a ticket good for one connection."""
        ticket = pseudonym("ticket", next(self._numbers)).lower()
        self._tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """Answer one connection until it ends."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(code=4001)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        if self.connected >= MAX_CONNECTIONS:
            await _dismiss(socket, reason="too_many_websockets")
            return
        self._open.append(socket)
        await self._converse(socket)

    async def send(self, delivery: Delivery) -> JsonObject:
        """Deliver over one connection and wait for its acknowledgement."""
        if not self._open:
            raise NotDeliveredError
        socket = self._open.pop(0)
        self._open.append(socket)
        envelope_id = f"{pseudonym('envelope', next(self._numbers)).lower()}"
        answer: asyncio.Future[JsonObject] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            await socket.send_json(_envelope(delivery, envelope_id=envelope_id))
            async with asyncio.timeout(self._seed.ack_seconds):
                return await answer
        except (TimeoutError, WebSocketDisconnect, RuntimeError) as lost:
            # starlette says RuntimeError when the other side closed before the send
            raise NotDeliveredError from lost
        finally:
            del self._waiting[envelope_id]

    async def refresh(self, *, reason: str = "refresh_requested") -> int:
        """Tell every connection to come again; return how many there were."""
        leaving = tuple(self._open)
        self._open.clear()
        for socket in leaving:
            await _dismiss(socket, reason=reason)
        return len(leaving)

    async def _converse(self, socket: WebSocket) -> None:
        try:
            await socket.send_json(_hello(self._seed.app_id, connections=self.connected))
            while True:
                self._acknowledge(await socket.receive_json())
        except (WebSocketDisconnect, RuntimeError):
            # starlette says RuntimeError when we closed the connection ourselves
            return
        finally:
            if socket in self._open:
                self._open.remove(socket)

    def _acknowledge(self, received: JsonObject) -> None:
        waiting = self._waiting.get(received.get("envelope_id", ""))
        if waiting is not None and not waiting.done():
            waiting.set_result(received.get("payload") or {})


def _hello(app_id: str, *, connections: int) -> JsonObject:
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
        "connection_info": {"app_id": app_id},
    }


def _envelope(delivery: Delivery, *, envelope_id: str) -> JsonObject:
    envelope: JsonObject = {
        "envelope_id": envelope_id,
        "type": delivery.kind,
        "payload": delivery.payload,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    if delivery.kind == "events_api":
        envelope["retry_attempt"] = delivery.retry
        envelope["retry_reason"] = "timeout" if delivery.retry else ""
    return envelope


async def _dismiss(socket: WebSocket, *, reason: str) -> None:
    try:
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
        await socket.close()
    except (WebSocketDisconnect, RuntimeError):
        # gone already: nothing left to dismiss
        return
