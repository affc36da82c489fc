"""What the tests of the Jira adapter share: a clock moved by hand, people and drafts, an inbox in memory."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from jira import JIRA

from engine.ports.people import Person
from engine.ports.records import InboxRow
from engine.ports.shown import TicketDraft
from integrations.jira import JiraPool, JiraSite, JiraTracker
from integrations.sandbox import Sandbox

START = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"
EPIC_KEY = "feedbeeffeedbeeffeedbeeffeedbeef"
ANA = Person(id="ana", name="Ana Ruiz", mail="ana.ruiz@example.com")


async def nothing() -> None:
    """Do nothing while somebody sleeps."""


class HandClock:
    """A clock that stands still, whose sleeps take no time and may make something happen."""

    def __init__(self) -> None:
        self.at = START
        self.slept: list[float] = []
        self.meanwhile: Callable[[], Awaitable[object]] = nothing

    def __call__(self) -> datetime:
        return self.at

    def now(self) -> datetime:
        return self.at

    def real_now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - START).total_seconds()

    def real_delay(self, due: datetime) -> float:
        return max(0.0, (due - self.at).total_seconds())

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)
        await self.meanwhile()


@dataclass
class MemoryInbox:
    """An inbox that keeps its rows in a list."""

    rows: list[InboxRow] = field(default_factory=list)

    async def put(self, source: str, source_id: str, payload: Mapping[str, object]) -> bool:
        if any((row.source, row.source_id) == (source, source_id) for row in self.rows):
            return False
        self.rows.append(InboxRow(len(self.rows) + 1, source, source_id, START, payload))
        return True

    async def pending(self, *, limit: int) -> Sequence[InboxRow]:
        return self.rows[:limit]

    async def finish(self, row: int, *, outcome: str) -> None:
        del outcome
        self.rows = [kept for kept in self.rows if kept.id != row]


@dataclass
class Rig:
    """A running sandbox and an adapter on it."""

    sandbox: Sandbox
    clock: HandClock
    pool: JiraPool
    site: JiraSite
    tracker: JiraTracker

    def issue(self, key: str) -> Any:  # noqa: ANN401 - a record of the sandbox
        found = self.sandbox.jira.state.with_key(key)
        assert found is not None
        return found

    def person(self, handle: str) -> JIRA:
        """Connect as somebody of the cast, with the genuine client."""
        cast = self.sandbox.world.seed.person(handle)
        return JIRA(server=self.sandbox.jira_url, basic_auth=(cast.email, cast.jira_token), max_retries=0, timeout=10)

    def created(self) -> int:
        """Count the issues that were really made."""
        return len(self.sandbox.log.calls("POST issue", committed=True))


def ticket(**changes: Any) -> TicketDraft:  # noqa: ANN401 - any field of the draft
    """Draft a ticket."""
    values = {
        "summary": "Rotate the sharing link",
        "description": "* Why: it leaked\n(x) Done when: the link is dead",
        "labels": ("tocsin-exercise",),
        "due": START + timedelta(days=1),
    }
    return TicketDraft(**{**values, **changes})
