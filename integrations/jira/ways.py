"""Whether tickets can be closed and opened again: seen at the newest of our own, else at the project's statuses.

Rule kept here: nothing is moved; the way is chosen by the code that would go it.
"""

from collections.abc import Sequence

from engine.domain.errors import IntegrationError
from engine.ports.checks import Check
from integrations.jira.finding import search
from integrations.jira.pool import JiraPool, Json
from integrations.jira.site import JiraSite
from integrations.jira.workflow import category_of, step_towards

_NAME = "jira transitions"


async def transitions(pool: JiraPool, *, site: JiraSite) -> Check:
    """Look at the ways out of our newest open ticket and of our newest closed one."""
    seen: list[str] = []
    for open_, categories in ((True, ("done", "indeterminate")), (False, ("new", "indeterminate"))):
        key = await _newest(pool, site=site, open_=open_)
        if not key:
            continue
        path, query = f"issue/{key}/transitions", {"expand": "transitions.fields"}
        offered: Json = await pool.get(path, query, what=f"read the transitions of {key}")
        try:
            step_towards(categories, offered=offered["transitions"], done=open_, site=site)
        except IntegrationError as refused:
            return Check(_NAME, ok=False, says=f"{key}: {refused.message}", hint=refused.hint())
        seen.append(f"{key} can be {'closed' if open_ else 'opened again'}")
    return Check(_NAME, ok=True, says="; ".join(seen)) if seen else await _by_statuses(pool, site=site)


async def _newest(pool: JiraPool, *, site: JiraSite, open_: bool) -> str:
    sign = "!=" if open_ else "="
    mine = f'project = "{site.project}" AND creator = currentUser() AND statusCategory {sign} Done'
    found = await search(f"{mine} ORDER BY created DESC", pool=pool)
    return str(found[0]["key"]) if found else ""


async def _by_statuses(pool: JiraPool, *, site: JiraSite) -> Check:
    kinds: list[Json] = await pool.get(f"project/{site.project}/statuses", what="read the statuses")
    endless = [str(kind["name"]) for kind in kinds if _used(kind, site=site) and "done" not in _categories(kind)]
    if endless:
        hint = "Give their workflow a status of category Done."
        return Check(_NAME, ok=False, says=f"never done: {', '.join(endless)}", hint=hint)
    says = "each issue type has a status of category Done; whether we may move there shows with the first ticket"
    return Check(_NAME, ok=True, says=says)


def _used(kind: Json, *, site: JiraSite) -> bool:
    return bool({str(kind["name"]), str(kind.get("id", ""))} & {site.epic_type, site.step_type})


def _categories(kind: Json) -> Sequence[str]:
    return [category_of(status) for status in kind.get("statuses") or ()]
