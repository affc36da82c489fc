"""What changed between two versions of an issue, and telling the webhooks of it."""

from collections.abc import Callable, Iterator, Mapping

from integrations.sandbox.jira import catalog
from integrations.sandbox.jira.accounts import shown
from integrations.sandbox.jira.call import Call
from integrations.sandbox.jira.records import Attachment, Change, Comment, Issue
from integrations.sandbox.jira.shapes import attachment_shape, comment_shape, fields_shape, history_shape
from integrations.sandbox.jira.state import JiraState
from integrations.sandbox.values import JsonObject

Reading = tuple[str | None, str | None]


def keep(draft: Issue, *, call: Call, comments: tuple[Comment, ...] = ()) -> Issue:
    """Make a changed copy the issue, with its history, and tell the webhooks."""
    old = call.state.issues[draft.id]
    changes = list(changes_between(old, new=draft, state=call.state))
    draft.comments.extend(comments)
    call.state.issues[draft.id] = draft
    if not changes and not comments:
        return draft
    history = call.site.record(draft, by=call.account, changes=changes, at=call.time)
    extra = {"changelog": history_shape(history, call=call)} if history else {}
    if changes:
        tell(call, issue=draft, event="jira:issue_updated", kind=_event_kind(changes), extra=extra)
    for comment in comments:
        tell_comment(call, issue=draft, comment=comment)
    return draft


def tell_comment(call: Call, *, issue: Issue, comment: Comment) -> None:
    """Tell of a comment both ways Jira does."""
    extra = {"comment": comment_shape(comment, issue=issue, call=call)}
    tell(call, issue=issue, event="comment_created", kind="", extra=extra)
    if not call.site.is_cloud:
        tell(call, issue=issue, event="jira:issue_updated", kind="issue_commented", extra=extra)


def tell_file(call: Call, *, event: str, file: Attachment) -> None:
    """Tell of a file as Jira does: without the issue that it belongs to."""
    shape = attachment_shape(file, call=call)
    call.site.webhooks.tell(event, body={"timestamp": int(call.time.timestamp() * 1000), "attachment": shape})


def tell(call: Call, *, issue: Issue, event: str, kind: str, extra: JsonObject) -> None:
    """Tell the webhooks what happened to an issue."""
    body = {
        "timestamp": int(call.time.timestamp() * 1000),
        "user": shown(call.account, call=call),
        "issue": {
            "id": issue.id,
            "key": issue.key,
            "self": call.address(f"issue/{issue.id}"),
            "fields": fields_shape(issue, call=call),
        },
        **extra,
    }
    named = {"issue_event_type_name": kind} if kind else {}
    call.site.webhooks.tell(event, body={**body, **named})


def changes_between(old: Issue, *, new: Issue, state: JiraState) -> Iterator[Change]:
    """Yield the fields that differ, as the changelog words them."""
    for field, read in _READINGS.items():
        before, after = read(old, state), read(new, state)
        if before != after:
            yield Change(field=field, old=before[0], old_text=before[1], new=after[0], new_text=after[1])
    yield from _files(old, new)
    for field in old.custom.keys() | new.custom.keys():
        before_value, after_value = old.custom.get(field), new.custom.get(field)
        if before_value != after_value:
            yield Change(field=field, old_text=str(before_value), new_text=str(after_value))


def _files(old: Issue, new: Issue) -> Iterator[Change]:
    """Yield each file that was added or taken away, by its id and its name."""
    before, after = ({file.id: file.name for file in issue.attachments} for issue in (old, new))
    for file, name in before.items():
        if file not in after:
            yield Change(field="Attachment", old=file, old_text=name)
    for file, name in after.items():
        if file not in before:
            yield Change(field="Attachment", new=file, new_text=name)


def _event_kind(changes: list[Change]) -> str:
    changed = {change.field for change in changes}
    if changed == {"assignee"}:
        return "issue_assigned"
    return "issue_generic" if "status" in changed else "issue_updated"


def _named(catalog_entries: tuple[catalog.Named, ...], *, entry_id: str | None) -> Reading:
    if entry_id is None:
        return None, None
    return entry_id, catalog.entry(catalog_entries, entry_id=entry_id).name


def _person(key: str | None, state: JiraState) -> Reading:
    return (None, None) if key is None else (key, state.accounts[key].name)


def _other(issue_id: str | None, state: JiraState) -> Reading:
    return (None, None) if issue_id is None else (issue_id, state.issues[issue_id].key)


_READINGS: Mapping[str, Callable[[Issue, JiraState], Reading]] = {
    "summary": lambda i, _: (None, i.summary),
    "description": lambda i, _: (None, i.description),
    "issuetype": lambda i, _: _named(catalog.ISSUE_TYPES, entry_id=i.type_id),
    "status": lambda i, _: _named(catalog.STATUSES, entry_id=i.status_id),
    "resolution": lambda i, _: _named(catalog.RESOLUTIONS, entry_id=i.resolution_id),
    "priority": lambda i, _: _named(catalog.PRIORITIES, entry_id=i.priority_id),
    "assignee": lambda i, state: _person(i.assignee, state),
    "reporter": lambda i, state: _person(i.reporter, state),
    "labels": lambda i, _: (None, " ".join(i.labels)),
    "duedate": lambda i, _: (str(i.duedate), str(i.duedate)) if i.duedate else (None, None),
    "Parent": lambda i, state: _other(i.parent_id, state),
    "Epic Link": lambda i, state: _other(i.epic_id, state),
    "security": lambda i, _: (None, i.security),
    "Component": lambda i, _: (None, ", ".join(i.components)),
}
