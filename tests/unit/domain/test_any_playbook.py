"""Any playbook under any order of events: it keeps the rules, and can always be brought to an end."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.conducting.situation import Situation
from engine.domain.conductor import advance
from engine.domain.fold import fold_all
from engine.domain.intake import take
from engine.domain.lifecycle import SETTLED, IncidentStatus, StepStatus
from engine.domain.views import form_of
from engine.reports.status import status
from tests.unit.domain.playbooks import CALLED, playbooks
from tests.unit.domain.story import START, Story

if TYPE_CHECKING:
    from collections.abc import Sequence

PEOPLE = ("ana", "jo", "carla", "dev", "kim")
PATIENCE = 400
"""So many acts bring any of these playbooks to its end."""
PLAIN = settings(phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink))


class Team(Story):
    """Two people in each role that matters, so that somebody else can always approve."""

    called: ClassVar = {"removal": CALLED}
    roles: ClassVar = {"commander": ["ana", "jo"], "counsel": ["carla", "dev"], "hr": ["kim", "jo"]}

    def give(self, person: str, command: cmd.AnyCommand) -> bool:
        """Let a person give a command; return whether it was taken."""
        taken = take(self.plan, self.incident, command, cmd.Who(person=person), now=self.now)
        if isinstance(taken, Refusal):
            return False
        self.write(*taken)
        self.turn()
        return True

    def answer(self, ask: str, *, yes: bool, people: Sequence[str] = PEOPLE) -> bool:
        """Let the first person who may answer an ask."""
        known = self.incident.asks[ask]
        form = form_of(self.plan, known)
        values = {name: {"answer": yes}.get(name, "so it is") for name in form}
        verdict: Any = {"approval": "approve" if yes else "decline", "task": "done"}.get(known.kind, "answer")
        reason = "so it is" if not yes else ""
        command = cmd.Answer(
            target=ask, verdict=verdict, values={} if known.kind == "approval" else values, reason=reason
        )
        return any(self.give(person, command) for person in people)


def at_random(told: Team, draw: Any) -> None:  # noqa: ANN401 hypothesis gives its data object no public type
    """Let something happen that can."""
    asks, pending = told.open_asks(), sorted(told.pending)
    can = [
        "wait",
        "wait long",
        "fact",
        "copy",
        "recording",
        *(["answer"] * 4 if asks else []),
        *(["effect"] * 4 if pending else []),
    ]
    troubled = [
        name for name, step in told.incident.steps.items() if step.status.value in ("failed", "declined", "unconfirmed")
    ]
    can += ["decide"] if troubled else []
    can += ["steer"] if told.incident.steps else []
    can += ["alone"] if any(ask.may_be_broken for ask in told.incident.asks.values()) else []
    match draw(st.sampled_from(can)):
        case "wait" | "wait long" as how:
            told.waits(hours=0.5 if how == "wait" else 30)
        case "fact":
            told.give("ana", cmd.ReviseFact(name="minor", value=draw(st.sampled_from(["no", "yes"])), reason="learned"))
        case "recording":
            told.give(
                "ana", cmd.ReviseFact(name="recording", value=draw(st.sampled_from(["x", "y"])), reason="learned")
            )
        case "copy":
            number = len(told.incident.fact("urls"))
            if number < 4:
                told.give("kim", cmd.AddToFact(name="urls", values=[f"https://a.example/{number + 1}"]))
        case "answer":
            told.answer(draw(st.sampled_from(asks)), yes=draw(st.booleans()), people=draw(st.permutations(PEOPLE)))
        case "effect":
            effect_ends(
                told,
                told.pending[draw(st.sampled_from(pending))],
                draw(st.sampled_from(("does", "does", "fails", "retries", "loses"))),
                status=draw(st.sampled_from((200, 404))),
            )
        case "alone":
            waiting = sorted(ask.id for ask in told.incident.asks.values() if ask.may_be_broken)
            told.give("ana", cmd.BreakGlass(target=draw(st.sampled_from(waiting)), reason="it spreads"))
        case "steer":
            how = draw(st.sampled_from(("skip", "undo", "redo", "hold", "release")))
            steered(told, draw(st.sampled_from(sorted(told.incident.steps))), how)
        case "decide":
            decided(told, draw(st.sampled_from(sorted(troubled))), draw(st.sampled_from(("done", "failed", "retry"))))


def effect_ends(told: Team, move: Any, end: str, *, status: int) -> None:  # noqa: ANN401 an effect under way
    """Let an effect end in some way; what is taken back is done or not, and nothing else."""
    match end if move.kind == "action" or end == "does" else "fails":
        case "does":
            told.does(move.subject, status=Decimal(status))
        case "fails":
            told.fails(move.subject)
        case "retries":
            told.fails(move.subject, retry_in=timedelta(seconds=10))
        case _:
            told.loses(move.subject)


def steered(told: Team, step: str, how: str) -> None:
    """Let a person leave something out, take it back, have it asked again, or hold everything and let it go on."""
    match how:
        case "skip":
            told.give("ana", cmd.SkipStep(step=step, reason="not needed"))
        case "undo":
            told.give("ana", cmd.UndoStep(step=step, reason="a mistake"))
        case "redo":
            told.give("ana", cmd.RedoStep(step=step, reason="not done after all"))
        case "hold":
            told.give("ana", cmd.HoldIncident(reason="look first"))
        case _:
            told.give("ana", cmd.ReleaseIncident(reason="go on"))


def decided(told: Team, step: str, outcome: Any) -> None:  # noqa: ANN401 one of three words
    """Let a person say what becomes of a step that did not go well."""
    if told.incident.step(step).status is StepStatus.DECLINED or outcome == "retry":
        told.give("ana", cmd.RetryStep(step=step, reason="again"))
    told.give("ana", cmd.ResolveStep(step=step, outcome=outcome, reason="looked"))


def brought_to_its_end(told: Team) -> None:
    """Let everybody do what they are asked, everything work and time pass, until the incident is over."""
    for _ in range(PATIENCE):
        if told.incident.over:
            return
        helped_on(told)
    waiting = {name: step.status.value for name, step in told.incident.steps.items() if step.status not in SETTLED}
    raise AssertionError(f"it does not end: {told.incident.status}, {waiting}, {told.open_asks()}")


def helped_on(told: Team) -> None:
    """Do one thing that brings an incident further."""
    states = told.incident.steps
    if told.incident.hold is not None:
        assert told.give("ana", cmd.ReleaseIncident(reason="go on"))
        return
    if told.pending:
        told.does(next(iter(told.pending.values())).subject, status=Decimal(200))
    elif answerable := [ask for ask in told.open_asks() if told.answer(ask, yes=True)]:
        assert answerable
    elif unsure := [name for name, step in states.items() if step.status is StepStatus.UNCONFIRMED]:
        assert told.give("ana", cmd.ResolveStep(step=unsure[0], outcome="done", reason="looked"))
    elif failed := [name for name, step in states.items() if step.status is StepStatus.FAILED and not step.accepted]:
        assert told.give("ana", cmd.ResolveStep(step=failed[0], outcome="failed", reason="it is so"))
    elif timers := [timer.due for timer in told.incident.timers.values() if not timer.fired]:
        told.now = max(told.now, datetime.fromisoformat(min(timers)))
        told.waits(seconds=1)
    elif told.incident.fact("recording") is None:
        told.give("ana", cmd.ReviseFact(name="recording", value="x", reason="learned"))
    else:  # it reads what nobody will ever know, such as the answer to a question that was skipped
        steps = Situation(told.plan, told.incident, told.now).steps
        names = [name for step in steps for name in told.incident.instances(step.id)]
        assert any(told.give("ana", cmd.SkipStep(step=name, reason="nobody will know")) for name in names)


def sound(told: Team) -> None:
    """Look at what must hold whatever happened."""
    turn = advance(told.plan, told.incident, now=told.now)
    assert turn.events == ()
    assert {move.key for move in turn.performs} <= set(told.pending)
    done = [event.key for event in told.told if isinstance(event, ev.EffectDone)]
    assert len(done) == len(set(done))
    assert status(told.plan, told.incident, now=told.now)["events"] == len(told.told)
    folded = fold_all(None, [(seq, START, event) for seq, event in enumerate(told.told, start=1)])
    assert folded is not None
    assert {name: step.status for name, step in folded.steps.items()} == {
        name: step.status for name, step in told.incident.steps.items()
    }


@PLAIN
@given(playbook=playbooks(calling=True), data=st.data())
def test_any_playbook_holds_the_rules_and_comes_to_an_end(playbook: str, data: Any) -> None:  # noqa: ANN401 as above
    """At random for a while, then with everybody's help: closed, and nothing open but follow-ups."""
    told = Team(playbook, urls=["https://a.example/1", "https://a.example/2"], minor="unknown")
    for _ in range(data.draw(st.integers(0, 25))):
        if told.incident.over:
            break
        at_random(told, data.draw)
        sound(told)
    brought_to_its_end(told)
    sound(told)
    incident = told.incident
    assert incident.status is IncidentStatus.CLOSED
    left = [step for step in incident.steps.values() if step.status not in SETTLED]
    assert all(told.plan.step_at(step.id).follow_up for step in left)
    assert all(told.plan.step_at(ask.step).follow_up for ask in incident.asks.values() if ask.open)


@PLAIN
@given(playbook=playbooks(calling=True), data=st.data())
def test_what_was_done_is_taken_back_in_reverse_order(playbook: str, data: Any) -> None:  # noqa: ANN401 as above
    """Called off with undo at any moment, an incident ends cancelled; the last thing begun is taken back first."""
    told = Team(playbook, urls=["https://a.example/1", "https://a.example/2"], minor="no")
    for _ in range(data.draw(st.integers(0, 20))):
        if told.incident.over:
            return
        at_random(told, data.draw)
    if not told.give("ana", cmd.CancelIncident(reason="a drill", undo=True)):
        return
    for _ in range(PATIENCE):
        if told.incident.over:
            break
        helped_on(told)
    assert told.incident.status is IncidentStatus.CANCELLED
    assert not told.open_asks()
    took_back = [event.step for event in told.told if isinstance(event, ev.UndoOrdered) and event.by == "engine"]
    assert took_back == sorted(took_back, key=lambda name: _begun_at(told, name), reverse=True)
    ways_back = [told.plan.step_at(name).undo for name in took_back]
    assert all(undo is not None and undo.action is not None for undo in ways_back)


def _begun_at(told: Team, step: str) -> int:
    """Return when an act was first begun: what overlaps is taken back by that."""
    return next(
        number
        for number, event in enumerate(told.told)
        if isinstance(event, ev.EffectIntended) and event.kind == "action" and event.subject == step
    )
