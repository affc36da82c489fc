"""Whose a ticket is, when it is due and what was made twice, on Cloud and on Server."""

import asyncio
from datetime import date

import pytest

from engine.domain.errors import IntegrationError
from engine.ports.people import Person
from engine.ports.tracker import Twins
from tests.integration.jira.rig import ANA, EPIC_KEY, KEY, Rig, ticket

BEN = Person(id="ben", name="Ben Osei", jira="ben.osei")
STRANGER = Person(id="zed", name="Zed", jira="gone")


async def test_a_ticket_is_given_and_dated_once(rig: Rig) -> None:
    """Writing what is there already changes nothing; nobody and no day are possible."""
    made = await rig.tracker.create_ticket(ticket(owner=ANA), key=KEY)
    for _ in range(2):
        await rig.tracker.assign(made.key, BEN, known="")
        await rig.tracker.schedule(made.key, date(2026, 12, 1), known="")
    issue = rig.issue(made.key)
    assert (issue.assignee, str(issue.duedate), len(issue.history)) == ("ben.osei", "2026-12-01", 2)
    state = await rig.tracker.read(made.key)
    assert (state.assigned_ours, state.dated_ours) == (True, True)
    await rig.tracker.assign(made.key, None, known="")
    await rig.tracker.schedule(made.key, None, known="")
    assert (rig.issue(made.key).assignee, rig.issue(made.key).duedate) == (None, None)


async def test_an_account_that_cannot_have_it_leaves_it_with_nobody(rig: Rig) -> None:
    """Better than with whoever had it before."""
    made = await rig.tracker.create_ticket(ticket(owner=ANA), key=KEY)
    await rig.tracker.assign(made.key, STRANGER, known="")
    assert rig.issue(made.key).assignee is None


async def test_what_somebody_changed_meanwhile_is_not_overwritten(rig: Rig) -> None:
    """Until it is known."""
    made = await rig.tracker.create_ticket(ticket(owner=ANA), key=KEY)
    carla = await asyncio.to_thread(rig.person, "carla")
    who = {"accountId" if rig.sandbox.jira.is_cloud else "name": "dev.patel"}
    issue = await asyncio.to_thread(carla.issue, made.key)
    await asyncio.to_thread(issue.update, fields={"assignee": who, "duedate": "2026-12-24"})
    with pytest.raises(IntegrationError, match="somebody changed whose ticket") as refused:
        await rig.tracker.assign(made.key, BEN, known="")
    assert refused.value.retryable
    with pytest.raises(IntegrationError, match="somebody changed when"):
        await rig.tracker.schedule(made.key, date(2026, 12, 1), known="")
    state = await rig.tracker.read(made.key)
    assert (state.assigned_by, state.dated_by, state.assigned_ours) == ("carla.weiss", "carla.weiss", False)
    await rig.tracker.assign(made.key, BEN, known=state.assigned)
    await rig.tracker.schedule(made.key, date(2026, 12, 1), known=None)
    assert (rig.issue(made.key).assignee, str(rig.issue(made.key).duedate)) == ("ben.osei", "2026-12-01")


async def test_leaving_a_done_status_is_told_with_who_did_it(rig: Rig) -> None:
    """Also when something else was done since; beginning work is none."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    ben = await asyncio.to_thread(rig.person, "ben")
    await asyncio.to_thread(ben.transition_issue, made.key, "Start work")
    assert (await rig.tracker.read(made.key)).left == ""
    await rig.tracker.close(made.key, done=True)
    await asyncio.to_thread(ben.transition_issue, made.key, "Reopen")
    opened = await rig.tracker.read(made.key)
    await asyncio.to_thread(ben.transition_issue, made.key, "Start work")
    state = await rig.tracker.read(made.key)
    assert (state.left, state.left_by, state.left_ours) == (opened.change, "ben.osei", False)
    assert int(state.change) > int(state.left)


async def test_twins_are_found_by_their_property_and_linked_once(rig: Rig) -> None:
    """A copy with our label is none; the one that is merged is closed as a duplicate."""
    first = await rig.tracker.create_ticket(ticket(), key=KEY)
    assert await rig.tracker.twins([KEY, EPIC_KEY]) == []
    second = await rig.tracker.create_ticket(ticket(), key=KEY)
    copied = await rig.tracker.create_ticket(ticket(), key=KEY)
    rig.issue(copied.key).properties.clear()
    assert await rig.tracker.twins([KEY, EPIC_KEY]) == [Twins(KEY, (first.key, second.key))]
    for _ in range(2):
        await rig.tracker.merge(second.key, into=first.key)
    (link,) = rig.sandbox.jira.state.links.values()
    assert (link.inward, link.outward) == (rig.issue(second.key).id, rig.issue(first.key).id)
    assert (await rig.tracker.read(second.key)).resolution == "Duplicate"
    assert await rig.tracker.twins([KEY]) == [Twins(KEY, (first.key,))]
