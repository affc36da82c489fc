"""A channel as the page shows it to one person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from integrations.sandbox.page.mrkdwn import EMOJI
from integrations.sandbox.slack.records import Channel, Message, StoredFile, User
from integrations.sandbox.slack.state import visible
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject


@dataclass(frozen=True)
class Line:
    """A message with everything around it."""

    message: Message
    author: User
    at: datetime
    files: list[StoredFile]
    reactions: list[tuple[str, int]]
    replies: list["Line"]
    pinned: bool
    private: bool
    grouped: bool

    @property
    def anchor(self) -> str:
        """The fragment that permalinks lead to."""
        return f"p{self.message.ts.replace('.', '')}"

    @property
    def asks(self) -> bool:
        """Whether there is something to press."""
        return any(block.get("type") == "actions" for block in self.message.blocks)

    @property
    def blocks(self) -> list[JsonObject]:
        """The blocks, or the text as a section when there are none."""
        text: JsonObject = {"type": "section", "text": {"type": "mrkdwn", "text": self.message.text}}
        return self.message.blocks or ([text] if self.message.text else [])


def name_of(workspace: Workspace, *, some_id: str) -> str:
    """Return the name of a user or channel, or the id itself."""
    if some_id in workspace.state.users:
        return workspace.state.users[some_id].real_name
    channel = workspace.state.channels.get(some_id)
    return channel.name if channel else some_id


def channels_of(workspace: Workspace, *, user: User) -> list[tuple[Channel, str]]:
    """Return the channels this person can see, with the names they have for them."""
    seen = [c for c in workspace.state.channels.values() if visible(c, user=user.id)]
    named = [(channel, _title(workspace, channel=channel, user=user)) for channel in seen]
    return sorted(named, key=lambda pair: (pair[0].kind == "im", pair[0].archived, pair[1]))


def lines_of(workspace: Workspace, *, channel: Channel, user: User) -> list[Line]:
    """Return what the person sees in a channel, oldest first, replies under their roots."""
    whispered = [
        message
        for channel_id, message in workspace.state.ephemerals
        if channel_id == channel.id and message.only_for == user.id
    ]
    every = sorted([*channel.messages, *whispered], key=lambda message: float(message.ts))
    return list(_lines(workspace, channel=channel, user=user, messages=every))


def _lines(workspace: Workspace, *, channel: Channel, user: User, messages: list[Message]) -> Iterator[Line]:
    above: Message | None = None
    for message in messages:
        if message.thread_ts is not None:
            continue
        replies = [m for m in messages if m.thread_ts == message.ts]
        grouped = above is not None and _same_breath(above, message)
        line = _line(workspace, channel=channel, user=user, message=message, grouped=grouped)
        under = [_line(workspace, channel=channel, user=user, message=reply) for reply in replies]
        yield Line(**{**vars(line), "replies": under})
        above = None if replies else message


def _line(workspace: Workspace, *, channel: Channel, user: User, message: Message, grouped: bool = False) -> Line:
    files = workspace.state.files
    return Line(
        message=message,
        author=workspace.state.users[message.user],
        at=datetime.fromtimestamp(float(message.ts), ZoneInfo(user.timezone)),
        files=[files[file_id] for file_id in message.file_ids],
        reactions=[(EMOJI.get(r.name, f":{r.name}:"), len(r.users)) for r in message.reactions],
        replies=[],
        pinned=message.ts in channel.pins,
        private=message.only_for is not None,
        grouped=grouped,
    )


def _same_breath(above: Message, message: Message) -> bool:
    close = float(message.ts) - float(above.ts) < 300  # noqa: PLR2004 - five minutes, as Slack groups them
    return close and (above.user, above.only_for, above.subtype) == (message.user, message.only_for, message.subtype)


def _title(workspace: Workspace, *, channel: Channel, user: User) -> str:
    if channel.kind != "im":
        return channel.name
    other = next((member for member in channel.members if member != user.id), user.id)
    return workspace.state.users[other].real_name
