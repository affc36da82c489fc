"""Who there is, and who holds which role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Person:
    """A person of config/people.yaml."""

    id: str
    name: str
    mail: str = ""
    slack: str = ""
    """Slack user id; empty: looked up by mail."""
    jira: str = ""
    """Jira account id (Cloud) or name (Data Center); empty: looked up by mail."""
    login: str = ""
    """The login of the operating system, for the command line."""
    zone: str = "UTC"


class People(Protocol):
    """Who there is, and who holds which role."""

    def person(self, person_id: str) -> Person | None:
        """Return the person of that id."""

    def admits(self, person_id: str) -> bool:
        """Return whether a person is known and not excluded: only such a person acts and holds roles."""

    def everyone(self) -> Sequence[Person]:
        """Return every person, in the file's order."""

    def holders(self, role: str) -> Sequence[str]:
        """Return the ids of the people who hold a role, the first one first."""

    def by_slack(self, user_id: str, mail: str = "") -> Person | None:
        """Return the person behind a Slack user."""

    def by_jira(self, account: str, mail: str = "") -> Person | None:
        """Return the person behind a Jira account."""

    def keeps_out(self, account: str, mail: str = "") -> bool:
        """Return whether a Jira account belongs to somebody who is excluded."""

    def by_login(self, login: str) -> Person | None:
        """Return the person behind a login of the operating system."""
