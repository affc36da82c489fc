"""The fields of an issue: what each accepts, how it changes the issue and how it is shown.

One line per field in `FIELDS`. What is not in the table, or not on this deployment's screens, is
refused as unknown; nothing is silently ignored.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from integrations.sandbox.jira import accounts
from integrations.sandbox.jira.catalog import (
    EPIC_LINK_FIELD,
    EPIC_NAME_FIELD,
    ISSUE_TYPES,
    PRIORITIES,
    IssueType,
    Named,
    issue_type,
)
from integrations.sandbox.jira.errors import JiraError, field_error
from integrations.sandbox.jira.records import Issue
from integrations.sandbox.jira.state import Site
from integrations.sandbox.seed import CustomField, JiraSeed

MAX_SUMMARY = 255
MAX_TEXT = 32_767
MAX_LABEL = 255

_NO_SUMMARY = "You must specify a summary of the issue."


@dataclass(frozen=True)
class Field:
    """A field that can be written: its schema and what sets it on an issue."""

    name: str
    schema: str
    write: Callable[[Issue, object, Site], None]
    items: str | None = None
    custom: str | None = None


def writable_fields(seed: JiraSeed) -> Mapping[str, Field]:
    """Return the fields on the screens of this deployment, by id."""
    on_server = {EPIC_NAME_FIELD, EPIC_LINK_FIELD}
    built_in = {
        field_id: field
        for field_id, field in FIELDS.items()
        if seed.deployment == "Server" or field_id not in on_server
    }
    return {**built_in, **{custom.id: _custom_field(custom) for custom in seed.custom_fields}}


def apply_fields(issue: Issue, *, values: Mapping[str, object], site: Site, complete: bool = False) -> None:
    """Set fields of an issue, or refuse naming every problem at once.

    The caller works on a copy and keeps it only when nothing was refused. With `complete`, fields
    that must be filled in are demanded too.
    """
    known = writable_fields(site.seed)
    errors = {field_id: unknown_field(field_id) for field_id in values.keys() - known.keys()}
    for field_id in (field_id for field_id in known if field_id in values):
        try:
            known[field_id].write(issue, values[field_id], site)
        except JiraError as refusal:
            errors |= refusal.errors
    if complete:
        errors = dict(_missing(issue, site=site)) | errors
    if errors:
        raise JiraError(400, errors=errors)


def unknown_field(field_id: str) -> str:
    """Word the refusal of a field that is not there."""
    return f"Field '{field_id}' cannot be set. It is not on the appropriate screen, or unknown."


def chosen(value: object, *, among: tuple[Named, ...], field: str) -> Named:
    """Return the catalog entry a body names by id or name."""
    if isinstance(value, dict):
        for entry in among:
            by_id, by_name = value.get("id") == entry.id, value.get("name") == entry.name
            if by_id or (by_name and "id" not in value):
                return entry
    wanted = value.get("name", value.get("id")) if isinstance(value, dict) else value
    raise field_error(field, f"{field.title()} name '{wanted}' is not valid")


def _missing(issue: Issue, *, site: Site) -> Iterator[tuple[str, str]]:
    if not issue.summary:
        yield "summary", _NO_SUMMARY
    kind = issue_type(issue.type_id)
    if kind.level < 0 and issue.parent_id is None:
        yield "issuetype", "Issue type is a sub-task but parent issue key or id not specified."
    if kind.level > 0 and not site.is_cloud and not issue.epic_name:
        yield EPIC_NAME_FIELD, "Epic Name is required."
    for custom in site.seed.custom_fields:
        if custom.required and issue.custom.get(custom.id) in (None, ""):
            yield custom.id, f"{custom.name} is required."


def _text(value: object, *, field: str, limit: int) -> str:
    if not isinstance(value, str):
        raise field_error(field, "Operation value must be a string")
    if len(value) > limit:
        message = f"The entered text is too long. It exceeds the allowed limit of {limit:,} characters."
        raise field_error(field, message)
    return value


def _summary(issue: Issue, value: object, _: Site) -> None:
    summary = _text(value, field="summary", limit=MAX_TEXT)
    if len(summary) > MAX_SUMMARY:
        raise field_error("summary", "Summary can't exceed 255 characters.")
    if "\n" in summary or "\r" in summary:
        message = "The summary is invalid because it contains newline characters."
        raise field_error("summary", message)
    if not summary.strip():
        raise field_error("summary", _NO_SUMMARY)
    issue.summary = summary.strip()


def _description(issue: Issue, value: object, _: Site) -> None:
    described = None if value is None else _text(value, field="description", limit=MAX_TEXT)
    issue.description = described


def _project(issue: Issue, value: object, site: Site) -> None:
    del issue
    names = {"key": site.seed.project_key, "id": "10000"}
    if not isinstance(value, dict) or not any(value.get(k) == v for k, v in names.items()):
        raise field_error("project", "valid project is required")


def _issue_type(issue: Issue, value: object, site: Site) -> None:
    try:
        issue.type_id = chosen(value, among=_types(site), field="issuetype").id
    except JiraError as refusal:
        raise field_error("issuetype", "The issue type selected is invalid.") from refusal


def _types(site: Site) -> tuple[IssueType, ...]:
    return tuple(kind for kind in ISSUE_TYPES if kind.name in site.seed.issue_types)


def _priority(issue: Issue, value: object, _: Site) -> None:
    issue.priority_id = chosen(value, among=PRIORITIES, field="priority").id


def _labels(issue: Issue, value: object, _: Site) -> None:
    labels = value if isinstance(value, list) else None
    if labels is None or not all(isinstance(label, str) for label in labels):
        raise field_error("labels", "data was not an array")
    for label in labels:
        if any(character.isspace() for character in label):
            raise field_error("labels", f"The label '{label}' contains spaces which is invalid.")
        if not 0 < len(label) <= MAX_LABEL:
            raise field_error("labels", "A label must have 1 to 255 characters.")
    issue.labels = list(dict.fromkeys(labels))


def _assignee(issue: Issue, value: object, site: Site) -> None:
    account = accounts.referenced(value, field="assignee", site=site)
    issue.assignee = account.key if account else None


def _reporter(issue: Issue, value: object, site: Site) -> None:
    account = accounts.referenced(value, field="reporter", site=site)
    if account is None:
        raise field_error("reporter", "Reporter is required.")
    issue.reporter = account.key


def _duedate(issue: Issue, value: object, _: Site) -> None:
    issue.duedate = None if value in (None, "") else _date(value, field="duedate")


def _parent(issue: Issue, value: object, site: Site) -> None:
    if value is None:
        issue.parent_id = None
        return
    parent = _other_issue(value, field="parent", site=site)
    child_level = issue_type(issue.type_id).level
    if not site.is_cloud and child_level >= 0:
        raise field_error("parent", "Issue type is not a sub-task but a parent was specified.")
    if issue_type(parent.type_id).level != child_level + 1 or parent.id == issue.id:
        message = f"Given parent issue {parent.key} does not belong to appropriate hierarchy."
        raise field_error("parent", message)
    issue.parent_id = parent.id


def _epic_name(issue: Issue, value: object, _: Site) -> None:
    issue.epic_name = _text(value, field=EPIC_NAME_FIELD, limit=MAX_SUMMARY)


def _epic_link(issue: Issue, value: object, site: Site) -> None:
    if value is None:
        issue.epic_id = None
        return
    epic = _other_issue({"key": value}, field=EPIC_LINK_FIELD, site=site)
    if issue_type(epic.type_id).level != 1:
        raise field_error(EPIC_LINK_FIELD, f"{epic.key} is not an epic.")
    issue.epic_id = epic.id


def _security(issue: Issue, value: object, site: Site) -> None:
    if value is None:
        issue.security = None
        return
    levels = tuple(Named(str(10_000 + index), name) for index, name in enumerate(site.seed.security_levels))
    try:
        issue.security = chosen(value, among=levels, field="security").name
    except JiraError as refusal:
        raise field_error("security", "The security level is not valid.") from refusal


def _components(issue: Issue, value: object, site: Site) -> None:
    known = tuple(Named(str(10_100 + index), name) for index, name in enumerate(site.seed.components))
    if not isinstance(value, list):
        raise field_error("components", "data was not an array")
    try:
        issue.components = [chosen(entry, among=known, field="components").name for entry in value]
    except JiraError as refusal:
        raise field_error("components", "The component name is not valid.") from refusal


def _other_issue(value: object, *, field: str, site: Site) -> Issue:
    wanted = (value.get("key") or value.get("id")) if isinstance(value, dict) else None
    found = site.state.with_key(str(wanted)) or site.state.issues.get(str(wanted))
    if found is None:
        raise field_error(field, f"Could not find issue by id or key '{wanted}'.")
    return found


def _date(value: object, *, field: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as malformed:
        message = f"Error parsing date string: {value}. Expected yyyy-MM-dd."
        raise field_error(field, message) from malformed


def _custom_field(custom: CustomField) -> Field:
    def write(issue: Issue, value: object, _: Site) -> None:
        if value is not None:
            _check_custom(custom, value)
        issue.custom[custom.id] = value

    return Field(custom.name, custom.kind, write, custom=f"sandbox:{custom.kind}")


def _check_custom(custom: CustomField, value: object) -> None:
    match custom.kind:
        case "string":
            _text(value, field=custom.id, limit=MAX_TEXT)
        case "number":
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise field_error(custom.id, "Operation value must be a number")
        case "date":
            _date(value, field=custom.id)
        case "datetime":
            _check_instant(value, field=custom.id)
        case "option":
            option = value.get("value") if isinstance(value, dict) else None
            if option not in custom.options:
                raise field_error(custom.id, f"Option value '{option}' is not valid")


def _check_instant(value: object, *, field: str) -> None:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError as malformed:
        raise field_error(field, f"Error parsing time: {value}") from malformed
    if instant.tzinfo is None:
        raise field_error(field, "The time must have a zone.")


# The order matters: a type is set before what depends on it.
FIELDS: Mapping[str, Field] = {
    "project": Field("Project", "project", _project),
    "issuetype": Field("Issue Type", "issuetype", _issue_type),
    "summary": Field("Summary", "string", _summary),
    "description": Field("Description", "string", _description),
    "priority": Field("Priority", "priority", _priority),
    "labels": Field("Labels", "array", _labels, items="string"),
    "assignee": Field("Assignee", "user", _assignee),
    "reporter": Field("Reporter", "user", _reporter),
    "duedate": Field("Due date", "date", _duedate),
    "parent": Field("Parent", "issuelink", _parent),
    "security": Field("Security Level", "securitylevel", _security),
    "components": Field("Components", "array", _components, items="component"),
    EPIC_NAME_FIELD: Field("Epic Name", "string", _epic_name, custom="com.pyxis.greenhopper.jira:gh-epic-label"),
    EPIC_LINK_FIELD: Field("Epic Link", "any", _epic_link, custom="com.pyxis.greenhopper.jira:gh-epic-link"),
}
