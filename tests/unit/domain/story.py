"""A story: a playbook followed by the pure core alone, with effects and people played by the test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from textwrap import dedent
from typing import TYPE_CHECKING, ClassVar

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.conductor import advance
from engine.domain.fold import fold
from engine.domain.values import encode
from engine.domain.waking import ASLEEP
from engine.language.api import compile_playbook
from engine.language.library import Texts
from tests.unit.language.facts import ACTIONS, CATALOGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.calendar import BusinessCalendar
    from engine.domain.conducting.situation import Perform
    from engine.domain.events.shape import Event, Verdict
    from engine.domain.incident import Incident
    from engine.domain.values import Value

START = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)


class Story:
    """An incident under way. `told` is every event so far; `pending` the effects that are being performed."""

    waking = ASLEEP
    """Who is reminded and called."""
    roles: ClassVar[Mapping[str, list[str]]] = {"commander": ["ana"], "counsel": ["carla"]}
    exercise = False
    calendars: ClassVar[Mapping[str, BusinessCalendar]] = {}
    called: ClassVar[Mapping[str, str]] = {}
    """The playbooks that it may call, by name."""

    def __init__(self, playbook: str, **inputs: Value) -> None:
        library = Texts({name: dedent(text).encode() for name, text in self.called.items()})
        self.plan = compile_playbook(
            dedent(playbook).encode(), path="story.yaml", actions=ACTIONS, catalogs=CATALOGS, library=library
        )
        self.now = START
        self.told: list[Event] = []
        self.pending: dict[str, Perform] = {}
        self.state: Incident | None = None
        self.write(
            ev.IncidentDeclared(
                incident="INC-1",
                playbook=self.plan.playbook,
                playbook_version=self.plan.version,
                digest=self.plan.digest,
                title=self.plan.title,
                inputs={name: encode(value) for name, value in inputs.items()},
                roles=dict(self.roles),
                exercise=self.exercise,
                by="ben",
            )
        )
        self.turn()

    @property
    def incident(self) -> Incident:
        """The state after everything told so far."""
        assert self.state is not None
        return self.state

    def write(self, *events: Event) -> None:
        """Put events on the timeline."""
        for event in events:
            self.told.append(event)
            self.state = fold(self.state, event, at=self.now, seq=len(self.told))

    def turn(self) -> None:
        """Let the conductor say what follows, write it down, and begin its effects."""
        turn = advance(self.plan, self.incident, now=self.now, waking=self.waking, calendars=self.calendars)
        self.write(*turn.events)
        for move in turn.performs:
            if move.key in self.pending:
                continue
            self.pending[move.key] = move
            self.write(
                ev.EffectIntended(
                    key=move.key,
                    kind=move.kind,
                    subject=move.subject,
                    attempt=move.attempt,
                    digest=move.digest,
                    round=move.round,
                )
            )

    def does(self, subject: str, **result: Value) -> None:
        """An effect that was begun ends well."""
        move = self._take(subject)
        output = {name: encode(value) for name, value in result.items()}
        self.write(ev.EffectDone(key=move.key, kind=move.kind, subject=subject, result=output, attempt=move.attempt))
        self.turn()

    def fails(self, subject: str, *, retry_in: timedelta | None = None) -> None:
        """An effect that was begun is surely not done."""
        move = self._take(subject)
        retry_at = instant_text(self.now + retry_in) if retry_in else None
        self.write(
            ev.EffectFailed(
                key=move.key,
                kind=move.kind,
                subject=subject,
                message="refused",
                retry_at=retry_at,
                attempt=move.attempt,
            )
        )
        self.turn()

    def loses(self, subject: str) -> None:
        """Nobody can tell whether an effect was done."""
        move = self._take(subject)
        self.write(ev.EffectUnconfirmed(key=move.key, kind=move.kind, subject=subject, message="no answer came"))
        self.turn()

    def answers(self, ask: str, by: str = "ana", *, verdict: Verdict = "answer", **values: Value) -> None:
        """A person answers an ask."""
        given = {name: encode(value) for name, value in values.items()}
        self.write(ev.AskAnswered(ask=ask, verdict=verdict, by=by, values=given))
        self.turn()

    def tells(self, event: Event) -> None:
        """Something else comes in."""
        self.write(event)
        self.turn()

    def waits(self, **time: float) -> None:
        """Time passes, and every timer that is due fires."""
        self.now += timedelta(**time)
        due = [
            name
            for name, timer in self.incident.timers.items()
            if not timer.fired and datetime.fromisoformat(timer.due) <= self.now
        ]
        self.write(*(ev.TimerFired(timer=name) for name in due))
        self.turn()

    def states(self) -> dict[str, str]:
        """The state of each step that something has happened to."""
        return {name: step.status.value for name, step in self.incident.steps.items()}

    def status(self) -> str:
        """How far the incident is."""
        return self.incident.status.value

    def open_asks(self) -> list[str]:
        """The asks that wait for an answer."""
        return [ask.id for ask in self.incident.asks.values() if ask.open]

    def _take(self, subject: str) -> Perform:
        key = next(key for key, move in self.pending.items() if move.subject == subject)
        return self.pending.pop(key)


HEAD = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    inputs:
      urls: {type: url, list: true, min: 1}
      minor: {type: choice, options: ["no", "yes", unknown], default: unknown}
      recording: {type: text, optional: true}
    roles:
      commander: {required: true}
      counsel: {required: true}
    phases:
"""


ACT = 'action: http.request, with: {url: "https://a.example"}'


def story(phases: str, **inputs: object) -> Story:
    """Begin a story with these phases."""
    given = {"urls": ["https://a.example/1"], "minor": "unknown", **inputs}
    return Story((HEAD + phases).replace("ACT", ACT), **given)  # type: ignore[arg-type]  # typed values of every kind
