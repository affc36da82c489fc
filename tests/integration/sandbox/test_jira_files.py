"""Files of issues: attached and handed out as Jira does it, on Cloud and on a Server."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from jira import JIRA, JIRAError

from integrations.sandbox import Sandbox, Seed, default_seed, run_sandbox
from tests.integration.sandbox.clients import StoryClock, genuine_jira

Run = Callable[[Callable[[JIRA], Any]], Awaitable[Any]]

NEW = {"project": {"key": "SEC"}, "issuetype": {"name": "Task"}, "summary": "x"}


@pytest.fixture
def seed() -> Seed:
    """A site that takes small files alone."""
    plain = default_seed()
    return plain.model_copy(update={"jira": plain.jira.model_copy(update={"largest_file": 10})})


def attached(jira: JIRA, data: bytes = b"receipt", name: str = "receipt.txt") -> Any:  # noqa: ANN401 - the client's own
    """Make an issue with a file; return the file as the issue tells of it."""
    key = jira.create_issue(fields=NEW, prefetch=False).key
    jira.add_attachment(key, io.BytesIO(data), filename=name)
    return jira.issue(key).fields.attachment[0]


async def test_the_bytes_are_elsewhere_unless_the_call_wants_them_here(sandbox: Sandbox, with_jira: Run) -> None:
    """Cloud leads to another address, which takes no login; `redirect=false` is answered with the bytes."""
    file = await with_jira(attached)
    login = {"Authorization": aiohttp.encode_basic_auth(*sandbox.jira_login)}
    for version in (2, 3):
        url = f"{sandbox.jira_url}/rest/api/{version}/attachment/content/{file.id}"
        async with aiohttp.ClientSession() as session:
            async with session.get(url, headers=login, allow_redirects=False) as led:
                assert led.status == 303
            async with session.get(led.headers["Location"]) as there:
                assert await there.read() == b"receipt"
            async with session.get(f"{url}?redirect=false", headers=login, allow_redirects=False) as here:
                assert (here.status, await here.read()) == (200, b"receipt")
            async with session.get(f"{url}?redirect=false") as stranger:
                assert stranger.status == 401
            async with session.get(f"{sandbox.jira_url}/media/{file.id}?token=x") as guessed:
                assert guessed.status == 403


async def test_a_file_can_be_attached_by_the_third_version_too(sandbox: Sandbox, with_jira: Run) -> None:
    """With the header against forged requests, and not without it."""
    key = await with_jira(lambda jira: jira.create_issue(fields=NEW, prefetch=False).key)
    url = f"{sandbox.jira_url}/rest/api/3/issue/{key}/attachments"
    login = {"Authorization": aiohttp.encode_basic_auth(*sandbox.jira_login)}
    async with aiohttp.ClientSession() as session:
        for headers, status in (({}, 403), ({"X-Atlassian-Token": "no-check"}, 200)):
            form = aiohttp.FormData()
            form.add_field("file", b"receipt", filename="receipt.pdf", content_type="application/pdf")
            async with session.post(url, data=form, headers=login | headers) as reply:
                assert reply.status == status
                told = await reply.json()
    assert [(one["filename"], one["size"], one["mimeType"]) for one in told] == [("receipt.pdf", 7, "application/pdf")]


async def test_a_large_file_is_refused(with_jira: Run) -> None:
    """The limit can be asked for."""

    def work(jira: JIRA) -> tuple[object, int]:
        with pytest.raises(JIRAError) as refused:
            attached(jira, b"x" * 11)
        return jira.attachment_meta(), int(refused.value.status_code or 0)

    assert await with_jira(work) == ({"enabled": True, "uploadLimit": 10}, 413)


async def test_a_server_hands_files_out_at_another_address() -> None:
    """It has no `attachment/content`."""
    plain = default_seed()
    seed = plain.model_copy(update={"jira": plain.jira.model_copy(update={"deployment": "Server"})})
    async with run_sandbox(seed, now=StoryClock()) as sandbox:

        def work() -> tuple[str, bytes, int]:
            jira = genuine_jira(sandbox)
            file = attached(jira, name="a receipt.txt")
            with pytest.raises(JIRAError) as refused:
                jira._session.get(jira._get_url(f"attachment/content/{file.id}"))
            data = file.get()
            return file.content, data, int(refused.value.status_code or 0)

        where, data, status = await asyncio.to_thread(work)
    assert where.endswith("/a%20receipt.txt")
    assert "/secure/attachment/" in where
    assert (data, status) == (b"receipt", 404)
