"""issue/{key}/transitions: the only way a status changes.

Moving to a done status asks for a resolution when the screen requires one, and sets "Done" when it
does not; leaving a done status takes the resolution away.
"""

from datetime import datetime

from integrations.sandbox.jira import catalog
from integrations.sandbox.jira.call import Call, only
from integrations.sandbox.jira.changes import keep
from integrations.sandbox.jira.errors import JiraError, field_error
from integrations.sandbox.jira.fields import apply_fields, chosen
from integrations.sandbox.jira.operations import apply_operations
from integrations.sandbox.jira.records import Issue
from integrations.sandbox.jira.shapes import named_shape, status_shape
from integrations.sandbox.values import JsonObject

_KEYS = frozenset({"transition", "fields", "update", "properties", "historyMetadata"})


def listing(call: Call) -> JsonObject:
    """List the transitions open to an issue."""
    return transitions_shape(call.issue, call=call)


def transitions_shape(issue: Issue, *, call: Call) -> JsonObject:
    """Show the transitions open to an issue, with their fields when expanded."""
    wanted = call.query.get("transitionId")
    shown = [
        _transition_shape(transition, call=call) for transition in available(issue) if wanted in (None, transition.id)
    ]
    return {"expand": "transitions", "transitions": shown}


def available(issue: Issue) -> list[catalog.Transition]:
    """Return the transitions that lead out of the issue's status."""
    return [t for t in catalog.TRANSITIONS if issue.status_id in t.sources]


def perform(call: Call) -> None:
    """Move an issue, all or nothing."""
    body = only(call.body, keys=_KEYS)
    issue = call.issue
    transition = _chosen_transition(body, issue=issue)
    draft = issue.model_copy(deep=True)
    fields = dict(body.get("fields") or {})
    done = catalog.status(transition.to).category == "done"
    resolution = _resolution(fields, done=done, call=call)
    apply_fields(draft, values=fields, site=call.site)
    comments = apply_operations(draft, update=body.get("update") or {}, call=call)
    _move(draft, to=transition.to, resolution=resolution, at=call.time)
    keep(draft, call=call, comments=comments)


def _chosen_transition(body: JsonObject, *, issue: Issue) -> catalog.Transition:
    wanted = body.get("transition")
    transition_id = str(wanted.get("id")) if isinstance(wanted, dict) else None
    if transition_id is None:
        raise JiraError(400, "Missing 'transition' identifier")
    for transition in available(issue):
        if transition.id == transition_id:
            return transition
    raise JiraError(400, f"Transition id '{transition_id}' is not valid for this issue.")


def _resolution(fields: JsonObject, *, done: bool, call: Call) -> catalog.Named | None:
    given = fields.pop("resolution", None)
    if not done:
        if given is not None:
            raise field_error(
                "resolution",
                "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown.",
            )
        return None
    if given is not None:
        return chosen(given, among=catalog.RESOLUTIONS, field="resolution")
    if call.site.seed.resolution_required:
        raise field_error("resolution", "Resolution is required.")
    return catalog.RESOLUTIONS[0]


def _move(issue: Issue, *, to: str, resolution: catalog.Named | None, at: datetime) -> None:
    issue.status_id = to
    issue.resolution_id = resolution.id if resolution else None
    issue.resolved = at if resolution else None


def _transition_shape(transition: catalog.Transition, *, call: Call) -> JsonObject:
    done = catalog.status(transition.to).category == "done"
    shape = {
        "id": transition.id,
        "name": transition.name,
        "to": status_shape(transition.to, call=call),
        "hasScreen": done,
        "isGlobal": False,
        "isAvailable": True,
    }
    if "transitions" not in call.query.get("expand", ""):
        return shape
    return shape | {"fields": {"resolution": _resolution_meta(call)} if done else {}}


def _resolution_meta(call: Call) -> JsonObject:
    return {
        "required": call.site.seed.resolution_required,
        "schema": {"type": "resolution", "system": "resolution"},
        "name": "Resolution",
        "key": "resolution",
        "operations": ["set"],
        "allowedValues": [named_shape(entry, kind="resolution", call=call) for entry in catalog.RESOLUTIONS],
    }
