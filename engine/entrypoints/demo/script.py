"""The story that the cast plays, read from `story.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Act = Literal["answer", "approve", "refused", "decline", "close", "wont_do"]
Other = Literal["command", "lose_reply", "found_again", "review", "see", "rest"]
Deed = Act | Other


class Line(BaseModel):
    """One line of the story. `at` is story time in the story's zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str
    who: str
    deed: Deed
    title: str = ""
    shows: str
    """What a viewer learns from it."""
    values: Mapping[str, str | list[str]] = Field(default_factory=dict)


class Story(BaseModel):
    """A whole story."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: str
    playbook: str
    goes_on: tuple[str, ...]
    """Titles of follow-ups that stay open."""
    declared: Mapping[str, str]
    known: Mapping[str, str]
    """What everybody writes into fields of these names."""
    line: tuple[Line, ...]


def story() -> Story:
    """Return the story."""
    text = files(__package__).joinpath("story.toml").read_text(encoding="utf-8")
    return Story.model_validate(tomllib.loads(text))
