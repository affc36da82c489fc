"""What `tocsin doctor` says of Jira: reachable, who we are, what creating asks for, resolutions, the clock.

Rule kept here: nothing is written, and one thing that is wrong does not hide the next.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.domain.errors import IntegrationError
from engine.ports.time import Clock
from integrations.jira.draft import EPIC_NAME
from integrations.jira.pool import JiraPool, Json, Query
from integrations.jira.site import JiraSite

_SKEW = 60.0
_FILLED = frozenset({"project", "issuetype", "summary", "description", "labels", "reporter"})


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    says: str
    hint: str = ""


async def health(pool: JiraPool, *, site: JiraSite, clock: Clock) -> Sequence[Check]:
    """Look at everything that commonly goes wrong; the order is the order of repair."""
    checks: list[Check] = []
    looks: tuple[tuple[str, Callable[[], Awaitable[Check]]], ...] = (
        ("jira", lambda: _server(pool)),
        ("jira account", lambda: _account(pool)),
        ("jira clock", lambda: _clock(pool, clock=clock)),
        (f"jira {site.epic_type.lower()}", lambda: _creating(pool, site=site, kind=site.epic_type)),
        (f"jira {site.ticket_type.lower()}", lambda: _creating(pool, site=site, kind=site.ticket_type)),
        ("jira resolutions", lambda: _resolutions(pool, site=site)),
    )
    for name, look in looks:
        try:
            checks.append(await look())
        except IntegrationError as refused:
            checks.append(Check(name, ok=False, says=refused.message, hint=refused.hint()))
    return checks


async def _server(pool: JiraPool) -> Check:
    told: Json = await pool.get("serverInfo", what="ask what it is")
    return Check("jira", ok=True, says=f"{told.get('deploymentType', 'Server')} {told.get('version', '')}")


async def _account(pool: JiraPool) -> Check:
    deployment = await pool.deployment()
    return Check("jira account", ok=True, says=deployment.account)


async def _clock(pool: JiraPool, *, clock: Clock) -> Check:
    told: Json = await pool.get("serverInfo", what="ask for the time")
    there = datetime.strptime(str(told["serverTime"]), "%Y-%m-%dT%H:%M:%S.%f%z")
    skew = (there - clock.real_now()).total_seconds()
    hint = (
        "" if abs(skew) <= _SKEW else "Set this machine's clock by NTP: polls ask for what changed in the last minutes."
    )
    return Check("jira clock", ok=not hint, says=f"{skew:+.0f} s", hint=hint)


async def _creating(pool: JiraPool, *, site: JiraSite, kind: str) -> Check:
    """Compare what creating requires with what we fill in."""
    name = f"jira {kind.lower()}"
    base = f"issue/createmeta/{site.project}/issuetypes"
    kinds = await _paged(pool, base)
    ids = [str(one["id"]) for one in kinds if one["name"] == kind]
    if not ids:
        hint = "Name one of them in the Jira settings: " + ", ".join(str(one["name"]) for one in kinds)
        return Check(name, ok=False, says=f"the project {site.project} has no issue type {kind!r}", hint=hint)
    fields = await _paged(pool, f"{base}/{ids[0]}")
    missing = [f"{one['name']} ({one['fieldId']})" for one in fields if _unfilled(one, site=site)]
    if missing:
        hint = "Give these fields a value in the Jira settings, or make them optional for this issue type."
        return Check(name, ok=False, says="required and not filled in: " + ", ".join(missing), hint=hint)
    return Check(name, ok=True, says="every required field is filled in")


async def _resolutions(pool: JiraPool, *, site: JiraSite) -> Check:
    listed: list[Json] = await pool.get("resolution", what="read the resolutions")
    names = [str(one["name"]) for one in listed]
    known = {*site.resolutions_done, *site.resolutions_declined}
    strange = [name for name in names if name not in known]
    if strange:
        hint = "Name those that decline in the Jira settings."
        return Check("jira resolutions", ok=True, says="these count as done: " + ", ".join(strange), hint=hint)
    return Check("jira resolutions", ok=True, says=", ".join(names))


async def _paged(pool: JiraPool, path: str) -> list[Json]:
    found: list[Json] = []
    while True:
        query: Query = {"startAt": len(found), "maxResults": 50}
        page: Json = await pool.get(path, query, what="read what creating asks for")
        # Cloud calls the list by what it holds, Server `values`.
        values: list[Json] = page.get("issueTypes") or page.get("fields") or page.get("values") or []
        found += values
        if not values or len(found) >= int(page.get("total", 0)):
            return found


def _unfilled(field: Json, *, site: JiraSite) -> bool:
    name = str(field.get("fieldId") or field.get("key"))
    epic_name = (field.get("schema") or {}).get("custom") == EPIC_NAME
    filled = name in _FILLED or name in site.fields or epic_name
    return bool(field.get("required")) and not field.get("hasDefaultValue") and not filled
