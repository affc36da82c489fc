"""Name look-up that lets a connection go only to addresses that were checked.

Rule kept here: the addresses that are checked are the ones that are connected to, so a name that changes its answer
between the check and the connection gains nothing. One forbidden address among several refuses the name.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from aiohttp.abc import AbstractResolver, ResolveResult

from integrations.web.guard import AllowList, check_address, literal

LookUp: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> its addresses; raises `OSError` when there are none."""


async def system_look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses that the operating system knows for a name."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


class GuardedResolver(AbstractResolver):
    """Gives aiohttp the addresses of a name, all checked."""

    def __init__(self, allow: AllowList, *, look_up: LookUp) -> None:
        self._allow = allow
        self._look_up = look_up

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._look_up(host, port)
        results = [self._checked(text, host=host, port=port) for text in found]
        fitting = [result for result in results if family in (socket.AF_UNSPEC, result["family"])]
        if not fitting:
            raise OSError(f"no address for {host}")
        return fitting

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""

    def _checked(self, text: str, *, host: str, port: int) -> ResolveResult:
        address = literal(text.partition("%")[0])
        if address is None:
            raise OSError(f"{host} has an address that cannot be read")
        check_address(address, host=host, port=port, allow=self._allow)
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 the versions of IP
        return {
            "hostname": host,
            "host": text,
            "port": port,
            "family": family,
            "proto": 0,
            "flags": socket.AI_NUMERICHOST,
        }
