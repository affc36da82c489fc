"""`tocsin serve` from its start to its end: the engine's work and the web server, side by side."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn

from engine.bootstrap.connections import troubles
from engine.bootstrap.serving import open_service
from engine.domain.errors import ConfigError
from engine.entrypoints.web.app import create_app
from engine.entrypoints.web.parts import HookAnswer, WebParts

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.bootstrap.serving import Service
    from engine.entrypoints.web.parts import Headers, Hook


BACKLOG = 512


async def run(*, host: str, port: int, ready: Callable[[str], None], note: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; `ready` gets the address, `note` what is worth knowing, also a little later.

    Raises:
        ConfigError: the address is taken or cannot be listened on.
    """
    async with open_service() as service:
        listening = _listen(host, port)
        url = f"http://{host}:{listening.getsockname()[1]}"
        server = _Server(
            uvicorn.Config(create_app(parts_of(service)), log_config=None, access_log=False, lifespan="off")
        )
        tasks = [asyncio.create_task(service.run()), asyncio.create_task(server.serve(sockets=[listening]))]
        stopping = asyncio.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
        service.announce(url)
        ready(url)
        for line in service.notes:
            note(line)
        tasks.append(asyncio.create_task(_tell_troubles(service, note)))
        stop = asyncio.create_task(stopping.wait())
        try:
            done, _ = await asyncio.wait([*tasks[:2], stop], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stop}:
                task.result()
        finally:
            server.should_exit = True
            tasks[0].cancel()
            with suppress(asyncio.CancelledError):
                await tasks[0]
            tasks[2].cancel()
            await asyncio.wait(tasks[1:])
            stop.cancel()


async def _tell_troubles(service: Service, note: Callable[[str], None]) -> None:
    for line in await troubles(service.office.settings):
        note(f"{line} Incidents run on without it, and what is to be shown there is tried again.")


class _Server(uvicorn.Server):
    """A web server that leaves the process's signals to others."""

    def install_signal_handlers(self) -> None:
        return


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # The protocol is named, or asyncio does not switch off the delay of small answers (40 ms each).
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)  # so that whoever hears of the address may call at once
    except OSError as error:
        raise ConfigError(
            f"{host}:{port} cannot be listened on: {error.strerror}.", hint="Choose another --port."
        ) from None
    return listening


def parts_of(service: Service) -> WebParts:
    """Return what the web needs of a service."""
    return WebParts(
        desk=service.office.desk,
        ledger=service.office.ledger,
        library=service.library,
        token=service.token,
        who=service.who,
        poke=service.poke,
        health=service.health,
        slack=_slack(service),
        jira=_jira(service),
    )


def _jira(service: Service) -> Hook | None:
    side = service.jira
    if side is None or side.hook is None:
        return None

    async def hook(body: bytes, headers: Headers) -> HookAnswer:
        status, answer = await side.receive(body, headers)
        return HookAnswer(status, answer)

    return hook


def _slack(service: Service) -> Hook | None:
    side = service.slack
    if side is None or service.office.settings.slack_signing_secret is None:
        return None

    async def hook(body: bytes, headers: Headers) -> HookAnswer:
        status, answer, then = await side.hook(body, headers)
        return HookAnswer(status, answer, then)

    return hook
