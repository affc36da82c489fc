"""A file attached to a ticket: into the vault when its ticket is closed, or refused with a word on what to do."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.surfaces import TICKET_PUT_BACK
from integrations.sandbox import Fault, FaultKind
from tests.integration.inward.rig import House, house
from tests.integration.inward.test_files import ASK, PLAYBOOK, RECEIPT, answer, answered, in_vault
from tests.integration.inward.test_tracker import _opened_again, changes

if TYPE_CHECKING:
    from pathlib import Path

OPEN = PLAYBOOK.replace(", sensitivity: restricted", "")
CLOSER = PLAYBOOK.replace("max: 1000}", "max: 1000, sensitivity: restricted}")
MINORS = OPEN.replace("urls:", "anyone_minor: {type: choice, options: [no, yes, unknown]}\n      urls:")
OPTIONAL = MINORS.replace("receipt: {type: file, max: 1000}", "place: {type: text}")
FETCHED = "GET attachment/content"


def fetched(made: House) -> int:
    """Count the files that Jira was asked for."""
    return sum(entry.name == FETCHED for entry in made.sandbox.log.entries)


def said(made: House, key: str) -> str:
    """Return what stands under a ticket, as people read it."""
    issue = made.sandbox.jira.state.with_key(key)
    assert issue is not None
    return "\n".join(comment.body for comment in issue.comments).replace("\\", "")


async def refused(made: House, incident: str, key: str) -> str:
    """Wait until a file is not taken and that is said; return what the ticket says."""

    def told() -> bool:
        return "A file is not taken" in said(made, key)

    await made.bench.until(incident, lambda s: any(e.kind == TICKET_PUT_BACK for e in s.effects.values()))
    async with asyncio.timeout(10):
        while not told():  # noqa: ASYNC110 - it is in Jira
            await asyncio.sleep(0.02)
    return said(made, key)


async def test_what_somebody_attached_is_their_answer_when_they_close(home: Path) -> None:
    """The first to the first field, the others to the list; nothing is fetched before, and the ticket says how."""
    async with house(home) as made:
        incident = await made.declared(OPEN)
        key = await made.ticket(incident, ASK)
        issue = made.sandbox.jira.state.with_key(key)
        assert "Attach the file for receipt and secrets to this ticket" in str(issue.description if issue else "")
        await made.attach("ben", key, ("receipt.dat", b"%PDF-1.7 received"), ("a.txt", b"one"), ("b.txt", b"two"))
        await made.bench.until(incident, lambda s: s.asks[ASK].open)
        await made.idle()
        assert fetched(made) == 0
        await made.close("ben", key)
        values = await answered(made, incident)
        assert values["receipt"] == {
            "name": "receipt.dat",
            "sha256": hashlib.sha256(b"%PDF-1.7 received").hexdigest(),
            "size": 17,
            "type": "application/pdf",
        }
        assert [one["name"] for one in values["secrets"]] == ["a.txt", "b.txt"]
        last = await answer(made, incident)
        assert (last.by, last.via, last.strength) == ("ben", "jira", "jira-account")
        assert all(in_vault(home, data) for data in (b"%PDF-1.7 received", b"one", b"two"))
        kept = [event for event in await made.events(incident, "file_kept") if isinstance(event, ev.FileKept)]
        assert [(one.field, one.name, one.by, one.via) for one in kept] == [
            ("receipt", "receipt.dat", "ben", "jira"),
            ("secrets", "a.txt", "ben", "jira"),
            ("secrets", "b.txt", "ben", "jira"),
        ]
        assert await changes(made, incident) == []


async def test_a_comment_says_which_file_is_the_receipt(home: Path) -> None:
    """Whatever else is attached stays in the ticket."""
    async with house(home) as made:
        incident = await made.declared(OPEN.replace("              secrets", "              # secrets"))
        key = await made.ticket(incident, ASK)
        await made.attach("ben", key, ("screen.png", b"pixels"), ("receipt.pdf", RECEIPT))
        assert "comment with a line `receipt: receipt.pdf`" in await refused(made, incident, key)
        await made.close("ben", key, comment="receipt: [^receipt.pdf]")
        assert (await answered(made, incident))["receipt"]["name"] == "receipt.pdf"
        assert not in_vault(home, b"pixels")


async def test_what_does_not_fit_is_told_under_the_ticket(home: Path) -> None:
    """Each once, however often the ticket is read; nothing of it is fetched, and a good one still is an answer."""
    async with house(home) as made:
        incident = await made.declared(OPEN)
        key = await made.ticket(incident, ASK)
        await made.attach("ben", key, ("large.pdf", b"x" * 1001), ("run me.exe", b"x"), ("receipt.pdf", RECEIPT))
        await made.bench.until(incident, lambda s: len(s.unaccepted) == 2)
        await made.in_jira("ben", lambda jira: jira.add_comment(key, "So?"))
        async with asyncio.timeout(10):
            while said(made, key).count("A file is not taken") < 2:  # noqa: ASYNC110 - it is in Jira
                await asyncio.sleep(0.02)
        text = said(made, key)
        assert "large.pdf: it has 1001 bytes; 1000 is the most. Give a smaller file." in text
        assert "run me.exe: it is a program by its name. Give what is to be kept as a document" in text
        await made.close("ben", key)
        assert (await answered(made, incident))["receipt"]["name"] == "receipt.pdf"
        assert [row[0] for row in await changes(made, incident)] == ["attached_unaccepted"] * 2
        assert fetched(made) == 1


async def test_a_program_is_known_by_its_bytes(home: Path) -> None:
    """It is not kept, and the ticket is open again with the reason."""
    async with house(home) as made:
        incident = await made.declared(OPEN)
        key = await made.ticket(incident, ASK)
        await made.attach("ben", key, ("receipt.pdf", b"MZ\x90\x00"))
        await made.close("ben", key)
        state = await made.bench.until(incident, _opened_again)
        assert "receipt: the file is a program." in state.unaccepted[-1].why
        assert not in_vault(home, b"MZ\x90\x00")
        await made.in_jira("ben", lambda jira: jira.delete_attachment(jira.issue(key).fields.attachment[0].id))
        await made.attach("ben", key, ("receipt.pdf", RECEIPT))
        await made.close("ben", key)
        assert (await answered(made, incident))["receipt"]["size"] == 16


async def test_only_what_whoever_closes_it_attached_counts(home: Path) -> None:
    """A file of somebody else is not theirs to give; whoever is not asked has nothing fetched."""
    async with house(home) as made:
        incident = await made.declared(OPEN)
        key = await made.ticket(incident, ASK)
        await made.attach("kim", key, ("receipt.pdf", RECEIPT))
        await made.close("kim", key)
        await made.bench.until(incident, _opened_again)
        assert fetched(made) == 0
        await made.close("ben", key)
        state = await made.bench.until(incident, lambda s: len(s.unaccepted) == 2)
        assert state.unaccepted[-1].why.startswith("receipt: is missing.")
        assert "Attach what is given as receipt and secrets yourself" in state.unaccepted[-1].why
        assert fetched(made) == 0


async def test_a_jira_that_hands_out_nothing_now_is_asked_again(home: Path) -> None:
    """Whoever closed the ticket need do nothing, however long it takes; the row waits for its turn."""
    async with house(home) as made:
        incident = await made.declared(OPEN)
        key = await made.ticket(incident, ASK)
        await made.attach("ben", key, ("receipt.pdf", RECEIPT))
        made.sandbox.faults.add(Fault(kind=FaultKind.RATE_LIMITED, match=FETCHED, seconds=1, count=2))
        await made.close("ben", key)
        assert (await answered(made, incident))["receipt"]["name"] == "receipt.pdf"
        assert fetched(made) == 3


async def test_a_field_that_is_kept_closer_takes_no_file_from_a_ticket(home: Path) -> None:
    """It is said without the file's name, and nothing is fetched."""
    async with house(home) as made:
        incident = await made.declared(CLOSER)
        key = await made.ticket(incident, ASK)
        await made.attach("ben", key, ("names of staff.pdf", RECEIPT))
        text = await refused(made, incident, key)
        assert "is kept closer than this ticket. Delete the file here, and give it in Slack" in text
        assert "names of staff" not in text
        await made.close("ben", key)
        await made.bench.until(incident, _opened_again)
        assert fetched(made) == 0


async def test_nothing_is_fetched_while_somebody_may_be_under_18(home: Path) -> None:
    """It is to be deleted there; the rest of the form is answered as ever."""
    async with house(home) as made:
        incident = await made.declared(OPTIONAL, anyone_minor="unknown")
        key = await made.ticket(incident, ASK)
        await made.attach("ben", key, ("picture.png", b"canary"))
        text = await refused(made, incident, key)
        assert "no file is taken: someone shown may be under 18 (unknown)." in text
        assert "Delete the file here." in text
        await made.close("ben", key, comment="place: On the forum.")
        assert await answered(made, incident) == {"place": "On the forum."}
        assert fetched(made) == 0
        assert not in_vault(home, b"canary")
        needed = await made.declared(MINORS, anyone_minor="yes")
        other = await made.ticket(needed, ASK)
        await made.attach("ben", other, ("picture.png", b"canary"))
        await made.close("ben", other)
        state = await made.bench.until(needed, _opened_again)
        assert "use the reporting route for minors" in state.unaccepted[-1].why
        assert fetched(made) == 0
        events = [event for event in await made.events(needed, "ticket_changed") if isinstance(event, ev.TicketChanged)]
        assert {event.change for event in events} == {"attached_unaccepted", "closed_unaccepted"}
