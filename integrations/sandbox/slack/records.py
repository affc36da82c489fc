"""What a workspace consists of. Records are mutable and live in `SlackState` only."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from integrations.sandbox.values import JsonObject

ChannelKind = Literal["public", "private", "im"]


class User(BaseModel):
    """A member of the workspace, human or bot."""

    id: str
    name: str
    real_name: str
    email: str = ""
    title: str = ""
    timezone: str = "UTC"
    is_bot: bool = False
    guest: bool = False
    deactivated: bool = False


class Reaction(BaseModel):
    """An emoji under a message and who put it there."""

    name: str
    users: list[str]


class Message(BaseModel):
    """A message of a channel, a reply in a thread, or an ephemeral message to one person."""

    ts: str
    user: str
    text: str
    bot_id: str | None = None
    thread_ts: str | None = None
    blocks: list[JsonObject] = Field(default_factory=list)
    metadata: JsonObject | None = None
    reactions: list[Reaction] = Field(default_factory=list)
    file_ids: list[str] = Field(default_factory=list)
    edited_ts: str | None = None
    subtype: str | None = None
    only_for: str | None = None
    unfurl: bool = True


class Bookmark(BaseModel):
    """A link at the top of a channel."""

    id: str
    title: str
    link: str
    emoji: str = ""


class Channel(BaseModel):
    """A channel or a direct conversation with everything said in it."""

    id: str
    name: str
    kind: ChannelKind = "public"
    creator: str = ""
    created: int = 0
    members: list[str] = Field(default_factory=list)
    topic: str = ""
    purpose: str = ""
    archived: bool = False
    messages: list[Message] = Field(default_factory=list)
    pins: list[str] = Field(default_factory=list)
    bookmarks: list[Bookmark] = Field(default_factory=list)


class View(BaseModel):
    """A modal on one person's screen."""

    id: str
    user: str
    content: JsonObject
    hash: str
    root_id: str
    previous_id: str | None = None
    errors: dict[str, str] = Field(default_factory=dict)


class StoredFile(BaseModel):
    """A file: reserved when its upload URL is given out, complete when it was shared."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    id: str
    name: str
    length: int
    title: str = ""
    mimetype: str = "application/octet-stream"
    owner: str = ""
    content: bytes | None = None
    complete: bool = False
    channels: list[str] = Field(default_factory=list)


class Trigger(BaseModel):
    """The right to open one modal for one person, for three seconds."""

    user: str
    minted: float
    view_id: str | None = None
    used: bool = False


class ResponseUrl(BaseModel):
    """The right to answer an interaction, five times in thirty minutes."""

    user: str
    channel: str
    minted: float
    message_ts: str | None = None
    uses: int = 0
