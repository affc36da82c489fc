"""What must be true in the end: the ledger is whole, and each far side has exactly what the ledger tells, each once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.errors import IntegrityError
from engine.domain.surfaces import IN_CHAT, IN_TRACKER
from engine.runtime.standings import folded
from integrations.jira.marks import PROPERTY
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from engine.domain.incident import Effect, Incident
    from engine.ports.records import Entry
    from integrations.sandbox.log import RequestLog

POSTS = IN_CHAT - {"channel"}
ISSUES = frozenset({"epic", "ticket"})
SAID = "slack.post"
MANY = 5
"""How many of the things that are wrong are named."""


@dataclass(frozen=True)
class Check:
    """Something that must be true: how many were looked at, and what is wrong."""

    what: str
    looked_at: int
    wrong: Sequence[str] = ()


@dataclass(frozen=True)
class Timelines:
    """Every timeline, read once nothing writes any more."""

    entries: Mapping[str, Sequence[Entry]]
    verified: Mapping[str, str]
    """Incident -> what does not fit, empty when everything does."""

    states: dict[str, Incident] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.states.update({name: folded(None, entries) for name, entries in self.entries.items()})

    def told(self) -> dict[str, list[str]]:
        """Return every timeline in words, for whoever has to find out what went wrong."""
        return {
            name: [f"{entry.real_at.isoformat()} {entry.event!r}" for entry in entries]
            for name, entries in self.entries.items()
        }

    def effects(self) -> Iterable[tuple[str, Effect]]:
        """Give every effect, with its incident."""
        return ((name, effect) for name, state in self.states.items() for effect in state.effects.values())


async def read(url: str, homes: Sequence[Path]) -> Timelines:
    """Read everything, and compare it with the heads that each data folder knows."""
    entries: dict[str, Sequence[Entry]] = {}
    verified: dict[str, str] = {}
    for home in homes:
        async with open_ledger(url, home=home, clock=SystemClock(), salt=new_salt) as ledger:
            try:
                await ledger.check_heads()
            except IntegrityError as error:
                verified[home.name] = error.message
    async with open_ledger(url, home=homes[0], clock=SystemClock(), salt=new_salt) as ledger:
        for row in await ledger.incidents():
            wrong = await ledger.verify(row.incident)
            verified[row.incident] = f"{row.incident}: {wrong}" if wrong else ""
            entries[row.incident] = await ledger.entries(row.incident)
    return Timelines(entries, verified)


def checks(
    made: Timelines, *, answered: Mapping[str, str], far: Mapping[str, Mapping[str, int]], log: RequestLog
) -> list[Check]:
    """Return everything that must be true."""
    return [
        _answered(made, answered),
        Check(
            "timelines verify, also against each engine's head file",
            len(made.entries),
            [*filter(None, made.verified.values())],
        ),
        _ended(made),
        _intended(made),
        _done_once(made),
        _timers(made),
        *_http(made, far),
        *_slack(made, log),
        *_jira(made, log),
    ]


def _answered(made: Timelines, answered: Mapping[str, str]) -> Check:
    lost = [f"{alarm}: {name} is not there" for alarm, name in answered.items() if name not in made.entries]
    keys = Counter(state.dedup_key for state in _declared(made))
    twice = [f"{key}: {count} incidents" for key, count in keys.items() if count > 1]
    unknown = [f"{key} was never raised" for key in keys if key not in answered]
    return Check("alarms that were answered have one incident each", len(answered), [*lost, *twice, *unknown])


def _declared(made: Timelines) -> list[ev.IncidentDeclared]:
    firsts = (entries[0].event for entries in made.entries.values())
    return [event for event in firsts if isinstance(event, ev.IncidentDeclared)]


def _ended(made: Timelines) -> Check:
    wrong = [
        f"{name} is {state.status.value}"
        for name, state in made.states.items()
        if state.status.value != "closed" and not any(ask.open for ask in state.asks.values())
    ]
    return Check("incidents are closed, or wait for a person", len(made.states), wrong)


def _intended(made: Timelines) -> Check:
    effects = list(made.effects())
    wrong = [
        f"{name}: {effect.kind} {effect.subject} is {effect.status}"
        for name, effect in effects
        if effect.status not in ("done", "unconfirmed")
    ]
    return Check("effects that were intended have a result", len(effects), wrong)


def _done_once(made: Timelines) -> Check:
    done = Counter(event.key for event in _all(made, ev.EffectDone))
    return Check(
        "results are told once", done.total(), [f"{key}: {count} times" for key, count in done.items() if count > 1]
    )


def _timers(made: Timelines) -> Check:
    wrong, fired = [], 0
    for name, entries in made.entries.items():
        waiting: Counter[str] = Counter()
        for event in (entry.event for entry in entries):
            if isinstance(event, ev.TimerSet):
                waiting[event.timer] = 1
            elif isinstance(event, ev.TimerFired):
                fired += 1
                wrong += [f"{name}: {event.timer}"] if not waiting[event.timer] else []
                waiting[event.timer] = 0
    return Check("timers fired once", fired, wrong)


def _all(made: Timelines, kind: type[Any]) -> list[Any]:
    return [entry.event for entries in made.entries.values() for entry in entries if isinstance(entry.event, kind)]


def _http(made: Timelines, far: Mapping[str, Mapping[str, int]]) -> list[Check]:
    ours = {e.key: f"{name} {e.subject}" for name, e in made.effects() if e.kind == "action" and e.subject != "said"}
    return [same("HTTP requests are done once, as told", ours, Counter(far["did"]))]


def _slack(made: Timelines, log: RequestLog) -> list[Check]:
    ours = {
        e.key: f"{name} {e.kind} {e.subject}"
        for name, e in made.effects()
        if e.kind in POSTS or (e.kind == "action" and e.subject == "said")
    }
    calls = log.calls("chat.postMessage", committed=True)
    there = Counter(str(call.evidence.get("metadata", {}).get("event_payload", {}).get("key")) for call in calls)
    channels = Counter(
        "-".join(str(call.evidence.get("name")).upper().split("-")[:2])
        for call in log.calls("conversations.create", committed=True)
    )
    return [
        same("messages in Slack are there once, as told", ours, there),
        same("channels in Slack are there once", {name: name for name in made.states}, channels),
    ]


def _jira(made: Timelines, log: RequestLog) -> list[Check]:
    found = []
    for title, name, kinds in (
        ("tickets in Jira are there once, as told", "POST issue", ISSUES),
        ("comments in Jira are there once, as told", "POST issue/comment", IN_TRACKER - ISSUES),
    ):
        ours = {e.key: f"{incident} {e.kind} {e.subject}" for incident, e in made.effects() if e.kind in kinds}
        there = Counter(_property(call.evidence) for call in log.calls(name, committed=True))
        found.append(same(title, ours, there))
    return found


def _property(evidence: Mapping[str, Any]) -> str:
    return next((str(one["value"]) for one in evidence.get("properties", ()) if one["key"] == PROPERTY), "none")


def same(what: str, ours: Mapping[str, str], there: Counter[str]) -> Check:
    """Compare what the ledger tells with what a far side has, each key once."""
    wrong = [f"{ours.get(key, key)} is there {count} times" for key, count in there.items() if count > 1]
    wrong += [f"{key} is told of nowhere" for key in there if key not in ours]
    wrong += [f"{name} is not there" for key, name in ours.items() if not there[key]]
    return Check(what, len(ours), wrong)
