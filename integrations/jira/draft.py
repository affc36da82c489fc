"""The body of a request that makes an epic or a ticket: fields, the mark to search by and the property to be sure.

Cloud knows an epic as the parent; Server has custom fields for it, known by their schema and never by number.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.ports.shown import TicketDraft
from integrations.jira.marks import label, properties
from integrations.jira.markup import laid_out
from integrations.jira.pool import JiraPool, Json
from integrations.jira.site import JiraSite

EPIC_NAME = "com.pyxis.greenhopper.jira:gh-epic-label"
EPIC_LINK = "com.pyxis.greenhopper.jira:gh-epic-link"
_LONGEST_SUMMARY = 255


@dataclass(frozen=True)
class Shape:
    """How this Jira ties tickets to epics."""

    cloud: bool
    custom: Mapping[str, str]
    """Field ids by schema, on Server."""


async def shape_of(pool: JiraPool) -> Shape:
    """Ask Jira which of its fields are which."""
    cloud = (await pool.deployment()).cloud
    if cloud:
        return Shape(cloud=True, custom={})
    listed: list[Json] = await pool.get("field", what="read the fields")
    schemas = {str(field["id"]): str((field.get("schema") or {}).get("custom", "")) for field in listed}
    return Shape(cloud=False, custom={schema: field_id for field_id, schema in schemas.items() if schema})


def body_of(draft: TicketDraft, *, key: str, account: str, epic: bool, shape: Shape, site: JiraSite) -> Json:
    """Lay a draft out for `POST issue`; an owner without an account is named in the description."""
    summary = " ".join(draft.summary.split())[:_LONGEST_SUMMARY]
    fields: Json = {
        **site.fields,
        "project": {"key": site.project},
        "issuetype": {"name": site.epic_type if epic else site.ticket_type},
        "summary": summary,
        "description": laid_out(_described(draft, account=account)),
        "labels": [label(key), *("-".join(one.split()) for one in draft.labels)],
    }
    if account:
        fields["assignee"] = {"accountId" if shape.cloud else "name": account}
    if draft.due:
        fields["duedate"] = draft.due.date().isoformat()
    if draft.restricted and site.security_level:
        fields["security"] = {"name": site.security_level}
    fields |= _family(draft, summary=summary, epic=epic, shape=shape)
    return {"fields": fields, "properties": properties(key)}


def _described(draft: TicketDraft, *, account: str) -> str:
    if draft.owner is None or account:
        return draft.description
    return f"{draft.description}\n\nFor {draft.owner.name}, who has no account here that can be given tickets."


def _family(draft: TicketDraft, *, summary: str, epic: bool, shape: Shape) -> Json:
    if epic:
        return {shape.custom[EPIC_NAME]: summary} if EPIC_NAME in shape.custom else {}
    if draft.parent is None:
        return {}
    if shape.cloud or EPIC_LINK not in shape.custom:
        return {"parent": {"key": draft.parent}}
    return {shape.custom[EPIC_LINK]: draft.parent}
