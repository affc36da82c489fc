"""The conductor under any order of events: whatever people, machines and time do, the rules hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.domain import timeline as ev
from engine.domain.conductor import advance
from engine.domain.fold import fold
from engine.domain.incident import base_id
from engine.domain.lifecycle import SETTLED, IncidentStatus, StepStatus
from tests.unit.domain.story import START, Story

CALLED = """
    tocsin: 1
    playbook: removal
    title: Removal
    version: 1
    inputs: {url: {type: url}}
    roles: {commander: {}, counsel: {}}
    phases:
      communicate:
        steps:
          - id: report
            title: Report
            action: http.request
            with: {url: "{{ inputs.url }}"}
            undo: {action: http.request, with: {url: "{{ inputs.url }}/undo"}}
          - {id: sent, title: Send, task: Send it., owner: commander, due: 1h, needs: [report],
             approve: {by: [commander, counsel], quorum: 1}}
          - {id: audit, title: Audit, task: Look., owner: commander, due: 5bd, follow_up: true}
    outputs: {key: {type: text, from: steps.report.output.key}}
"""
PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    inputs:
      urls: {type: url, list: true, min: 1}
      minor: {type: choice, options: ["no", "yes", unknown], default: unknown}
    roles:
      commander: {required: true}
      counsel: {required: true}
    deadlines: [eu-gdpr]
    phases:
      contain:
        steps:
          - id: lock
            title: Lock
            action: http.request
            with: {url: "https://a.example"}
            undo: {action: http.request, with: {url: "https://a.example/undo"}}
          - {id: keep, title: Keep, action: http.request, for_each: inputs.urls, with: {url: "{{ item }}"},
             when: inputs.minor == "no", on_failure: continue, max_parallel: 2}
          - {id: one_of, title: One of them, action: http.request, for_each: inputs.urls, join: any, max_parallel: 1,
             with: {url: "{{ item }}"}}
          - {id: watch, title: Watch, action: http.request, with: {url: "https://w.example"}, follow_up: true,
             repeat: {until: output.gone, every: 20h, max: 3}}
          - {id: told, title: Tell, action: slack.post, with: {text: Please wait.}, needs: [lock],
             approve: {by: [commander, counsel], quorum: 2, expires: 30m}}
          - {id: contained, title: Contained?, decision: Is it?, by: [commander], due: 2h, marks: contained,
             needs: [{step: lock, is: settled}, {step: keep, is: settled}]}
      communicate:
        steps:
          - {id: words, title: Words, task: Write them., owner: commander, due: 1h, form: {text: {type: text}},
             approve: {by: [counsel], quorum: 1}, starts: eu-gdpr}
          - {id: removal, title: Remove each, call: removal, for_each: inputs.urls, max_parallel: 3,
             with: {url: "{{ item }}"}}
          - {id: risky, title: Risky, action: http.request, with: {url: "https://b.example"}, on_failure: stop}
      harden:
        steps:
          - {id: audit, title: Audit, task: Look., owner: commander, due: 5bd, follow_up: true}
      review:
        steps:
          - {id: sum_up, title: Sum up, task: Write., owner: commander, due: 1h}
"""


class Calling(Story):
    """A story that calls a playbook for each copy."""

    called: ClassVar[dict[str, str]] = {"removal": CALLED}


class Incidents(RuleBasedStateMachine):
    """One incident, pushed about by everything that can happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.told = Calling(PLAYBOOK, urls=["https://a.example/1"], minor="unknown")
        self.begun: list[tuple[str, str]] = []
        self.finished: set[str] = set()

    @precondition(lambda self: self.told.pending)
    @rule(data=st.data(), end=st.sampled_from(["does", "fails", "retries", "loses"]))
    def effect_ends(self, data: Any, end: str) -> None:  # noqa: ANN401 hypothesis gives its data object no public type
        """An effect that is being performed ends one way or another."""
        move = self.told.pending[data.draw(st.sampled_from(sorted(self.told.pending)))]
        if move.kind == "undo" and end in ("retries", "loses"):
            end = "fails"
        match end:
            case "does":
                self.finished.add(move.key)
                self.told.does(move.subject)
            case "fails":
                self.told.fails(move.subject)
            case "retries":
                self.told.fails(move.subject, retry_in=timedelta(seconds=10))
            case "loses":
                self.told.loses(move.subject)

    @precondition(lambda self: self.told.open_asks())
    @rule(data=st.data(), who=st.sampled_from(["ana", "carla"]), yes=st.booleans())
    def somebody_answers(self, data: Any, who: str, *, yes: bool) -> None:  # noqa: ANN401 as above
        """A person answers what is open."""
        ask = self.told.incident.asks[data.draw(st.sampled_from(sorted(self.told.open_asks())))]
        match ask.kind:
            case "approval":
                self.told.answers(ask.id, who, verdict="approve" if yes else "decline")
            case "decision":
                self.told.answers(ask.id, who, answer=yes, why="so it is")
            case _:
                self.told.answers(ask.id, who, verdict="done" if yes else "decline", text="words")

    @rule(hours=st.sampled_from([0.1, 1, 30]))
    def time_passes(self, hours: float) -> None:
        """Time passes and timers fire."""
        self.told.waits(hours=hours)

    @precondition(lambda self: not self.told.incident.over)
    @rule(value=st.sampled_from(["no", "yes", "unknown"]))
    def fact_is_revised(self, value: str) -> None:
        """What is known changes."""
        self.told.tells(ev.FactRevised(name="minor", value=value, reason="learned", by="ana"))

    @precondition(lambda self: not self.told.incident.over and len(self.told.incident.fact("urls")) < 4)
    @rule()
    def copy_is_found(self) -> None:
        """Another copy turns up."""
        number = len(self.told.incident.fact("urls")) + 1
        self.told.tells(ev.FactAdded(name="urls", values=[f"https://a.example/{number}"], by="hana"))

    @precondition(lambda self: not self.told.incident.over and self._steps(StepStatus.FAILED, StepStatus.DECLINED))
    @rule(data=st.data(), accept=st.booleans())
    def failure_is_decided(self, data: Any, *, accept: bool) -> None:  # noqa: ANN401 as above
        """A person retries what failed, or accepts it."""
        step = data.draw(st.sampled_from(self._steps(StepStatus.FAILED, StepStatus.DECLINED)))
        if accept and self.told.incident.step(step).status is StepStatus.FAILED:
            self.told.tells(ev.StepResolved(step=step, outcome="failed", reason="accepted", by="ana"))
        else:
            self.told.tells(ev.RetryOrdered(step=step, by="ana"))

    @precondition(lambda self: self._steps(StepStatus.UNCONFIRMED))
    @rule(data=st.data(), outcome=st.sampled_from(["done", "failed", "retry"]))
    def doubt_is_settled(self, data: Any, outcome: Any) -> None:  # noqa: ANN401 as above
        """A person says what became of an unconfirmed step."""
        step = data.draw(st.sampled_from(self._steps(StepStatus.UNCONFIRMED)))
        self.told.tells(ev.StepResolved(step=step, outcome=outcome, reason="looked", by="ana"))

    @precondition(lambda self: not self.told.incident.over and not self.told.incident.cancelling)
    @rule(undo=st.booleans())
    def incident_is_cancelled(self, *, undo: bool) -> None:
        """A person calls it off."""
        if len(self.told.told) > 40:
            self.told.tells(ev.CancelOrdered(reason="false alarm", undo=undo, by="ana"))

    @precondition(lambda self: len(self.told.told) > 20)  # later: most of a run shows what happens without one
    @rule(reason=st.sampled_from(["", "wrong link"]))
    def incident_is_held_or_released(self, reason: str) -> None:
        """Somebody stops everything automatic, or lets it go on."""
        event = ev.HoldReleased if self.told.incident.hold else ev.HoldOrdered
        self.told.tells(event(reason=reason, by="ana"))

    @invariant()
    def no_act_begins_under_a_hold(self) -> None:
        """Between a hold and its release no act is begun, repeated or taken back."""
        held = False
        for event in self.told.told:
            match event:
                case ev.HoldOrdered() | ev.HoldReleased():
                    held = isinstance(event, ev.HoldOrdered)
                case ev.EffectIntended(kind="action" | "undo"):
                    assert not held

    @invariant()
    def replay_gives_the_same_state(self) -> None:
        """The timeline alone says everything: steps, asks, effects and facts."""
        state = None
        for place, event in enumerate(self.told.told, start=1):
            state = fold(state, event, at=START, seq=place)
        assert state is not None
        assert {name: step.status for name, step in state.steps.items()} == {
            name: step.status for name, step in self.told.incident.steps.items()
        }

    @invariant()
    def conductor_is_at_rest_and_repeats_itself(self) -> None:
        """After a turn nothing is left to write down, and every effect named is one being performed."""
        turn = advance(self.told.plan, self.told.incident, now=self.told.now)
        assert turn.events == ()
        assert {move.key for move in turn.performs} <= set(self.told.pending)

    @invariant()
    def a_clock_is_started_once(self) -> None:
        """However often its step is answered, declined and answered again, the first moment holds."""
        assert sum(isinstance(event, ev.ClockStarted) for event in self.told.told) <= 1

    @invariant()
    def nothing_done_is_done_again(self) -> None:
        """An effect that ended well is never begun again under its key."""
        again = [event.key for event in self.told.told if isinstance(event, ev.EffectDone)]
        assert len(again) == len(set(again))

    @invariant()
    def a_closed_incident_has_nothing_open_but_follow_ups(self) -> None:
        """Closed means settled: no open approval, no running step, nothing unconfirmed."""
        incident = self.told.incident
        if incident.status is not IncidentStatus.CLOSED:
            return
        assert all(
            step.status in SETTLED
            for name, step in incident.steps.items()
            if base_id(name).rpartition("/")[2] != "audit"
        )
        assert all(ask.step.rpartition("/")[2] == "audit" for ask in incident.asks.values() if ask.open)

    @invariant()
    def approved_acts_were_approved_by_two(self) -> None:
        """The act that needs two people's approval never begins without both."""
        incident = self.told.incident
        if incident.step("told").attempts:
            approvals = [ask for ask in incident.asks.values() if ask.step == "told" and ask.outcome == "approved"]
            assert any({answer.by for answer in ask.answers} == {"ana", "carla"} for ask in approvals)

    def _steps(self, *states: StepStatus) -> list[str]:
        return sorted(name for name, step in self.told.incident.steps.items() if step.status in states)


Incidents.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
TestIncidents = Incidents.TestCase
