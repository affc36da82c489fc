"""What a person may want to do, as bodies of `/slack/human` calls; unknown keys are refused."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Wish(BaseModel):
    """Something a person wants to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Saying(Wish):
    """Post a message."""

    channel: str
    text: str = Field(min_length=1)
    thread_ts: str | None = None


class Clicking(Wish):
    """Press a button or choose a value, in a message (`channel`, `ts`) or a modal (`view_id`)."""

    action_id: str
    block_id: str | None = None
    channel: str | None = None
    ts: str | None = None
    view_id: str | None = None
    value: Any = None
    values: dict[str, Any] = Field(default_factory=dict)


class Commanding(Wish):
    """Type a slash command."""

    channel: str
    command: str
    text: str = ""


class Filling(Wish):
    """Submit a modal with values by block id."""

    values: dict[str, Any] = Field(default_factory=dict)


class Reacting(Wish):
    """Put an emoji under a message, or take it away."""

    channel: str
    ts: str
    name: str
    remove: bool = False


class Pinning(Wish):
    """Pin a message."""

    channel: str
    ts: str


class Joining(Wish):
    """Enter a channel, or bring these people in."""

    users: list[str] = Field(default_factory=list)
