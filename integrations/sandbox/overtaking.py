"""Deliveries that are overtaken: one is held back until another one has arrived.

Rule kept here: nothing is held for longer than its fault says, so that a delivery that nobody overtakes arrives too.
"""

import asyncio

from integrations.sandbox.faults import FaultBoard, FaultKind

_HELD = frozenset({FaultKind.OUT_OF_ORDER})


class Overtaking:
    """The deliveries of one service that wait to be overtaken."""

    def __init__(self, faults: FaultBoard) -> None:
        """Hold back what these faults say."""
        self._faults = faults
        self._held: list[asyncio.Event] = []

    async def hold(self, names: tuple[str, ...]) -> None:
        """Wait until something else has arrived, if this delivery is to be overtaken."""
        fault = self._faults.take(_HELD, names=names)
        if fault is None:
            return
        overtaken = asyncio.Event()
        self._held.append(overtaken)
        try:
            async with asyncio.timeout(fault.seconds):
                await overtaken.wait()
        except TimeoutError:
            self._held.remove(overtaken)  # nobody came

    def arrived(self) -> None:
        """Let go of what waited for something to arrive."""
        for overtaken in self._held:
            overtaken.set()
        self._held.clear()
