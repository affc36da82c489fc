"""`tocsin worker` from its start to its end: the engine's work, without the web."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.bootstrap.connections import troubles
from engine.bootstrap.serving import open_service

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.bootstrap.serving import Service


async def run(*, ready: Callable[[str], None], note: Callable[[str], None]) -> None:
    """Work until SIGTERM or Ctrl-C; `ready` gets the engine's name, `note` what is worth knowing, also a little later.

    Raises:
        ConfigError: the database cannot be shared, or another setting does not fit a worker.
    """
    async with open_service(worker=True) as service:
        stopping = asyncio.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
        working, stop = asyncio.create_task(service.run()), asyncio.create_task(stopping.wait())
        telling = asyncio.create_task(_tell_troubles(service, note))
        ready(service.engine.name)
        for line in service.notes:
            note(line)
        try:
            await asyncio.wait([working, stop], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (working, telling, stop):
                task.cancel()
            await asyncio.wait([telling, stop])
            with suppress(asyncio.CancelledError):
                await working


async def _tell_troubles(service: Service, note: Callable[[str], None]) -> None:
    for line in await troubles(service.office.settings):
        note(f"{line} Incidents run on without it, and what is to be shown there is tried again.")
