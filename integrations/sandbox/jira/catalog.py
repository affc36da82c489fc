"""What an administrator configured: types, statuses, priorities, resolutions, links and workflow."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Named:
    """An entry of a catalog."""

    id: str
    name: str


@dataclass(frozen=True)
class Status(Named):
    """A status with the key of its category: new, indeterminate or done."""

    category: str


@dataclass(frozen=True)
class IssueType(Named):
    """A type of issue; the level is 1 for epics, 0 for ordinary issues and -1 for sub-tasks."""

    level: int


@dataclass(frozen=True)
class LinkType(Named):
    """A type of link with its two readings."""

    inward: str
    outward: str


@dataclass(frozen=True)
class Category:
    """A category of statuses."""

    id: int
    key: str
    name: str
    colour: str


@dataclass(frozen=True)
class Transition(Named):
    """A way from some statuses to another."""

    to: str
    sources: frozenset[str]


TODO, IN_PROGRESS, DONE = "10000", "3", "10001"

CATEGORIES: Mapping[str, Category] = {
    "new": Category(2, "new", "To Do", "blue-gray"),
    "indeterminate": Category(4, "indeterminate", "In Progress", "yellow"),
    "done": Category(3, "done", "Done", "green"),
}

STATUSES = (
    Status(TODO, "To Do", "new"),
    Status(IN_PROGRESS, "In Progress", "indeterminate"),
    Status(DONE, "Done", "done"),
)

TRANSITIONS = (
    Transition("11", "Back to To Do", TODO, frozenset({IN_PROGRESS})),
    Transition("21", "Start work", IN_PROGRESS, frozenset({TODO})),
    Transition("31", "Done", DONE, frozenset({TODO, IN_PROGRESS})),
    Transition("41", "Reopen", TODO, frozenset({DONE})),
)

RESOLUTIONS = (
    Named("10000", "Done"),
    Named("10001", "Won't do"),
    Named("10002", "Duplicate"),
    Named("10003", "Cannot Reproduce"),
)

PRIORITIES = (
    Named("1", "Highest"),
    Named("2", "High"),
    Named("3", "Medium"),
    Named("4", "Low"),
    Named("5", "Lowest"),
)

EPIC, TASK, SUBTASK = "10000", "10002", "10003"

ISSUE_TYPES = (
    IssueType(EPIC, "Epic", 1),
    IssueType("10001", "Story", 0),
    IssueType(TASK, "Task", 0),
    IssueType(SUBTASK, "Sub-task", -1),
)

LINK_TYPES = (
    LinkType("10000", "Blocks", "is blocked by", "blocks"),
    LinkType("10001", "Cloners", "is cloned by", "clones"),
    LinkType("10002", "Duplicate", "is duplicated by", "duplicates"),
    LinkType("10003", "Relates", "relates to", "relates to"),
)

PERMISSIONS: Mapping[str, str] = {
    "BROWSE_PROJECTS": "Browse Projects",
    "CREATE_ISSUES": "Create Issues",
    "EDIT_ISSUES": "Edit Issues",
    "ASSIGN_ISSUES": "Assign Issues",
    "ASSIGNABLE_USER": "Assignable User",
    "SCHEDULE_ISSUES": "Schedule Issues",
    "TRANSITION_ISSUES": "Transition Issues",
    "RESOLVE_ISSUES": "Resolve Issues",
    "CLOSE_ISSUES": "Close Issues",
    "DELETE_ISSUES": "Delete Issues",
    "LINK_ISSUES": "Link Issues",
    "MODIFY_REPORTER": "Modify Reporter",
    "SET_ISSUE_SECURITY": "Set Issue Security",
    "ADD_COMMENTS": "Add Comments",
    "CREATE_ATTACHMENTS": "Create Attachments",
    "MANAGE_WATCHERS": "Manage Watchers",
    "ADMINISTER": "Administer Jira",
    "USER_PICKER": "Browse users and groups",
}
GLOBAL_PERMISSIONS = frozenset({"ADMINISTER", "USER_PICKER"})

EPIC_NAME_FIELD = "customfield_10011"
EPIC_LINK_FIELD = "customfield_10014"


def status(status_id: str) -> Status:
    """Return a status by id."""
    return next(entry for entry in STATUSES if entry.id == status_id)


def issue_type(type_id: str) -> IssueType:
    """Return an issue type by id."""
    return next(entry for entry in ISSUE_TYPES if entry.id == type_id)


def entry(catalog: tuple[Named, ...], *, entry_id: str) -> Named:
    """Return an entry by id."""
    return next(named for named in catalog if named.id == entry_id)
