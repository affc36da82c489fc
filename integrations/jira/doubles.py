"""What was made twice in Jira: issues with one key of ours, found, and linked as duplicates.

Rules kept here: the property decides and not the label, so that a copy that a person made is no twin; a link that is
there already is not made again.
"""

from collections import defaultdict
from collections.abc import Sequence

from engine.ports.tracker import Twins
from integrations.jira.finding import search
from integrations.jira.marks import PROPERTY, label
from integrations.jira.pool import JiraPool, Json
from integrations.jira.site import JiraSite
from integrations.jira.workflow import category_of

DUPLICATE = "Duplicate"
_BATCH = 25


async def twins_of(keys: Sequence[str], *, pool: JiraPool, site: JiraSite) -> Sequence[Twins]:
    """Return what was made more than once, of issues that carry these keys."""
    found: list[Twins] = []
    for start in range(0, len(keys), _BATCH):
        batch = {label(key): key for key in keys[start : start + _BATCH]}
        listed = ", ".join(f'"{mark}"' for mark in batch)
        hits = await search(f'project = "{site.project}" AND labels in ({listed})', pool=pool, fields="labels")
        by_mark: dict[str, list[str]] = defaultdict(list)
        for issue in sorted(hits, key=lambda one: int(one["id"])):
            for mark in batch.keys() & set(issue["fields"].get("labels") or ()):
                by_mark[mark].append(str(issue["key"]))
        for mark, issues in by_mark.items():
            if len(issues) > 1:
                found += await _sure(batch[mark], issues, pool=pool)
    return found


async def link_twins(younger: str, *, into: str, pool: JiraPool) -> None:
    """Say in Jira that an issue is a duplicate of another; once."""
    issue: Json = await pool.get(f"issue/{younger}", {"fields": "issuelinks"}, what=f"read {younger}")
    links: list[Json] = issue["fields"].get("issuelinks") or []
    if any(_leads_to(link, into) for link in links):
        return
    body = {"type": {"name": DUPLICATE}, "inwardIssue": {"key": younger}, "outwardIssue": {"key": into}}
    await pool.post("issueLink", body, what=f"link {younger} with {into}")


async def _sure(key: str, issues: Sequence[str], *, pool: JiraPool) -> Sequence[Twins]:
    """Return the twins among issues that share a mark, by their property."""
    true: list[tuple[str, bool]] = []
    for issue_key in issues:
        query = {"fields": "status", "properties": PROPERTY}
        issue: Json = await pool.get(f"issue/{issue_key}", query, what=f"read {issue_key}")
        if (issue.get("properties") or {}).get(PROPERTY) == key:
            true.append((issue_key, category_of(issue["fields"]["status"]) != "done"))
    return [Twins(key, tuple(name for name, is_open in true if is_open))] if len(true) > 1 else []


def _leads_to(link: Json, key: str) -> bool:
    ends = [link.get("inwardIssue") or {}, link.get("outwardIssue") or {}]
    return (link.get("type") or {}).get("name") == DUPLICATE and key in [end.get("key") for end in ends]
