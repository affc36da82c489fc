"""Whether what config/jira.yaml names is there: fields, components and priorities.

Rule kept here: nothing is written; each look says whether tickets can be made, what it found and what to do. What
tickets are made without is a warning.
"""

from collections.abc import Iterable

from integrations.jira.pool import JiraPool, Json
from integrations.jira.shape import field_id, shape_of
from integrations.jira.site import JiraSite

_STAY = "restricted steps get no ticket: they stay in Slack and the command line"
_HINT = "Correct config/jira.yaml, or have them made in Jira."


async def mapping(pool: JiraPool, *, site: JiraSite) -> tuple[bool, str, str]:
    """Look for every field, component and priority that the configuration names."""
    shape = await shape_of(pool, site=site)
    for mapped in site.mapped:
        field_id(mapped, shape=shape)
    missing = [
        *await _missing(pool, f"project/{site.project}/components", wanted=site.components.values(), what="component"),
        *await _missing(pool, "priority", wanted=[*site.priorities.values(), site.priority_else], what="priority"),
    ]
    if missing:
        return True, f"not there: {', '.join(missing)}; tickets are made without them", _HINT
    return True, "whatever is configured is there", ""


async def _missing(pool: JiraPool, path: str, *, wanted: Iterable[str], what: str) -> list[str]:
    names = [one for one in wanted if one]
    if not names:
        return []
    listed: list[Json] = await pool.get(path, what=f"read every {what}")
    known = {str(one[key]) for one in listed for key in ("id", "name") if key in one}
    return [f"{what} {name}" for name in names if name not in known]
