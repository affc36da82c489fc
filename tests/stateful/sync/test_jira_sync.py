"""The sync with Jira under random interleavings: people edit there and in Tocsin, readings are lost, repeated and late.

Whatever happened, once it is quiet both sides say the same: a ticket is open exactly while its step is asked, it has
the date and the person that the incident knows, and what moved a step was a person's change and never our own. Each
change of a person counted once.
"""

from __future__ import annotations

import asyncio
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.surfaces import asked_by, ticket_of
from engine.runtime.showing.words.scene import Scene
from engine.runtime.showing.words.ticketing import owner
from integrations.jira import put_up
from integrations.sandbox import Fault, FaultKind
from integrations.sandbox.jira import catalog
from tests.stateful.sync.house import PEOPLE, STEPS, House, open_house

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from engine.domain.events.shape import Verdict
    from engine.domain.incident import Incident
    from engine.ports.tracker import TicketState

ACTORS = st.sampled_from(["ben", "ben", "ivo", "ana", "carla", "dev", "kim"])
TICKETS = st.sampled_from(["warn", "warn", "warn", *STEPS])
"""Most of it happens to one ticket and by one person, so that things meet."""
DAYS = st.sampled_from(["2026-11-26", "2026-12-01", "2027-01-15", None])
RESOLUTIONS = st.sampled_from(["Done", "Won't do"])
HOLDERS = {"responder": ["ben", "ivo"], "comms": ["dev", "hana"], "counsel": ["carla", "jo"]}
CHAT = {"via": "slack", "strength": "slack-signed", "zone": "Europe/Berlin"}
MOVES = (ev.AskAnswered, ev.RedoOrdered, ev.RetryOrdered, ev.TargetMoved)
LOGIN = "tocsin"


class Sync(RuleBasedStateMachine):
    """An incident with its tickets, people on both sides, and the ways between them."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(prefix="tocsin-sync-")
        self.house: House = self.does(open_house(Path(self.folder.name)))
        self.does(self.house.declare())
        self.readings: list[TicketState] = []
        self.said = 0

    def does(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever the work gives
        """Have something done to its end."""
        return self.runner.run(work)

    def key(self, step: str) -> str:
        """Return the ticket of a step."""
        state: Incident = self.does(self.house.state())
        return ticket_of(state, state.step(step).ask or step)

    # what people do in Jira

    @rule(who=ACTORS, step=TICKETS, resolution=RESOLUTIONS)
    def closes(self, who: str, step: str, resolution: str) -> None:
        """Somebody closes a ticket, perhaps as declined."""
        self._moves(who, step, "31", {"resolution": {"name": resolution}}, sources=(catalog.TODO, catalog.IN_PROGRESS))

    @rule(who=ACTORS, step=TICKETS)
    def reopens(self, who: str, step: str) -> None:
        """Somebody opens a closed ticket again."""
        self._moves(who, step, "41", {}, sources=(catalog.DONE,))

    @rule(who=ACTORS, step=TICKETS)
    def starts(self, who: str, step: str) -> None:
        """Somebody begins."""
        self._moves(who, step, "21", {}, sources=(catalog.TODO,))

    @rule(who=ACTORS, step=TICKETS, to=st.sampled_from(["ben.osei", "ivo.marek", "kim.tran", None]))
    def hands_on(self, who: str, step: str, to: str | None) -> None:
        """Somebody gives a ticket to somebody, or to nobody."""
        self._edits(who, step, {"assignee": {"accountId": to} if to else None})

    @rule(who=ACTORS, step=TICKETS, day=DAYS)
    def dates(self, who: str, step: str, day: str | None) -> None:
        """Somebody gives a ticket another date, or none."""
        self._edits(who, step, {"duedate": day})

    @rule(who=ACTORS, step=TICKETS)
    def comments(self, who: str, step: str) -> None:
        """Somebody writes something."""
        key = self.key(step)
        if key:
            self.said += 1
            self.house.acts(who, key, "comment", {"body": f"remark {self.said} by {who}"})

    # what people do in Tocsin

    @rule(step=TICKETS, verdict=st.sampled_from(["done", "decline"]))
    def answers(self, step: str, verdict: Any) -> None:  # noqa: ANN401 - one of two words
        """The owner answers in the chat."""
        person = {"warn": "ben", "agree": "ana", "file": "carla", "after": "dev"}[step]
        values = {"answer": "yes", "why": "seen"} if step == "agree" and verdict == "done" else {}
        word: Verdict = "answer" if values else verdict
        self._gives(cmd.Answer(target=step, verdict=word, values=values, reason="so it is"), person)

    @rule(step=TICKETS)
    def skips(self, step: str) -> None:
        """The commander leaves a step out."""
        self._gives(cmd.SkipStep(step=step, reason="not needed"), "ana")

    @rule(role=st.sampled_from(["responder", "responder", *HOLDERS]), first=st.booleans(), at_once=st.booleans())
    def assigns(self, role: str, first: bool, at_once: bool) -> None:  # noqa: FBT001 - hypothesis passes by name
        """The commander gives a role to somebody else, which may be shown at once."""
        people = HOLDERS[role] if first else HOLDERS[role][::-1]
        self._gives(cmd.AssignRole(role=role, people=people), "ana")
        if at_once:
            self.mirror_shows()

    @rule(step=TICKETS, day=st.integers(1, 28))
    def moves_target(self, step: str, day: int) -> None:
        """The commander moves a target."""
        self._gives(cmd.MoveTarget(step=step, due=f"2027-02-{day:02}T12:00+00:00"), "ana")

    # the ways between them

    @rule()
    def everybody_has_a_turn(self) -> None:
        """Some minutes in which nothing goes wrong on the way."""
        self.does(self.house.round())

    @rule()
    def engine_carries(self) -> None:
        """The engine has a turn."""
        self.does(self.house.carry())

    @rule()
    def mirror_shows(self) -> None:
        """What is kept current is brought up to date."""
        self.does(self.house.mirror.show(self.house.incident))

    @rule()
    def poll_looks(self) -> None:
        """The poll looks at what changed."""
        self.does(self.house.watch.look())

    @rule()
    def inbox_is_worked_off(self) -> None:
        """What came in is taken."""
        self.does(self.house.worker.work_off())

    @rule(step=TICKETS)
    def hook_reads(self, step: str) -> None:
        """A webhook has a ticket read; when that arrives is another matter."""
        key = self.key(step)
        if key:
            self.readings.append(self.does(self.house.tracker.read(key)))

    @precondition(lambda self: self.readings)
    @rule(newest_first=st.booleans())
    def readings_arrive(self, newest_first: bool) -> None:  # noqa: FBT001 - hypothesis passes by name
        """What was read arrives, perhaps in another order, and may arrive again later."""
        for reading in self.readings[::-1] if newest_first else self.readings:
            self.does(put_up(reading, inbox=self.house.bench.ledger))

    @rule(kind=st.sampled_from([FaultKind.DROP_REPLY, FaultKind.SERVER_ERROR, FaultKind.RATE_LIMITED]))
    def jira_fails(self, kind: FaultKind) -> None:
        """One of the next writes goes wrong, perhaps after it was done."""
        self.house.sandbox.faults.add(Fault(kind=kind, match="P* issue*", after_commit=kind is FaultKind.DROP_REPLY))

    @rule(hours=st.sampled_from([1, 30]))
    def time_passes(self, hours: int) -> None:
        """Nothing happens for a while."""
        self.does(self.house.clock.sleep(hours * 3600))

    def teardown(self) -> None:
        """Let it become quiet, and compare both sides."""
        try:
            self.does(self.house.settle())
            self._same(self.does(self.house.state()))
            self._by_people_only()
        finally:
            self.does(self.house.close())
            self.runner.close()
            self.folder.cleanup()

    # what must hold

    def _same(self, state: Incident) -> None:
        plan = self.does(self.house.shop.plans.of(state.digest, playbook=state.playbook))
        scene = Scene(plan, state, PEOPLE, self.house.clock.now())
        issues = list(self.house.sandbox.jira.state.issues.values())
        summaries = [issue.summary for issue in issues]
        assert len(set(summaries)) == len(summaries), f"made twice: {summaries}"
        for step in STEPS:
            key = ticket_of(state, state.step(step).ask or step)
            if not key:
                continue
            issue = self.house.issue(key)
            ask = asked_by(state, state.step(step).ask or step)
            is_open = ask.open if ask else state.step(step).status.value == "waiting"
            assert (issue.status_id != catalog.DONE) is is_open, f"{step}: {state.step(step).status}, {issue.status_id}"
            if ask is None or not ask.open:
                continue
            day = scene.moment_there(ask.due).date() if ask.due else None
            assert issue.duedate == day, f"{step}: due {day} here, {issue.duedate} there"
            person = owner(scene, ask) if ask.given_to is None else PEOPLE.person(ask.given_to)
            assert issue.assignee == (person.jira if person else None), f"{step}: {ask.given_to}, {issue.assignee}"

    def _by_people_only(self) -> None:
        entries = self.does(self.house.bench.ledger.entries(self.house.incident))
        inputs = [e.event for e in entries if isinstance(e.event, ev.InputEvent) and e.event.via == "jira"]
        moved = [event.origin for event in inputs if isinstance(event, MOVES)]
        assert len(set(moved)) == len(moved)
        for event in inputs:
            _, key, kind, change, *_ = event.origin.split("/")
            if kind != "comment":
                (history,) = [one for one in self.house.issue(key).history if one.id == change]
                assert history.author != LOGIN, f"our own change was taken for a person's: {event!r}"
        known = {getattr(event, "change_id", "") for event in inputs}
        for issue in self.house.sandbox.jira.state.issues.values():
            for field in ("assignee", "duedate"):
                changes = [one for one in issue.history if any(change.field == field for change in one.changes)]
                for before, after in pairwise(changes):
                    lost = before.author != LOGIN and after.author == LOGIN and before.id not in known
                    assert not lost, f"a change of {field} was overwritten before it was known: {issue.key} {before!r}"
        notes = [e.event.text for e in entries if isinstance(e.event, ev.NoteAdded)]
        assert len(set(notes)) == len(notes)
        written = [
            comment.body
            for issue in self.house.sandbox.jira.state.issues.values()
            for comment in issue.comments
            if comment.author not in (LOGIN, "kim.tran")
        ]
        assert sorted(notes) == sorted(written)

    def _moves(self, who: str, step: str, transition: str, fields: dict[str, Any], *, sources: tuple[str, ...]) -> None:
        key = self.key(step)
        if key and self.house.issue(key).status_id in sources:
            self.house.acts(who, key, "move", {"transition": {"id": transition}, "fields": fields})

    def _edits(self, who: str, step: str, fields: dict[str, Any]) -> None:
        key = self.key(step)
        if key:
            self.house.acts(who, key, "edit", {"fields": fields})

    def _gives(self, command: cmd.AnyCommand, person: str) -> None:
        self.does(self.house.desk.give(self.house.incident, command, cmd.Who(person=person, **CHAT)))


@pytest.mark.timeout(900)  # a deep search takes its time; a working day's takes half a minute
def test_both_sides_say_the_same_in_the_end() -> None:
    """Whatever order it happened in."""
    few = min(150, max(1, settings().max_examples // 3))
    # Without shrinking: each example opens a house of its own, and what fails is told step by step anyway.
    searched = settings(settings(), max_examples=few, stateful_step_count=30, phases=[Phase.generate])
    run_state_machine_as_test(Sync, settings=searched)
