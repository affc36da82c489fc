"""What the web needs: the office, who the token stands for, and where hooks are handed on to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.domain.commands import Who
    from engine.ports.ledger import Ledger
    from engine.runtime.desk import Desk
    from engine.runtime.inward.library import Library

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """How a hook is answered: an HTTP status, and a JSON object or nothing; `then` runs after the answer was sent."""

    status: int = 200
    body: Mapping[str, object] | None = None
    then: Callable[[], Awaitable[None]] | None = None


Hook = Callable[[bytes, Headers], Awaitable[HookAnswer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """`token` opens the API and stands for `who`; a hook is None where its side is not set up."""

    desk: Desk
    ledger: Ledger
    library: Library
    token: str
    who: Who
    poke: Callable[[], None]
    health: Callable[[], Awaitable[Mapping[str, Any]]]
    slack: Hook | None = None
    jira: Hook | None = None
