"""Every Web API method the sandbox answers: its handler, rate, token and scopes. One line each.

The rates and scopes are those of Slack's method reference; a rate of zero stands for the methods with
rules of their own.
"""

from collections.abc import Mapping

from integrations.sandbox.slack.call import Method
from integrations.sandbox.slack.methods import (
    chat,
    conversations,
    files,
    marks,
    membership,
    people,
    reading,
    views,
)
from integrations.sandbox.slack.records import ChannelKind

_TIER_2, _TIER_3, _TIER_4, _SPECIAL = 20, 50, 100, 0

_READ: Mapping[ChannelKind, str] = {
    "public": "channels:read",
    "private": "groups:read",
    "im": "im:read",
}
_MANAGE: Mapping[ChannelKind, str] = {"public": "channels:manage", "private": "groups:write"}
_HISTORY: Mapping[ChannelKind, str] = {
    "public": "channels:history",
    "private": "groups:history",
    "im": "im:history",
}

# fmt: off  (one line per method is the point of the table)
METHODS: Mapping[str, Method] = {
    "apps.connections.open": Method(people.connections_open, _TIER_3, bearer="app"),
    "auth.test": Method(people.auth_test, _SPECIAL),
    "bookmarks.add": Method(marks.add_bookmark, _TIER_2, "bookmarks:write", writes=True),
    "bookmarks.edit": Method(marks.edit_bookmark, _TIER_2, "bookmarks:write", writes=True),
    "bookmarks.list": Method(marks.list_bookmarks, _TIER_3, "bookmarks:read"),
    "bookmarks.remove": Method(marks.remove_bookmark, _TIER_2, "bookmarks:write", writes=True),
    "chat.delete": Method(chat.delete, _TIER_3, "chat:write", writes=True),
    "chat.getPermalink": Method(chat.get_permalink, _SPECIAL),
    "chat.postEphemeral": Method(chat.post_ephemeral, _TIER_4, "chat:write", writes=True),
    "chat.postMessage": Method(chat.post_message, _SPECIAL, "chat:write", writes=True),
    "chat.update": Method(chat.update, _TIER_3, "chat:write", writes=True),
    "conversations.archive": Method(conversations.archive, _TIER_2, by_kind=_MANAGE, writes=True),
    "conversations.create": Method(conversations.create, _TIER_2, by_kind=_MANAGE, writes=True),
    "conversations.history": Method(reading.history, _TIER_3, by_kind=_HISTORY),
    "conversations.info": Method(conversations.info, _TIER_3, by_kind=_READ),
    "conversations.invite": Method(membership.invite, _TIER_3, by_kind=_MANAGE, writes=True),
    "conversations.join": Method(membership.join, _TIER_3, "channels:join", writes=True),
    "conversations.kick": Method(membership.kick, _TIER_3, by_kind=_MANAGE, writes=True),
    "conversations.list": Method(conversations.listing, _TIER_2, by_kind=_READ),
    "conversations.members": Method(conversations.members, _TIER_4, by_kind=_READ),
    "conversations.open": Method(membership.open_direct, _TIER_3, "im:write", writes=True),
    "conversations.rename": Method(conversations.rename, _TIER_2, by_kind=_MANAGE, writes=True),
    "conversations.replies": Method(reading.replies, _TIER_3, by_kind=_HISTORY),
    "conversations.setPurpose": Method(conversations.set_purpose, _TIER_2, by_kind=_MANAGE, writes=True),
    "conversations.setTopic": Method(conversations.set_topic, _TIER_2, by_kind=_MANAGE, writes=True),
    "files.completeUploadExternal": Method(files.complete_upload, _TIER_4, "files:write", writes=True),
    "files.getUploadURLExternal": Method(files.reserve_upload, _TIER_4, "files:write"),
    "pins.add": Method(marks.add_pin, _TIER_2, "pins:write", writes=True),
    "pins.list": Method(marks.list_pins, _TIER_2, "pins:read"),
    "pins.remove": Method(marks.remove_pin, _TIER_2, "pins:write", writes=True),
    "reactions.add": Method(marks.add_reaction, _TIER_3, "reactions:write", writes=True),
    "reactions.get": Method(marks.get_reactions, _TIER_3, "reactions:read"),
    "team.info": Method(people.team_info, _TIER_3, "team:read"),
    "users.info": Method(people.users_info, _TIER_4, "users:read"),
    "users.list": Method(people.users_list, _TIER_2, "users:read"),
    "users.lookupByEmail": Method(people.users_lookup_by_email, _TIER_3, "users:read.email"),
    "views.open": Method(views.open_view, _TIER_4, writes=True),
    "views.push": Method(views.push_view, _TIER_4, writes=True),
    "views.update": Method(views.update_view, _TIER_4, writes=True),
}
# fmt: on
