"""What people see of an incident in Slack and Jira, through the genuine clients, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.errors import RunError
from engine.domain.lifecycle import IncidentStatus, StepStatus
from engine.domain.surfaces import CARD, CHANNEL, EPIC, LIVING, TICKET, TICKET_CLOSE, TICKET_REOPEN, made, ticket_of
from engine.domain.timeline import EffectFailed, TicketChanged
from engine.reports.status import status
from integrations.sandbox import Fault, FaultKind
from tests.integration.sandbox.clients import until

if TYPE_CHECKING:
    import pytest

    from engine.domain.chain import Head
    from engine.domain.incident import Incident
    from tests.integration.showing.stage import Stage

CANARY = "canary-9f2d"
PLAYBOOK = """
    tocsin: 1
    playbook: bench
    title: On the bench
    version: 1
    inputs: {}
    roles: {commander: {required: true, title: Commander}, counsel: {title: Counsel}}
    phases:
      contain:
        steps:
          - {id: lock, title: Lock it, action: http.request, with: {method: POST, url: "http://127.0.0.1:PORT/lock"}}
          - id: words
            title: Write the words
            why: Others wait for them.
            task: Write them down.
            owner: commander
            due: 1h
            form: {text: {type: text}, names: {type: text, sensitivity: restricted}}
            approve: {by: [counsel]}
          - {id: tell, title: Tell the host, task: Call them., owner: counsel, due: 1h}
"""
CREATES = ("POST issue", "chat.postMessage", "conversations.create")


def ready(state: Incident) -> bool:
    """Whether both people have their tickets and the channel its message."""
    return bool(
        ticket_of(state, "words.task.1")
        and ticket_of(state, "tell.task.1")
        and made(state, LIVING, LIVING)
        and made(state, EPIC, EPIC)
    )


def shown_whole(state: Incident) -> bool:
    """Whether nothing waits to be shown."""
    return all(effect.status == "done" for effect in state.effects.values())


def repeated(stage: Stage) -> list[str]:
    """What the sandbox was made to do more than once under one key."""
    again = []
    for name in CREATES:
        done = Counter(json.dumps(e.evidence, sort_keys=True) for e in stage.sandbox.log.calls(name, committed=True))
        again += [f"{name} {evidence}" for evidence, count in done.items() if count > 1]
    return again


async def test_a_channel_an_epic_and_tickets_appear_once(on_stage: Stage) -> None:
    """People get a private channel with one pinned message, and tickets under one epic."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await on_stage.until(incident, ready)
        channel = on_stage.channel()
        assert channel.kind == "private"
        assert {"U0ANA", "U0CARLA", "U0BEN"} <= set(channel.members)
        assert len(channel.pins) == 1
        assert "On the bench" not in channel.name
        issues = on_stage.sandbox.jira.state.issues.values()
        assert sorted(issue.summary.partition(" ")[2] for issue in issues) == [
            "On the bench",
            "Tell the host",
            "Write the words",
        ]
    assert repeated(on_stage) == []


async def test_an_answered_card_has_no_buttons_and_says_who(on_stage: Stage) -> None:
    """The living message moves on in place, and the ticket of what is done elsewhere is closed."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await on_stage.until(incident, ready)
        await on_stage.answer(incident, "tell", "carla", "done")
        await on_stage.answer(incident, "words", "ana", text="All is well.", names=CANARY)
        await on_stage.until(incident, lambda state: state.step("words").approval is not None)
        await on_stage.answer(incident, "words", "carla", "approve")
        state = await on_stage.until(incident, lambda state: made(state, TICKET_CLOSE, "words.task.1"))
        assert state.step("words").status is StepStatus.DONE
        await on_stage.seen(lambda texts: any(text.startswith("Approved by Carla Weiss at") for text in texts))
        await on_stage.seen(lambda texts: f"{incident}: closed" in texts)
        await on_stage.seen(
            lambda _: not any("button" in json.dumps(message.blocks) for message in on_stage.channel().messages)
        )
    assert len([text for text in on_stage.texts() if text.startswith(f"{incident}: ")]) == 1


async def test_restricted_answers_reach_no_channel_and_no_ticket(on_stage: Stage) -> None:
    """They are recorded, and said to be."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await on_stage.until(incident, ready)
        await on_stage.answer(incident, "words", "ana", text="All is well.", names=CANARY)
        await on_stage.until(incident, lambda state: made(state, "card", "words.approval.1"))
        await on_stage.seen(lambda texts: any("To approve: Write the words" in text for text in texts))
    shown = json.dumps([message.model_dump(mode="json") for message in on_stage.channel().messages])
    tickets = json.dumps([issue.model_dump(mode="json") for issue in on_stage.sandbox.jira.state.issues.values()])
    assert CANARY not in shown
    assert CANARY not in tickets
    assert "recorded, restricted" in shown


async def test_a_reply_lost_after_commit_makes_nothing_twice(on_stage: Stage) -> None:
    """What was committed is looked up by its key and adopted, in Slack and in Jira."""
    for match in ("POST issue", "chat.postMessage", "conversations.create"):
        on_stage.sandbox.faults.add(Fault(kind=FaultKind.DROP_REPLY, match=match))
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        state = await on_stage.until(incident, ready)
    assert repeated(on_stage) == []
    assert sum(effect.adopted for effect in state.effects.values()) >= 2


async def test_a_database_that_is_away_for_a_moment_is_no_fault_of_ours(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was being shown is shown later, once, and what the timeline says of it names the database."""
    head, refused = on_stage.bench.ledger.head, iter(range(2))

    async def away(incident: str) -> Head:
        if next(refused, None) is not None:
            raise RunError("the ledger could not be read: it is away")
        return await head(incident)

    monkeypatch.setattr(on_stage.bench.ledger, "head", away)
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await on_stage.until(incident, ready)
        await on_stage.answer(incident, "tell", "carla", "done")
        await on_stage.answer(incident, "words", "ana", text="All is well.", names=CANARY)
        await on_stage.until(incident, lambda state: state.step("words").approval is not None)
        await on_stage.answer(incident, "words", "carla", "approve")
        await on_stage.until(incident, lambda state: state.status is IncidentStatus.CLOSED)
        state = await on_stage.until(incident, shown_whole)
    events = [entry.event for entry in await on_stage.bench.ledger.entries(incident)]
    assert {event.message for event in events if isinstance(event, EffectFailed)} == {
        "the ledger could not be read: it is away"
    }
    assert all(effect.status == "done" for effect in state.effects.values())
    assert repeated(on_stage) == []


async def test_what_nobody_can_tell_is_shown_and_settled_by_a_person(on_stage: Stage) -> None:
    """The act was sent, its reply is lost, and the other side cannot be asked: nothing is guessed, nothing repeated."""
    on_stage.bench.system.faults["/lock"] = ["drop"]
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await on_stage.until(incident, lambda state: state.step("lock").status is StepStatus.UNCONFIRMED)
        await on_stage.seen(lambda texts: any("Lock it" in text and "nobody can tell" in text for text in texts))
        await on_stage.seen(
            lambda texts: any("`/incident resolve lock done|failed|retry WHY`" in text for text in texts)
        )
        look = await on_stage.desk.look(incident)
        needs = status(look.plan, look.incident, now=look.now)["attention"]
        assert [(need["kind"], need["subject"]) for need in needs] == [("unconfirmed", "lock")]
        assert f"tocsin resolve {incident} 'lock'" in needs[0]["text"]
        settle = cmd.ResolveStep(step="lock", outcome="done", reason="it stands in its log")
        taken = await on_stage.desk.give(incident, settle, cmd.Who(person="ana"))
        assert [event.type for event in taken] == ["step_resolved"]  # type: ignore[union-attr]  # events, or the test fails
        await on_stage.until(incident, lambda state: state.step("lock").status is StepStatus.DONE)
    assert on_stage.bench.system.asked["/lock"] == 1


async def test_a_jira_that_is_down_delays_tickets_and_not_people(on_stage: Stage) -> None:
    """The run goes on, it is said that a ticket is missing, and when Jira is back it is there, once."""
    on_stage.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="*jira*", count=None))
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        state = await on_stage.until(incident, lambda state: made(state, "card", "tell.task.1"))
        assert state.step("lock").status is StepStatus.DONE
        await on_stage.until(incident, lambda state: any(e.status == "retrying" for e in state.effects.values()))
        on_stage.sandbox.faults.clear()
        await on_stage.until(incident, ready)
    assert repeated(on_stage) == []


async def test_an_engine_that_ends_midway_is_followed_without_repetition(on_stage: Stage) -> None:
    """Whatever it had begun is looked up by the next one."""
    on_stage.sandbox.faults.add(Fault(kind=FaultKind.HANG, match="POST issue", after_commit=True))
    async with on_stage.engine("first"):
        incident = await on_stage.declare(PLAYBOOK)
        await until(lambda: bool(on_stage.sandbox.log.calls("POST issue", committed=True)))
    await on_stage.bench.ledger.let_go(owners="first")
    async with on_stage.engine("second"):
        await on_stage.until(incident, ready)
    assert repeated(on_stage) == []


async def test_a_ticket_closed_too_early_is_opened_again_with_the_reason(on_stage: Stage) -> None:
    """The comment comes first, so that nobody sees a ticket move without a word."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        state = await on_stage.until(incident, ready)
        key = ticket_of(state, "words.task.1")
        refusal = TicketChanged(ticket=key, ask="words.task.1", change="closed_unaccepted", detail="text is needed")
        await on_stage.desk.put(incident, [refusal])
        await on_stage.until(incident, lambda state: made(state, TICKET_REOPEN, "words.task.1#1"))
        issue = next(issue for issue in on_stage.sandbox.jira.state.issues.values() if issue.key == key)
        assert any("text is needed" in comment.body for comment in issue.comments)


async def test_heads_are_published_when_a_phase_settles(on_stage: Stage) -> None:
    """In the channel and in the epic, with the same number of events and hash as the effect keeps."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await on_stage.until(incident, ready)
        await on_stage.answer(incident, "tell", "carla", "done")
        await on_stage.answer(incident, "words", "ana", text="Words.", names="nobody")
        await on_stage.until(incident, lambda state: state.step("words").approval is not None)
        await on_stage.answer(incident, "words", "carla", "approve")
        state = await on_stage.until(
            incident,
            lambda state: made(state, "head_chat", "contain") and made(state, "head_tracker", "contain"),
        )
        assert (await on_stage.until(incident, lambda state: state.status is IncidentStatus.CLOSED)).over
    effect = next(e for e in state.effects.values() if e.kind == "head_chat" and e.subject == "contain")
    rows = await on_stage.bench.ledger.rows(incident)
    assert rows[int(str(effect.result["seq"])) - 1].hash == effect.result["hash"]
    assert any(str(effect.result["hash"]) in text for text in on_stage.texts())
    assert state.effects[next(k for k, e in state.effects.items() if e.kind == CHANNEL)].status == "done"
    assert sum(e.kind == TICKET for e in state.effects.values()) == 2


def crowded() -> str:
    """A playbook of a hundred steps, forty of them asked at once, each with more text than anybody should write."""
    form = ", ".join(f"field_{number}: {{type: text, optional: true}}" for number in range(12))
    long = "Read all of this before you begin. " * 60
    asked = [
        f'          - {{id: ask_{number}, title: "{"Question " * 14}{number}", why: "{long}", task: "{long}", '
        f"owner: commander, due: 1h, form: {{{form}}}}}\n"
        for number in range(40)
    ]
    later = [
        f"          - {{id: later_{number}, title: L {number}, task: Do., owner: counsel, due: 1h, needs: [ask_0]}}\n"
        for number in range(60)
    ]
    head = PLAYBOOK.partition("          - {id: lock")[0]
    return head + "".join(asked + later)


async def test_a_plan_of_a_hundred_steps_fits_into_slack_and_jira(on_stage: Stage) -> None:
    """Everything is shown within the limits that both really have; what does not fit is counted, not lost."""
    async with on_stage.engine():
        incident = await on_stage.declare(crowded())

        def all_there(state: Incident) -> bool:
            return made(state, LIVING, LIVING) and all(
                made(state, kind, ask) for kind in (CARD, TICKET) for ask in state.asks
            )

        state = await on_stage.until(incident, all_there)
        async with asyncio.timeout(30):
            while on_stage.mirror.busy:  # noqa: ASYNC110 - a count, which sets no event
                await asyncio.sleep(0.02)
    assert len(state.asks) == 40
    refused = {(call.name, call.error) for call in on_stage.sandbox.log.entries if call.error}
    # being in the channel already is what inviting again is answered with
    assert refused <= {("chat.postMessage", "ratelimited"), ("conversations.invite", "already_in_channel")}
    assert repeated(on_stage) == []
