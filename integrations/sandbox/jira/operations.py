"""The `update` part of a body: operations on fields, each refused when the field has no such verb."""

from integrations.sandbox.jira.call import Call
from integrations.sandbox.jira.comments import new_comment
from integrations.sandbox.jira.errors import field_error
from integrations.sandbox.jira.fields import apply_fields, unknown_field, writable_fields
from integrations.sandbox.jira.records import Comment, Issue


def apply_operations(issue: Issue, *, update: dict[str, object], call: Call) -> tuple[Comment, ...]:
    """Apply operations to a draft; return the comments they make, not yet part of it."""
    comments: list[Comment] = []
    for field, operations in update.items():
        for verb, value in _verbs(field, operations=operations):
            if field == "comment":
                comments.append(_comment(verb, value=value, call=call))
            elif field == "labels":
                labels = _labels(issue.labels, verb=verb, value=value)
                apply_fields(issue, values={"labels": labels}, site=call.site)
            else:
                _set(issue, field=field, verb=verb, value=value, call=call)
    return tuple(comments)


def _verbs(field: str, *, operations: object) -> list[tuple[str, object]]:
    if not isinstance(operations, list):
        raise field_error(field, "Operations must be an array")
    for operation in operations:
        if not isinstance(operation, dict) or len(operation) != 1:
            raise field_error(field, "Each operation must be an object with one verb")
    return [next(iter(operation.items())) for operation in operations]


def _comment(verb: str, *, value: object, call: Call) -> Comment:
    if verb != "add" or not isinstance(value, dict):
        raise field_error("comment", f"Field with id 'comment' does not support '{verb}' so")
    return new_comment(value, call=call)


def _labels(labels: list[str], *, verb: str, value: object) -> object:
    match verb:
        case "add":
            return [*labels, value]
        case "remove":
            return [label for label in labels if label != value]
        case "set":
            return value
        case _:
            raise field_error("labels", f"Field with id 'labels' does not support '{verb}'")


def _set(issue: Issue, *, field: str, verb: str, value: object, call: Call) -> None:
    if field not in writable_fields(call.site.seed):
        raise field_error(field, unknown_field(field))
    if verb != "set":
        raise field_error(field, f"Field with id '{field}' does not support '{verb}'")
    apply_fields(issue, values={field: value}, site=call.site)
