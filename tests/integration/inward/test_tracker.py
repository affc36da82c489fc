"""What people do in Jira reaches the incident: done moves a step, declined does not finish a form, comments fill it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.lifecycle import StepStatus
from engine.domain.surfaces import EPIC, TICKET_AGAIN, TICKET_CLOSE, TICKET_PUT_BACK, made, ticket_of
from integrations.sandbox import Fault, FaultKind
from tests.integration.inward.rig import House, house

if TYPE_CHECKING:
    from engine.domain.incident import Incident

WARN, FILE, DEPICTED = "warn_hosts.task.1", "file_authority.task.1", "depicted.decision.1"


def reopened(made_: House, key: str) -> bool:
    """Tell whether a ticket was opened again, with a comment."""
    issue = made_.sandbox.jira.state.with_key(key)
    return issue is not None and issue.resolution_id is None and bool(issue.comments)


async def changes(made_: House, incident: str) -> list[tuple[str, str, str]]:
    """Return what was kept of changes of tickets: which, by whom, and the detail."""
    events = await made_.events(incident, "ticket_changed")
    return [(event.change, event.by, event.detail) for event in events if isinstance(event, ev.TicketChanged)]


async def test_done_in_jira_moves_the_step(home: Path) -> None:
    """By the account of somebody who is asked; our own closing of tickets says nothing."""
    async with house(home) as rig:
        incident = await rig.declared()
        await rig.close("ben", await rig.ticket(incident, WARN))
        state = await rig.bench.until(incident, lambda s: s.step("warn_hosts").status is StepStatus.DONE)
        (answer,) = state.asks[WARN].answers
        assert (answer.verdict, answer.by, answer.via, answer.strength) == ("done", "ben", "jira", "jira-account")
        await rig.press("ben", "answer", incident=incident, ask="statement.task.1")
        await rig.fill("ben", text="We know of a copy.")
        await rig.press("carla", "approve", incident=incident, ask="statement.approval.1")
        await rig.bench.until(incident, lambda s: made(s, TICKET_CLOSE, "statement.task.1"))
        async with asyncio.timeout(20):
            while "no change of status by people" not in await rig.outcomes():
                await rig.idle()
        assert await changes(rig, incident) == []


async def test_wont_do_declines_a_task_without_a_form(home: Path) -> None:
    """The resolution is the reason."""
    async with house(home) as rig:
        incident = await rig.declared()
        await rig.close("ben", await rig.ticket(incident, WARN), resolution="Won't do")
        state = await rig.bench.until(incident, lambda s: s.step("warn_hosts").status is StepStatus.DECLINED)
        assert state.step("warn_hosts").because == "closed in Jira as Won't do"


async def test_wont_do_does_not_finish_a_form(home: Path) -> None:
    """The ticket is opened again and says what is needed."""
    async with house(home) as rig:
        incident = await rig.declared()
        key = await rig.ticket(incident, FILE)
        await rig.close("carla", key, resolution="Won't do")
        state = await rig.bench.until(incident, _opened_again)
        ((change, by, detail),) = await changes(rig, incident)
        assert (change, by) == ("closed_unaccepted", "carla")
        assert detail.startswith("Won't do does not finish it, reference and submitted_at are needed.")
        assert reopened(rig, key)
        assert state.asks[FILE].open


async def test_done_without_its_form_is_not_accepted_until_a_comment_fills_it(home: Path) -> None:
    """What is missing is named; a comment and closing again finish the step."""
    async with house(home) as rig:
        incident = await rig.declared()
        key = await rig.ticket(incident, FILE)
        await rig.close("carla", key, comment="Filed.\n*Reference*: EDPB-17")
        await rig.bench.until(incident, _opened_again)
        ((change, _, detail),) = await changes(rig, incident)
        assert change == "closed_unaccepted"
        assert detail.startswith("submitted_at: is missing.")
        assert "reference" not in detail
        await rig.close("carla", key, comment="submitted at: 2026-03-02 03:10\nnames: Somebody Shown")
        state = await rig.bench.until(incident, lambda s: s.step("file_authority").status is StepStatus.DONE)
        assert state.step("file_authority").output == {
            "reference": "EDPB-17",
            "submitted_at": {"$instant": "2026-03-02T02:10:00Z", "zone": "Europe/Berlin"},
            "names": "Somebody Shown",
        }
        await rig.idle()
        notes = [event for event in await rig.events(incident, "note_added") if isinstance(event, ev.NoteAdded)]
        assert [(note.by, note.via, note.sensitivity) for note in notes] == [
            ("carla", "jira", "internal"),
            ("carla", "jira", "restricted"),
        ]
        assert len(await changes(rig, incident)) == 1


async def test_a_decision_is_answered_by_comments_too(home: Path) -> None:
    """A mentioned account is the person behind it; only the words of whoever closes it count."""
    async with house(home) as rig:
        incident = await rig.declared()
        key = await rig.ticket(incident, DEPICTED)
        await rig.in_jira("ben", lambda jira: jira.add_comment(key, "anyone minor: yes"))
        await rig.close("ana", key, comment="anyone minor: No\nseen at: 2026-03-02T03:10Z\ncontact: [~emi.sato]")
        state = await rig.bench.until(incident, lambda s: s.step("depicted").status is StepStatus.DONE)
        output = state.step("depicted").output or {}
        assert (output["anyone_minor"], output["contact"]) == ("no", "emi")
        assert state.asks[DEPICTED].answers[0].verdict == "answer"


async def test_whoever_is_not_asked_finishes_nothing(home: Path) -> None:
    """Somebody else's closing, and an account nobody knows, are told in the ticket."""
    async with house(home) as rig:
        incident = await rig.declared()
        key = await rig.ticket(incident, WARN)
        await rig.close("carla", key)
        await rig.bench.until(incident, _opened_again)
        rig.worker.handlers["jira"].people.people.pop("dev")  # type: ignore[attr-defined] # the handler of this house
        await rig.in_jira("dev", lambda jira: jira.add_comment(key, "I did it"))
        await rig.close("dev", key)
        await rig.bench.until(incident, lambda s: _opened_again(s, times=2))
        assert [(change, by) for change, by, _ in await changes(rig, incident)] == [
            ("closed_unaccepted", "carla"),
            ("commented", "tracker"),
            ("closed_unaccepted", "tracker"),
        ]
        details = [detail for _, _, detail in await changes(rig, incident)]
        assert details[0] == (
            "Responder does this. Ask Ana Ruiz, Ben Osei, Ivo Marek or Jo Bell. "
            "Whoever one of them gives this ticket to may close it too."
        )
        assert details[2].startswith("whoever closed it is not in Tocsin's people file.")
        assert len(await rig.events(incident, "answer_refused")) == 1
        assert (await rig.bench.state(incident)).asks[WARN].open


async def test_a_ticket_handed_on_is_known_and_one_opened_again_is_asked_again(home: Path) -> None:
    """By an owner of the step; it keeps its one ticket."""
    async with house(home) as rig:
        incident = await rig.declared()
        key = await rig.ticket(incident, WARN)
        await rig.in_jira("ben", lambda jira: jira.assign_issue(key, "ivo.marek"))
        await rig.bench.until(incident, lambda s: s.asks[WARN].given_to == "ivo")
        await rig.close("ben", key)
        await rig.bench.until(incident, lambda s: s.step("warn_hosts").status is StepStatus.DONE)
        await rig.in_jira("ivo", lambda jira: jira.transition_issue(key, "Reopen"))
        again = "warn_hosts.task.2"
        state = await rig.bench.until(incident, lambda s: made(s, TICKET_AGAIN, again))
        assert state.asks[again].open
        assert ticket_of(state, again) == key
        assert await changes(rig, incident) == [("reassigned", "ben", "assigned to Ivo Marek")]
        await rig.close("ivo", key)
        await rig.bench.until(incident, lambda s: s.step("warn_hosts").status is StepStatus.DONE)
        assert len(await rig.events(incident, "redo_ordered")) == 1


async def test_a_ticket_opened_again_before_we_had_come_to_it_stays_open(home: Path) -> None:
    """Jira took no comment of ours meanwhile; nobody's reopening is undone unheard."""
    async with house(home, engine=False) as rig, rig.bench.engine() as engine:
        rig.pokes.append(engine.poke)
        incident = await rig.declared()
        key = await rig.ticket(incident, WARN)
        rig.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="POST issue/comment", count=None))
        await rig.close("ben", key)
        await rig.watch.look()
        await rig.worker.work_off()
        await rig.bench.until(incident, lambda s: s.step("warn_hosts").status is StepStatus.DONE)
        await rig.in_jira("ivo", lambda jira: jira.transition_issue(key, "Reopen"))
        rig.sandbox.faults.clear()
        await rig.bench.until(incident, lambda s: made(s, TICKET_CLOSE, WARN))
        await rig.watch.look()
        await rig.worker.work_off()
        state = await rig.bench.until(incident, lambda s: "warn_hosts.task.2" in s.asks)
        assert state.asks["warn_hosts.task.2"].open
        issue = rig.sandbox.jira.state.with_key(key)
        assert issue is not None
        assert issue.resolution_id is None


async def test_whoever_is_given_a_task_by_its_owner_finishes_it(home: Path) -> None:
    """In Jira, without a role; what they write under it is on the timeline."""
    async with house(home) as rig:
        incident = await rig.declared()
        key = await rig.ticket(incident, WARN)
        await rig.in_jira("ben", lambda jira: jira.assign_issue(key, "kim.tran"))
        await rig.bench.until(incident, lambda s: s.asks[WARN].given_to == "kim")
        await rig.in_jira("kim", lambda jira: jira.add_comment(key, "Called both."))
        await rig.close("kim", key)
        state = await rig.bench.until(incident, lambda s: s.step("warn_hosts").status is StepStatus.DONE)
        assert state.asks[WARN].answers[0].by == "kim"
        notes = [event for event in await rig.events(incident, "note_added") if isinstance(event, ev.NoteAdded)]
        assert [note.text for note in notes] == ["Called both."]


async def test_a_ticket_opened_again_by_somebody_who_may_not_is_closed_again(home: Path) -> None:
    """With the reason under it; the step stays done."""
    async with house(home) as rig:
        incident = await rig.declared()
        key = await rig.ticket(incident, WARN)
        await rig.close("ben", key)
        await rig.bench.until(incident, lambda s: s.step("warn_hosts").status is StepStatus.DONE)
        await rig.in_jira("carla", lambda jira: jira.transition_issue(key, "Reopen"))
        await rig.bench.until(incident, lambda s: made(s, TICKET_PUT_BACK, f"{WARN}#1"))
        issue = rig.sandbox.jira.state.with_key(key)
        assert issue is not None
        assert issue.resolution_id is not None
        assert issue.comments[-1].body.startswith(
            "This is closed again: The commander or the step's owner decides this."
        )
        assert (await rig.bench.state(incident)).step("warn_hosts").status is StepStatus.DONE


async def test_re_dating_in_jira_moves_a_target_where_the_person_may(home: Path) -> None:
    """Its owner may; somebody else's date is put back, with a comment."""
    async with house(home) as rig:
        incident = await rig.declared()
        key = await rig.ticket(incident, WARN)
        await rig.in_jira("ben", lambda jira: jira.issue(key).update(fields={"duedate": "2031-03-04"}))
        state = await rig.bench.until(incident, lambda s: s.asks[WARN].due is not None)
        assert state.asks[WARN].due == datetime(2031, 3, 4, 16, tzinfo=UTC)
        await rig.in_jira("carla", lambda jira: jira.issue(key).update(fields={"duedate": "2035-01-01"}))
        await rig.bench.until(incident, lambda s: made(s, TICKET_PUT_BACK, f"{WARN}#1"))
        issue = rig.sandbox.jira.state.with_key(key)
        assert issue is not None
        assert str(issue.duedate) == "2031-03-04"
        assert issue.comments[-1].body.startswith("The due date is put back: The commander or the step's owner")
        moved = [event for event in await rig.events(incident, "target_moved") if isinstance(event, ev.TargetMoved)]
        assert [(event.by, event.ticket) for event in moved] == [("ben", key)]


async def test_what_is_written_under_the_epic_is_a_note_and_nothing_else_counts_there(home: Path) -> None:
    """By those who take part; closing the epic ends no incident."""
    async with house(home) as rig:
        incident = await rig.declared()
        await rig.ticket(incident, WARN)
        state = await rig.bench.state(incident)
        (epic,) = [effect for effect in state.effects.values() if effect.kind == EPIC]
        key = str(epic.result["key"])
        await rig.close("ana", key, comment="The board has been told.")
        await rig.in_jira("gus", lambda jira: jira.add_comment(key, "Am I needed?"))
        async with asyncio.timeout(20):
            while not await changes(rig, incident):
                await rig.idle()
        (note,) = await rig.events(incident, "note_added")
        assert isinstance(note, ev.NoteAdded)
        assert (note.text, note.by, note.via) == ("The board has been told.", "ana", "jira")
        assert [(change, by) for change, by, _ in await changes(rig, incident)] == [("commented", "gus")]
        assert not (await rig.bench.state(incident)).over


async def test_an_end_between_giving_and_finishing_takes_no_ticket_twice(home: Path) -> None:
    """A row that is taken again comes to what it came to before."""
    async with house(home, engine=False) as rig:
        incident = await rig.declared()
        async with rig.bench.engine():
            closed, filed = await rig.ticket(incident, WARN), await rig.ticket(incident, FILE)
            await rig.close("ben", closed, comment="All told.")
            await rig.close("carla", filed)
            assert await rig.watch.look() == 2
            rows = await rig.bench.ledger.pending(limit=9)
            handler = rig.worker.handlers["jira"]
            first = [await handler.take(row) for row in rows]
            await rig.bench.until(incident, _opened_again)
            again = [await handler.take(row) for row in rows]
        assert sorted(map(str, first)) == sorted(map(str, again)) == ["done", "not accepted"]
        kinds = ("ask_answered", "note_added", "ticket_changed")
        assert [len(await rig.events(incident, kind)) for kind in kinds] == [1, 1, 1]


def _opened_again(state: Incident, *, times: int = 1) -> bool:
    done = [e for e in state.effects.values() if (e.kind, e.status) == ("ticket_reopen", "done")]
    return len(done) == times
