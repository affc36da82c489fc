"""What every timeline event has in common."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from engine.domain.chain import canonical

Json = Any
Verdict = Literal["done", "yes", "no", "approve", "decline", "answer"]
Lane = Literal["warm", "flow", "direct"]


class OnCall(BaseModel):
    """What came of asking a rota for a role: who is on call, or why nobody was found and the list holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rota: str
    person: str = ""
    trouble: str = ""


class Event(BaseModel):
    """One thing that happened. `type` is the class's snake_case name, `version` its shape."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    version: ClassVar[int] = 1
    is_input: ClassVar[bool] = False

    def content(self) -> bytes:
        """Return the canonical bytes of the event's content."""
        return canonical(self.model_dump(mode="json"))


class InputEvent(Event):
    """Something that came from outside the engine."""

    is_input: ClassVar[bool] = True
    by: str = "clock"
    """The person's id in people.yaml, or `clock`, `tracker`, `chat`."""
    via: str = "engine"
    """The way in: `cli`, `api`, `slack`, `jira`, `engine`."""
    strength: str = ""
    """How sure the identity is: slack-signed, jira-account, oidc, api-token, local-shell, prefect-api."""
    origin: str = ""
    """What it came from, as its source names it: the same thing comes onto a timeline once. Empty: nothing to name."""
