"""JQL means what it says, and what it does not understand it refuses."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.sandbox import Seed, default_seed
from integrations.sandbox.faults import FaultBoard
from integrations.sandbox.jira.catalog import DONE, EPIC, IN_PROGRESS, TASK, TODO
from integrations.sandbox.jira.columns import Asker
from integrations.sandbox.jira.errors import JiraError
from integrations.sandbox.jira.jql import parse
from integrations.sandbox.jira.matching import matching
from integrations.sandbox.jira.records import Comment, Issue
from integrations.sandbox.jira.state import Site, seeded_site

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

Find = Callable[[str], list[str]]


def issue(number: int, **given: object) -> Issue:
    """An issue of the project."""
    made = NOW - timedelta(minutes=10 * number)
    plain = {
        "id": str(number),
        "key": f"SEC-{number}",
        "type_id": TASK,
        "status_id": TODO,
        "summary": "routine work",
        "created": made,
        "updated": made,
        "reporter": "tocsin",
        "creator": "tocsin",
    }
    return Issue.model_validate({**plain, **given})


def site(seed: Seed) -> Site:
    """A site with five issues: an epic, two of its tasks, one closed, one in progress."""
    built = seeded_site(seed, now=lambda: NOW, monotonic=lambda: 0.0, faults=FaultBoard())
    said = Comment(id="9", author="ana.ruiz", body="Receipt attached", created=NOW, updated=NOW)
    for made in (
        issue(1, type_id=EPIC, summary="INC-1 recording leaked", labels=["ir-epic"]),
        issue(2, parent_id="1", assignee="ben.osei", labels=["ir-a", "legal"], duedate="2026-11-25"),
        issue(3, parent_id="1", status_id=DONE, resolution_id="10001", resolved=NOW),
        issue(4, status_id=IN_PROGRESS, assignee="ana.ruiz", priority_id="1", comments=[said]),
        issue(5, description="take-down of hxxps://bad.example"),
    ):
        built.state.issues[made.id] = made
    return built


@pytest.fixture
def find() -> Find:
    """Search as the app."""
    built = site(default_seed())
    asker = Asker(site=built, account=built.state.accounts["tocsin"])
    return lambda text: [found.key for found in matching(text, asker=asker)]


ANSWERS = {
    "project = SEC": [5, 4, 3, 2, 1],
    "": [5, 4, 3, 2, 1],
    "ORDER BY key ASC": [1, 2, 3, 4, 5],
    "key = SEC-2": [2],
    "issuekey in (SEC-1, sec-3)": [3, 1],
    "key > SEC-1 OR 1 = 1": None,
    "labels = ir-a": [2],
    "labels in (ir-a, ir-epic) ORDER BY created DESC": [1, 2],
    "labels = 'no such label'": [],
    "labels is EMPTY": [5, 4, 3],
    "labels is not EMPTY": [2, 1],
    "labels != ir-a": [1],
    "parent = SEC-1": [3, 2],
    "parent = SEC-1 AND status != Done": [2],
    "parent = SEC-99": None,
    'status = "In Progress"': [4],
    "statusCategory = Done": [3],
    "statusCategory != done AND parent is EMPTY": [5, 4, 1],
    'statusCategory in ("To Do", "In Progress") AND issuetype = Task': [5, 4, 2],
    "resolution = Unresolved": [5, 4, 2, 1],
    'resolution = "Won\'t do"': [3],
    "resolution in (Duplicate)": [],
    "resolution = Vanished": None,
    "assignee = currentUser()": [],
    "assignee = ben.osei": [2],
    'assignee = "ben.osei@example.com"': [2],
    "assignee is EMPTY": [5, 3, 1],
    "assignee not in (ben.osei)": [4],
    "assignee = nobody": None,
    "NOT (assignee is EMPTY OR status = Done)": [4, 2],
    "status = Done OR labels = ir-a AND assignee is EMPTY": [3],
    "(status = Done OR labels = ir-a) AND assignee is not EMPTY": [2],
    "updated >= -25m": [2, 1],
    "created < -25m": [5, 4, 3],
    'updated >= "2026-11-24 11:30" AND updated <= "2026/11/24 11:40"': [3, 2],
    "updated > now()": [],
    "due < 2026-11-26": [2],
    "updated >= yesterday": None,
    "priority = Highest": [4],
    "summary ~ recording": [1],
    'summary ~ "rec*"': [1],
    "summary ~ rec*": None,
    "summary ~ rec": [],
    "text ~ receipt": [4],
    'text ~ "take-down bad"': [5],
    "text !~ routine": [1],
    "summary = recording": None,
    "labels ~ ir": None,
    "project = NOPE": None,
    "wizard = Merlin": None,
    '"Epic Link" = SEC-1': None,
    "project": None,
    "project =": None,
    "project = SEC AND": None,
    "project = SEC status = Done": None,
    "(project = SEC": None,
    "labels in ()": None,
    "assignee = magician()": None,
    "project = SEC ORDER created": None,
    "project = SEC; DROP": None,
    "labels = EMPTY": None,
}


@pytest.mark.parametrize("text", [text for text, found in ANSWERS.items() if found is not None])
def test_a_query_finds(text: str, find: Find) -> None:
    """Newest first, unless it says otherwise."""
    assert find(text) == [f"SEC-{number}" for number in ANSWERS[text] or []]


@pytest.mark.parametrize("text", [text for text, found in ANSWERS.items() if found is None])
def test_a_query_is_refused(text: str, find: Find) -> None:
    """Unknown fields, values, functions and syntax are a 400, also where no issue would be asked."""
    with pytest.raises(JiraError) as refused:
        find(text)
    assert refused.value.status == 400
    assert refused.value.messages


def test_a_refusal_says_where() -> None:
    """The message counts characters."""
    with pytest.raises(JiraError, match=r"Expecting operator but got 'the end'. \(line 1, character 8\)"):
        parse("project")


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(['"', "(", ")", "=", "and", "or", "not", "in", "SEC", ","])).map(" ".join)
)
def test_any_text_is_a_query_or_a_refusal(text: str) -> None:
    """No text makes the reader stumble."""
    try:
        parse(text)
    except JiraError as refused:
        assert refused.status == 400  # noqa: PT017 - most texts are refused, some are queries
