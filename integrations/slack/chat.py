"""Slack as the engine's chat.

Rules kept here: a post carries its key in the message's metadata, where people do not see it, and is found again by
it; the posts of one channel go out one after the other, in the order they were asked for; nothing is repeated here but
what Slack turned away, since only the engine knows whether a call may be made again; a look-up that has to wait for its
turn says so, and is no look-up that cannot tell.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from engine.domain.errors import IntegrationError, TurnAwaitedError
from engine.ports.chat import Invited, MessageRef, Said
from engine.ports.lookup import Absent, CannotTell, Found
from integrations.slack.accounts import Accounts
from integrations.slack.api import RefusedError
from integrations.slack.blocks import cut, escaped, fallback, laid_out
from integrations.slack.bookmarks import Bookmarks
from integrations.slack.channels import MAX_TOPIC, Channels
from integrations.slack.markup import mentioned, plain
from integrations.slack.posting import Content, Posting, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.ports.people import Person
    from engine.ports.shown import Message
    from integrations.slack.api import SlackApi
    from integrations.slack.blocks import Layout

_SLACK = "slack.com"
_PAGE = 200
_MAX_PAGES = 25
_SKEW = timedelta(minutes=10)
"""Slack stamps messages by its own clock; ours may be ahead of it by so much."""


class SlackChat:
    """The `Chat` port over Slack's Web API."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._accounts = Accounts(api)
        self._channels = Channels(api, accounts=self._accounts)
        self._bookmarks = Bookmarks(api)
        self._posting = Posting(api)

    async def open_channel(self, name: str, *, incident: str, key: str) -> str:
        """Create the incident's private channel or adopt it; a name taken by something else gets a suffix."""
        del key  # the incident's marker identifies the channel; there is one per incident
        return await self._channels.open(name, incident=incident)

    async def find_channel(self, name: str, *, incident: str, key: str) -> Found[str] | Absent | CannotTell:
        """Look up the incident's channel by its marker."""
        del name, key  # people may rename a channel; its marker stays
        try:
            channel = await self._channels.find(incident=incident)
        except TurnAwaitedError:
            raise
        except IntegrationError as error:
            return CannotTell(error.message)
        return Absent() if channel is None else Found(channel)

    async def invite(self, channel: str, people: Sequence[Person]) -> Invited:
        """Bring people in; who cannot be is named with the reason."""
        return await self._channels.invite(channel, people)

    async def remove(self, channel: str, people: Sequence[Person]) -> None:
        """Take people out of the channel."""
        await self._channels.remove(channel, people)

    async def set_topic(self, channel: str, topic: str) -> None:
        """Set the channel's topic, cut to the 250 characters Slack takes."""
        await self._api.call("conversations.setTopic", channel=channel, topic=cut(topic, limit=MAX_TOPIC))

    async def post(self, channel: str, message: Message, *, key: str) -> MessageRef:
        """Post a message; the key travels in its metadata. What does not fit goes into its thread, best effort."""
        layout, content = await self._content(message)
        ref = await self._posting.post(channel, content, key=key)
        if layout.further:
            await self._posting.go_on(ref, layout.further)
        return ref

    async def find_post(self, channel: str, *, key: str, since: datetime) -> Found[MessageRef] | Absent | CannotTell:
        """Look a message up by its key in the channel's history."""
        oldest = f"{(since - _SKEW).timestamp():.6f}"
        cursor = ""
        for _ in range(_MAX_PAGES):
            try:
                page = await self._api.call(
                    "conversations.history",
                    channel=channel,
                    oldest=oldest,
                    limit=_PAGE,
                    cursor=cursor,
                    include_all_metadata=True,
                )
            except TurnAwaitedError:
                raise
            except IntegrationError as error:
                return CannotTell(error.message)
            for message in page["messages"]:
                if key_of(message) == key:
                    return Found(MessageRef(channel=channel, id=str(message["ts"])))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return Absent()
        return CannotTell(f"the channel has more than {_PAGE * _MAX_PAGES} messages since then")

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace a message of ours; its key stays."""
        layout, content = await self._content(message)
        await self._api.call("chat.update", channel=ref.channel, ts=ref.id, **content)
        if layout.further:
            await self._posting.bring(ref, layout.further)

    async def pin(self, ref: MessageRef) -> None:
        """Pin a message; one that is pinned already is fine."""
        try:
            await self._api.call("pins.add", channel=ref.channel, timestamp=ref.id)
        except RefusedError as error:
            if error.code != "already_pinned":
                raise

    async def bookmark(self, channel: str, links: Mapping[str, str]) -> None:
        """Show links at the top of a channel, by title."""
        await self._bookmarks.show(channel, links)

    async def read(self, ref: MessageRef) -> Said | None:
        """Return what a message says, also one in a thread; None when it is gone."""
        message = await self._message(ref)
        if message is None:
            return None
        text, user = str(message.get("text") or ""), str(message.get("user") or "")
        by_app = bool(message.get("bot_id") or message.get("subtype"))
        names = {} if by_app else {one: await self._accounts.name_of(one) for one in {user, *mentioned(text)} if one}
        files = [str(file.get("name") or file.get("title") or file.get("id")) for file in message.get("files") or ()]
        said = [plain(text, names=names), f"(with {', '.join(files)})" if files else ""]
        return Said(
            text=" ".join(filter(None, said)),
            user=user,
            name=names.get(user) or user,
            at=datetime.fromtimestamp(float(ref.id), UTC),
            by_app=by_app,
        )

    async def whisper(self, channel: str, person: Person, text: str) -> None:
        """Show a person something nobody else sees."""
        user = await self._accounts.user_id(person)
        await self._api.call("chat.postEphemeral", channel=channel, user=user, text=escaped(text))

    async def mail_of(self, user: str) -> str:
        """Return the mail of a Slack user; empty when Slack does not tell."""
        return await self._accounts.mail_of(user)

    async def link(self, ref: MessageRef) -> str:
        """Return the address of a message."""
        answer = await self._api.call("chat.getPermalink", channel=ref.channel, message_ts=ref.id)
        return str(answer["permalink"])

    def address(self, channel: str) -> str:
        """Return the address of a channel: Slack's own leads into whichever workspace has it."""
        place = urlsplit(self._api.web.base_url)
        way = f"app_redirect?channel={channel}" if place.hostname == _SLACK else f"archives/{channel}"
        return f"{place.scheme}://{place.netloc}/{way}"

    async def _content(self, message: Message) -> tuple[Layout, Content]:
        called = await self._called(message)
        text = f"{called} {fallback(message)}" if called else fallback(message)
        layout = laid_out(message, called=called)
        return layout, {"text": text, "blocks": layout.blocks}

    async def _called(self, message: Message) -> str:
        """Return the mentions of a message, in Slack's markup; who has no account there is named."""
        found = []
        for person in message.mentions:
            try:
                found.append(f"<@{await self._accounts.user_id(person)}>")
            except IntegrationError:
                found.append(escaped(person.name))
        return " ".join(found)

    async def _message(self, ref: MessageRef) -> Mapping[str, Any] | None:
        only: dict[str, Any] = {
            "channel": ref.channel,
            "oldest": ref.id,
            "latest": ref.id,
            "inclusive": True,
            "limit": 1,
        }
        page = await self._api.call("conversations.history", **only)
        found = _of(page, ref)
        if found is not None:
            return found
        try:  # a reply is not in the channel's history
            return _of(await self._api.call("conversations.replies", ts=ref.id, **only), ref)
        except RefusedError as error:
            if error.code != "thread_not_found":
                raise
            return None


def _of(page: Mapping[str, Any], ref: MessageRef) -> Mapping[str, Any] | None:
    return next((message for message in page.get("messages") or () if message.get("ts") == ref.id), None)
