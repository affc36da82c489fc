"""search (Server) and search/jql (Cloud); each deployment refuses the other's."""

import json

from integrations.sandbox.jira.call import Call
from integrations.sandbox.jira.columns import Asker
from integrations.sandbox.jira.errors import JiraError
from integrations.sandbox.jira.issues import issue_shape
from integrations.sandbox.jira.jql import parse
from integrations.sandbox.jira.matching import matching
from integrations.sandbox.jira.records import Issue
from integrations.sandbox.values import JsonObject

MAX_PAGE = 100
MAX_RECONCILED = 50

_GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at CHANGE-2046."
)


def search(call: Call) -> JsonObject:
    """Search the Server way, by offset."""
    if call.site.is_cloud:
        raise JiraError(410, _GONE)
    start, size = _whole(call, "startAt", default=0), _whole(call, "maxResults", default=50)
    found = _found(call)
    page = found[start : start + min(size, 1000)]
    return {
        "expand": "schema,names",
        "startAt": start,
        "maxResults": size,
        "total": len(found),
        "issues": [_shown(issue, call=call, default="*navigable") for issue in page],
    }


def search_jql(call: Call) -> JsonObject:
    """Search the Cloud way, by page token; a query must restrict something."""
    _need_cloud(call)
    if parse(str(_argument(call, "jql") or "")).clause is None:
        raise JiraError(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
        )
    start = _token(call)
    size = min(_whole(call, "maxResults", default=50), MAX_PAGE)
    found = _reconciled(_found(call), call=call)
    page = found[start : start + size]
    answer: JsonObject = {"issues": [_shown(issue, call=call, default="id") for issue in page]}
    more = start + size < len(found)
    return {**answer, "isLast": not more, **({"nextPageToken": f"p{start + size}"} if more else {})}


def approximate_count(call: Call) -> JsonObject:
    """Count the Cloud way."""
    _need_cloud(call)
    return {"count": len(_found(call))}


def _need_cloud(call: Call) -> None:
    if not call.site.is_cloud:
        raise JiraError(404, "null for uri: /rest/api/2/search/jql")


def _found(call: Call) -> list[Issue]:
    asker = Asker(site=call.site, account=call.account)
    call.site.faults.lagged()
    return matching(str(_argument(call, "jql") or ""), asker=asker)


def _reconciled(found: list[Issue], *, call: Call) -> list[Issue]:
    """Show the named issues as they are, whatever the index knows."""
    named = _argument(call, "reconcileIssues") or []
    ids = {str(issue_id) for issue_id in (named if isinstance(named, list) else [named])}
    if len(ids) > MAX_RECONCILED:
        raise JiraError(400, f"At most {MAX_RECONCILED} issues can be reconciled.")
    return [call.state.issues.get(i.id, i) if i.id in ids else i for i in found]


def _shown(issue: Issue, *, call: Call, default: str) -> JsonObject:
    wanted = _argument(call, "fields") or [default]
    names = wanted if isinstance(wanted, list) else str(wanted).split(",")
    return issue_shape(issue, call=call, fields=[str(name) for name in names])


def _argument(call: Call, name: str) -> object:
    if isinstance(call.payload, dict):
        return call.payload.get(name)
    text = call.query.get(name)
    if text is not None and name == "reconcileIssues":
        return json.loads(text) if text.startswith("[") else text.split(",")
    return text


def _whole(call: Call, name: str, *, default: int) -> int:
    value = _argument(call, name)
    text = str(default if value is None else value)
    if not text.isdigit():
        raise JiraError(400, f"{name} must be a number, not '{text}'.")
    return int(text)


def _token(call: Call) -> int:
    token = _argument(call, "nextPageToken")
    if not token:
        return 0
    if not isinstance(token, str) or not token[1:].isdigit():
        raise JiraError(400, "The nextPageToken is not valid.")
    return int(token[1:])
