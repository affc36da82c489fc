"""What a project lets be made: its issue types, and what each asks for. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from integrations.jira.pool import JiraPool, Json, Query
from integrations.jira.shape import EPIC_NAME
from integrations.jira.site import JiraSite

FILLED: Final = frozenset({"project", "issuetype", "summary", "description", "labels", "reporter"})
"""Fields that every ticket of ours has."""
PARENT: Final = "parent"
"""Every ticket of a step has the incident's as its parent; the incident's own has none."""
_PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """A field that creating requires and that we fill with nothing of our own."""

    id: str
    name: str
    kind: str
    """How Jira writes its values: `string`, `number`, `date`, `option`, `array`, ..."""
    options: Sequence[str] = ()


async def issue_types(pool: JiraPool, project: str) -> list[Json]:
    """Return the issue types of a project."""
    return await _paged(pool, f"issue/createmeta/{project}/issuetypes")


async def fields_of(pool: JiraPool, project: str, *, type_id: str) -> list[Json]:
    """Return what creating an issue of a type takes."""
    return await _paged(pool, f"issue/createmeta/{project}/issuetypes/{type_id}")


def wanted(fields: Sequence[Json], *, site: JiraSite, epic: bool = False) -> list[Wanted]:
    """Return the required ones that would be left empty, in an epic or in a ticket."""
    return [_wanted(one) for one in fields if _unfilled(one, site=site, epic=epic)]


def allowed(fields: Sequence[Json], field: str) -> list[str]:
    """Return the names of the values that a field may have."""
    found = (one for one in fields if field in (one.get("fieldId"), one.get("key")))
    values = (value for one in found for value in one.get("allowedValues") or ())
    return [str(value.get("name") or value.get("value") or "") for value in values]


async def _paged(pool: JiraPool, path: str) -> list[Json]:
    found: list[Json] = []
    while True:
        query: Query = {"startAt": len(found), "maxResults": _PAGE}
        page: Json = await pool.get(path, query, what="read what creating asks for")
        # Cloud calls the list by what it holds, Server `values`.
        values: list[Json] = page.get("issueTypes") or page.get("fields") or page.get("values") or []
        found += values
        if not values or len(found) >= int(page.get("total", 0)):
            return found


def _wanted(field: Json) -> Wanted:
    options = [str(value.get("value") or value.get("name") or "") for value in field.get("allowedValues") or ()]
    kind = str((field.get("schema") or {}).get("type", "string"))
    return Wanted(str(field.get("fieldId") or field.get("key")), str(field["name"]), kind, options)


def _unfilled(field: Json, *, site: JiraSite, epic: bool) -> bool:
    name = str(field.get("fieldId") or field.get("key"))
    epic_name = (field.get("schema") or {}).get("custom") == EPIC_NAME
    names = {name, str(field.get("name", "")).casefold()}
    filling = [one.field for one in site.mapped if (one.epics if epic else one.tickets)]
    mapped = any({field_name, field_name.casefold()} & names for field_name in filling)
    kin = name == PARENT and not epic
    filled = name in FILLED or kin or name in site.fields or mapped or epic_name
    return bool(field.get("required")) and not field.get("hasDefaultValue") and not filled
