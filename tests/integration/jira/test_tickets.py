"""Tickets are made, found again, described, commented, closed, reopened and read on Cloud and on Server."""

import asyncio
from dataclasses import replace

import pytest

from engine.domain.errors import IntegrationError
from engine.ports.lookup import Absent, Found
from engine.ports.people import Person
from integrations.jira import JiraTracker
from tests.integration.jira.rig import ANA, EPIC_KEY, KEY, Rig, ticket


async def test_a_ticket_is_made_with_everything_in_one_call(rig: Rig) -> None:
    """Label, property, owner, due date and parent are in the body of the one create."""
    epic = await rig.tracker.create_epic(ticket(summary="INC-7: exercise"), key=EPIC_KEY)
    made = await rig.tracker.create_ticket(ticket(owner=ANA, parent=epic.key), key=KEY)
    issue = rig.issue(made.key)
    assert issue.labels == ["tocsin-0123456789abcdef0123", "tocsin-exercise"]
    assert issue.properties == {"tocsin.key": KEY}
    assert issue.assignee == "ana.ruiz"
    assert str(issue.duedate) == "2026-11-25"
    assert rig.issue(epic.key).id in (issue.parent_id, issue.epic_id)
    assert made.url == f"{rig.sandbox.jira_url}/browse/{made.key}"
    assert rig.created() == 2


async def test_a_ticket_is_found_by_the_key_it_was_made_with(rig: Rig) -> None:
    """The look-up answers the ticket, and absent for another key after waiting for the index."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    assert await rig.tracker.find_ticket(key=KEY) == Found(made)
    assert rig.clock.slept == []
    assert await rig.tracker.find_ticket(key=EPIC_KEY) == Absent()
    assert sum(rig.clock.slept) >= rig.site.index_patience


async def test_the_oldest_of_two_is_the_one(rig: Rig) -> None:
    """Two tickets with one key are one ticket: the first."""
    first = await rig.tracker.create_ticket(ticket(), key=KEY)
    await rig.tracker.create_ticket(ticket(), key=KEY)
    assert await rig.tracker.find_ticket(key=KEY) == Found(first)


async def test_a_description_is_replaced(rig: Rig) -> None:
    """What a person typed shows as typed."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    await rig.tracker.describe(made.key, "h2. Checklist\n(/) {color:red} [~ana] *bold*")
    assert rig.issue(made.key).description == "h2. Checklist\n(/) \\{color:red} \\[\\~ana] \\*bold*"


async def test_a_comment_is_found_by_its_key(rig: Rig) -> None:
    """A comment carries its key, also when another one is asked for."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    await rig.tracker.comment(made.key, "Chain head 12", key=KEY)
    assert await rig.tracker.find_comment(made.key, key=KEY) == Found(rig.issue(made.key).comments[0].id)
    assert await rig.tracker.find_comment(made.key, key=EPIC_KEY) == Absent()


async def test_an_unknown_owner_does_not_stop_the_ticket(rig: Rig) -> None:
    """Neither an address nobody has nor an account that is refused keeps a ticket from being made."""
    stranger = Person(id="zed", name="Zed Zero", mail="zed@example.com")
    by_mail = await rig.tracker.create_ticket(ticket(owner=stranger), key=KEY)
    by_account = await rig.tracker.create_ticket(ticket(owner=replace(stranger, jira="gone")), key=EPIC_KEY)
    for made in (by_mail, by_account):
        assert rig.issue(made.key).assignee is None
        assert "For Zed Zero, who has no account" in rig.issue(made.key).description
    assert rig.created() == 2


@pytest.mark.parametrize(("done", "resolution"), [(True, "Done"), (False, "Won't do")])
async def test_closing_sets_the_resolution(rig: Rig, done: bool, resolution: str) -> None:  # noqa: FBT001 - pytest passes by name
    """Done is accepted, declined is not; closing twice moves once."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    await rig.tracker.close(made.key, done=done)
    await rig.tracker.close(made.key, done=done)
    state = await rig.tracker.read(made.key)
    assert (state.category, state.resolution, state.accepted) == ("done", resolution, done)
    assert len(rig.sandbox.log.calls("POST issue/transitions")) == 1


async def test_a_closed_ticket_is_reopened(rig: Rig) -> None:
    """Reopening takes the resolution away and is a new change."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    await rig.tracker.close(made.key, done=True)
    closed = await rig.tracker.read(made.key)
    await rig.tracker.reopen(made.key)
    await rig.tracker.reopen(made.key)
    opened = await rig.tracker.read(made.key)
    assert (opened.category, opened.resolution, opened.accepted) == ("new", "", False)
    assert int(opened.change) > int(closed.change)


async def test_reading_tells_who_moved_the_ticket(rig: Rig) -> None:
    """The last change of status has an author and an id, and comments of people are told without ours."""
    made = await rig.tracker.create_ticket(ticket(owner=ANA), key=KEY)
    before = await rig.tracker.read(made.key)
    assert (before.category, before.change, before.changed_by) == ("new", "", "")
    ana = await asyncio.to_thread(rig.person, "ana")
    await rig.tracker.comment(made.key, "By Tocsin", key=KEY)
    await asyncio.to_thread(ana.add_comment, made.key, "By Ana")
    await asyncio.to_thread(ana.transition_issue, made.key, "Done", fields={"resolution": {"name": "Won't do"}})
    state = await rig.tracker.read(made.key)
    assert (state.category, state.resolution, state.accepted) == ("done", "Won't do", False)
    assert (state.changed_by, state.changed_by_mail) == ("ana.ruiz", ANA.mail)
    assert (state.assignee, state.assignee_mail, state.due) == ("ana.ruiz", ANA.mail, "2026-11-25")
    assert [comment[1:] for comment in state.comments] == [("ana.ruiz", ANA.mail, "By Ana")]


async def test_only_changed_tickets_are_named(rig: Rig) -> None:
    """What changed before the instant is left out; a deleted key makes the answer too wide, never too narrow."""
    old = await rig.tracker.create_ticket(ticket(), key=KEY)
    await rig.clock.sleep(3600)
    since = rig.clock.real_now()
    new = await rig.tracker.create_ticket(ticket(), key=EPIC_KEY)
    assert await rig.tracker.changed([old.key, new.key], since=since) == [new.key]
    assert await rig.tracker.changed([old.key, new.key, "SEC-999"], since=since) == [old.key, new.key, "SEC-999"]
    assert await rig.tracker.changed([], since=since) == []


async def test_a_ticket_that_is_not_there_says_so(rig: Rig) -> None:
    """Reading an unknown key is a certain no with a hint."""
    with pytest.raises(IntegrationError, match="could not read SEC-999: HTTP 404") as refused:
        await rig.tracker.read("SEC-999")
    assert not refused.value.retryable
    assert "Check the project" in refused.value.hint()


async def test_ten_tickets_at_once_are_ten_tickets(rig: Rig) -> None:
    """Concurrent creates share few threads and mix nothing up."""
    keys = [f"{number:032x}"[::-1] for number in range(10)]
    made = await asyncio.gather(*(rig.tracker.create_ticket(ticket(summary=key), key=key) for key in keys))
    assert [rig.issue(one.key).properties["tocsin.key"] for one in made] == keys


async def test_a_tracker_can_be_made_before_jira_is_up(rig: Rig) -> None:
    """Making a tracker asks nothing."""
    calls = len(rig.sandbox.log.entries)
    JiraTracker(rig.site, clock=rig.clock, pool=rig.pool)
    assert len(rig.sandbox.log.entries) == calls
