"""The "make it fail" board: what goes wrong next, where, and how often.

Rules:
- A fault applies to calls whose name matches `match`, a shell pattern tried against the Slack method
  (`chat.postMessage`), the path (`/jira/rest/api/2/issue`) and verb plus path (`POST /jira/...`).
- `count` is how many calls it hits before it disappears; none means until cleared. `skip` lets so many pass first.
- A revoked token is the app's own: what people do with theirs goes on.
- How often each has struck is kept, also of the last ones that are over: whoever breaks something sees that it broke.
- With `after_commit` the call has already changed the state when it fails: the caller cannot know.
"""

from collections import deque
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import count

from pydantic import BaseModel, ConfigDict, Field


class FaultKind(StrEnum):
    """What goes wrong."""

    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    DROP_REPLY = "drop_reply"
    SLOW = "slow"
    HANG = "hang"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a kind of fault
    INDEX_LAG = "index_lag"
    SOCKET_DISCONNECT = "socket_disconnect"
    WEBHOOK_LOST = "webhook_lost"
    DUPLICATE_DELIVERY = "duplicate_delivery"
    OUT_OF_ORDER = "out_of_order"


REQUEST_FAULTS = frozenset(
    {
        FaultKind.RATE_LIMITED,
        FaultKind.SERVER_ERROR,
        FaultKind.DROP_REPLY,
        FaultKind.SLOW,
        FaultKind.HANG,
        FaultKind.TOKEN_REVOKED,
    }
)


REMEMBERED = 5
"""So many faults that are over are still shown."""


class Fault(BaseModel):
    """One thing that goes wrong; `struck` says how often it has, `label` what whoever made it calls it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    match: str = "*"
    count: int | None = Field(default=1, ge=1)
    skip: int = Field(default=0, ge=0)
    seconds: float = Field(default=1.0, ge=0)
    status: int = Field(default=500, ge=500, le=599)
    after_commit: bool = False
    label: str = ""
    id: int = 0
    struck: int = 0


class FaultBoard:
    """The faults in force, in the order they were added."""

    def __init__(self) -> None:
        """Start with nothing broken."""
        self._faults: dict[int, Fault] = {}
        self._over: deque[Fault] = deque(maxlen=REMEMBERED)
        self._ids = count(1)

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force and return it with its id."""
        numbered = fault.model_copy(update={"id": next(self._ids), "struck": 0})
        self._faults[numbered.id] = numbered
        return numbered

    def clear(self, fault_id: int | None = None) -> int:
        """Lift one fault, or all of them; return how many were lifted."""
        if fault_id is not None:
            return 0 if self._faults.pop(fault_id, None) is None else 1
        lifted = len(self._faults)
        self._faults.clear()
        return lifted

    def listed(self) -> list[Fault]:
        """Return the faults in force."""
        return list(self._faults.values())

    def over(self) -> list[Fault]:
        """Return the last ones that have struck as often as they were to, the newest first."""
        return list(reversed(self._over))

    def take(self, kinds: frozenset[FaultKind], *, names: tuple[str, ...]) -> Fault | None:
        """Use up one hit of the first fault of these kinds that matches any of the names."""
        for fault in self._faults.values():
            if fault.kind in kinds and any(fnmatchcase(name, fault.match) for name in names):
                if fault.skip:
                    self._faults[fault.id] = fault.model_copy(update={"skip": fault.skip - 1})
                    return None
                return self._use(fault)
        return None

    def index_lag(self) -> float:
        """Return by how many seconds the search index is behind."""
        lags = (f.seconds for f in self._faults.values() if f.kind is FaultKind.INDEX_LAG)
        return max(lags, default=0.0)

    def lagged(self) -> None:
        """Count a search that the lag of the index kept from seeing everything."""
        for fault in [fault for fault in self._faults.values() if fault.kind is FaultKind.INDEX_LAG]:
            self._faults[fault.id] = fault.model_copy(update={"struck": fault.struck + 1})

    def _use(self, fault: Fault) -> Fault:
        used = fault.model_copy(update={"struck": fault.struck + 1})
        if used.count == 1:
            del self._faults[fault.id]
            self._over.append(used)
        else:
            left = None if used.count is None else used.count - 1
            self._faults[fault.id] = used.model_copy(update={"count": left})
        return used
