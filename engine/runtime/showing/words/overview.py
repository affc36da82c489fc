"""The whole incident on one page: the pinned message in Slack, the epic's checklist in Jira, the channel's topic."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from engine.domain.authority import COMMANDER, vacant
from engine.domain.conducting import standing
from engine.domain.conducting.rounds import pause_of
from engine.domain.conducting.situation import Situation
from engine.domain.lifecycle import SETTLED, PhaseStatus, StepStatus
from engine.domain.plan import PHASES
from engine.domain.sensitivity import Sensitivity
from engine.domain.tokens import ask_token
from engine.domain.views import VIEW
from engine.ports.shown import Button, Message, Section, TicketDraft
from engine.reports.clocks import clock_line, clocks
from engine.reports.phrases import due_by_law, follows, lead, on_hold
from engine.runtime.showing.words.alone import objections
from engine.runtime.showing.words.filling import facts_of, severity_of, withheld_lines
from engine.runtime.showing.words.scene import EXERCISE, Scene, open_to_all
from engine.runtime.showing.words.troubles import called, missed, troubles, unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.domain.ask import Ask
    from engine.domain.incident import Step

MOST = 8
"""Lines of a kind on the page; the rest is counted."""
PAGE, EPIC_LINK, REVIEW = "Where it stands", "Jira epic", "Review"
"""Titles of the links at the top of the channel."""
FIRST = ("amber", "quiet", "silver", "north", "early", "calm", "clear", "green", "high", "still", "bright", "plain")
SECOND = (
    "owl",
    "harbour",
    "bridge",
    "maple",
    "river",
    "stone",
    "garden",
    "lantern",
    "meadow",
    "window",
    "field",
    "cedar",
)
DONE, ENDED, WAITS = "(/) ", "(x) ", "(!) "
MARKS = {
    **dict.fromkeys((StepStatus.DONE, StepStatus.SKIPPED), DONE),
    **dict.fromkeys((*SETTLED - {StepStatus.DONE, StepStatus.SKIPPED}, StepStatus.UNCONFIRMED), ENDED),
}
"""How a step is marked in the epic; what nobody is asked for yet has no mark."""


def channel_name(incident: str) -> str:
    """Return a neutral name for an incident's channel, the same each time: `inc-7-quiet-owl`."""
    number = int.from_bytes(hashlib.sha256(incident.encode()).digest()[:4])
    return f"{incident.lower()}-{FIRST[number % len(FIRST)]}-{SECOND[number // len(FIRST) % len(SECOND)]}"


def topic(scene: Scene) -> str:
    """Return the channel's topic."""
    key, url = scene.epic()
    exercise = "EXERCISE · " if scene.incident.exercise else ""
    epic = f" · {key} {url}" if key else ""
    hold = "ON HOLD · " if scene.incident.hold else ""
    return f"{exercise}{hold}{scene.incident.id} · {scene.incident.status.value} · commander {_commander(scene)}{epic}"


def living(scene: Scene) -> Message:
    """Return the pinned message."""
    incident = scene.incident
    sections = [
        Section((*_facts(scene), *_where(scene))),
        Section(tuple(_attention(scene)), heading="Needs a person"),
        Section(tuple(_open(scene)), heading="Open"),
        Section(tuple(_phases(scene)), heading="Phases"),
    ]
    exercise = f" · {EXERCISE}" if incident.exercise else ""
    return Message(
        f"{incident.id}: {incident.status.value}{' (on hold)' if incident.hold else ''}",
        heading=f"{incident.id}: {neutral_title(scene)}",
        sections=tuple(section for section in sections if section.lines),
        buttons=(Button("Release", "release", ask_token(incident.id, "hold"), "primary"),) if incident.hold else (),
        footer=f"Kept up to date here. `/incident status` says more, `/incident help` what can be done.{exercise}",
    )


def epic(scene: Scene, *, channel: str = "") -> TicketDraft:
    """Return the epic: a neutral summary, and the plan as a checklist; `channel` is the chat's address."""
    incident = scene.incident
    exercise = " (exercise)" if incident.exercise else ""
    return TicketDraft(
        summary=f"{incident.id}: {neutral_title(scene)}{exercise}",
        description=checklist(scene, channel=channel),
        labels=(incident.id.lower(), incident.playbook, *(("exercise",) if incident.exercise else ())),
        restricted=scene.plan.sensitivity is not Sensitivity.INTERNAL,
        facts=facts_of(scene),
    )


def checklist(scene: Scene, *, channel: str = "") -> str:
    """Return the plan by phase with a mark for each step; people's steps with whom they wait for and their ticket."""
    talk = (f"In Slack: {channel}",) if channel else ()
    return "\n".join([*_facts(scene), *talk, "", *_checklist(scene)])


def neutral_title(scene: Scene) -> str:
    """Return the incident's title where it may be shown."""
    return scene.incident.title if scene.plan.sensitivity is Sensitivity.INTERNAL else "restricted incident"


def shortened(lines: Sequence[str], *, most: int = MOST) -> list[str]:
    """Return the first lines, and how many more there are."""
    rest = len(lines) - most
    return [*lines[:most], f"and {rest} more"] if rest > 0 else list(lines)


def _commander(scene: Scene) -> str:
    return scene.names([COMMANDER])


def _facts(scene: Scene) -> Iterator[str]:
    incident = scene.incident
    if incident.exercise:
        yield EXERCISE
    if incident.hold:
        since = scene.local(incident.hold.since)
        yield on_hold(incident.hold, since=since, by=scene.name(incident.hold.by))
    yield f"State: {incident.status.value} · commander: {_commander(scene)}"
    offer = incident.handover
    if offer:
        yield f"Command offered to {scene.name(offer.to)} at {scene.local(offer.at)}, not accepted yet"
    yield f"Declared {scene.dated(incident.declared_at)} ({incident.zone}) by {scene.name(incident.declared_by)}"
    if incident.migrations:
        last = incident.migrations[-1]
        yield follows(last, since=scene.local(last.at), by=scene.name(last.by))
    severity = severity_of(scene)
    if severity:
        yield f"Severity: {severity}"
    yield from _clocks(scene)
    coming = (ask for ask in incident.asks.values() if ask.open and ask.due and not ask.missed)
    due = min(coming, key=_due, default=None)
    if due is not None and due.due is not None:
        yield f"Next target: {scene.dated(due.due)}, {lead(scene.title(due.step))} {_who(scene, due)}"


def _clocks(scene: Scene) -> Iterator[str]:
    for clock in clocks(scene.plan, scene.incident):
        yield clock_line(clock, moment=lambda at: scene.dated(datetime.fromisoformat(at)))


def _where(scene: Scene) -> Iterator[str]:
    key, url = scene.epic()
    if key:
        yield f"Epic: {key} {url}"


def _attention(scene: Scene) -> Iterator[str]:
    lines = [
        *troubles(scene),
        *objections(scene),
        *called(scene),
        *missed(scene),
        *unknowns(scene),
        *withheld_lines(scene),
    ]
    lines += [
        f"{scene.name(person)} could not be brought into this channel: {why}"
        for person, why in sorted(scene.left_out.items())
    ]
    lines += [
        f"Rota {found.rota} did not say who is on call for {role}: {found.trouble.rstrip('.')}. The list holds."
        for role, found in scene.incident.on_call.items()
        if found.trouble
    ]
    empty = vacant(scene.plan, scene.incident)
    if empty:
        titles = ", ".join(scene.plan.roles[role].title or role for role in empty)
        lines.append(f"Nobody holds: {titles}. Their work goes to {_commander(scene)} or the next in line.")
    lines += [
        f"Nobody may do the work of {scene.plan.roles[role].title} now: it is kept apart from what they hold."
        for role in empty
        if not scene.holders([role])
    ]
    yield from shortened(lines)


def _open(scene: Scene) -> Iterator[str]:
    asks = sorted((ask for ask in scene.incident.asks.values() if ask.open), key=_due)
    yield from shortened([_open_line(scene, ask) for ask in asks])


def _open_line(scene: Scene, ask: Ask) -> str:
    key, _ = scene.ticket(ask.id)
    by_law = due_by_law(scene.step(ask.step), ask)
    due = f", due {scene.local(ask.due)}" if ask.due else f", due: {by_law}" if by_law else ""
    what = "ratification of " if ask.ratifies else {"approval": "approval of ", VIEW: "view on "}.get(ask.kind, "")
    taken = f"; {scene.name(ask.on_it.by)} is on it since {scene.local(ask.on_it.at)}" if ask.on_it else ""
    return f"• {what}{lead(scene.title(ask.step))} {_who(scene, ask)}{due}{f' ({key})' if key else ''}{taken}"


def _who(scene: Scene, ask: Ask) -> str:
    return scene.name(ask.given_to) if ask.given_to else scene.names(ask.by)


def _due(ask: Ask) -> tuple[bool, str]:
    return (ask.due is None, ask.due.isoformat() if ask.due else "")


def _phases(scene: Scene) -> Iterator[str]:
    for phase in scene.plan.phases:
        entries = _entries(scene, phase.steps)
        ended = sum(entry.status in SETTLED for entry in entries)
        known = scene.incident.phases.get(phase.id)
        state = known.status.value if known else PhaseStatus.WAITING.value
        yield f"{phase.id}: {state}, {ended} of {len(entries)} steps"


def _entries(scene: Scene, steps: Sequence[str]) -> list[Step]:
    situation = Situation(scene.plan, scene.incident, scene.now)
    return [entry for _, entry in standing.in_place(situation, (scene.plan.steps[step] for step in steps))]


def _checklist(scene: Scene) -> Iterator[str]:
    for phase in sorted(scene.plan.phases, key=lambda known: PHASES.index(known.id)):
        known = scene.incident.phases.get(phase.id)
        yield f"h2. {phase.id.capitalize()} ({known.status.value if known else 'not begun'})"
        for entry in _entries(scene, phase.steps):
            waiting = [ask for ask in scene.incident.asks.values() if ask.open and ask.step == entry.id]
            ticket = scene.ticket(entry.ask or entry.id)[0]
            state = "; ".join(_awaited(scene, ask) for ask in waiting) or _state(scene, entry)
            mark = WAITS if waiting else MARKS.get(entry.status, "")
            yield f"* {mark}{lead(scene.title(entry.id))} {state}{f', {ticket}' if ticket else ''}"


def _state(scene: Scene, entry: Step) -> str:
    pause = pause_of(scene.incident, entry)
    verb = "asked again" if entry.ask else "done again"
    return f"{verb} {scene.dated(pause.at)}" if pause else entry.status.value.replace("_", " ")


def _awaited(scene: Scene, ask: Ask) -> str:
    if not open_to_all(scene.step(ask.step)):
        return scene.incident.step(ask.step).status.value.replace("_", " ")
    what = (
        "to be ratified by" if ask.ratifies else {"approval": "approval by", VIEW: "view of"}.get(ask.kind, "waits for")
    )
    due = f", due {scene.dated(ask.due)}{' (missed)' if ask.missed else ''}" if ask.due else ""
    return f"{what} {_who(scene, ask)}{due}"
