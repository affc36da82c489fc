"""issue/{key}/comment and issue/{key}/watchers."""

from integrations.sandbox.jira.call import Call, Created, only
from integrations.sandbox.jira.changes import tell_comment
from integrations.sandbox.jira.errors import JiraError, field_error
from integrations.sandbox.jira.records import Account, Comment
from integrations.sandbox.jira.shapes import comment_shape, watchers_shape
from integrations.sandbox.values import JsonObject

MAX_COMMENT = 32_767

_KEYS = frozenset({"body", "visibility", "properties"})


def listing(call: Call) -> JsonObject:
    """List the comments of an issue, oldest first."""
    issue = call.issue
    start, size = call.number("startAt", default=0), call.number("maxResults", default=5000)
    newest_first = call.query.get("orderBy", "").startswith("-")
    ordered = issue.comments[::-1] if newest_first else issue.comments
    page = [comment_shape(c, issue=issue, call=call) for c in ordered[start : start + size]]
    total = len(issue.comments)
    return {"startAt": start, "maxResults": size, "total": total, "comments": page}


def add(call: Call) -> Created:
    """Write a comment."""
    issue = call.issue
    comment = new_comment(call.body, call=call)
    issue.comments.append(comment)
    call.site.record(issue, by=call.account, changes=[], at=call.time)
    tell_comment(call, issue=issue, comment=comment)
    return Created(comment_shape(comment, issue=issue, call=call))


def get(call: Call) -> JsonObject:
    """Show one comment."""
    return comment_shape(_comment(call), issue=call.issue, call=call)


def edit(call: Call) -> JsonObject:
    """Change the words of a comment."""
    comment = _comment(call)
    if comment.author != call.account.key:
        raise JiraError(403, "You do not have permission to edit this comment.")
    comment.body = new_comment(call.body, call=call).body
    comment.updated = call.time
    call.site.record(call.issue, by=call.account, changes=[], at=call.time)
    return comment_shape(comment, issue=call.issue, call=call)


def delete(call: Call) -> None:
    """Delete a comment."""
    call.issue.comments.remove(_comment(call))
    call.site.record(call.issue, by=call.account, changes=[], at=call.time)


def new_comment(body: JsonObject, *, call: Call) -> Comment:
    """Make a comment that is not yet under any issue."""
    text = only(body, keys=_KEYS).get("body")
    if not isinstance(text, str):
        raise field_error("comment", "Comment body is not valid!")
    if not text.strip():
        raise field_error("comment", "Comment body can not be empty!")
    if len(text) > MAX_COMMENT:
        raise field_error("comment", "The entered text is too long.")
    return Comment(
        id=call.state.new_id(),
        author=call.account.key,
        body=text,
        created=call.time,
        updated=call.time,
        visibility=body.get("visibility"),
    )


def watchers(call: Call) -> JsonObject:
    """Show who watches an issue."""
    return watchers_shape(call.issue, call=call)


def watch(call: Call) -> None:
    """Add a watcher; without a body, the caller."""
    key = call.payload if isinstance(call.payload, str) else call.account.key
    account = _account(key, call=call)
    if account.key not in call.issue.watchers:
        call.issue.watchers.append(account.key)


def unwatch(call: Call) -> None:
    """Take a watcher away."""
    key = call.query.get("accountId" if call.site.is_cloud else "username", "")
    account = _account(key, call=call)
    call.issue.watchers = [k for k in call.issue.watchers if k != account.key]


def _account(key: str, *, call: Call) -> Account:
    account = call.state.accounts.get(key)
    if account is None:
        raise JiraError(404, f"The user '{key}' does not exist.")
    return account


def _comment(call: Call) -> Comment:
    for comment in call.issue.comments:
        if comment.id == call.path["comment"]:
            return comment
    raise JiraError(404, f"Can not find a comment for the id: {call.path['comment']}.")
