"""The body of a request that makes an epic or a ticket: fields, the mark to search by and the property to be sure.

Rules kept here: Cloud knows an epic as the parent; Server has custom fields for it, known by their schema and never by
number; a sub-task has its parent in the same field on both. A restricted draft has its level in this very body, or is
not made at all.
"""

from collections.abc import Iterator

from engine.domain.errors import WithheldError
from engine.ports.shown import TicketDraft
from integrations.jira.marks import label, properties
from integrations.jira.markup import laid_out
from integrations.jira.pool import Json
from integrations.jira.shape import EPIC_LINK, EPIC_NAME, Shape, field_id, shaped
from integrations.jira.site import JiraSite, named

LOSABLE = frozenset({"assignee", "priority", "components", "duedate"})
"""Fields without which a ticket is better than none: where Jira refuses one of them, it is made without."""
LEVEL = "security"
_LONGEST_SUMMARY = 255
_WITHHELD = "is restricted, and everybody who sees the project would see it"
_HINT = "Give `security` a level that the project has in config/jira.yaml; until then it stays in Slack and the CLI."


def body_of(draft: TicketDraft, *, key: str, account: str, epic: bool, shape: Shape, site: JiraSite) -> Json:
    """Lay a draft out for `POST issue`; an owner without an account is named in the description.

    Raises:
        WithheldError: it is restricted, and this Jira would show it to everybody.
    """
    if draft.restricted and not site.keeps_secrets:
        raise withheld()
    summary = " ".join(draft.summary.split())[:_LONGEST_SUMMARY]
    fields: Json = {
        **site.fields,
        **dict(_configured(draft, epic=epic, shape=shape, site=site)),
        "project": {"key": site.project},
        "issuetype": named(site.epic_type if epic else site.step_type),
        "summary": summary,
        "description": laid_out(described(draft.description, draft=draft, account=account)),
        "labels": [label(key), *("-".join(one.split()) for one in draft.labels)],
    }
    if account:
        fields["assignee"] = {"accountId" if shape.cloud else "name": account}
    if draft.due:
        fields["duedate"] = draft.due.date().isoformat()
    if draft.restricted and site.security_level:
        fields[LEVEL] = named(site.security_level)
    fields |= _family(draft, summary=summary, epic=epic, shape=shape, site=site)
    return {"fields": fields, "properties": properties(key)}


def withheld(why: str = "") -> WithheldError:
    """Return the refusal to make a restricted ticket."""
    said = f" ({why})" if why else ""
    return WithheldError(f"No ticket: this {_WITHHELD}{said}.", hint=_HINT)


def described(text: str, *, draft: TicketDraft, account: str) -> str:
    """Return a description that names an owner who has no account."""
    if draft.owner is None or account:
        return text
    return f"{text}\n\nFor {draft.owner.name}, who has no account here that can be given tickets."


def _configured(draft: TicketDraft, *, epic: bool, shape: Shape, site: JiraSite) -> Iterator[tuple[str, object]]:
    component = site.components.get(draft.facts.get("phase", ""))
    if component:
        yield "components", [named(component)]
    if site.priority_by:
        priority = site.priorities.get(draft.facts.get(site.priority_by, "")) or site.priority_else
        if priority:
            yield "priority", named(priority)
    for mapped in site.mapped:
        value = draft.facts.get(mapped.source, "") if mapped.source else mapped.value
        if (mapped.epics if epic else mapped.tickets) and value not in (None, ""):
            found = field_id(mapped, shape=shape)
            yield found, shaped(value, schema=shape.fields[found].get("schema") or {})


def _family(draft: TicketDraft, *, summary: str, epic: bool, shape: Shape, site: JiraSite) -> Json:
    if epic:
        is_epic = not site.sub_task_type
        return {shape.custom[EPIC_NAME]: summary} if is_epic and EPIC_NAME in shape.custom else {}
    if draft.parent is None:
        return {}
    if shape.cloud or site.sub_task_type or EPIC_LINK not in shape.custom:
        return {"parent": {"key": draft.parent}}
    return {shape.custom[EPIC_LINK]: draft.parent}
