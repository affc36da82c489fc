"""What a person did in a chat: pressed a button, sent a form, typed a command or marked a message.

Rule kept here: an act says what was done and by which account; who that is, whether they may, and what follows from
it is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class ActKind(StrEnum):
    """How somebody did something."""

    BUTTON = "button"
    FORM = "form"
    COMMAND = "command"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that somebody chose in a form or attached, as the other side tells of it; its bytes are still there."""

    name: str
    size: int | None
    """In bytes, None where the other side does not say."""
    type: str
    place: str = field(default="", repr=False)
    """Where it is handed out; not for anybody's eyes."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person did."""

    user: str
    """The chat's own id of the account."""
    kind: ActKind
    action: str
    """A button's own (approve, decline ...); `submit`; a command's first word, whatever it is; what a message was
    marked with (`pin`, or the reaction's name)."""
    token: str = ""
    values: Mapping[str, str | list[str] | None] = field(default_factory=dict)
    """A form as it was filled in, by field."""
    files: Mapping[str, tuple[GivenFile, ...]] = field(default_factory=dict)
    """What was chosen in the form's fields for files, by field."""
    people: frozenset[str] = frozenset()
    """Fields of `values` that hold the chat's ids of accounts."""
    reason: str = ""
    """The form's field `reason`, when it has one."""
    text: str = ""
    """What follows the command's word; an account that is mentioned stands there as `<@ID|name>`."""
    channel: str = ""
    message: str = ""
    """Id of the message under which the button was, or that was marked."""
    trigger: str = ""
    """Opens one form within three seconds of the act."""


class Interpreter(Protocol):
    """Reads a payload as the chat sent it."""

    def __call__(self, payload: Mapping[str, Any], /) -> Act | None:
        """Return what a person did; None for a payload that is nobody's act."""


class HandsOutFiles(Protocol):
    """A chat or tracker that hands out the files that people gave in its forms, or attached to its tickets."""

    async def fetch(self, file: GivenFile, *, most: int) -> bytes:
        """Return the bytes of a file, of which there are at most so many.

        Raises:
            IntegrationError: it has more, it is not handed out, or (`retryable`) the other side cannot be reached now.
        """
        ...
