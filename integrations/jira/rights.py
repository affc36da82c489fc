"""Whether our account may do in the project what Tocsin does there, and whether people can be given tickets.

Rule kept here: a permission that this Jira does not know of is not called missing.
Source of the keys: Jira's built-in permissions, as `mypermissions` names them on Cloud and on Data Center.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from engine.domain.errors import IntegrationError
from engine.ports.checks import Check
from engine.ports.people import Person
from integrations.jira.pool import JiraPool, Json, Query
from integrations.jira.reading import account_of
from integrations.jira.refusals import MissingError
from integrations.jira.site import JiraSite

NEEDED: Final[Mapping[str, str]] = {
    "BROWSE_PROJECTS": "Browse Projects",
    "CREATE_ISSUES": "Create Issues",
    "EDIT_ISSUES": "Edit Issues",
    "ASSIGN_ISSUES": "Assign Issues",
    "SCHEDULE_ISSUES": "Schedule Issues",
    "TRANSITION_ISSUES": "Transition Issues",
    "RESOLVE_ISSUES": "Resolve Issues",
    "ADD_COMMENTS": "Add Comments",
    "LINK_ISSUES": "Link Issues",
}
LEVEL: Final = {"SET_ISSUE_SECURITY": "Set Issue Security"}
LOOKING: Final = {"USER_PICKER": "Browse users and groups"}


async def project(pool: JiraPool, *, site: JiraSite) -> Check:
    """Look at the project; where it is not to be seen, name those that are."""
    try:
        told: Json = await pool.get(f"project/{site.project}", what=f"see the project {site.project}")
    except MissingError:
        seen: list[Json] = await pool.get("project", what="read the projects")
        names = ", ".join(str(one["key"]) for one in seen) or "none"
        hint = f"It sees: {names}. Set TOCSIN_JIRA_PROJECT to one of them, or let the account browse this one."
        return Check("jira project", ok=False, says=f"the account sees no project {site.project}", hint=hint)
    if told.get("archived"):
        return Check("jira project", ok=False, says=f"{site.project} is archived", hint="Choose another project.")
    return Check("jira project", ok=True, says=f"{told['key']}, {told.get('name', '')}")


async def permissions(pool: JiraPool, *, site: JiraSite) -> Check:
    """Ask for every permission that is needed, all at once."""
    needed = {**NEEDED, **(LEVEL if site.security_level else {})}
    asked = {**needed, **LOOKING}
    query: Query = {"projectKey": site.project, "permissions": ",".join(asked)}
    told: Json = (await pool.get("mypermissions", query, what="ask what we may do"))["permissions"]
    refused = [name for key, name in asked.items() if not told.get(key, {"havePermission": True})["havePermission"]]
    missing = [name for name in refused if name in needed.values()]
    if missing:
        hint = f"Give the account these in the permission scheme of {site.project}: Project settings, Permissions."
        return Check("jira permissions", ok=False, says=f"missing: {', '.join(missing)}", hint=hint)
    if refused:
        hint = (
            "A global permission: with it, people are found by their mail; without it, write their ids in people.yaml."
        )
        return Check("jira permissions", ok=True, says=f"missing: {', '.join(refused)}", hint=hint, odd=True)
    return Check("jira permissions", ok=True, says=f"all {len(asked)}")


async def people(pool: JiraPool, everyone: Sequence[Person], *, site: JiraSite) -> list[Check]:
    """Look each person up, by their account or else by mail, among those who can be given tickets."""
    found: list[Check] = []
    for person in everyone:
        try:
            trouble = await _trouble_of(person, pool=pool, site=site)
        except IntegrationError as refused:
            if refused.retryable:
                return [*found, Check("jira people", ok=True, says=refused.message, hint="Ask again.", odd=True)]
            trouble = refused.message.rstrip(".")
        if trouble:
            hint = (
                f"Correct {person.id} in people.yaml; until then their tickets say whose they are and have no assignee."
            )
            found.append(Check("jira people", ok=True, says=f"{person.name}: {trouble}", hint=hint, odd=True))
    right = len(everyone) - len(found)
    head = Check("jira people", ok=True, says=f"{right} of {len(everyone)} can be given tickets")
    return [head, *found] if everyone else []


async def _trouble_of(person: Person, *, pool: JiraPool, site: JiraSite) -> str:
    if not (person.jira or person.mail):
        return "neither a Jira account nor a mail"
    cloud = (await pool.deployment()).cloud
    wanted = person.jira or person.mail
    name = ("accountId" if person.jira else "query") if cloud else "username"
    query: Query = {"project": site.project, name: wanted, "maxResults": 10}
    users: list[Json] = await pool.get("user/assignable/search", query, what="look somebody up")
    if any(_is(user, person) for user in users) or (not person.jira and len(users) == 1):
        return ""
    if not person.jira:
        return f"nobody with the mail {person.mail} can be given tickets"
    try:
        await pool.get("user", {"accountId" if cloud else "username": wanted}, what="look somebody up")
    except MissingError:
        return f"there is no account {wanted}"
    return f"{wanted} cannot be given tickets of {site.project}"


def _is(user: Json, person: Person) -> bool:
    if person.jira:
        return account_of(user) == person.jira
    return str(user.get("emailAddress", "")).casefold() == person.mail.casefold()
