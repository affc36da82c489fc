"""Finding again what a lost reply left behind: tickets by label and property, comments by their mark.

Rules kept here:
1. A search lags behind, so a ticket counts as absent only after so many seconds of patience in which nothing was found.
2. A hit of the search is only a hint; the issue is read by key and its property decides.
3. Two with one key: the oldest is the one.
"""

from collections.abc import Sequence

from engine.domain.errors import IntegrationError
from engine.ports.lookup import Absent, CannotTell, Found
from engine.ports.time import Clock
from integrations.jira.marks import PROPERTY, is_marked, label
from integrations.jira.pool import JiraPool, Json, Query
from integrations.jira.reading import account_of
from integrations.jira.refusals import MissingError
from integrations.jira.site import JiraSite

_PAUSES = 8
_LONGEST_PAUSE = 5.0
_PAGE = 100


async def issue_with(
    key: str, *, pool: JiraPool, site: JiraSite, clock: Clock, patience: float
) -> Found[str] | Absent | CannotTell:
    """Return the key of the issue that carries an idempotency key; `patience` is in seconds."""
    waited, pause = 0.0, min(_LONGEST_PAUSE, patience / _PAUSES)
    try:
        while True:
            answer = await _look_once(key, pool=pool, site=site)
            if not isinstance(answer, Absent) or waited >= patience:
                return answer
            await clock.sleep(pause)
            waited += pause
    except IntegrationError as refused:
        return CannotTell(refused.message)


async def comment_with(key: str, ticket: str, *, pool: JiraPool) -> Found[str] | Absent | CannotTell:
    """Return the id of the comment that carries an idempotency key; no index is asked, so absent is sure."""
    start = 0
    try:
        account = (await pool.deployment()).account
        while True:
            query: Query = {"startAt": start, "maxResults": _PAGE, "expand": "properties"}
            page: Json = await pool.get(f"issue/{ticket}/comment", query, what=f"read the comments of {ticket}")
            comments: list[Json] = page["comments"]
            for comment in comments:
                if _carries(comment, key=key, account=account):
                    return Found(str(comment["id"]))
            start += len(comments)
            if not comments or start >= int(page["total"]):
                return Absent()
    except IntegrationError as refused:
        return CannotTell(refused.message)


async def search(jql: str, *, pool: JiraPool, fields: str = "created") -> Sequence[Json]:
    """Return the first hundred issues of a query: ids, keys and these fields."""
    path = "search/jql" if (await pool.deployment()).cloud else "search"
    query: Query = {"jql": jql, "fields": fields, "maxResults": _PAGE}
    found: list[Json] = (await pool.get(path, query, what="search"))["issues"]
    return found


async def _look_once(key: str, *, pool: JiraPool, site: JiraSite) -> Found[str] | Absent | CannotTell:
    hits = await search(f'project = "{site.project}" AND labels = "{label(key)}"', pool=pool)
    bare = ""
    for hit in sorted(hits, key=lambda one: int(one["id"])):
        issue = await _read(str(hit["key"]), pool=pool)
        held = (issue.get("properties") or {}).get(PROPERTY)
        if held == key:
            return Found(str(issue["key"]))
        if issue and held is None:
            bare = str(issue["key"])
    if bare:
        return CannotTell(
            f"{bare} has the label but not the property {PROPERTY}: a copy, or a Jira that drops properties"
        )
    return Absent()


async def _read(issue_key: str, *, pool: JiraPool) -> Json:
    query = {"fields": "created", "properties": PROPERTY}
    try:
        found: Json = await pool.get(f"issue/{issue_key}", query, what=f"read {issue_key}")
    except MissingError:
        return {}  # deleted since the index saw it
    return found


def _carries(comment: Json, *, key: str, account: str) -> bool:
    held = {entry.get("key"): entry.get("value") for entry in comment.get("properties") or ()}
    if PROPERTY in held:
        return bool(held[PROPERTY] == key)
    mine = account_of(comment.get("author") or {}) == account
    return mine and is_marked(str(comment.get("body", "")), key=key)
