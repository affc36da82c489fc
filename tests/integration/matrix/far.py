"""What Slack and Jira hold in the end, read from them over HTTP by the genuine clients."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from integrations.jira.marks import label
from tests.integration.sandbox.clients import Human, genuine_jira

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jira.resources import Issue

    from integrations.sandbox import Sandbox

KEY = "tocsin.key"


@dataclass(frozen=True)
class Channel:
    """A private channel."""

    topic: str
    purpose: str
    members: frozenset[str]
    messages: tuple[dict[str, Any], ...]
    further: Counter[str]
    """How often what goes on in threads carries each key."""
    pins: tuple[str, ...]
    bookmarks: tuple[tuple[str, str], ...]
    """Titles and links."""

    @property
    def keys(self) -> Counter[str]:
        """How many messages carry each key."""
        return keys_of(self.messages)


@dataclass(frozen=True)
class Ticket:
    """An issue."""

    key: str
    carries: str
    description: str
    category: str
    comments: tuple[str, ...]
    """The keys of our comments."""
    moves: tuple[str, ...]
    """The statuses it was moved to by us, oldest first."""
    assignee: str
    due: str
    duplicates: tuple[str, ...]
    """The tickets of which it is said to be a duplicate."""


def keys_of(messages: Iterable[dict[str, Any]]) -> Counter[str]:
    """Count the keys of messages."""
    carried = [(message.get("metadata") or {}).get("event_payload") or {} for message in messages]
    return Counter(str(payload["key"]) for payload in carried if "key" in payload)


async def channels(sandbox: Sandbox) -> list[Channel]:
    """Read every private channel."""
    web = AsyncWebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url, retry_handlers=[])
    listed = await web.conversations_list(types="private_channel")
    return [await _channel(web, channel) for channel in listed["channels"]]


async def _channel(web: AsyncWebClient, channel: dict[str, Any]) -> Channel:
    here = channel["id"]
    members = await web.conversations_members(channel=here)
    history = await web.conversations_history(channel=here, include_all_metadata=True, limit=200)
    pins = await web.pins_list(channel=here)
    bookmarks = await web.bookmarks_list(channel_id=here)
    roots = [message["ts"] for message in history["messages"] if message.get("reply_count")]
    threads = [await web.conversations_replies(channel=here, ts=ts, include_all_metadata=True) for ts in roots]
    return Channel(
        topic=channel["topic"]["value"],
        purpose=channel["purpose"]["value"],
        members=frozenset(members["members"]),
        messages=tuple(history["messages"]),
        further=keys_of(message for thread in threads for message in thread["messages"][1:]),
        pins=tuple(item["message"]["ts"] for item in pins["items"]),
        bookmarks=tuple((entry["title"], entry["link"]) for entry in bookmarks["bookmarks"]),
    )


async def turn_a_link_astray(sandbox: Sandbox, title: str) -> None:
    """Change where a link at the top of a channel leads, as anybody there may."""
    web = AsyncWebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url, retry_handlers=[])
    (channel,) = (await web.conversations_list(types="private_channel"))["channels"]
    listed = (await web.bookmarks_list(channel_id=channel["id"]))["bookmarks"]
    astray = next(entry["id"] for entry in listed if entry["title"] == title)
    await web.bookmarks_edit(channel_id=channel["id"], bookmark_id=astray, link="https://elsewhere.example/")


async def told(sandbox: Sandbox, handle: str, *, text: str) -> int:
    """Count how often somebody was told something in private, in a channel or directly."""
    async with aiohttp.ClientSession() as session:
        person = Human(session, sandbox.url, sandbox.world.seed.person(handle).slack_token)
        whispered = (await person.get("/ephemerals"))["messages"]
        direct = [channel["id"] for channel in (await person.get("/channels"))["channels"] if channel.get("is_im")]
        sent = [message for one in direct for message in (await person.get(f"/channels/{one}/messages"))["messages"]]
    return sum(message["text"] == text for message in [*whispered, *sent])


async def make_a_twin(sandbox: Sandbox, key: str) -> str:
    """Make a second ticket with a key that there is one of, as a lost answer could have; return its own."""

    def make() -> str:
        jira = genuine_jira(sandbox)
        fields = {"project": {"key": "SEC"}, "issuetype": {"name": "Task"}, "summary": "Twin", "labels": [label(key)]}
        body: Any = {"fields": fields, "properties": [{"key": KEY, "value": key}]}
        made = jira._session.post(jira._get_url("issue"), json=body).json()
        jira.close()  # type: ignore[no-untyped-call] # the client leaves it unannotated
        return str(made["key"])

    return await asyncio.to_thread(make)


async def tickets(sandbox: Sandbox) -> list[Ticket]:
    """Read every issue, the oldest first."""

    def read() -> list[Ticket]:
        jira = genuine_jira(sandbox)
        me = jira.myself()["accountId"]
        found = jira.search_issues("project = SEC ORDER BY key", maxResults=100)
        keys = sorted((issue.key for issue in found), key=lambda key: int(key.partition("-")[2]))
        try:
            return [_ticket(jira.issue(key, expand="changelog", properties="*all"), me=me) for key in keys]
        finally:
            jira.close()  # type: ignore[no-untyped-call] # the client leaves it unannotated

    return await asyncio.to_thread(read)


def _ticket(issue: Issue, *, me: str) -> Ticket:
    raw = issue.raw
    ours = [history for history in raw["changelog"]["histories"] if history["author"]["accountId"] == me]
    changes = [item for history in ours for item in history["items"] if item["field"] == "status"]
    bodies = [comment["body"] for comment in raw["fields"]["comment"]["comments"]]
    return Ticket(
        key=issue.key,
        carries=str(raw["properties"].get(KEY, "")),
        description=raw["fields"]["description"] or "",
        category=raw["fields"]["status"]["statusCategory"]["key"],
        comments=tuple(body.rpartition("tocsin-")[2].partition("{")[0] for body in bodies),
        moves=tuple(change["toString"] for change in changes),
        assignee=(raw["fields"]["assignee"] or {}).get("displayName", ""),
        due=raw["fields"]["duedate"] or "",
        duplicates=tuple(link["outwardIssue"]["key"] for link in raw["fields"]["issuelinks"] if "outwardIssue" in link),
    )
