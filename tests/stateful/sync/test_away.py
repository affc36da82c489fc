"""Jira is down for an hour: the incident runs on, everything is there afterwards, once, and the timeline says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.errors import TocsinError
from engine.domain.lifecycle import StepStatus
from engine.domain.surfaces import ticket_of
from engine.reports.status import status
from integrations.sandbox import Fault, FaultKind
from integrations.sandbox.jira import catalog
from tests.stateful.sync.house import House, open_house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

OWNER = {"warn": "ben", "file": "carla"}


@pytest.fixture
async def away(home: Path) -> AsyncIterator[House]:
    """A house whose Jira fails from the beginning of the work on."""
    house = await open_house(home)
    try:
        await house.declare()
        house.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="*jira*", count=None))
        yield house
    finally:
        await house.close()


async def test_an_hour_without_jira(away: House) -> None:
    """Steps are answered in the chat, the next one is asked; then tickets are closed and made, once."""
    for step, person in OWNER.items():
        who = cmd.Who(person=person, via="slack", strength="slack-signed")
        await away.desk.give(away.incident, cmd.Answer(target=step, verdict="done", reason="told"), who)
    for _ in range(9):
        await away.clock.sleep(400)
        await away.carry()
        with pytest.raises(TocsinError):
            await away.watch.look()
    state = await away.state()
    assert [state.step(step).status for step in OWNER] == [StepStatus.DONE] * 2
    assert state.step("after").status is StepStatus.AWAITING_PERSON
    look = await away.desk.look(away.incident)
    needs = status(look.plan, look.incident, now=look.now)["attention"]
    assert {"warn.task.1", "file.task.1"} <= {need["subject"] for need in needs if need["kind"] == "not_shown"}
    await away.settle()
    assert await away.reconciler.after(away=True) == 0
    state = await away.state()
    for step in OWNER:
        assert away.issue(ticket_of(state, f"{step}.task.1")).status_id == catalog.DONE
    entries = await away.bench.ledger.entries(away.incident)
    (told,) = [entry.event for entry in entries if isinstance(entry.event, ev.TrackerCaughtUp)]
    assert {"ticket_close warn.task.1", "ticket_close file.task.1"} <= set(told.late)
    summaries = [issue.summary for issue in away.sandbox.jira.state.issues.values()]
    assert len(set(summaries)) == len(summaries)
