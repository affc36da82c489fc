"""A relay in front of the local Slack whose connections can go mute: they stay open, and nothing passes any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from integrations.sandbox import Sandbox


@dataclass
class Relay:
    """Passes bytes both ways."""

    target: int
    port: int = 0
    passing: set[asyncio.Event] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def open_connections(self) -> int:
        """How many connections pass bytes."""
        return len(self.passing)

    def mute(self) -> None:
        """Let nothing pass any more on the connections there are; new ones pass."""
        for passes in self.passing:
            passes.clear()
        self.passing.clear()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection."""
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        passes = asyncio.Event()
        passes.set()
        self.passing.add(passes)
        ways = [self._pass(reader, back, passes), self._pass(there, writer, passes)]
        tasks = [asyncio.create_task(way) for way in ways]
        self.tasks.update(tasks)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        self.passing.discard(passes)
        for task in tasks:
            task.cancel()
        for end in (back, writer):
            end.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passes: asyncio.Event) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if passes.is_set():
                    writer.write(data)
                    await writer.drain()


@asynccontextmanager
async def relaying(sandbox: Sandbox) -> AsyncIterator[Relay]:
    """Stand in front of a local Slack until the block ends."""
    relay = Relay(target=int(sandbox.url.rpartition(":")[2]))
    server = await asyncio.start_server(relay.accept, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        for task in relay.tasks:
            task.cancel()
        await asyncio.gather(*relay.tasks, return_exceptions=True)
