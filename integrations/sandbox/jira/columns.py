"""The fields a query may ask about: one line each, with what they hold and what may be asked of them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integrations.sandbox.jira import catalog
from integrations.sandbox.jira.catalog import EPIC_LINK_FIELD
from integrations.sandbox.jira.errors import JiraError
from integrations.sandbox.jira.records import Account, Issue
from integrations.sandbox.jira.state import Site

_RELATIVE = re.compile(r"([+-]?\d+)([wdhm])")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_EQUALITY = frozenset({"=", "!=", "in", "not in", "is", "is not"})
_ORDER = frozenset({"<", "<=", ">", ">="})
_TEXT = frozenset({"~", "!~", "is", "is not"})


@dataclass(frozen=True)
class Asker:
    """Who asks, of which site."""

    site: Site
    account: Account


@dataclass(frozen=True)
class Column:
    """A JQL field: its values on an issue, how a word of a query becomes one, what may be asked."""

    read: Callable[[Issue, Asker], list[str]]
    resolve: Callable[[str, Asker], str | None]
    operators: frozenset[str] = _EQUALITY


def column(name: str, *, asker: Asker) -> Column:
    """Return a field by the name a query uses, or refuse."""
    wanted = _ALIASES.get(name.lower(), name.lower())
    if wanted not in COLUMNS or (wanted == "epic link" and asker.site.is_cloud):
        raise JiraError(400, f"Field '{name}' does not exist or you do not have permission to view it.")
    return COLUMNS[wanted]


def _named(catalog_entries: tuple[catalog.Named, ...]) -> Callable[[str, Asker], str | None]:
    def resolve(word: str, _: Asker) -> str | None:
        entries = (e for e in catalog_entries if word.lower() in (e.name.lower(), e.id))
        return next((entry.id for entry in entries), None)

    return resolve


def _project(word: str, asker: Asker) -> str | None:
    seed = asker.site.seed
    known = {seed.project_key.lower(), seed.project_name.lower(), "10000"}
    return seed.project_key if word.lower() in known else None


def _category(word: str, _: Asker) -> str | None:
    for category in catalog.CATEGORIES.values():
        if word.lower() in (category.key, category.name.lower(), str(category.id)):
            return category.key
    return None


def _person(word: str, asker: Asker) -> str | None:
    for account in asker.site.state.accounts.values():
        if word.lower() in (account.key.lower(), account.email.lower(), account.name.lower()):
            return account.key
    return None


def _issue_key(word: str, asker: Asker) -> str | None:
    found = asker.site.state.with_key(word) or asker.site.state.issues.get(word)
    return found.key if found else None


def _instant(word: str, asker: Asker) -> str | None:
    now = asker.site.now().astimezone(UTC)
    relative = _RELATIVE.fullmatch(word)
    if relative:
        amount, unit = relative.groups()
        return (now + timedelta(**{_UNITS[unit]: int(amount)})).isoformat()
    try:
        return datetime.fromisoformat(word).astimezone(UTC).isoformat() if "T" in word else _day(word)
    except ValueError:
        return None


def _day(word: str) -> str | None:
    for known in _FORMATS:
        try:
            return datetime.strptime(word, known).replace(tzinfo=UTC).isoformat()
        except ValueError:
            continue
    return None


def _any(word: str, _: Asker) -> str | None:
    return word


def _if(value: str | None) -> list[str]:
    return [] if value is None else [value]


def _time(moment: datetime | None) -> list[str]:
    return [] if moment is None else [moment.astimezone(UTC).isoformat()]


def _key_of(issue_id: str | None, asker: Asker) -> list[str]:
    other = asker.site.state.issues.get(issue_id or "")
    return [other.key] if other else []


def _words(issue: Issue, _: Asker) -> list[str]:
    return list(_texts(issue))


def _texts(issue: Issue) -> Iterator[str]:
    yield issue.summary
    yield from _if(issue.description)
    yield from (comment.body for comment in issue.comments)


_TIMES = _EQUALITY | _ORDER
_UNRESOLVED = "unresolved"

COLUMNS: Mapping[str, Column] = {
    "project": Column(lambda i, _: [i.key.rpartition("-")[0]], _project),
    "key": Column(lambda i, _: [i.key], _issue_key),
    "labels": Column(lambda i, _: i.labels, _any),
    "status": Column(lambda i, _: [i.status_id], _named(catalog.STATUSES)),
    "statuscategory": Column(lambda i, _: [catalog.status(i.status_id).category], _category),
    "issuetype": Column(lambda i, _: [i.type_id], _named(catalog.ISSUE_TYPES)),
    "priority": Column(lambda i, _: [i.priority_id], _named(catalog.PRIORITIES)),
    "resolution": Column(
        lambda i, _: [i.resolution_id or _UNRESOLVED],
        lambda word, asker: _UNRESOLVED if word.lower() == "unresolved" else _named(catalog.RESOLUTIONS)(word, asker),
    ),
    "assignee": Column(lambda i, _: _if(i.assignee), _person),
    "reporter": Column(lambda i, _: [i.reporter], _person),
    "creator": Column(lambda i, _: [i.creator], _person),
    "parent": Column(lambda i, asker: _key_of(i.parent_id, asker), _issue_key),
    "epic link": Column(lambda i, asker: _key_of(i.epic_id, asker), _issue_key),
    "created": Column(lambda i, _: _time(i.created), _instant, _TIMES),
    "updated": Column(lambda i, _: _time(i.updated), _instant, _TIMES),
    "resolved": Column(lambda i, _: _time(i.resolved), _instant, _TIMES),
    "due": Column(lambda i, _: [f"{i.duedate}T00:00:00+00:00"] if i.duedate else [], _instant, _TIMES),
    "summary": Column(lambda i, _: [i.summary], _any, _TEXT),
    "description": Column(lambda i, _: _if(i.description), _any, _TEXT),
    "comment": Column(lambda i, _: [c.body for c in i.comments], _any, _TEXT),
    "text": Column(_words, _any, _TEXT - {"is", "is not"}),
}

_ALIASES = {
    "issue": "key",
    "issuekey": "key",
    "id": "key",
    "type": "issuetype",
    "duedate": "due",
    "resolutiondate": "resolved",
    "createddate": "created",
    "updateddate": "updated",
    f"cf[{EPIC_LINK_FIELD.removeprefix('customfield_')}]": "epic link",
}
