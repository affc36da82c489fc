"""Which Jira, which project, and what its administrator called things.

Rules kept here: statuses are known by their category, never by name; names are only preferences among equals. Whatever
may be named (types, priorities, components, levels) may be given by id too: digits are an id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

DECLINES = ("Won't do", "Won't Do", "Duplicate", "Cannot Reproduce", "Declined")
DONE = ("Done", "Fixed", "Resolved", "Completed")


@dataclass(frozen=True, kw_only=True)
class FieldValue:
    """What a field gets when an issue is made: `value`, or what the draft tells under the name `source`."""

    field: str
    """Its id (`customfield_10050`), or its name as Jira shows it."""
    value: object = None
    source: str = ""
    epics: bool = True
    tickets: bool = True


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
    sub_task_type: str = ""
    """The type of tickets where the incident's issue is no epic: they hang under it. Empty: `ticket_type` is used."""
    components: Mapping[str, str] = field(default_factory=dict)
    """Phase -> component; empty: the phase is only a label."""
    priority_by: str = ""
    """`phase` or `severity`: what decides the priority; empty: Jira's own default."""
    priorities: Mapping[str, str] = field(default_factory=dict)
    priority_else: str = ""
    resolutions_done: tuple[str, ...] = DONE
    """Resolutions to close with when a ticket is done, the preferred one first."""
    resolutions_declined: tuple[str, ...] = DECLINES
    """Resolutions that do not count as done; also what a cancelled ticket is closed with."""
    transitions: tuple[str, ...] = ()
    """Names of transitions to prefer where several lead to the wanted category."""
    security_level: str = ""
    """Issue security level of restricted tickets; empty: none is set."""
    closed: bool = False
    """Whether only people who may see restricted things can see the project: then no level is needed."""
    mapped: tuple[FieldValue, ...] = ()
    """What is filled in by the configuration."""
    fields: Mapping[str, object] = field(default_factory=dict)
    """Values for fields that creating requires (`{"customfield_10050": {"value": "Security"}}`)."""
    transition_fields: Mapping[str, object] = field(default_factory=dict)
    """Values for fields that a transition's screen requires."""
    index_patience: float = 60.0
    """Seconds for which nothing may be found before something counts as surely absent; a search lags behind."""
    workers: int = 4
    timeout: tuple[float, float] = (5.0, 20.0)
    """Seconds to connect and to wait for an answer."""

    @property
    def keeps_secrets(self) -> bool:
        """Whether a restricted ticket can be kept from those who may not see it."""
        return bool(self.security_level) or self.closed

    @property
    def step_type(self) -> str:
        """The type of the tickets."""
        return self.sub_task_type or self.ticket_type


def named(text: str) -> dict[str, str]:
    """Return how a body refers to something by name, or by id where that is given."""
    return {"id": text} if text.isdigit() else {"name": text}
