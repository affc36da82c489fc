"""One call of the REST API that has passed authentication, and what its handlers may read of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from integrations.sandbox.jira.errors import JiraError
from integrations.sandbox.jira.records import Account, Issue
from integrations.sandbox.jira.state import JiraState, Site
from integrations.sandbox.values import JsonObject


@dataclass(frozen=True)
class Upload:
    """A file sent with a call."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """A call: who, on what, with what; `base_url` is the address of the site."""

    site: Site
    account: Account
    path: Mapping[str, str]
    query: Mapping[str, str]
    payload: object
    uploads: tuple[Upload, ...]
    base_url: str

    @property
    def state(self) -> JiraState:
        """The records of the site."""
        return self.site.state

    @property
    def time(self) -> datetime:
        """The present instant."""
        return self.site.now().astimezone(UTC)

    @property
    def body(self) -> JsonObject:
        """The body, which must be an object."""
        if not isinstance(self.payload, dict):
            raise JiraError(400, "The request body must be a JSON object.")
        return self.payload

    @property
    def issue(self) -> Issue:
        """The issue the path names."""
        return self.state.issue(self.path["issue"])

    def number(self, name: str, *, default: int) -> int:
        """Return a whole number from the query."""
        text = self.query.get(name, str(default))
        if not text.lstrip("-").isdigit():
            raise JiraError(400, f"{name} must be a number.")
        return int(text)

    def address(self, path: str) -> str:
        """Return the address of a resource."""
        return f"{self.base_url}/rest/api/2/{path}"


@dataclass(frozen=True)
class Created:
    """A body that goes with 201 instead of 200."""

    body: object


@dataclass(frozen=True)
class Elsewhere:
    """Where the answer is handed out; no login is needed there."""

    address: str


Answer: TypeAlias = object
Handler: TypeAlias = Callable[[Call], Answer]


def only(body: JsonObject, *, keys: frozenset[str]) -> JsonObject:
    """Return the body, refusing keys that mean nothing."""
    for key in sorted(body.keys() - keys):
        raise JiraError(400, f'Unrecognized field "{key}"')
    return body


def stamp(moment: datetime) -> str:
    """Write an instant as Jira does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
