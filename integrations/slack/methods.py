"""Every method of Slack's Web API that Tocsin calls: how often it may be, what it needs, whether it changes anything.

Rule kept here: a method that is not in this table cannot be called, an event that is not in the other is not listened
for, and the app's manifest asks for exactly the scopes that stand here. Source of scopes and rates: Slack's method
reference; a channel takes about one message a second, after a few that may come at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from integrations.slack.pacing import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

TIER_1 = Rate(1, burst=10)
"""Bursts are tolerated; several connections are opened at a start."""
TIER_2, TIER_3, TIER_4 = (Rate(calls, burst=calls) for calls in (20, 50, 100))
POSTS = Rate(60, burst=5, by_channel=True)
AT_A_PRESS = Rate(100, burst=100, patience=1.0)
"""What somebody waits for at their screen: later than in three seconds it is of no use."""
FREELY = Rate(600, burst=100)
"""Methods with limits of their own, which are wider than what we need."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its rate, the bot scopes it needs for what we do with it, and whether it writes."""

    rate: Rate
    scopes: tuple[str, ...] = ()
    writes: bool = False


METHODS: Final[Mapping[str, Method]] = {
    "apps.connections.open": Method(TIER_1),  # takes the app-level token, whose scope is connections:write
    "auth.test": Method(FREELY),
    "bookmarks.add": Method(TIER_2, ("bookmarks:write",), writes=True),
    "bookmarks.edit": Method(TIER_2, ("bookmarks:write",), writes=True),
    "bookmarks.list": Method(TIER_3, ("bookmarks:read",)),
    "chat.getPermalink": Method(FREELY),
    "chat.postEphemeral": Method(TIER_4, ("chat:write",), writes=True),
    "chat.postMessage": Method(POSTS, ("chat:write",), writes=True),
    "chat.update": Method(TIER_3, ("chat:write",), writes=True),
    "conversations.create": Method(TIER_2, ("groups:write",), writes=True),
    "conversations.history": Method(TIER_3, ("groups:history",)),
    "conversations.invite": Method(TIER_3, ("groups:write",), writes=True),
    "conversations.kick": Method(TIER_3, ("groups:write",), writes=True),
    "conversations.list": Method(TIER_2, ("groups:read",)),
    "conversations.replies": Method(TIER_3, ("groups:history",)),
    "conversations.setPurpose": Method(TIER_2, ("groups:write",), writes=True),
    "conversations.setTopic": Method(TIER_2, ("groups:write",), writes=True),
    "pins.add": Method(TIER_2, ("pins:write",), writes=True),
    "users.info": Method(TIER_4, ("users:read", "users:read.email")),
    "users.lookupByEmail": Method(TIER_3, ("users:read", "users:read.email")),
    "views.open": Method(AT_A_PRESS, writes=True),
}

EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "pin_added": ("pins:read",),
    "reaction_added": ("reactions:read",),
}
"""Events that the app listens for, and the bot scopes that each needs."""


FILES: Final = ("files:read",)
"""What the app needs so that a form may ask for a file, and to fetch what was given."""


def needed_scopes() -> tuple[str, ...]:
    """Return the bot scopes of all methods and events, of files and of slash commands, in order."""
    methods = {scope for method in METHODS.values() for scope in method.scopes}
    return tuple(sorted({"commands", *FILES, *methods, *(scope for scopes in EVENTS.values() for scope in scopes)}))
