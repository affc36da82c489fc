"""What `tocsin doctor` says of Jira, each right by a call that changes nothing.

Rules kept here: nothing is written, and one thing that is wrong does not hide the next, but for what a Jira that is
not there, or does not know us, would answer to everything, and what a project that is not there would answer to every
question about it. Jira tells nobody when a token ends, so the date that was shown when it was made is a setting: it is
said also where Jira lets nobody in, since it may be why.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engine.domain.errors import IntegrationError
from engine.ports.checks import Check
from engine.ports.people import Person
from engine.ports.time import Clock
from integrations.jira.creating import allowed, fields_of, issue_types, wanted
from integrations.jira.mapping_health import mapping
from integrations.jira.pool import JiraPool, Json
from integrations.jira.rights import people, permissions, project
from integrations.jira.site import JiraSite
from integrations.jira.ways import transitions

SOON = 30
"""Days before a token's end in which it is time to make the next one."""
_SKEW = 60.0


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is set up around the account and the project."""

    people: Sequence[Person] = ()
    restricted: bool = False
    """Whether a playbook makes restricted incidents."""
    hooks: bool = False
    """Whether webhooks are taken."""
    token_ends: date | None = None


async def health(
    pool: JiraPool,
    *,
    site: JiraSite,
    clock: Clock,
    setting: Setting = Setting(),
) -> Sequence[Check]:
    """Look at everything that commonly goes wrong; the order is the order of repair."""
    checks = [await _looked("jira", lambda: _server(pool))]
    if checks[0].ok:
        checks.append(await _looked("jira account", lambda: _account(pool)))
    ends = _token(setting.token_ends, today=clock.real_now().date())
    if not checks[-1].ok:
        return [*checks, *([] if ends.ok else [ends])]
    checks.append(await _looked("jira clock", lambda: _clock(pool, clock=clock)))
    checks.append(await _looked("jira project", lambda: project(pool, site=site)))
    rest = [ends, _hooks(used=setting.hooks)]
    if not checks[-1].ok:
        return [*checks, *rest]
    looks: tuple[tuple[str, Callable[[], Awaitable[Check]]], ...] = (
        ("jira permissions", lambda: permissions(pool, site=site)),
        (f"jira {site.epic_type.lower()}", lambda: _creating(pool, site=site, kind=site.epic_type)),
        (f"jira {site.step_type.lower()}", lambda: _creating(pool, site=site, kind=site.step_type)),
        ("jira transitions", lambda: transitions(pool, site=site)),
        ("jira resolutions", lambda: _resolutions(pool, site=site)),
        ("jira security", lambda: _security(pool, site=site, restricted=setting.restricted)),
        ("jira fields", lambda: _told("jira fields", mapping(pool, site=site))),
    )
    checks += [await _looked(name, look) for name, look in looks]
    return [*checks, *rest, *await people(pool, setting.people, site=site)]


async def _looked(name: str, look: Callable[[], Awaitable[Check]]) -> Check:
    try:
        return await look()
    except IntegrationError as refused:
        return Check(name, ok=False, says=refused.message, hint=refused.hint())


async def _told(name: str, looked: Awaitable[tuple[bool, str, str]]) -> Check:
    ok, says, hint = await looked
    return Check(name, ok=ok, says=says, hint=hint, odd=ok and bool(hint))


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
    return Check("jira clock", ok=not hint, says=f"{round(skew):+d} s", hint=hint)


async def _creating(pool: JiraPool, *, site: JiraSite, kind: str) -> Check:
    """Compare what creating requires with what we fill in."""
    name = f"jira {kind.lower()}"
    kinds = await issue_types(pool, site.project)
    ids = [str(one["id"]) for one in kinds if kind in (one["name"], str(one["id"]))]
    if not ids:
        hint = "Name one of them in config/jira.yaml: " + ", ".join(str(one["name"]) for one in kinds)
        return Check(name, ok=False, says=f"the project {site.project} has no issue type {kind!r}", hint=hint)
    missing = wanted(await fields_of(pool, site.project, type_id=ids[0]), site=site, epic=kind == site.epic_type)
    if missing:
        hint = "Give these fields a value in config/jira.yaml, or make them optional for this issue type."
        named = ", ".join(f"{one.name} ({one.id})" for one in missing)
        return Check(name, ok=False, says=f"required and not filled in: {named}", hint=hint)
    return Check(name, ok=True, says="every required field is filled in")


async def _resolutions(pool: JiraPool, *, site: JiraSite) -> Check:
    listed: list[Json] = await pool.get("resolution", what="read the resolutions")
    names = [str(one["name"]) for one in listed]
    known = {*site.resolutions_done, *site.resolutions_declined}
    strange = [name for name in names if name not in known]
    if strange:
        hint = "Name those that decline in config/jira.yaml."
        return Check("jira resolutions", ok=True, says="these count as done: " + ", ".join(strange), hint=hint)
    return Check("jira resolutions", ok=True, says=", ".join(names))


async def _security(pool: JiraPool, *, site: JiraSite, restricted: bool) -> Check:
    kinds = await issue_types(pool, site.project)
    ids = [str(one["id"]) for one in kinds if site.step_type in (one["name"], str(one["id"]))]
    levels = allowed(await fields_of(pool, site.project, type_id=ids[0]), "security") if ids else []
    there = f"the project has: {', '.join(levels) or 'none that the account may set'}"
    if site.security_level and site.security_level not in levels:
        hint = "Name a level that there is, and let the account set it (permission Set Issue Security)."
        return Check("jira security", ok=False, says=f"no level {site.security_level!r}; {there}", hint=hint)
    if site.closed and not site.security_level:
        return Check("jira security", ok=True, says="the project is said to be closed to everybody else")
    if restricted and not site.security_level:
        hint = "Name a security level in config/jira.yaml, so that tickets of restricted incidents are seen by few."
        return Check(
            "jira security",
            ok=True,
            says=f"restricted steps get no ticket, as no level is set: they stay in Slack and the shell; {there}",
            hint=hint,
            odd=True,
        )
    return Check("jira security", ok=True, says=site.security_level or "no restricted playbook needs a level")


def _token(ends: date | None, *, today: date) -> Check:
    name = "jira token"
    if ends is None:
        hint = "Set TOCSIN_JIRA_TOKEN_ENDS to the date that was shown when the token was made; a year is the most."
        return Check(name, ok=True, says="Jira does not tell when it ends", hint=hint)
    left = (ends - today).days
    hint = "Make a new token and run `tocsin connect jira`."
    if left < 0:
        return Check(name, ok=False, says=f"ended on {ends}", hint=hint)
    soon = left <= SOON
    return Check(name, ok=True, says=f"ends on {ends}, in {left} days", hint=hint if soon else "", odd=soon)


def _hooks(*, used: bool) -> Check:
    if used:
        return Check("jira webhook", ok=True, says="a secret is set; a delivery that is not signed with it is refused")
    says = "no secret is set: what people do in Jira is noticed by looking every few seconds"
    return Check("jira webhook", ok=True, says=says)
