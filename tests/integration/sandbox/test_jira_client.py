"""The genuine Jira client finds what it needs, on a Cloud site and on a Server."""

import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from jira import JIRA, JIRAError

from integrations.sandbox import Sandbox, Seed, default_seed
from tests.integration.sandbox.clients import StoryClock, genuine_jira

Json = dict[str, Any]
Run = Callable[[Callable[[JIRA], Any]], Awaitable[Any]]


@pytest.fixture(params=["Cloud", "Server"])
def seed(request: pytest.FixtureRequest) -> Seed:
    """Both deployments."""
    plain = default_seed()
    return plain.model_copy(update={"jira": plain.jira.model_copy(update={"deployment": request.param})})


def task(jira: JIRA, **fields: object) -> str:
    """Create a task without reading it back, as the adapter does."""
    wanted = {"project": {"key": "SEC"}, "issuetype": {"name": "Task"}, "summary": "do it", **fields}
    return str(jira.create_issue(fields=wanted, prefetch=False).key)


async def test_the_site_describes_itself(with_jira: Run, seed: Seed) -> None:
    """Deployment, account, project and catalogs are there to be read."""

    def look(jira: JIRA) -> tuple[object, ...]:
        return (
            jira.server_info()["deploymentType"],
            jira.myself()["displayName"],
            [project.key for project in jira.projects()],
            {kind.name for kind in jira.issue_types()} >= {"Epic", "Task", "Sub-task"},
            [resolution.name for resolution in jira.resolutions()],
            {status.statusCategory.key for status in jira.statuses()},
            jira.priorities()[0].name,
        )

    assert await with_jira(look) == (
        seed.jira.deployment,
        "Tocsin",
        ["SEC"],
        True,
        ["Done", "Won't do", "Duplicate", "Cannot Reproduce"],
        {"new", "indeterminate", "done"},
        "Highest",
    )


async def test_what_creation_takes_can_be_read(with_jira: Run, seed: Seed) -> None:
    """The per-project resources say what is required; the client has its own way on Server."""
    cloud = seed.jira.deployment == "Cloud"

    def look(jira: JIRA) -> set[str]:
        types = jira._session.get(jira._get_url("issue/createmeta/SEC/issuetypes")).json()
        kind = next(k for k in types["issueTypes" if cloud else "values"] if k["name"] == "Task")
        url = jira._get_url(f"issue/createmeta/SEC/issuetypes/{kind['id']}")
        fields = jira._session.get(url).json()["fields" if cloud else "values"]
        if not cloud:
            assert {f.fieldId for f in jira.project_issue_fields("SEC", kind["id"])} == {f["fieldId"] for f in fields}
        return {field["fieldId"] for field in fields if field["required"]}

    assert await with_jira(look) == {"project", "issuetype", "summary"}


async def test_an_issue_is_created_with_properties_in_one_go(with_jira: Run) -> None:
    """Fields, labels and properties arrive together and can be searched and read."""

    def work(jira: JIRA) -> tuple[object, ...]:
        body: Json = {
            "fields": {
                "project": {"key": "SEC"},
                "issuetype": {"name": "Task"},
                "summary": "send the notice",
                "description": "h2. Why\nThe law says so.",
                "labels": ["ir-abc"],
                "duedate": "2026-11-27",
                "priority": {"name": "High"},
            },
            "properties": [{"key": "ir.step", "value": {"idem": "inc-1:notice"}}],
        }
        key = jira._session.post(jira._get_url("issue"), json=body).json()["key"]
        found = jira.search_issues("labels = ir-abc", maxResults=10)
        issue = jira.issue(key)
        return (
            [hit.key for hit in found] == [key],
            jira.issue_property(key, "ir.step").value.idem,
            issue.fields.duedate,
            issue.fields.priority.name,
            issue.fields.status.statusCategory.key,
            issue.fields.reporter.displayName,
        )

    assert await with_jira(work) == (True, "inc-1:notice", "2026-11-27", "High", "new", "Tocsin")


async def test_epics_hold_tasks_and_tasks_hold_subtasks(with_jira: Run, seed: Seed) -> None:
    """On Cloud by parent, on Server by epic link; JQL finds the children either way."""
    cloud = seed.jira.deployment == "Cloud"

    def work(jira: JIRA) -> tuple[object, ...]:
        named = {} if cloud else {"customfield_10011": "INC-1"}
        epic = task(jira, issuetype={"name": "Epic"}, **named)
        below = {"parent": {"key": epic}} if cloud else {"customfield_10014": epic}
        child = task(jira, **below)
        grandchild = task(jira, issuetype={"name": "Sub-task"}, parent={"key": child})
        query = f"parent = {epic}" if cloud else f'"Epic Link" = {epic}'
        children = [issue.key for issue in jira.search_issues(query)]
        grandchildren = [issue.key for issue in jira.search_issues(f"parent = {child}")]
        return children == [child], grandchildren == [grandchild]

    assert await with_jira(work) == (True, True)


async def test_an_issue_is_moved_with_a_resolution_and_reopened(with_jira: Run) -> None:
    """The transition says which fields it needs; reopening takes the resolution away."""

    def work(jira: JIRA) -> tuple[object, ...]:
        key = task(jira)
        offered = jira.transitions(key, expand="transitions.fields")
        done = next(t for t in offered if t["to"]["statusCategory"]["key"] == "done")
        required = [name for name, field in done["fields"].items() if field["required"]]
        with pytest.raises(JIRAError, match="Resolution is required"):
            jira.transition_issue(key, done["id"])
        jira.transition_issue(key, done["id"], fields={"resolution": {"name": "Won't do"}}, comment="by mistake")
        closed = jira.issue(key)
        jira.transition_issue(key, "Reopen")
        reopened = jira.issue(key, expand="changelog")
        statuses = [
            item.toString
            for history in reopened.changelog.histories
            for item in history.items
            if item.field == "status"
        ]
        return (
            required,
            closed.raw["fields"]["resolution"]["name"],
            closed.fields.comment.comments[0].body,
            reopened.fields.resolution,
            statuses,
        )

    assert await with_jira(work) == (["resolution"], "Won't do", "by mistake", None, ["Done", "To Do"])


async def test_an_issue_is_edited_directly_and_by_operations(with_jira: Run) -> None:
    """Labels are added one by one, an assignee is set through the client's own way."""

    def work(jira: JIRA) -> tuple[object, ...]:
        key = task(jira, labels=["a"])
        issue = jira.issue(key)
        issue.update(update={"labels": [{"add": "b"}, {"remove": "a"}]})
        issue.update(fields={"summary": "done differently", "duedate": None})
        jira.assign_issue(key, "carla.weiss@example.com")
        changed = jira.issue(key)
        jira.assign_issue(key, None)
        return (
            changed.fields.labels,
            changed.fields.summary,
            changed.raw["fields"]["assignee"]["displayName"],
            jira.issue(key).fields.assignee,
        )

    assert await with_jira(work) == (["b"], "done differently", "Carla Weiss", None)


async def test_comments_watchers_and_files_are_kept(with_jira: Run, seed: Seed) -> None:
    """Everything people add to an issue is there afterwards."""
    ana = seed.person("ana").jira_account

    def work(jira: JIRA) -> tuple[object, ...]:
        key = task(jira)
        comment = jira.add_comment(key, "looking")
        comment.update(body="looked")
        jira.add_watcher(key, ana)
        jira.add_attachment(key, io.BytesIO(b"receipt"), filename="receipt.txt")
        attachment = jira.issue(key).fields.attachment[0]
        return (
            [c.body for c in jira.comments(key)],
            [w.displayName for w in jira.watchers(key).watchers],
            attachment.filename,
            attachment.get(),  # type: ignore[no-untyped-call] # the library leaves it unannotated
        )

    assert await with_jira(work) == (["looked"], ["Ana Ruiz"], "receipt.txt", b"receipt")


async def test_a_remote_link_with_a_global_id_is_written_once(with_jira: Run) -> None:
    """Writing it again changes the one that is there."""

    def work(jira: JIRA) -> list[str]:
        key = task(jira)
        url = jira._get_url(f"issue/{key}/remotelink")
        for title in ("first", "second"):
            body: Json = {"globalId": "tocsin:inc-1", "object": {"url": "https://x.example", "title": title}}
            jira._session.post(url, json=body)
        return [link.object.title for link in jira.remote_links(key)]

    assert await with_jira(work) == ["second"]


async def test_issues_are_linked_by_type(with_jira: Run) -> None:
    """A duplicate shows from both sides."""

    def work(jira: JIRA) -> tuple[str, str]:
        one, two = task(jira), task(jira)
        jira.create_issue_link("Duplicate", inwardIssue=one, outwardIssue=two)
        from_one = jira.issue(one).fields.issuelinks[0]
        from_two = jira.issue(two).fields.issuelinks[0]
        return (
            f"{from_one.type.outward} {from_one.outwardIssue.key}",
            f"{from_two.type.inward} {from_two.inwardIssue.key}",
        )

    assert await with_jira(work) == ("duplicates SEC-2", "is duplicated by SEC-1")


async def test_a_person_closes_a_ticket_with_their_own_credentials(sandbox: Sandbox, with_jira: Run) -> None:
    """The history says who did it."""
    carla = sandbox.world.seed.person("carla")

    def work(jira: JIRA) -> str:
        key = task(jira)
        mine = genuine_jira(sandbox, login=(carla.email, carla.jira_token))
        mine.transition_issue(key, "Done", fields={"resolution": {"name": "Done"}})
        return str(jira.issue(key, expand="changelog").changelog.histories[0].author.displayName)

    assert await with_jira(work) == "Carla Weiss"


async def test_each_deployment_searches_its_own_way(with_jira: Run, seed: Seed) -> None:
    """The old search is gone on Cloud, the new one does not exist on Server."""

    def work(jira: JIRA) -> tuple[int, int]:
        task(jira)
        statuses = []
        for path in ("search", "search/jql"):
            try:
                reply = jira._session.get(jira._get_url(path), params={"jql": "project = SEC"})
                statuses.append(reply.status_code)
            except JIRAError as refused:
                statuses.append(refused.status_code or 0)
        return statuses[0], statuses[1]

    assert await with_jira(work) == ((410, 200) if seed.jira.deployment == "Cloud" else (200, 404))


async def test_a_search_is_paged(with_jira: Run) -> None:
    """The client fetches every page of a long result."""

    def work(jira: JIRA) -> int:
        for number in range(7):
            task(jira, summary=f"number {number}")
        return len(jira.search_issues("project = SEC ORDER BY key ASC", maxResults=0))

    assert await with_jira(work) == 7


async def test_time_is_the_time_of_the_clock(with_jira: Run, clock: StoryClock) -> None:
    """Created and updated follow the story clock, and relative JQL with them."""

    def first(jira: JIRA) -> str:
        return task(jira)

    def second(jira: JIRA) -> tuple[list[str], list[str]]:
        return (
            [issue.key for issue in jira.search_issues("created >= -5m")],
            [issue.key for issue in jira.search_issues("created < -5m")],
        )

    await with_jira(first)
    clock.pass_(hours=1)
    await with_jira(first)
    assert await with_jira(second) == (["SEC-2"], ["SEC-1"])
