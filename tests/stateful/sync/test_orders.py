"""Orders of events that a poll and a webhook really bring about, each with what must come of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.lifecycle import StepStatus
from engine.domain.surfaces import ticket_of
from integrations.jira import put_up
from integrations.sandbox.jira import catalog
from tests.stateful.sync.house import PEOPLE, House, open_house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

WARN = "warn.task.1"
ANA = cmd.Who(person="ana", via="slack", strength="slack-signed")


@pytest.fixture
async def house(home: Path) -> AsyncIterator[House]:
    """A house with its incident declared and its tickets made."""
    made = await open_house(home)
    try:
        await made.declare()
        yield made
    finally:
        await made.close()


async def key_of(house: House, ask: str = WARN) -> str:
    """Return the ticket of an ask."""
    return ticket_of(await house.state(), ask)


def hand_on(house: House, key: str, account: str, *, who: str = "dev") -> None:
    """Give a ticket to somebody, in Jira."""
    house.acts(who, key, "edit", {"fields": {"assignee": {"accountId": account}}})


async def test_what_somebody_did_in_jira_is_taken_in_before_it_is_overwritten(house: House) -> None:
    """A role that goes to somebody else meanwhile does not win over what nobody has read yet."""
    key = await key_of(house)
    hand_on(house, key, "kim.tran")
    await house.desk.give(house.incident, cmd.AssignRole(role="responder", people=["ivo", "ben"]), ANA)
    assert not await house.mirror.show(house.incident)
    assert house.issue(key).assignee == "kim.tran"
    await house.settle()
    assert house.issue(key).assignee == "kim.tran"
    assert (await house.state()).asks[WARN].given_to == "kim"
    await house.desk.give(house.incident, cmd.AssignRole(role="responder", people=["ben"]), ANA)
    await house.settle()
    assert house.issue(key).assignee == "ben.osei"
    assert (await house.state()).asks[WARN].given_to is None


async def test_an_older_reading_that_arrives_later_says_nothing(house: House) -> None:
    """The newer date stands on both sides."""
    key = await key_of(house)
    readings = []
    for day in ("2026-12-01", "2026-12-08"):
        house.acts("ben", key, "edit", {"fields": {"duedate": day}})
        readings.append(await house.tracker.read(key))
    for reading in reversed(readings):
        await put_up(reading, inbox=house.bench.ledger)
    await house.settle()
    assert house.issue(key).duedate == date(2026, 12, 8)
    moved = [e.event for e in await house.bench.ledger.entries(house.incident) if isinstance(e.event, ev.TargetMoved)]
    assert [event.due[:10] for event in moved] == ["2026-12-08"]


async def test_our_own_changes_say_nothing_however_often_they_are_read(house: House) -> None:
    """What Tocsin wrote comes back by every way, and nothing follows."""
    key = await key_of(house)
    await house.desk.give(house.incident, cmd.AssignRole(role="responder", people=["ivo"]), ANA)
    await house.desk.give(house.incident, cmd.MoveTarget(step="warn", due="2026-12-24T12:00+00:00"), ANA)
    await house.desk.give(house.incident, cmd.SkipStep(step="agree", reason="no need"), ANA)
    await house.settle()
    assert (house.issue(key).assignee, house.issue(key).duedate) == ("ivo.marek", date(2026, 12, 24))
    before = await house.bench.ledger.head(house.incident)
    for ask in (WARN, "agree.decision.1"):
        reading = await house.tracker.read(await key_of(house, ask))
        await put_up(replace(reading, comments=(("1", "kim.tran", "", "a remark"),)), inbox=house.bench.ledger)
    await house.worker.work_off()
    told = [e.event for e in await house.bench.ledger.entries(house.incident, after=before.seq)]
    assert {event.change for event in told if isinstance(event, ev.TicketChanged)} == {"commented"}


async def test_closed_and_opened_again_between_two_looks_is_still_asked(house: House) -> None:
    """Only how it stands counts, and what follows later is no reopening."""
    key = await key_of(house)
    house.acts("ben", key, "move", {"transition": {"id": "31"}, "fields": {"resolution": {"name": "Done"}}})
    house.acts("ben", key, "move", {"transition": {"id": "41"}})
    await house.round()
    assert (await house.state()).asks[WARN].open
    answer = cmd.Answer(target="warn", verdict="done", reason="told")
    await house.desk.give(house.incident, answer, cmd.Who(person="ben", via="slack", strength="slack-signed"))
    await house.settle()
    assert (await house.state()).step("warn").status is StepStatus.DONE
    assert house.issue(key).status_id == catalog.DONE


async def test_whoever_is_excluded_is_given_no_ticket(house: House) -> None:
    """It is taken back, with a comment; they are named nowhere."""
    key = await key_of(house)
    without = replace(PEOPLE, excluded=frozenset({"kim"}))
    house.worker.handlers = {"jira": replace(house.worker.handlers["jira"], people=without)}  # type: ignore[type-var] # a frozen one
    hand_on(house, key, "kim.tran")
    await house.settle()
    assert house.issue(key).assignee == "ben.osei"
    assert (
        house.issue(key).comments[-1].body.startswith("This is given back to whoever had it: whoever it was given to")
    )
    (told,) = [
        e.event for e in await house.bench.ledger.entries(house.incident) if isinstance(e.event, ev.TicketChanged)
    ]
    assert (told.change, told.by, "Kim" in told.detail) == ("reassigned_unaccepted", "dev", False)
