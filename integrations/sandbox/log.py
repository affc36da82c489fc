"""Every call the sandbox got, so that a test can count what was really done.

An entry says who called what, what came of it, whether the state was changed although the caller saw
a failure, and the evidence of idempotency the call carried (metadata, label, property, global id).
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal

from integrations.sandbox.values import JsonObject

Service = Literal["slack", "jira", "human", "page", "pager"]


@dataclass
class LogEntry:
    """One call; filled in while it is being answered."""

    number: int
    at: datetime
    service: Service
    verb: str
    path: str
    name: str
    who: str = ""
    status: int = 0
    error: str = ""
    fault: str = ""
    committed: bool = False
    replied: bool = False
    evidence: JsonObject = field(default_factory=dict)

    def as_json(self) -> JsonObject:
        """Return the entry as JSON values."""
        return {**asdict(self), "at": self.at.isoformat()}


class RequestLog:
    """The calls, oldest first."""

    def __init__(self) -> None:
        """Start empty."""
        self.entries: list[LogEntry] = []

    def add(self, entry: LogEntry) -> None:
        """Append an entry."""
        self.entries.append(entry)

    def next_number(self) -> int:
        """Return the number of the next entry."""
        return len(self.entries) + 1

    def calls(self, name: str, *, committed: bool | None = None) -> list[LogEntry]:
        """Return the calls of one name (`chat.postMessage`, `POST issue`), maybe only the done ones."""
        return [entry for entry in self.entries if entry.name == name and committed in (None, entry.committed)]
