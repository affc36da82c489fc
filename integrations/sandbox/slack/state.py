"""The workspace as it is now, and the few questions everything asks of it.

Rules:
- Message timestamps are unique in the workspace and never go back, whatever the clock does.
- Names of channels stay taken after archiving.
- Private channels do not exist for whoever is not in them.
"""

from datetime import UTC, datetime

from pydantic import BaseModel, Field

from integrations.sandbox.seed import ChannelSeed, Seed
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.records import (
    Channel,
    ChannelKind,
    Message,
    ResponseUrl,
    StoredFile,
    Trigger,
    User,
    View,
)
from integrations.sandbox.values import pseudonym


class SlackState(BaseModel):
    """All records of the workspace; a snapshot of it is its JSON."""

    team_id: str
    users: dict[str, User] = Field(default_factory=dict)
    channels: dict[str, Channel] = Field(default_factory=dict)
    views: dict[str, View] = Field(default_factory=dict)
    ephemerals: list[tuple[str, Message]] = Field(default_factory=list)
    files: dict[str, StoredFile] = Field(default_factory=dict)
    triggers: dict[str, Trigger] = Field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = Field(default_factory=dict)
    last_microseconds: int = 0
    ids_given: int = 0

    def new_id(self, prefix: str) -> str:
        """Return an id never given before, shaped like Slack's."""
        self.ids_given += 1
        return f"{prefix}0{pseudonym(self.team_id, prefix, self.ids_given)}"

    def new_ts(self, now: datetime) -> str:
        """Return the next message timestamp."""
        microseconds = int(now.astimezone(UTC).timestamp() * 1_000_000)
        self.last_microseconds = max(microseconds, self.last_microseconds + 1)
        return f"{self.last_microseconds // 1_000_000}.{self.last_microseconds % 1_000_000:06d}"

    def user(self, user_id: str) -> User:
        """Return a user, or refuse with `user_not_found`."""
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def channel_for(self, channel_id: str, *, user: str) -> Channel:
        """Return a channel this user can see (by id, or `#name`), or refuse."""
        channel = self.channels.get(channel_id) or self.channel_named(channel_id.removeprefix("#"))
        if channel is None or not visible(channel, user=user):
            raise SlackError("channel_not_found")
        return channel

    def channel_named(self, name: str) -> Channel | None:
        """Return the channel of this name, archived or not."""
        named = (c for c in self.channels.values() if c.kind != "im" and c.name == name)
        return next(named, None)

    def add_channel(self, name: str, *, kind: ChannelKind, creator: str, at: datetime) -> Channel:
        """Make a channel whose only member is its creator."""
        channel = Channel(
            id=self.new_id("D" if kind == "im" else "C"),
            name=name,
            kind=kind,
            creator=creator,
            created=int(at.timestamp()),
            members=[creator] if creator else [],
        )
        self.channels[channel.id] = channel
        return channel

    def direct(self, first: str, *, second: str, at: datetime) -> Channel:
        """Return the direct conversation of two users, made when there is none."""
        for channel in self.channels.values():
            if channel.kind == "im" and set(channel.members) == {first, second}:
                return channel
        channel = self.add_channel("", kind="im", creator=first, at=at)
        channel.members = [first, second]
        return channel


def visible(channel: Channel, *, user: str) -> bool:
    """Say whether the channel exists for this user."""
    return channel.kind == "public" or user in channel.members


def message_in(channel: Channel, *, ts: str) -> Message:
    """Return a message of a channel, or refuse with `message_not_found`."""
    for message in channel.messages:
        if message.ts == ts:
            return message
    raise SlackError("message_not_found")


def seeded_state(seed: Seed, *, at: datetime) -> SlackState:
    """Build the workspace a seed describes."""
    state = SlackState(team_id=seed.slack.team_id)
    app = seed.slack
    state.users[app.bot_user_id] = User(
        id=app.bot_user_id, name=app.bot_name, real_name=app.bot_name.title(), is_bot=True
    )
    for person in seed.people:
        state.users[person.slack_id] = User(
            id=person.slack_id,
            name=person.handle,
            real_name=person.name,
            email=person.email,
            title=person.title,
            timezone=person.timezone,
            guest=person.guest,
            deactivated=person.deactivated,
        )
    for wanted in app.channels:
        _seed_channel(state, seed=seed, wanted=wanted, at=at)
    return state


def _seed_channel(state: SlackState, *, seed: Seed, wanted: ChannelSeed, at: datetime) -> None:
    members = [p.slack_id for p in seed.people if not wanted.members or p.handle in wanted.members]
    kind: ChannelKind = "private" if wanted.private else "public"
    creator = members[0] if members else ""
    channel = state.add_channel(wanted.name, kind=kind, creator=creator, at=at)
    channel.topic = wanted.topic
    channel.members = [*members, *([seed.slack.bot_user_id] if wanted.with_app else [])]
