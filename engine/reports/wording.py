"""Each event in words: plain sentences in the past tense.

Rule kept here: every event has words; one that has none is a fault that a test finds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.actions.defang import defanged
from engine.domain import timeline as ev
from engine.domain.sensitivity import Sensitivity
from engine.reports.asking import answered, asked, broken, called, escalated, missed, reminded
from engine.reports.clocks import clock_began, duty_done
from engine.reports.phrases import reasoned, within
from engine.reports.reader import RECORDED, Reader
from engine.reports.surfaces import SHOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.events.shape import Event, OnCall


def _declared(event: ev.IncidentDeclared, reader: Reader) -> str:
    exercise = " It is an exercise." if event.exercise else ""
    rotas = "".join(f" {_turn(role, found, reader)}" for role, found in event.on_call.items())
    apart = "".join(
        f" {', '.join(map(reader.name, people))} may not hold the role {role} beside another one."
        for role, people in event.kept_apart.items()
    )
    began = f"Declared the incident with playbook {event.playbook}, version {event.playbook_version}."
    return f"{began}{exercise}{rotas}{apart}"


def _turn(role: str, found: OnCall, reader: Reader) -> str:
    if found.person:
        return f"{reader.name(found.person)} is on call for the role {role} (rota {found.rota})."
    return f"Rota {found.rota} did not say who is on call for the role {role}: {found.trouble.rstrip('.')}."


def _revised(event: ev.FactRevised, reader: Reader) -> str:
    reason = f" ({event.reason})" if event.reason else ""
    return f"Set {_fact(event.name, reader)} to {reader.fact(event.name, event.value)}{reason}."


def _fact(name: str, reader: Reader) -> str:
    """Return what a fact is called; of what a called playbook was given, by whom it is called."""
    call, _, own = name.rpartition("/")
    return f"{own.replace('_', ' ')}{f' of {reader.title(call)}' if call else ''}"


def _added(event: ev.FactAdded, reader: Reader) -> str:
    return f"Added to {_fact(event.name, reader)}: {reader.fact(event.name, event.values)}."


def _refused(event: ev.AnswerRefused, reader: Reader) -> str:
    about = f" on {reader.title(event.step)}" if event.step else ""
    return f"Was refused{about}: {event.message}"


def _note(event: ev.NoteAdded, reader: Reader) -> str:
    kind = Sensitivity(event.sensitivity)
    return f"Noted: {defanged(event.text) if reader.may_see(kind) else RECORDED[kind]}"


def _assigned(event: ev.RoleAssigned, reader: Reader) -> str:
    rota = f" {_turn(event.role, event.on_call, reader)}" if event.on_call else ""
    return f"Gave the role {event.role} to {', '.join(map(reader.name, event.people))}.{rota}"


def _kept_out(event: ev.PersonExcluded, reader: Reader) -> str:
    why = (
        event.reason if reader.may_see(Sensitivity.RESTRICTED) else f"the reason is {RECORDED[Sensitivity.RESTRICTED]}"
    )
    return f"Kept {reader.name(event.person)} out of the incident: {why}."


def _let_in(event: ev.PersonAdmitted, reader: Reader) -> str:
    return f"Let {reader.name(event.person)} take part again.{reasoned(event.reason)}"


def _reviewed(event: ev.ReviewAnswered, _: Reader) -> str:
    return f"Answered {len(event.answers)} of the review's questions."


def _resolved(event: ev.StepResolved, reader: Reader) -> str:
    word = {"done": "was done", "failed": "had failed", "retry": "is to be tried again"}[event.outcome]
    return f"Said that {reader.title(event.step)} {word}: {reader.of_step(event.step, event.reason)}."


def _held(event: ev.HoldOrdered, _: Reader) -> str:
    return f"Put the incident on hold: nothing automatic begins until it is released.{reasoned(event.reason)}"


def _released(event: ev.HoldReleased, _: Reader) -> str:
    return f"Released the incident from its hold.{reasoned(event.reason)}"


def _migrated(event: ev.IncidentMigrated, _: Reader) -> str:
    what = f" What is different: {'; '.join(event.changes)}." if event.changes else ""
    versions = f"from version {event.from_version} of its playbook to version {event.to_version}"
    return f"Took the incident {versions}.{reasoned(event.reason)}{what}"


def _offered(event: ev.HandoverOffered, reader: Reader) -> str:
    stood = f" Where it stood: {defanged('; '.join(event.summary))}." if event.summary else ""
    return f"Offered the command to {reader.name(event.to)}.{reasoned(event.note)}{stood}"


def _not_taken(event: ev.HandoverDeclined, _: Reader) -> str:
    return f"Declined to take over the command.{reasoned(event.reason)}"


def _ticket(event: ev.TicketChanged, _: Reader) -> str:
    word = event.change.removesuffix("_unaccepted").replace("_", " ")
    if event.change == "closed_unaccepted":
        return f"Closed ticket {event.ticket}, which was not accepted: {event.detail}"
    if event.change == "attached_unaccepted":
        return f"Attached a file to ticket {event.ticket}, which is not taken: {event.detail}"
    if event.change.endswith("_unaccepted"):
        return f"Changed ticket {event.ticket} ({word}), which is put back: {event.detail}"
    return f"Changed ticket {event.ticket} ({word}){f': {event.detail}' if event.detail else ''}."


def _target(event: ev.TargetMoved, reader: Reader) -> str:
    reason = f": {event.reason}" if event.reason else ""
    return f"Moved the target of {reader.title(event.ask.partition('.')[0])} to {reader.moment(event.due)}{reason}."


def _round(event: ev.RoundEnded, reader: Reader) -> str:
    return f"Not so yet after round {event.round}, so again {reader.moment(event.again)}: {reader.title(event.step)}."


def _caught_up(event: ev.TrackerCaughtUp, reader: Reader) -> str:
    kinds = [item.partition(" ")[0] for item in event.late]
    counted = [f"{SHOWN.get(kind, kind).lower()} ({kinds.count(kind)})" for kind in dict.fromkeys(kinds)]
    return f"The tracker was away since {reader.moment(event.since)} and has everything again: {', '.join(counted)}."


def _timer(event: ev.TimerFired, _: Reader) -> str:
    late = f", {timedelta(seconds=event.late)} late: the engine was not at work when it came" if event.late else ""
    return f"A moment that was waited for was noticed ({event.timer}{late})."


def _began(event: ev.SegmentBegan, _: Reader) -> str:
    unclean = " The engine before ended without a word: what is done from here on is looked up first."
    return f"Work began (stretch {event.number}, {event.lane}).{unclean if event.unclean else ''}"


def _loss(event: ev.LossAccepted, _: Reader) -> str:
    return f"Accepted that events up to {event.known_seq} are lost: {event.reason}."


def _intended(event: ev.EffectIntended, reader: Reader) -> str:
    return f"Began: {_subject(event.kind, event.subject, reader)}."


def _done(event: ev.EffectDone, reader: Reader) -> str:
    looked = " The outcome was unknown; it was looked up, found, and not done twice." if event.adopted else ""
    if event.kind == "page" and event.result.get("withheld"):
        return f"Nobody is paged any more for {reader.title(event.subject.partition('.')[0])}."
    if event.kind in SHOWN:
        about = f" for {reader.title(event.subject.partition('.')[0])}" if reader.step(event.subject) else ""
        place = event.result.get("key") or event.result.get("ticket") or event.result.get("pager")
        return f"{SHOWN[event.kind]}{about}{f' ({place})' if place else ''}.{looked}"
    word = "Took back" if event.kind == "undo" else "Done"
    unkept = reasoned(reader.of_step(event.subject, "; ".join(event.unkept)) if event.unkept else "")
    return f"{word}: {reader.title(event.subject)}.{unkept}{looked}"


def _failed(event: ev.EffectFailed, reader: Reader) -> str:
    again = " It is tried again." if event.retry_at else ""
    why = reader.of_step(event.subject, event.message) if event.kind not in SHOWN else event.message
    if event.early:
        return f"Comes later: {_subject(event.kind, event.subject, reader)}: {why.rstrip('.')}."
    return f"Did not work: {_subject(event.kind, event.subject, reader)}: {why.rstrip('.')}.{again}"


def _unconfirmed(event: ev.EffectUnconfirmed, reader: Reader) -> str:
    why = reader.of_step(event.subject, event.message)
    return f"Nobody can tell whether it was done: {_subject(event.kind, event.subject, reader)}: {within(why)}."


def _subject(kind: str, subject: str, reader: Reader) -> str:
    return SHOWN[kind].lower() if kind in SHOWN else reader.title(subject)


def _simple(pattern: str) -> Callable[[Any, Reader], str]:
    """Return words with the event's own fields in them; `{title}` is its step's title."""

    def words(event: Any, reader: Reader) -> str:  # noqa: ANN401 - each pattern names the fields of its event
        step = getattr(event, "step", None) or str(getattr(event, "ask", "")).partition(".")[0]
        because = within(reader.of_step(step, getattr(event, "because", "") or getattr(event, "reason", "") or ""))
        return pattern.format(title=reader.title(step), why=f": {because}" if because else "", e=event)

    return words


def _kept(event: ev.FileKept, reader: Reader) -> str:
    title, closed = reader.title(event.ask.partition(".")[0]), reader.closed(event.ask, event.field)
    if closed is not None:
        return f"Kept a file in the evidence vault ({RECORDED[closed]}): {title}."
    hashes = f"SHA-256 {event.sha256[:12]}..., manifest {event.manifest[:12]}..."
    return f"Kept {event.name} ({event.size} bytes, {event.media_type}) in the evidence vault ({hashes}): {title}."


WORDS: Mapping[type[Event], Callable[[Any, Reader], str]] = {
    ev.IncidentDeclared: _declared,
    ev.FactRevised: _revised,
    ev.FactAdded: _added,
    ev.AskAnswered: answered,
    ev.FileKept: _kept,
    ev.AskAcknowledged: _simple("Is on it: {title}."),
    ev.AnswerRefused: _refused,
    ev.NoteAdded: _note,
    ev.RoleAssigned: _assigned,
    ev.PersonExcluded: _kept_out,
    ev.PersonAdmitted: _let_in,
    ev.ReviewAnswered: _reviewed,
    ev.SkipOrdered: _simple("Left out {title}{why}."),
    ev.RetryOrdered: _simple("Asked for {title} to be tried again{why}."),
    ev.StepResolved: _resolved,
    ev.UndoOrdered: _simple("Asked for {title} to be taken back{why}."),
    ev.CancelOrdered: _simple("Ended the incident{why}."),
    ev.CloseOrdered: _simple("Closed the incident{why}."),
    ev.ReopenOrdered: _simple("Opened the incident again{why}."),
    ev.HoldOrdered: _held,
    ev.HoldReleased: _released,
    ev.IncidentMigrated: _migrated,
    ev.HandoverOffered: _offered,
    ev.HandoverAccepted: _simple("Accepted the handover and has the command."),
    ev.HandoverDeclined: _not_taken,
    ev.TimerFired: _timer,
    ev.TicketChanged: _ticket,
    ev.TargetMoved: _target,
    ev.TicketTwinFound: _simple("Found that {e.ticket} was made a second time; {e.stays} stays."),
    ev.TrackerCaughtUp: _caught_up,
    ev.RedoOrdered: _simple("Said that {title} is not done after all{why}."),
    ev.LossAccepted: _loss,
    ev.SegmentBegan: _began,
    ev.PhaseOpened: _simple("Phase {e.phase} opened."),
    ev.PhaseSettled: _simple("Phase {e.phase} settled."),
    ev.IncidentAdvanced: _simple("The incident is {e.state}{why}."),
    ev.StepSkipped: _simple("Not done: {title}{why}."),
    ev.StepRevived: _simple("Looked at again: {title}{why}."),
    ev.StepBlocked: _simple("Cannot be done: {title}{why}."),
    ev.StepPrepared: _simple("Written out: {title}."),
    ev.CallBegan: _simple("Began {title}: playbook {e.playbook}, version {e.playbook_version}."),
    ev.StepSpread: _simple("To be done for further elements: {title}."),
    ev.StepDone: _simple("Finished: {title}."),
    ev.RoundEnded: _round,
    ev.StepDeclined: _simple("Declined: {title}{why}."),
    ev.StepFailed: _simple("Failed: {title}{why}."),
    ev.StepCancelled: _simple("Ended with the incident: {title}."),
    ev.MomentMarked: _simple("{title} was answered with yes: {e.moment}."),
    ev.AskOpened: asked,
    ev.AskClosed: _simple("No longer asked: {title}{why}."),
    ev.EffectIntended: _intended,
    ev.EffectDone: _done,
    ev.EffectFailed: _failed,
    ev.EffectUnconfirmed: _unconfirmed,
    ev.TimerSet: _simple("A moment is waited for ({e.timer})."),
    ev.AskReminded: reminded,
    ev.PersonCalled: called,
    ev.AskEscalated: escalated,
    ev.ClockStarted: clock_began,
    ev.StageFulfilled: duty_done,
    ev.GlassBroken: broken,
    ev.TargetMissed: missed,
}
"""The words of every event; `_simple` for those that are one sentence."""
