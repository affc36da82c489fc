"""Incident channels: made, found again and filled with people.

Rules kept here: a channel is ours when its purpose or topic carries the incident's marker. A channel of the wanted name
is also taken over when a creation must have been cut off there: this app made it, nobody else is in it, and nothing
was written on it. Any other channel of that name belongs to somebody else, and ours gets a suffix.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engine.domain.errors import IntegrationError
from engine.ports.chat import Invited
from integrations.slack.accounts import NoAccountError
from integrations.slack.api import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.ports.people import Person
    from integrations.slack.accounts import Accounts
    from integrations.slack.api import SlackApi

MAX_NAME = 80
MAX_TOPIC = 250
MAX_INVITED = 100
_MAX_SUFFIX = 20
_PAGE = 200
_PRESENT = frozenset({"already_in_channel", "cant_invite_self"})
_OUT = frozenset({"not_in_channel", "user_not_found", "cant_kick_self"})
_PERSONAL = frozenset(
    {
        "already_in_channel",
        "cant_invite",
        "cant_invite_self",
        "org_user_not_in_team",
        "team_access_not_granted",
        "ura_max_channels",
        "user_is_restricted",
        "user_is_ultra_restricted",
        "user_not_found",
        "user_disabled",
    }
)


def marker(incident: str) -> str:
    """Return the text that says in a channel's purpose whose channel it is."""
    return f"[tocsin:{incident}]"


def neutral_name(name: str, *, suffix: int = 1) -> str:
    """Return the name as Slack takes it: lower case, digits, `-` and `_`, at most 80 with its suffix."""
    tail = f"-{suffix}" if suffix > 1 else ""
    plain = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_") or "incident"
    return plain[: MAX_NAME - len(tail)].rstrip("-_") + tail


class Channels:
    """The private channels of incidents."""

    def __init__(self, api: SlackApi, *, accounts: Accounts) -> None:
        self._api = api
        self._accounts = accounts

    async def open(self, name: str, *, incident: str) -> str:
        """Create the incident's channel, or adopt the one there is; return its id."""
        for suffix in range(1, _MAX_SUFFIX + 1):
            candidate = neutral_name(name, suffix=suffix)
            channel = await self._created(candidate) or await self._adopted(candidate, incident=incident)
            if channel is not None:
                await self._mark(channel, incident=incident)
                return str(channel["id"])
        message = f"Twenty channels are called {neutral_name(name)} or alike."
        raise IntegrationError(message, hint="Rename or archive some of them in Slack.")

    async def find(self, *, incident: str) -> str | None:
        """Return the id of the channel that carries the incident's marker."""
        for channel in await self._ours():
            if _carries(channel, incident=incident):
                return str(channel["id"])
        return None

    async def invite(self, channel: str, people: Sequence[Person]) -> Invited:
        """Bring people in, as many as can be."""
        wanted, failed = await self._accounts_of(people)
        refused: dict[str, str] = {}
        users = list(wanted)
        for start in range(0, len(users), MAX_INVITED):
            refused |= await self._invited(channel, users=users[start : start + MAX_INVITED])
        for user, code in refused.items():
            failed |= dict.fromkeys(wanted[user], f"Slack says {code}")
        present = tuple(person for user, ids in wanted.items() if user not in refused for person in ids)
        return Invited(present=present, failed=failed)

    async def remove(self, channel: str, people: Sequence[Person]) -> None:
        """Take people out; whoever has no account in the chat or is not in the channel is out already."""
        wanted, _ = await self._accounts_of(people)
        for user in wanted:
            try:
                await self._api.call("conversations.kick", channel=channel, user=user)
            except RefusedError as error:
                if error.code not in _OUT:
                    raise

    async def _created(self, name: str) -> Mapping[str, Any] | None:
        try:
            answer = await self._api.call("conversations.create", name=name, is_private=True)
        except RefusedError as error:
            if error.code != "name_taken":
                raise
            return None
        channel: Mapping[str, Any] = answer["channel"]
        return channel

    async def _adopted(self, name: str, *, incident: str) -> Mapping[str, Any] | None:
        channels = await self._ours()
        for channel in channels:
            if _carries(channel, incident=incident):
                return channel
        me = (await self._api.call("auth.test"))["user_id"]
        return next((c for c in channels if c.get("name") == name and _is_bare(c, creator=me)), None)

    async def _mark(self, channel: Mapping[str, Any], *, incident: str) -> None:
        if not _carries(channel, incident=incident):
            purpose = f"What this incident needs is talked over here. {marker(incident)}"
            await self._api.call("conversations.setPurpose", channel=channel["id"], purpose=purpose)

    async def _ours(self) -> list[Mapping[str, Any]]:
        """Return the private channels that the app is in and that are in use."""
        found: list[Mapping[str, Any]] = []
        cursor = ""
        while True:
            page = await self._api.call(
                "conversations.list", types="private_channel", exclude_archived=True, limit=_PAGE, cursor=cursor
            )
            found += page["channels"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return found

    async def _accounts_of(self, people: Sequence[Person]) -> tuple[dict[str, list[str]], dict[str, str]]:
        wanted: dict[str, list[str]] = {}
        failed: dict[str, str] = {}
        for person in people:
            try:
                wanted.setdefault(await self._accounts.user_id(person), []).append(person.id)
            except (NoAccountError, RefusedError) as error:
                failed[person.id] = error.message
        return wanted, failed

    async def _invited(self, channel: str, *, users: Sequence[str]) -> dict[str, str]:
        """Invite users; return the refused ones with Slack's code."""
        try:
            answer = await self._api.call("conversations.invite", channel=channel, users=",".join(users), force=True)
        except RefusedError as error:
            if error.code not in _PERSONAL:
                raise
            return await self._invited_singly(channel, users=users, error=error)
        return _refused(answer)

    async def _invited_singly(self, channel: str, *, users: Sequence[str], error: RefusedError) -> dict[str, str]:
        if len(users) == 1:
            return {} if error.code in _PRESENT else {users[0]: error.code}
        refused: dict[str, str] = {}
        for user in users:
            refused |= await self._invited(channel, users=[user])
        return refused


def _refused(answer: Mapping[str, Any]) -> dict[str, str]:
    errors = answer.get("errors") or ()
    return {str(e["user"]): str(e["error"]) for e in errors if e.get("user") and e.get("error") not in _PRESENT}


def _carries(channel: Mapping[str, Any], *, incident: str) -> bool:
    written = [(channel.get(part) or {}).get("value", "") for part in ("purpose", "topic")]
    return any(marker(incident) in text for text in written)


def _is_bare(channel: Mapping[str, Any], *, creator: str) -> bool:
    written = any((channel.get(part) or {}).get("value") for part in ("purpose", "topic"))
    return channel.get("creator") == creator and channel.get("num_members") == 1 and not written
