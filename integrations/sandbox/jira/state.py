"""The Jira site as it is now, the index its searches read, and the few questions asked of both.

Reading an issue by key is immediate. Searching reads versions of issues as they were when the index
last caught up: with an index lag, what is new is not found and what changed is found as it was.
"""

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, Field

from integrations.sandbox.faults import FaultBoard
from integrations.sandbox.jira.errors import no_issue
from integrations.sandbox.jira.records import Account, Change, History, Issue, IssueLink
from integrations.sandbox.jira.webhooks import Webhooks
from integrations.sandbox.seed import JiraSeed, Seed
from integrations.sandbox.values import Monotonic, Now

_KEPT_VERSIONS = 20


class JiraState(BaseModel):
    """All records of the site; a snapshot of it is its JSON."""

    accounts: dict[str, Account] = Field(default_factory=dict)
    issues: dict[str, Issue] = Field(default_factory=dict)
    links: dict[str, IssueLink] = Field(default_factory=dict)
    ids_given: int = 10_000
    issues_made: int = 0

    def new_id(self) -> str:
        """Return an id never given before."""
        self.ids_given += 1
        return str(self.ids_given)

    def issue(self, id_or_key: str) -> Issue:
        """Return an issue by id or key, or refuse with 404."""
        found = self.issues.get(id_or_key) or self.with_key(id_or_key)
        if found is None:
            raise no_issue()
        return found

    def with_key(self, key: str) -> Issue | None:
        """Return the issue with this key, if there is one."""
        return next((i for i in self.issues.values() if i.key == key.upper()), None)


@dataclass
class Site:
    """Everything the Jira side of the sandbox is made of."""

    seed: JiraSeed
    now: Now
    monotonic: Monotonic
    faults: FaultBoard
    state: JiraState
    webhooks: Webhooks
    versions: dict[str, list[tuple[float, Issue | None]]] = field(default_factory=dict)

    @property
    def is_cloud(self) -> bool:
        """Say whether this is a Cloud site rather than a Server."""
        return self.seed.deployment == "Cloud"

    def touched(self, issue: Issue, *, gone: bool = False) -> None:
        """Note for the index that an issue changed now."""
        versions = self.versions.setdefault(issue.id, [])
        versions.append((self.monotonic(), None if gone else issue.model_copy(deep=True)))
        del versions[:-_KEPT_VERSIONS]

    def indexed(self) -> list[Issue]:
        """Return the issues as a search sees them, newest first."""
        lag = self.faults.index_lag()
        if not lag:
            return sorted(self.state.issues.values(), key=lambda i: int(i.id), reverse=True)
        horizon = self.monotonic() - lag
        seen = [self._version(issue_id, horizon=horizon) for issue_id in self.versions]
        present = [issue for issue in seen if issue is not None]
        return sorted(present, key=lambda issue: int(issue.id), reverse=True)

    def record(self, issue: Issue, *, by: Account, changes: list[Change], at: datetime) -> History | None:
        """Write changes into the history of an issue and tell the index."""
        issue.updated = at
        history = None
        if changes:
            history = History(id=self.state.new_id(), author=by.key, created=at, changes=changes)
            issue.history.append(history)
        self.touched(issue)
        return history

    def _version(self, issue_id: str, *, horizon: float) -> Issue | None:
        known = [issue for moment, issue in self.versions[issue_id] if moment <= horizon]
        return known[-1] if known else None


def seeded_site(seed: Seed, *, now: Now, monotonic: Monotonic, faults: FaultBoard) -> Site:
    """Build the site a seed describes."""
    jira = seed.jira
    accounts = [Account(key=jira.bot_account, name=jira.bot_name, email=jira.bot_email, token=jira.bot_token)]
    accounts += [
        Account(
            key=person.jira_account,
            name=person.name,
            email=person.email,
            token=person.jira_token,
            timezone=person.timezone,
            active=not person.deactivated,
        )
        for person in seed.people
    ]
    state = JiraState(accounts={account.key: account for account in accounts})
    webhooks = Webhooks(jira.webhooks, faults=faults)
    return Site(seed=jira, now=now, monotonic=monotonic, faults=faults, state=state, webhooks=webhooks)
