"""Whether whoever acts still holds what they act on: asked at the last moment before a write is sent.

Rule kept here: a stretch of work says of everything that it begins until when it may act, and clients ask right before
they write. What no stretch of work has begun (an answer to a person, a message kept current) may always be written.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from engine.domain.errors import LeaseLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HELD: ContextVar[Callable[[], bool] | None] = ContextVar("held", default=None)


@contextmanager
def acting_while(held: Callable[[], bool]) -> Iterator[None]:
    """Let everything that is begun inside write only while this holds, and what was begun around it may write."""
    outer = _HELD.get()
    token = _HELD.set(held if outer is None else lambda: held() and outer())
    try:
        yield
    finally:
        _HELD.reset(token)


def check_held() -> None:
    """Raise `LeaseLostError` when what is begun here may no longer write: somebody else may be at it."""
    held = _HELD.get()
    if held is not None and not held():
        raise LeaseLostError("the lease has run out; another engine may carry this incident now")
