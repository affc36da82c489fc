"""Records and catalog entries as the REST API shows them."""

from typing import Any
from urllib.parse import quote

from integrations.sandbox.jira import catalog
from integrations.sandbox.jira.accounts import shown, shown_key
from integrations.sandbox.jira.call import Call, stamp
from integrations.sandbox.jira.records import Attachment, Comment, History, Issue, RemoteLink
from integrations.sandbox.values import JsonObject


def status_shape(status_id: str, *, call: Call) -> JsonObject:
    """Show a status with its category."""
    status = catalog.status(status_id)
    return {
        "self": call.address(f"status/{status.id}"),
        "id": status.id,
        "name": status.name,
        "description": "",
        "statusCategory": category_shape(status.category, call=call),
    }


def category_shape(key: str, *, call: Call) -> JsonObject:
    """Show a category of statuses."""
    category = catalog.CATEGORIES[key]
    return {
        "self": call.address(f"statuscategory/{category.id}"),
        "id": category.id,
        "key": category.key,
        "name": category.name,
        "colorName": category.colour,
    }


def type_shape(type_id: str, *, call: Call) -> JsonObject:
    """Show an issue type."""
    kind = catalog.issue_type(type_id)
    shape: JsonObject = {
        "self": call.address(f"issuetype/{kind.id}"),
        "id": kind.id,
        "name": kind.name,
        "description": "",
        "subtask": kind.level < 0,
    }
    return shape | ({"hierarchyLevel": kind.level} if call.site.is_cloud else {})


def named_shape(named: catalog.Named, *, kind: str, call: Call) -> JsonObject:
    """Show an entry of a catalog."""
    return {"self": call.address(f"{kind}/{named.id}"), "id": named.id, "name": named.name}


def project_shape(call: Call) -> JsonObject:
    """Show the one project."""
    seed = call.site.seed
    return {
        "self": call.address("project/10000"),
        "id": "10000",
        "key": seed.project_key,
        "name": seed.project_name,
        "projectTypeKey": "software",
        "simplified": False,
    }


def comment_shape(comment: Comment, *, issue: Issue, call: Call) -> JsonObject:
    """Show a comment."""
    author = shown_key(comment.author, call=call)
    shape = {
        "self": call.address(f"issue/{issue.id}/comment/{comment.id}"),
        "id": comment.id,
        "author": author,
        "updateAuthor": author,
        "body": comment.body,
        "created": stamp(comment.created),
        "updated": stamp(comment.updated),
    }
    return shape | ({"visibility": comment.visibility} if comment.visibility else {})


def attachment_shape(attachment: Attachment, *, call: Call) -> JsonObject:
    """Show a file of an issue; where its bytes are is another address on a Server."""
    if call.site.is_cloud:
        content = call.address(f"attachment/content/{attachment.id}")
    else:
        content = f"{call.base_url}/secure/attachment/{attachment.id}/{quote(attachment.name)}"
    return {
        "self": call.address(f"attachment/{attachment.id}"),
        "id": attachment.id,
        "filename": attachment.name,
        "author": shown_key(attachment.author, call=call),
        "created": stamp(attachment.created),
        "size": len(attachment.content),
        "mimeType": attachment.media_type,
        "content": content,
    }


def remote_link_shape(link: RemoteLink, *, issue: Issue, call: Call) -> JsonObject:
    """Show a link to something elsewhere."""
    address = call.address(f"issue/{issue.key}/remotelink/{link.id}")
    return {"id": int(link.id), "self": address, "globalId": link.global_id, **link.content}


def history_shape(history: History, *, call: Call) -> JsonObject:
    """Show fields changed together."""
    return {
        "id": history.id,
        "author": shown_key(history.author, call=call),
        "created": stamp(history.created),
        "items": [
            {
                "field": change.field,
                "fieldtype": "jira",
                "from": change.old,
                "fromString": change.old_text,
                "to": change.new,
                "toString": change.new_text,
            }
            for change in history.changes
        ],
    }


def changelog_shape(issue: Issue, *, call: Call) -> JsonObject:
    """Show the whole history of an issue."""
    histories = [history_shape(history, call=call) for history in issue.history]
    total = len(histories)
    return {"startAt": 0, "maxResults": total, "total": total, "histories": histories}


def reference_shape(issue: Issue, *, call: Call) -> JsonObject:
    """Show just enough of an issue to refer to it."""
    return {
        "id": issue.id,
        "key": issue.key,
        "self": call.address(f"issue/{issue.id}"),
        "fields": {
            "summary": issue.summary,
            "status": status_shape(issue.status_id, call=call),
            "issuetype": type_shape(issue.type_id, call=call),
        },
    }


def link_shape(link_id: str, *, seen_from: Issue, call: Call) -> JsonObject:
    """Show a link between issues as one of them sees it."""
    link = call.state.links[link_id]
    kind = next(entry for entry in catalog.LINK_TYPES if entry.id == link.type_id)
    outward = link.inward == seen_from.id
    other = call.state.issues[link.outward if outward else link.inward]
    side = "outwardIssue" if outward else "inwardIssue"
    return {
        "id": link.id,
        "self": call.address(f"issueLink/{link.id}"),
        "type": link_type_shape(kind, call=call),
        side: reference_shape(other, call=call),
    }


def link_type_shape(kind: catalog.LinkType, *, call: Call) -> JsonObject:
    """Show a type of link."""
    shape = named_shape(kind, kind="issueLinkType", call=call)
    return {**shape, "inward": kind.inward, "outward": kind.outward}


def fields_shape(issue: Issue, *, call: Call) -> JsonObject:
    """Show every field of an issue."""
    comments = [comment_shape(comment, issue=issue, call=call) for comment in issue.comments]
    count = len(comments)
    return {
        "project": project_shape(call),
        "issuetype": type_shape(issue.type_id, call=call),
        "summary": issue.summary,
        "description": issue.description,
        "status": status_shape(issue.status_id, call=call),
        "priority": _catalogued(issue.priority_id, kind="priority", call=call),
        "resolution": _catalogued(issue.resolution_id, kind="resolution", call=call),
        "resolutiondate": stamp(issue.resolved) if issue.resolved else None,
        "labels": issue.labels,
        "assignee": shown_key(issue.assignee, call=call),
        "reporter": shown_key(issue.reporter, call=call),
        "creator": shown_key(issue.creator, call=call),
        "created": stamp(issue.created),
        "updated": stamp(issue.updated),
        "duedate": issue.duedate.isoformat() if issue.duedate else None,
        "security": {"name": issue.security} if issue.security else None,
        "components": [{"name": name} for name in issue.components],
        "comment": {"comments": comments, "maxResults": count, "total": count, "startAt": 0},
        "attachment": [attachment_shape(entry, call=call) for entry in issue.attachments],
        "issuelinks": _links(issue, call=call),
        "subtasks": _children(issue, call=call),
        "watches": watches_shape(issue, call=call),
        **_family(issue, call=call),
        **issue.custom,
    }


def watches_shape(issue: Issue, *, call: Call) -> JsonObject:
    """Show how many watch an issue and whether the caller does."""
    return {
        "self": call.address(f"issue/{issue.key}/watchers"),
        "watchCount": len(issue.watchers),
        "isWatching": call.account.key in issue.watchers,
    }


def watchers_shape(issue: Issue, *, call: Call) -> JsonObject:
    """Show who watches an issue."""
    watchers = [shown(call.state.accounts[key], call=call) for key in issue.watchers]
    return {**watches_shape(issue, call=call), "watchers": watchers}


def _family(issue: Issue, *, call: Call) -> dict[str, Any]:
    family: dict[str, Any] = {}
    if issue.parent_id:
        family["parent"] = reference_shape(call.state.issues[issue.parent_id], call=call)
    if not call.site.is_cloud:
        epic = call.state.issues.get(issue.epic_id or "")
        family[catalog.EPIC_LINK_FIELD] = epic.key if epic else None
        family[catalog.EPIC_NAME_FIELD] = issue.epic_name
    return family


def _children(issue: Issue, *, call: Call) -> list[JsonObject]:
    return [
        reference_shape(other, call=call)
        for other in call.state.issues.values()
        if other.parent_id == issue.id and catalog.issue_type(other.type_id).level < 0
    ]


def _links(issue: Issue, *, call: Call) -> list[JsonObject]:
    return [
        link_shape(link.id, seen_from=issue, call=call)
        for link in call.state.links.values()
        if issue.id in (link.inward, link.outward)
    ]


def _catalogued(entry_id: str | None, *, kind: str, call: Call) -> JsonObject | None:
    if entry_id is None:
        return None
    entries = catalog.PRIORITIES if kind == "priority" else catalog.RESOLUTIONS
    return named_shape(catalog.entry(entries, entry_id=entry_id), kind=kind, call=call)
