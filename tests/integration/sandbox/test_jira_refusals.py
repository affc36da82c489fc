"""What Jira refuses, the sandbox refuses: nothing is silently ignored."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from jira import JIRA, JIRAError

from integrations.sandbox import Sandbox, Seed, default_seed, run_sandbox
from integrations.sandbox.seed import CustomField
from tests.integration.sandbox.clients import StoryClock, genuine_jira

Run = Callable[[Callable[[JIRA], Any]], Awaitable[Any]]

GOOD = {
    "project": {"key": "SEC"},
    "issuetype": {"name": "Task"},
    "summary": "fine",
    "customfield_20001": "Berlin",
}

BAD_FIELDS: dict[str, tuple[dict[str, object], str]] = {
    "unknown field": ({"customfield_99999": "x"}, "customfield_99999"),
    "misspelt field": ({"sumary": "x"}, "sumary"),
    "unknown assignee": ({"assignee": {"accountId": "nobody"}}, "assignee"),
    "the other deployment's assignee": ({"assignee": {"name": "ben.osei"}}, "assignee"),
    "unknown type": ({"issuetype": {"name": "Saga"}}, "issuetype"),
    "unknown project": ({"project": {"key": "NOPE"}}, "project"),
    "unknown priority": ({"priority": {"name": "Nuclear"}}, "priority"),
    "no summary": ({"summary": ""}, "summary"),
    "summary too long": ({"summary": "x" * 256}, "summary"),
    "summary of two lines": ({"summary": "a\nb"}, "summary"),
    "description that is no text": ({"description": {"type": "doc"}}, "description"),
    "label with a space": ({"labels": ["two words"]}, "labels"),
    "labels that are no list": ({"labels": "one"}, "labels"),
    "bad date": ({"duedate": "27.11.2026"}, "duedate"),
    "parent that is none": ({"parent": {"key": "SEC-99"}}, "parent"),
    "sub-task without parent": ({"issuetype": {"name": "Sub-task"}}, "issuetype"),
    "required field left empty": ({"customfield_20001": None}, "customfield_20001"),
    "option that is none": ({"customfield_20002": {"value": "purple"}}, "customfield_20002"),
    "unknown security level": ({"security": {"name": "Everyone"}}, "security"),
    "status at creation": ({"status": {"name": "Done"}}, "status"),
}


@pytest.fixture
def seed() -> Seed:
    """A Cloud project with a required custom field and an optional choice."""
    plain = default_seed()
    fields = (
        CustomField(id="customfield_20001", name="Site", required=True),
        CustomField(id="customfield_20002", name="Colour", kind="option", options=("amber", "red")),
    )
    return plain.model_copy(update={"jira": plain.jira.model_copy(update={"custom_fields": fields})})


@pytest.mark.parametrize("name", BAD_FIELDS)
async def test_an_issue_is_refused_for(name: str, sandbox: Sandbox, with_jira: Run) -> None:
    """The refusal is a 400 that names the field, and no issue was made."""
    wrong, field = BAD_FIELDS[name]

    def work(jira: JIRA) -> JIRAError:
        with pytest.raises(JIRAError) as refused:
            jira.create_issue(fields={**GOOD, **wrong}, prefetch=False)
        return refused.value

    refusal = await with_jira(work)
    assert refusal.status_code == 400
    assert refusal.response is not None
    assert field in refusal.response.json()["errors"]
    assert sandbox.jira.state.issues == {}


async def test_an_edit_is_all_or_nothing(sandbox: Sandbox, with_jira: Run) -> None:
    """One bad field leaves the good one unchanged too."""

    def work(jira: JIRA) -> str:
        issue = jira.create_issue(fields=GOOD)
        with pytest.raises(JIRAError):
            issue.update(fields={"summary": "changed", "duedate": "soon"})
        return str(jira.issue(issue.key).fields.summary)

    assert await with_jira(work) == "fine"


@pytest.mark.parametrize(
    ("update", "text"),
    [
        ({"labels": [{"shout": "x"}]}, "does not support"),
        ({"labels": {"add": "x"}}, "must be an array"),
        ({"comment": [{"add": {"body": " "}}]}, "can not be empty"),
        ({"nothing": [{"set": "x"}]}, "cannot be set"),
    ],
)
async def test_an_operation_that_means_nothing_is_refused(with_jira: Run, update: dict[str, Any], text: str) -> None:
    """A verb or field that does not exist is an error, not a no-op."""

    def work(jira: JIRA) -> None:
        key = jira.create_issue(fields=GOOD, prefetch=False).key
        with pytest.raises(JIRAError, match=text):
            jira._session.put(jira._get_url(f"issue/{key}"), json={"update": update})

    await with_jira(work)


@pytest.mark.parametrize(
    "login",
    [("tocsin@example.com", "wrong"), ("nobody@example.com", "jira-sandbox-tocsin"), ("tocsin@example.com", "")],
)
async def test_wrong_credentials_are_refused(sandbox: Sandbox, login: tuple[str, str]) -> None:
    """Every resource answers 401."""
    with pytest.raises(JIRAError) as refused:
        await asyncio.to_thread(genuine_jira, sandbox, login=login)
    assert refused.value.status_code == 401


@pytest.mark.parametrize(("deployment", "status"), [("Cloud", 403), ("Server", None)])
async def test_a_token_without_its_address_is_for_data_center(
    clock: StoryClock, deployment: str, status: int | None
) -> None:
    """Cloud takes a Bearer for an app's session, and says that it is none."""
    plain = default_seed()
    seed = plain.model_copy(update={"jira": plain.jira.model_copy(update={"deployment": deployment})})
    async with run_sandbox(seed, now=clock) as sandbox:
        _, token = sandbox.jira_login

        def connected() -> int | None:
            try:
                jira = JIRA(server=sandbox.jira_url, token_auth=token, max_retries=0, timeout=10)
            except JIRAError as refused:
                return refused.status_code
            jira.close()  # type: ignore[no-untyped-call] # the client leaves it unannotated
            return None

        assert await asyncio.to_thread(connected) == status


@pytest.mark.parametrize(
    ("path", "status"),
    [("issue/SEC-99", 404), ("issue/SEC-99/transitions", 404), ("project/NOPE", 404), ("nothing/here", 404)],
)
async def test_what_is_not_there_is_404(with_jira: Run, path: str, status: int) -> None:
    """Unknown issues, projects and resources are not found."""

    def work(jira: JIRA) -> int:
        with pytest.raises(JIRAError) as refused:
            jira._session.get(jira._get_url(path))
        return int(refused.value.status_code or 0)

    assert await with_jira(work) == status


async def test_a_transition_that_is_not_open_is_refused(with_jira: Run) -> None:
    """A closed issue cannot be started."""

    def work(jira: JIRA) -> None:
        key = jira.create_issue(fields=GOOD, prefetch=False).key
        with pytest.raises(JIRAError, match="not valid for this issue"):
            jira.transition_issue(key, "41")
        with pytest.raises(JIRAError, match="resolution"):
            jira.transition_issue(key, "21", fields={"resolution": {"name": "Done"}})
        with pytest.raises(JIRAError, match="is not valid"):
            jira.transition_issue(key, "31", fields={"resolution": {"name": "Whatever"}})

    await with_jira(work)


async def test_a_file_without_the_no_check_header_is_refused(with_jira: Run) -> None:
    """Cross-site protection is on."""

    def work(jira: JIRA) -> int:
        key = jira.create_issue(fields=GOOD, prefetch=False).key
        for header in ("X-Atlassian-Token", "Content-Type"):
            del jira._session.headers[header]
        with pytest.raises(JIRAError) as refused:
            jira._session.post(jira._get_url(f"issue/{key}/attachments"), files={"file": ("a.txt", b"x")})
        return int(refused.value.status_code or 0)

    assert await with_jira(work) == 403


async def test_bulk_creation_makes_the_good_and_names_the_bad(with_jira: Run) -> None:
    """Some may be refused while others are made."""

    def work(jira: JIRA) -> list[str]:
        made = jira.create_issues([GOOD, {**GOOD, "summary": ""}], prefetch=False)
        return [entry["status"] for entry in made]

    assert await with_jira(work) == ["Success", "Error"]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({}, 400, "'permissions' query parameter is required"),
        ({"permissions": "BROWSE_PROJECTS,FLY"}, 400, "Unrecognized permission: FLY"),
        ({"permissions": "BROWSE_PROJECTS", "projectKey": "NOPE"}, 404, "No project could be found"),
    ],
)
async def test_permissions_are_told_to_those_who_ask_as_cloud_wants_it(
    query: dict[str, str], status: int, said: str, with_jira: Run
) -> None:
    """Each has to be named, by a name that there is, in a project that there is."""
    with pytest.raises(JIRAError) as refused:
        await with_jira(lambda jira: jira._get_json("mypermissions", params=query))
    assert refused.value.status_code == status
    assert said in str(refused.value.text)
