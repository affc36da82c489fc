"""How stretches of work are carried: directly, or in Prefect flow runs, as the installation wants it.

Rule kept here: this module knows no Prefect; whoever hands out carriers never makes an incident wait, unless it was
told that every stretch must run in a Prefect flow run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from engine.runtime.carrier import Direct

if TYPE_CHECKING:
    from engine.runtime.carrier import Carrier


class Lanes(Protocol):
    """Hands out carriers."""

    async def carrier(self, incident: str) -> Carrier:
        """Return what carries the next stretch of an incident; raise `IntegrationError` when it must wait."""
        ...

    async def ended(self, carrier: Carrier, incident: str) -> None:
        """Take a carrier back; nothing waits for what it still has to tell Prefect."""
        ...

    def describe(self) -> str:
        """Return in words what carries the work now."""
        ...


class DirectLanes:
    """Everything directly: no Prefect."""

    async def carrier(self, incident: str) -> Carrier:
        """Return a carrier that only awaits."""
        del incident
        return Direct()

    async def ended(self, carrier: Carrier, incident: str) -> None:
        """Do nothing."""

    def describe(self) -> str:
        """Say that there is no Prefect."""
        return "directly, without Prefect"
