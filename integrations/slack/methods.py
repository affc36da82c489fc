"""Every method of Slack's Web API that Tocsin calls: what it needs and whether it changes anything. One line each.

Rule kept here: a method that is not in this table cannot be called, and the app's manifest asks for exactly the
scopes that stand here. Source of the scopes: Slack's method reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Method:
    """A method: the bot scopes it needs for what we do with it, and whether it writes."""

    scopes: tuple[str, ...] = ()
    writes: bool = False


METHODS: Final[Mapping[str, Method]] = {
    "apps.connections.open": Method(),  # takes the app-level token, whose scope is connections:write
    "auth.test": Method(),
    "chat.getPermalink": Method(),
    "chat.postEphemeral": Method(("chat:write",), writes=True),
    "chat.postMessage": Method(("chat:write",), writes=True),
    "chat.update": Method(("chat:write",), writes=True),
    "conversations.create": Method(("groups:write",), writes=True),
    "conversations.history": Method(("groups:history",)),
    "conversations.invite": Method(("groups:write",), writes=True),
    "conversations.list": Method(("groups:read",)),
    "conversations.setPurpose": Method(("groups:write",), writes=True),
    "conversations.setTopic": Method(("groups:write",), writes=True),
    "pins.add": Method(("pins:write",), writes=True),
    "users.info": Method(("users:read", "users:read.email")),
    "users.lookupByEmail": Method(("users:read", "users:read.email")),
    "views.open": Method(writes=True),
}


def needed_scopes() -> tuple[str, ...]:
    """Return the bot scopes of all methods, and the one of slash commands, in order."""
    return tuple(sorted({"commands", *(scope for method in METHODS.values() for scope in method.scopes)}))
