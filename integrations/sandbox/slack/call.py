"""One call of a Web API method: its arguments, checked as they are read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from integrations.sandbox.slack.errors import SlackError, invalid_arguments
from integrations.sandbox.slack.records import Channel, ChannelKind
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject

_TRUE = frozenset({True, "true", "True", "1"})
_FALSE = frozenset({False, "false", "False", "0", ""})

Bearer = Literal["bot", "app"]


@dataclass(frozen=True)
class Call:
    """A call that has passed authentication."""

    workspace: Workspace
    method: "Method"
    arguments: Mapping[str, object]
    base_url: str
    scopes: frozenset[str]

    @property
    def bot(self) -> str:
        """The user id of the caller."""
        return self.workspace.app.bot_user_id

    def has(self, name: str) -> bool:
        """Say whether the argument was given at all."""
        return self.arguments.get(name) is not None

    def text(self, name: str) -> str:
        """Return a required text."""
        value = self.maybe(name)
        if not value:
            message = f"missing required field: {name}"
            raise invalid_arguments(message)
        return value

    def maybe(self, name: str) -> str | None:
        """Return an optional text."""
        value = self.arguments.get(name)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, dict | list):
            message = f"must be a string: {name}"
            raise invalid_arguments(message)
        return str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean, in any of the spellings clients use."""
        value = self.arguments.get(name, default)
        if isinstance(value, str | int) and value in _TRUE | _FALSE:
            return value in _TRUE
        message = f"must be a boolean: {name}"
        raise invalid_arguments(message)

    def number(self, name: str, *, default: int, low: int = 0, high: int = 1000) -> int:
        """Return a whole number within its bounds, or refuse with `invalid_limit`."""
        text = self.maybe(name)
        if text is None:
            return default
        if not text.isdigit() or not low <= int(text) <= high:
            raise SlackError("invalid_limit")
        return int(text)

    def listed(self, name: str) -> list[str]:
        """Return a list given as JSON or separated by commas."""
        value = self.arguments.get(name)
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return [str(part) for part in value] if isinstance(value, list) else []

    def structure(self, name: str, *, otherwise: str) -> object:
        """Return a JSON value given as such or as text; refuse with `otherwise` when malformed."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError as malformed:
            raise SlackError(otherwise) from malformed

    def channel(self, name: str = "channel") -> Channel:
        """Return the channel the call names, if the caller may see it and has the scope for it."""
        channel = self.workspace.state.channel_for(self.text(name), user=self.bot)
        self.need_kind(channel.kind)
        return channel

    def joined(self, name: str = "channel") -> Channel:
        """Return the channel the call names, refusing unless the caller is in it."""
        channel = self.channel(name)
        if self.bot not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def writable(self, name: str = "channel") -> Channel:
        """Return the channel the call names, refusing unless joined and not archived."""
        channel = self.joined(name)
        if channel.archived:
            raise SlackError("is_archived")
        return channel

    def need(self, scope: str) -> None:
        """Refuse with `missing_scope` unless the token has it."""
        if scope not in self.scopes:
            provided = ",".join(sorted(self.scopes))
            raise SlackError("missing_scope", needed=scope, provided=provided)

    def need_kind(self, kind: ChannelKind) -> None:
        """Refuse unless the token has the method's scope for this kind of channel."""
        scope = self.method.by_kind.get(kind)
        if scope is not None:
            self.need(scope)


Handler: TypeAlias = Callable[[Call], JsonObject]


@dataclass(frozen=True)
class Method:
    """A method: what answers it, how often it may be called a minute and what the token needs.

    `by_kind` holds the scope for a public channel, a private one and a direct conversation; any one
    of them lets the call in, the kind of the channel decides the rest.
    """

    handler: Handler
    per_minute: int
    scope: str | None = None
    by_kind: Mapping[ChannelKind, str] = field(default_factory=dict)
    bearer: Bearer = "bot"
    writes: bool = False

    @property
    def accepted(self) -> tuple[str, ...]:
        """The scopes one of which the token must have."""
        return (self.scope,) if self.scope else tuple(self.by_kind.values())
