"""Files at tickets, read by the adapter: who attached them, and their bytes, from Cloud and from a Server."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import pytest

from engine.domain.errors import IntegrationError, TurnAwaitedError
from engine.ports.acts import GivenFile
from integrations.jira import JiraFiles, take_up
from integrations.sandbox import Fault, FaultKind
from tests.integration.jira.rig import KEY, MemoryInbox, Rig, ticket
from tests.integration.sandbox.clients import genuine_jira

if TYPE_CHECKING:
    from engine.ports.tracker import TicketFile


async def attach(rig: Rig, handle: str, key: str, data: bytes, name: str) -> None:
    """Attach a file as somebody, or else with our own account."""
    jira = await asyncio.to_thread(lambda: rig.person(handle) if handle else genuine_jira(rig.sandbox))
    await asyncio.to_thread(jira.add_attachment, key, io.BytesIO(data), name)


async def only(rig: Rig, key: str) -> TicketFile:
    """Return the one file of a ticket."""
    (file,) = (await rig.tracker.read(key)).files
    return file


def given(file: TicketFile, **changes: object) -> GivenFile:
    """Return a file as it is asked for."""
    values = {"name": file.name, "size": file.size, "type": file.type, "place": file.id}
    return GivenFile(**{**values, **changes})  # type: ignore[arg-type] # the test changes one of them


async def test_a_file_is_news_with_who_attached_it(rig: Rig) -> None:
    """Each is one row; what our own account attached says nothing."""
    inbox = MemoryInbox()
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    await attach(rig, "", made.key, b"ours", "ours.pdf")
    assert not await take_up(made.key, tracker=rig.tracker, inbox=inbox)
    await attach(rig, "ben", made.key, b"received", "receipt.pdf")
    file = await only(rig, made.key)
    assert (file.name, file.size, file.account) == ("receipt.pdf", 8, "ben.osei")
    assert await take_up(made.key, tracker=rig.tracker, inbox=inbox)
    assert not await take_up(made.key, tracker=rig.tracker, inbox=inbox)
    await attach(rig, "ana", made.key, b"more", "more.pdf")
    assert await take_up(made.key, tracker=rig.tracker, inbox=inbox)
    listed: list[Any] = [row.payload["files"] for row in inbox.rows]
    names = [[one["name"] for one in files] for files in listed]
    assert names == [["receipt.pdf"], ["receipt.pdf", "more.pdf"]]


async def test_its_bytes_come_from_the_site_itself(rig: Rig) -> None:
    """No redirect is followed, so the token goes nowhere else."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    await attach(rig, "ben", made.key, b"received", "a receipt #1.pdf")
    files = JiraFiles(rig.pool)
    assert await files.fetch(given(await only(rig, made.key)), most=8) == b"received"
    assert [
        entry.status for entry in rig.sandbox.log.entries if "attachment/" in entry.path and entry.verb == "GET"
    ] == [200]
    assert not [entry for entry in rig.sandbox.log.entries if entry.name.startswith("GET media")]


async def test_a_file_that_is_not_what_jira_said_is_refused(rig: Rig) -> None:
    """Too large, of another size, or not there: it is said what to do, without the address."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    await attach(rig, "ben", made.key, b"received", "receipt.pdf")
    files, file = JiraFiles(rig.pool), await only(rig, made.key)
    with pytest.raises(IntegrationError, match="more than 7 bytes"):
        await files.fetch(given(file), most=7)
    with pytest.raises(IntegrationError, match="something else than the file"):
        await files.fetch(given(file, size=9), most=100)
    with pytest.raises(IntegrationError, match="does not hand this file out") as gone:
        await files.fetch(given(file, place="999"), most=100)
    assert not gone.value.retryable


@pytest.mark.parametrize("fault", [FaultKind.SERVER_ERROR, FaultKind.DROP_REPLY, FaultKind.RATE_LIMITED])
async def test_while_jira_is_away_it_is_its_turn_later(rig: Rig, fault: FaultKind) -> None:
    """That is nobody's fault and no refusal; where Jira says when, then."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    await attach(rig, "ben", made.key, b"received", "receipt.pdf")
    files, file = JiraFiles(rig.pool), given(await only(rig, made.key))
    rig.sandbox.faults.add(Fault(kind=fault, match="GET *attachment/*", seconds=3, count=1))
    with pytest.raises(TurnAwaitedError) as away:
        await files.fetch(file, most=100)
    assert away.value.retry_after == (3 if fault is FaultKind.RATE_LIMITED else 15)
    assert await files.fetch(file, most=100) == b"received"
