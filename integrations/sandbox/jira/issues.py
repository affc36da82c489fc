"""issue and issue/{key}: making, reading, changing and deleting issues."""

from integrations.sandbox.jira import catalog
from integrations.sandbox.jira.call import Call, Created, only
from integrations.sandbox.jira.changes import keep, tell
from integrations.sandbox.jira.errors import JiraError, field_error
from integrations.sandbox.jira.fields import apply_fields
from integrations.sandbox.jira.operations import apply_operations
from integrations.sandbox.jira.records import Issue
from integrations.sandbox.jira.shapes import changelog_shape, fields_shape
from integrations.sandbox.jira.workflow import transitions_shape
from integrations.sandbox.values import JsonObject

MAX_BULK = 50

_CREATE_KEYS = frozenset({"fields", "update", "properties", "historyMetadata", "transition"})
_EDIT_KEYS = frozenset({"fields", "update", "properties", "historyMetadata"})


def create(call: Call) -> Created:
    """Make one issue, with its properties, in one go."""
    issue = _create(call, body=call.body)
    return Created(_reference(issue, call=call))


def create_bulk(call: Call) -> Created:
    """Make up to fifty issues; some may be refused while others are made."""
    updates = call.body.get("issueUpdates")
    if not isinstance(updates, list) or not 0 < len(updates) <= MAX_BULK:
        raise JiraError(400, f"Bulk operations take 1 to {MAX_BULK} issues.")
    made, refused = [], []
    for number, body in enumerate(updates):
        try:
            made.append(_reference(_create(call, body=body), call=call))
        except JiraError as refusal:
            errors = refusal.as_json()
            refused.append({"status": 400, "elementErrors": errors, "failedElementNumber": number})
    return Created({"issues": made, "errors": refused})


def get(call: Call) -> JsonObject:
    """Show an issue with the wanted fields and expansions."""
    return issue_shape(call.issue, call=call, fields=call.query.get("fields", "*all").split(","))


def issue_shape(issue: Issue, *, call: Call, fields: list[str]) -> JsonObject:
    """Show an issue with some of its fields (`*all`, `*navigable`, names, `-name`)."""
    shape: JsonObject = {
        "expand": "names,changelog,transitions",
        "id": issue.id,
        "key": issue.key,
        "self": call.address(f"issue/{issue.id}"),
        "fields": _selected(fields_shape(issue, call=call), wanted=fields),
    }
    expand = call.query.get("expand", "")
    if "changelog" in expand:
        shape["changelog"] = changelog_shape(issue, call=call)
    if "transitions" in expand:
        shape |= transitions_shape(issue, call=call)
    wanted = [name for name in call.query.get("properties", "").split(",") if name]
    if wanted:
        held = issue.properties.items()
        shape["properties"] = {k: v for k, v in held if k in wanted or "*all" in wanted}
    return shape


def edit(call: Call) -> None:
    """Change fields directly and by operations, all or nothing."""
    body = only(call.body, keys=_EDIT_KEYS)
    draft = call.issue.model_copy(deep=True)
    fields, update = _object(body, "fields"), _object(body, "update")
    if not fields and not update:
        raise JiraError(400, "one of 'fields' or 'update' required")
    for field in sorted(fields.keys() & update.keys()):
        raise field_error(field, f"Field '{field}' cannot appear in both 'fields' and 'update'")
    if "project" in fields:
        raise field_error("project", "Issues cannot be moved to another project by an edit.")
    apply_fields(draft, values=fields, site=call.site)
    comments = apply_operations(draft, update=update, call=call)
    keep(draft, call=call, comments=comments)


def assign(call: Call) -> None:
    """Give an issue to somebody, or to nobody."""
    draft = call.issue.model_copy(deep=True)
    apply_fields(draft, values={"assignee": call.body}, site=call.site)
    keep(draft, call=call)


def delete(call: Call) -> None:
    """Delete an issue; one with sub-tasks only when they may go too."""
    issue = call.issue
    children = [i for i in call.state.issues.values() if i.parent_id == issue.id]
    subtasks = [i for i in children if catalog.issue_type(i.type_id).level < 0]
    if subtasks and call.query.get("deleteSubtasks") != "true":
        message = f"The issue '{issue.key}' has subtasks. You must specify the 'deleteSubtasks' parameter."
        raise JiraError(400, message)
    for child in children:
        if child not in subtasks:
            child.parent_id = None
    for gone in (*subtasks, issue):
        _remove(gone, call=call)


def _create(call: Call, *, body: JsonObject) -> Issue:
    only(body, keys=_CREATE_KEYS)
    fields = _object(body, "fields")
    required = {"project": "valid project is required", "issuetype": "valid issue type is required"}
    missing = {name: text for name, text in required.items() if name not in fields}
    if missing:
        raise JiraError(400, errors=missing)
    issue = _blank(call)
    apply_fields(issue, values=fields, site=call.site, complete=True)
    issue.properties = _properties(body)
    comments = apply_operations(issue, update=_object(body, "update"), call=call)
    issue.comments.extend(comments)
    return _made(issue, call=call)


def _blank(call: Call) -> Issue:
    return Issue(
        id="",
        key="",
        type_id=catalog.TASK,
        status_id=catalog.TODO,
        summary="",
        created=call.time,
        updated=call.time,
        reporter=call.account.key,
        creator=call.account.key,
    )


def _made(issue: Issue, *, call: Call) -> Issue:
    call.state.issues_made += 1
    issue.id = call.state.new_id()
    issue.key = f"{call.site.seed.project_key}-{call.state.issues_made}"
    call.state.issues[issue.id] = issue
    call.site.touched(issue)
    tell(call, issue=issue, event="jira:issue_created", kind="issue_created", extra={})
    return issue


def _properties(body: JsonObject) -> JsonObject:
    listed = body.get("properties", [])
    if not isinstance(listed, list) or any(not {"key", "value"} <= entry.keys() for entry in listed):
        raise JiraError(400, "properties must be a list of objects with key and value")
    return {entry["key"]: entry["value"] for entry in listed}


def _remove(issue: Issue, *, call: Call) -> None:
    tell(call, issue=issue, event="jira:issue_deleted", kind="issue_deleted", extra={})
    del call.state.issues[issue.id]
    links = call.state.links.values()
    kept = {link.id: link for link in links if issue.id not in (link.inward, link.outward)}
    call.state.links = kept
    call.site.touched(issue, gone=True)


def _reference(issue: Issue, *, call: Call) -> JsonObject:
    return {"id": issue.id, "key": issue.key, "self": call.address(f"issue/{issue.id}")}


def _object(body: JsonObject, name: str) -> JsonObject:
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise JiraError(400, f"'{name}' must be an object")
    return value


def _selected(fields: JsonObject, *, wanted: list[str]) -> JsonObject:
    names = [name.strip() for name in wanted if name.strip()]
    without = {name.removeprefix("-") for name in names if name.startswith("-")}
    positive = {name for name in names if not name.startswith("-")}
    everything = not positive or positive & {"*all", "*navigable"}
    return {k: v for k, v in fields.items() if k not in without and (everything or k in positive)}
