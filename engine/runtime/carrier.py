"""What carries a stretch of work: nothing at all (directly), or a Prefect flow run that shows each effect.

Rule kept here: a carrier never decides and never delays an effect; it is told a name and given the work, and
gives back what the work came to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from engine.domain.events.shape import Lane

T = TypeVar("T")


class Carrier(Protocol):
    """One stretch of work's carrier. `flow_run` is the id of its Prefect flow run, if it has one."""

    @property
    def lane(self) -> Lane: ...
    @property
    def flow_run(self) -> str | None: ...

    def begun(self, incident: str, number: int) -> None:
        """Hear which stretch of which incident this is."""
        ...

    async def show(self, name: str, work: asyncio.Future[T], *, failed: Callable[[T], bool]) -> tuple[T, str | None]:
        """Await work that was begun already; return what it came to, and the id of the task run that showed it."""
        ...


class Direct:
    """Carries by awaiting: no Prefect anywhere."""

    lane: Lane = "direct"
    flow_run: str | None = None

    def begun(self, incident: str, number: int) -> None:
        """Nothing needs to know."""

    async def show(self, name: str, work: asyncio.Future[T], *, failed: Callable[[T], bool]) -> tuple[T, str | None]:
        """Await the work."""
        del name, failed
        return await work, None
