"""Tickets as they are kept: early ones, whose they are, until when, and those that are not made on purpose."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.conducting.situation import Perform
from engine.domain.lifecycle import StepStatus
from engine.domain.surfaces import (
    CARD,
    CHANNEL,
    EPIC,
    LIVING,
    TICKET,
    TICKET_AGAIN,
    TICKET_CLOSE,
    effect_of,
    made,
    maker_of,
    ticket_of,
    withheld,
)
from engine.reports.status import status
from engine.runtime.performing import Doubt
from engine.runtime.showing.shower import GONE_AFTER
from integrations.sandbox.faults import Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from engine.domain.incident import Incident
    from tests.integration.showing.stage import Stage

PLAYBOOK = """
    tocsin: 1
    playbook: bench
    title: On the bench
    version: 1
    tickets: all
    inputs: {}
    roles: {commander: {required: true, title: Commander}, counsel: {title: Counsel}, comms: {title: Comms}}
    phases:
      contain:
        steps:
          - id: words
            title: Write the words
            task: Write them down.
            owner: commander
            due: 1h
            approve: {by: [counsel]}
          - {id: tell, title: Tell the host, task: Call them., owner: comms, due: 1h, needs: [words], tickets: ready}
          - {id: ask_host, title: Ask the host, why: They know., task: Ask., owner: comms, due: 1h, needs: [words]}
          - {id: hush, title: Secret, task: Hush., owner: counsel, due: 1h, sensitivity: restricted}
          - {id: alone, title: Alone, task: No ticket., owner: counsel, due: 1h, tickets: none}
"""
ANA = cmd.Who(person="ana", via="slack", strength="slack-signed", zone="Europe/Berlin")


def issue(stage: Stage, key: str) -> Any:  # noqa: ANN401 - a record of the sandbox
    """Return a ticket as Jira has it."""
    return next(one for one in stage.sandbox.jira.state.issues.values() if one.key == key)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds of the sandbox."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 what is waited for is state, and offers no event
            await asyncio.sleep(0.02)


def effect_result(state: Incident, kind: str, subject: str) -> Any:  # noqa: ANN401 - what the effect came to
    """Return where a surface is."""
    effect = effect_of(state, kind, subject)
    return effect.result if effect is not None else {}


def begun(state: Incident) -> bool:
    """Whether the tickets of the first look are there."""
    return bool(ticket_of(state, "words.task.1") and ticket_of(state, "ask_host") and made(state, LIVING, LIVING))


async def test_a_ticket_that_was_early_is_taken_over_when_it_is_asked(on_stage: Stage) -> None:
    """It says that its turn has not come, then what is to be done; there is one, with its date."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        state = await on_stage.until(incident, begun)
        key = ticket_of(state, "ask_host")
        assert issue(on_stage, key).description.startswith("Not to be done yet")
        assert issue(on_stage, key).duedate is None
        assert not ticket_of(state, "tell")
        await on_stage.answer(incident, "words", "ana", "done")
        await on_stage.until(incident, lambda s: s.step("words").approval is not None)
        await on_stage.answer(incident, "words", "carla", "approve")
        state = await on_stage.until(incident, lambda s: bool(ticket_of(s, "tell.task.1")))
        assert ticket_of(state, "ask_host.task.1") == key
        await until(lambda: issue(on_stage, key).description.startswith("h2. Why\nThey know."))
        await until(lambda: issue(on_stage, key).duedate is not None)
        await on_stage.answer(incident, "ask_host", "dev", "done")
        await on_stage.until(incident, lambda s: made(s, TICKET_CLOSE, "ask_host.task.1"))
        assert issue(on_stage, key).resolution_id is not None
        assert maker_of(state, "ask_host.task.1") == "ask_host"


async def test_a_ticket_leads_to_its_message_in_slack(on_stage: Stage) -> None:
    """Neither waits for the other to be made; the way there is put in when both are there."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        state = await on_stage.until(incident, lambda s: begun(s) and made(s, CARD, "words.task.1"))
        card = str(effect_result(state, CARD, "words.task.1")["ts"])
        key = ticket_of(state, "words.task.1")
        await until(lambda: f"/p{card.replace('.', '')}" in issue(on_stage, key).description)
        assert "In Slack: " in issue(on_stage, key).description


async def test_tickets_and_the_epic_lead_to_the_channel(on_stage: Stage) -> None:
    """Whichever of them is made first: a card that is not there yet, or a chat that is away, holds up no ticket."""
    on_stage.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="chat.getPermalink", count=None))
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        state = await on_stage.until(incident, begun)
        (channel,) = (effect.result["id"] for effect in state.effects.values() if effect.kind == CHANNEL)
        way = f"In Slack: {on_stage.sandbox.url}/archives/{channel}"
        key = ticket_of(state, "words.task.1")
        await until(lambda: way in issue(on_stage, key).description)
        (epic,) = (effect.result["key"] for effect in state.effects.values() if effect.kind == EPIC)
        await until(lambda: way in issue(on_stage, epic).description)


async def test_a_step_that_is_never_asked_closes_its_early_ticket_as_declined_or_done(on_stage: Stage) -> None:
    """With the reason."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        key = ticket_of(await on_stage.until(incident, begun), "ask_host")
        await on_stage.desk.give(incident, cmd.SkipStep(step="ask_host", reason="the host is us"), ANA)
        await on_stage.until(incident, lambda s: made(s, TICKET_CLOSE, "ask_host"))
        assert issue(on_stage, key).resolution_id is not None
        assert (
            issue(on_stage, key)
            .comments[-1]
            .body.startswith("This need not be done: the step is skipped (the host is us)")
        )


async def test_a_ticket_that_was_deleted_is_not_closed_for_ever(on_stage: Stage) -> None:
    """It may only be out of sight, so it is looked for during most of an hour; then it is left at that."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        state = await on_stage.until(incident, begun)
        gone = issue(on_stage, ticket_of(state, "words.task.1"))
    del on_stage.sandbox.jira.state.issues[gone.id]
    await on_stage.answer(incident, "words", "ana", "done")
    state = await on_stage.bench.state(incident)
    plan = await on_stage.bench.shop.plans.of(state.digest, playbook=state.playbook)
    ends = []
    for attempt in (1, GONE_AFTER - 1, GONE_AFTER):
        move = Perform("key", TICKET_CLOSE, "words.task.1", attempt)
        ended = await on_stage.shower.perform(plan, state, move, doubt=Doubt.NONE)
        assert isinstance(ended, ev.EffectFailed)
        ends.append((ended.retry_at is not None, ended.unsure))
    assert ends == [(True, False), (True, False), (False, False)]


async def test_asked_again_it_keeps_its_ticket(on_stage: Stage) -> None:
    """An approval that is declined opens it again, with a word."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        key = ticket_of(await on_stage.until(incident, begun), "words.task.1")
        await on_stage.answer(incident, "words", "ana", "done")
        await on_stage.until(incident, lambda s: s.step("words").approval is not None)
        await on_stage.answer(incident, "words", "carla", "decline", reason="too long")
        state = await on_stage.until(incident, lambda s: made(s, TICKET_AGAIN, "words.task.2"))
        assert ticket_of(state, "words.task.2") == key
        assert issue(on_stage, key).comments[-1].body.startswith("This is asked again, so the ticket is open.")
        assert sum(one.summary.endswith("Write the words") for one in on_stage.sandbox.jira.state.issues.values()) == 1


async def test_a_role_that_goes_to_somebody_else_takes_its_tickets_along(on_stage: Stage) -> None:
    """And a target that is moved moves the date; a step's own owner may do that."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        key = ticket_of(await on_stage.until(incident, begun), "words.task.1")
        assert issue(on_stage, key).assignee == "ana.ruiz"
        await on_stage.desk.give(incident, cmd.MoveTarget(step="words", due="2031-03-04T10:00+01:00"), ANA)
        await until(lambda: str(issue(on_stage, key).duedate) == "2031-03-04")
        await on_stage.desk.give(incident, cmd.AssignRole(role="commander", people=["jo"]), ANA)
        await until(lambda: issue(on_stage, key).assignee == "jo.bell")
        assert [
            change.field
            for history in issue(on_stage, key).history
            for change in history.changes
            if change.field != "description"
        ] == [
            "duedate",
            "assignee",
        ]


async def test_a_restricted_step_without_a_level_has_no_ticket_and_everybody_is_told(on_stage: Stage) -> None:
    """On its card, in the pinned message, in the status and on the timeline; it is answered elsewhere."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await on_stage.until(incident, begun)
        await on_stage.until(incident, lambda s: withheld(s, TICKET, "hush.task.1"))
        await on_stage.seen(lambda _: "No ticket: this is restricted" in shown(on_stage))
        await on_stage.seen(lambda _: "has no ticket: it is restricted" in shown(on_stage))
        look = await on_stage.desk.look(incident)
        needs = status(look.plan, look.incident, now=look.now)["attention"]
        assert [need["subject"] for need in needs if need["kind"] == "withheld"] == ["hush.task.1"]
        await on_stage.answer(incident, "hush", "carla", "done")
        await on_stage.until(incident, lambda s: s.step("hush").status is StepStatus.DONE)
    assert not any("restricted" in one.summary for one in on_stage.sandbox.jira.state.issues.values())


async def test_nothing_of_a_restricted_incident_is_in_jira_without_a_level(on_stage: Stage) -> None:
    """The run goes on in Slack."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK.replace("version: 1", "version: 1\n    sensitivity: restricted"))
        await on_stage.until(incident, lambda s: withheld(s, EPIC, EPIC) and made(s, LIVING, LIVING))
        await on_stage.seen(lambda _: "Nothing of this incident is in Jira" in shown(on_stage))
    assert not on_stage.sandbox.jira.state.issues


def shown(stage: Stage) -> str:
    """Return everything that stands in the channel."""
    return json.dumps([message.model_dump(mode="json") for message in stage.channel().messages])


async def test_the_epic_ends_with_its_incident_and_is_opened_again_with_it(on_stage: Stage) -> None:
    """With a word each time; of a cancelled incident it is declined."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        state = await on_stage.until(incident, begun)
        (epic,) = [str(effect.result["key"]) for effect in state.effects.values() if effect.kind == EPIC]
        await on_stage.desk.give(incident, cmd.CloseIncident(reason="enough"), ANA)
        await on_stage.until(incident, lambda s: "epic_close" in kinds(s))
        await until(lambda: issue(on_stage, epic).resolution_id == "10000")
        await on_stage.desk.give(incident, cmd.ReopenIncident(reason="there is more"), ANA)
        await on_stage.until(incident, lambda s: "epic_reopen" in kinds(s))
        await until(lambda: issue(on_stage, epic).resolution_id is None)
        assert any(comment.body.startswith("The incident is open again.") for comment in issue(on_stage, epic).comments)
        await on_stage.desk.give(incident, cmd.CancelIncident(reason="a drill"), ANA)
        await on_stage.until(incident, lambda s: kinds(s).count("epic_close") == 2)
        assert issue(on_stage, epic).resolution_id == "10001"


def kinds(state: Incident) -> list[str]:
    """Return the kinds of what was shown."""
    return [effect.kind for effect in state.effects.values() if effect.status == "done"]
