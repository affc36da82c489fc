"""Remote links, links between issues and issue properties."""

import json

from integrations.sandbox.jira import catalog
from integrations.sandbox.jira.call import Call, Created, only
from integrations.sandbox.jira.errors import JiraError, field_error
from integrations.sandbox.jira.records import Issue, IssueLink, RemoteLink
from integrations.sandbox.jira.shapes import (
    link_shape,
    link_type_shape,
    reference_shape,
    remote_link_shape,
)
from integrations.sandbox.values import JsonObject

MAX_PROPERTY = 32_768
MAX_KEY = 255

_REMOTE_KEYS = frozenset({"globalId", "application", "relationship", "object"})
_LINK_KEYS = frozenset({"type", "inwardIssue", "outwardIssue", "comment"})


def remote_links(call: Call) -> list[JsonObject] | JsonObject:
    """List the remote links of an issue, or show the one with a global id."""
    issue = call.issue
    global_id = call.query.get("globalId")
    if global_id is None:
        return [remote_link_shape(link, issue=issue, call=call) for link in issue.remote_links]
    for link in issue.remote_links:
        if link.global_id == global_id:
            return remote_link_shape(link, issue=issue, call=call)
    raise JiraError(404, f"Remote issue link with globalId '{global_id}' does not exist.")


def put_remote_link(call: Call) -> JsonObject | Created:
    """Write a remote link; the same global id means the same link."""
    issue, content = call.issue, _remote_content(call.body)
    global_id = str(call.body.get("globalId") or "")
    for link in issue.remote_links:
        if global_id and link.global_id == global_id:
            link.content = content
            return _remote_reference(link, issue=issue, call=call)
    link = RemoteLink(id=call.state.new_id(), global_id=global_id, content=content)
    issue.remote_links.append(link)
    return Created(_remote_reference(link, issue=issue, call=call))


def get_remote_link(call: Call) -> JsonObject:
    """Show one remote link."""
    return remote_link_shape(_remote(call), issue=call.issue, call=call)


def edit_remote_link(call: Call) -> None:
    """Change one remote link."""
    _remote(call).content = _remote_content(call.body)


def delete_remote_link(call: Call) -> None:
    """Delete one remote link, by id or by global id."""
    issue = call.issue
    if "link" in call.path:
        issue.remote_links.remove(_remote(call))
        return
    kept = [r for r in issue.remote_links if r.global_id != call.query.get("globalId")]
    if len(kept) == len(issue.remote_links):
        raise JiraError(404, "No such remote issue link.")
    issue.remote_links = kept


def add_link(call: Call) -> Created:
    """Link two issues."""
    body = only(call.body, keys=_LINK_KEYS)
    wanted = body.get("type") or {}
    kinds = [k for k in catalog.LINK_TYPES if wanted.get("name") == k.name or wanted.get("id") == k.id]
    if not kinds:
        raise JiraError(404, f"No issue link type with name '{wanted.get('name')}' found.")
    inward, outward = _end(body, "inwardIssue", call=call), _end(body, "outwardIssue", call=call)
    link_id = call.state.new_id()
    call.state.links[link_id] = IssueLink(id=link_id, type_id=kinds[0].id, inward=inward.id, outward=outward.id)
    return Created(None)


def get_link(call: Call) -> JsonObject:
    """Show a link from both ends."""
    link = _link(call)
    inward, outward = call.state.issues[link.inward], call.state.issues[link.outward]
    shape = link_shape(link.id, seen_from=inward, call=call)
    return {
        **shape,
        "inwardIssue": reference_shape(inward, call=call),
        "outwardIssue": reference_shape(outward, call=call),
    }


def delete_link(call: Call) -> None:
    """Delete a link."""
    del call.state.links[_link(call).id]


def link_types(call: Call) -> JsonObject:
    """List the types of link."""
    return {"issueLinkTypes": [link_type_shape(kind, call=call) for kind in catalog.LINK_TYPES]}


def property_keys(call: Call) -> JsonObject:
    """List the keys of an issue's properties."""
    issue = call.issue
    address = call.address(f"issue/{issue.key}/properties")
    return {"keys": [{"self": f"{address}/{key}", "key": key} for key in issue.properties]}


def get_property(call: Call) -> JsonObject:
    """Show a property."""
    key = call.path["key"]
    if key not in call.issue.properties:
        raise JiraError(404, f"The property {key} does not exist.")
    return {"key": key, "value": call.issue.properties[key]}


def put_property(call: Call) -> Created | None:
    """Write a property; its value is any JSON."""
    key, value = call.path["key"], call.payload
    if value is None or len(json.dumps(value)) > MAX_PROPERTY:
        raise JiraError(400, "The property value must be JSON of at most 32768 characters.")
    if len(key) > MAX_KEY:
        raise JiraError(400, "The property key must be at most 255 characters.")
    known = key in call.issue.properties
    call.issue.properties[key] = value
    return None if known else Created(None)


def delete_property(call: Call) -> None:
    """Delete a property."""
    get_property(call)
    del call.issue.properties[call.path["key"]]


def _remote_content(body: JsonObject) -> JsonObject:
    only(body, keys=_REMOTE_KEYS)
    target = body.get("object")
    errors = {
        name: f"'{name}' is required."
        for name in ("url", "title")
        if not isinstance(target, dict) or not target.get(name)
    }
    if errors:
        raise JiraError(400, errors=errors)
    return {key: value for key, value in body.items() if key != "globalId"}


def _remote_reference(link: RemoteLink, *, issue: Issue, call: Call) -> JsonObject:
    shape = remote_link_shape(link, issue=issue, call=call)
    return {"id": shape["id"], "self": shape["self"]}


def _remote(call: Call) -> RemoteLink:
    for link in call.issue.remote_links:
        if link.id == call.path["link"]:
            return link
    raise JiraError(404, f"Remote issue link with id '{call.path['link']}' does not exist.")


def _end(body: JsonObject, name: str, *, call: Call) -> Issue:
    value = body.get(name)
    if not isinstance(value, dict):
        raise field_error(name, "expected an object with 'key'")
    return call.state.issue(str(value.get("key") or value.get("id")))


def _link(call: Call) -> IssueLink:
    link = call.state.links.get(call.path["link"])
    if link is None:
        raise JiraError(404, f"No issue link with id '{call.path['link']}' exists.")
    return link
