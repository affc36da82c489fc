"""Which Jira, which project, and what its administrator called things.

Rule kept here: statuses are known by their category, never by name; names are only preferences among equals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

DECLINES = ("Won't do", "Won't Do", "Duplicate", "Cannot Reproduce", "Declined")
DONE = ("Done", "Fixed", "Resolved", "Completed")


@dataclass(frozen=True, kw_only=True)
class JiraSite:
    """A Jira site and project, and how Tocsin works there."""

    url: str
    token: str = field(repr=False)
    email: str = ""
    """Empty: the token is a personal access token, sent as Bearer."""
    project: str
    epic_type: str = "Epic"
    ticket_type: str = "Task"
    resolutions_done: tuple[str, ...] = DONE
    """Resolutions to close with when a ticket is done, the preferred one first."""
    resolutions_declined: tuple[str, ...] = DECLINES
    """Resolutions that do not count as done; also what a cancelled ticket is closed with."""
    transitions: tuple[str, ...] = ()
    """Names of transitions to prefer where several lead to the wanted category."""
    security_level: str = ""
    """Issue security level of restricted tickets; empty: none is set."""
    fields: Mapping[str, object] = field(default_factory=dict)
    """Values for fields that creating requires (`{"customfield_10050": {"value": "Security"}}`)."""
    transition_fields: Mapping[str, object] = field(default_factory=dict)
    """Values for fields that a transition's screen requires."""
    index_patience: float = 60.0
    """Seconds for which nothing may be found before something counts as surely absent; a search lags behind."""
    workers: int = 4
    timeout: tuple[float, float] = (5.0, 20.0)
    """Seconds to connect and to wait for an answer."""
