"""The seam of actions: what each is given, what it says of itself, and its three ways to end.

Rules kept here:
1. An action is stateless; all it may touch is in its `ActionContext`, all it is told in its parameters.
2. `do` returns a result (it is done), raises `IntegrationError` (surely not done) or `OutcomeUnknownError`
   (may or may not be done). After the last, or after a crash, the engine asks `find` before it does anything again.
3. `find` never guesses: `Absent` means that doing it again cannot do it twice.
4. A secret is resolved inside `do` or `find` and stands in no result and no message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from engine.domain.errors import IntegrationError
from engine.domain.traits import ActionTraits
from engine.domain.values import Json
from engine.ports.lookup import Absent, CannotTell, Found

if TYPE_CHECKING:
    from engine.ports.chat import Chat
    from engine.ports.reports import ReportWriter
    from engine.ports.time import Clock
    from engine.ports.vault import EvidenceVault
    from engine.ports.web import Http, Secrets

Minor: TypeAlias = Literal["no", "yes", "unknown"]


class Params(BaseModel):
    """What an action takes under `with:`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Result(BaseModel):
    """What an action gives back."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def as_json(self) -> dict[str, Json]:
        """Return the result as JSON, with the names that playbooks use."""
        return self.model_dump(mode="json", by_alias=True)


class Secret(Params):
    """A secret by its name; its value is set where Tocsin runs."""

    secret: str
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionContext:
    """Everything an action may know and touch."""

    incident: str
    title: str
    """The incident's neutral title."""
    step: str
    """The step's instance: `lock_original`, `preserve[2]`."""
    key: str
    """The idempotency key: the same over retries, restarts and resolutions of one purpose."""
    started_at: datetime
    """When the first attempt was intended, in real time: nothing of it can be older at the far side."""
    exercise: bool = False
    minor: Minor = "unknown"
    """Whether anyone shown may be under 18, as it is known now."""
    channel: str | None = None
    """The incident's channel in the chat."""
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Role -> ids of the people who hold it."""
    http: Http
    vault: EvidenceVault
    secrets: Secrets
    clock: Clock
    chat: Chat | None = None
    reports: ReportWriter | None = None


P = TypeVar("P", bound=Params)
R = TypeVar("R", bound=Result)


class Action(Protocol[P, R]):
    """Something a step may have the engine do. Subclass it explicitly, and name it in the registry."""

    name: str
    summary: str
    """One sentence, shown in editors and in the reference."""
    traits: ActionTraits
    params: type[P]
    result: type[R]
    keeps: tuple[str, ...] | None
    """Names of the result that are always stored; None when its names differ from call to call."""
    example: Mapping[str, Json]
    """A `with:` that a test runs."""

    async def do(self, params: P, context: ActionContext) -> R:
        """Do it. Raises `IntegrationError` or `OutcomeUnknownError`."""
        ...

    async def find(self, params: P, context: ActionContext) -> Found[R] | Absent | CannotTell:
        """Look up whether it was done under the context's key. Raises nothing."""
        del params, context
        if self.traits.writes:
            return CannotTell(f"{self.name} has no way to look up what it did")
        return Absent()


def check_minor_gate(context: ActionContext) -> None:
    """Refuse to touch a recording unless it is known that nobody shown is under 18; raise `IntegrationError`."""
    if context.minor != "no":
        raise IntegrationError(
            f"nothing captured: someone shown may be under 18 ({context.minor})",
            hint="Record only the address, the time and who reported it; use the reporting route for minors.",
        )
