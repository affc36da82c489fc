"""An inbox in memory that keeps the port's promises, and can be out of order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from engine.ports.records import InboxRow

RECEIVED = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)


@dataclass
class MemoryInbox:
    """Rows in order of arrival; `broken` makes keeping fail as a full disk would."""

    rows: list[InboxRow] = field(default_factory=list)
    broken: bool = False
    outcomes: dict[int, str] = field(default_factory=dict)

    async def put(self, source: str, source_id: str, payload: Mapping[str, object]) -> bool:
        """Keep a row unless its source id is known."""
        if self.broken:
            raise OSError("no space left")
        if any((row.source, row.source_id) == (source, source_id) for row in self.rows):
            return False
        self.rows.append(
            InboxRow(id=len(self.rows), source=source, source_id=source_id, received=RECEIVED, payload=payload)
        )
        return True

    async def pending(self, *, limit: int) -> Sequence[InboxRow]:
        """Return the oldest rows."""
        return self.rows[:limit]

    async def finish(self, row: int, *, outcome: str) -> None:
        """Drop a row and keep what became of it."""
        self.outcomes[row] = outcome
        self.rows = [kept for kept in self.rows if kept.id != row]
