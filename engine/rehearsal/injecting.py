"""What a scenario brings: commands that somebody gives, and what is true for a time.

Rules kept here: what is brought is judged like anything that people do, and what came of it is kept beside it; a sleep
and an outage are true from the beginning for their time, so nothing has to be done about them when they come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.scenario import AnswerModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.authority import Refusal
    from engine.domain.injects import InjectModel
    from engine.rehearsal.crew import Crew
    from engine.rehearsal.stage import Stage


def bring(stage: Stage, crew: Crew, inject: InjectModel) -> None:
    """Let what a scenario brings happen."""
    if inject.decline is not None and inject.decline.approval is not None:
        by = [inject.by] if inject.by else None
        answer = AnswerModel(by=by, verdict="decline", reason=inject.decline.reason, after="0s")
        crew.decline(inject.decline.approval, answer)
        return
    person = stage.someone(inject.by) if inject.by else _meant(stage, inject)
    refusal: Refusal | None = None
    for command in _commands(stage, crew, inject, person):
        refusal = stage.give(command, person) or refusal
    stage.brought.append((inject, refusal))
    if inject.answer is not None:
        crew.left(inject)


def _meant(stage: Stage, inject: InjectModel) -> str:
    """Return who does it where nobody is named: whoever is offered the command answers that, the rest its commander."""
    offer = stage.incident.handover
    answers = inject.accept is not None or inject.decline is not None
    return offer.to if offer is not None and answers else stage.someone(None)


def _commands(stage: Stage, crew: Crew, inject: InjectModel, person: str) -> Iterator[cmd.AnyCommand]:
    for name, values in (inject.add or {}).items():
        yield cmd.AddToFact(name=name, values=values if isinstance(values, list) else [values], reason=inject.reason)
    for name, value in (inject.fact or {}).items():
        yield cmd.ReviseFact(name=name, value=value, reason=inject.reason)
    for role, people in (inject.assign or {}).items():
        yield cmd.AssignRole(role=role, people=list(people), reason=inject.reason)
    if inject.answer is not None:
        yield crew.answering(inject.answer, person)
    yield from _about_steps(inject)
    yield from _about_targets(stage, crew, inject, person)
    yield from _about_people(inject)
    yield from _about_all(inject)


def _about_steps(inject: InjectModel) -> Iterator[cmd.AnyCommand]:
    if inject.alone:
        yield cmd.BreakGlass(target=inject.alone.step, reason=inject.alone.reason)
    if inject.skip:
        yield cmd.SkipStep(step=inject.skip.step, reason=inject.skip.reason)
    if inject.retry:
        yield cmd.RetryStep(step=inject.retry.step, reason=inject.retry.reason)
    if inject.redo:
        yield cmd.RedoStep(step=inject.redo.step, reason=inject.redo.reason)
    if inject.resolve:
        said = inject.resolve
        yield cmd.ResolveStep(step=said.step, outcome=said.outcome, reason=said.reason)
    if inject.undo:
        yield cmd.UndoStep(step=inject.undo.step, reason=inject.undo.reason)


def _about_targets(stage: Stage, crew: Crew, inject: InjectModel, person: str) -> Iterator[cmd.AnyCommand]:
    if inject.ack:
        yield cmd.Acknowledge(target=crew.meant(inject.ack.step, person))
    if inject.due:
        moment = stage.at(inject.due.to).isoformat()
        yield cmd.MoveTarget(step=inject.due.step, due=moment, reason=inject.due.reason)


def _about_people(inject: InjectModel) -> Iterator[cmd.AnyCommand]:
    if inject.exclude:
        yield cmd.ExcludePerson(person=inject.exclude.person, reason=inject.exclude.reason)
    if inject.admit:
        yield cmd.AdmitPerson(person=inject.admit.person, reason=inject.admit.reason)
    if inject.handover:
        yield cmd.OfferHandover(to=inject.handover.to, note=inject.handover.note)
    if inject.accept:
        yield cmd.AcceptHandover()
    if inject.decline:
        yield cmd.DeclineHandover(reason=inject.decline.reason)
    if inject.note:
        yield cmd.AddNote(text=inject.note.text, sensitivity=inject.note.sensitivity)
    if inject.review:
        yield cmd.AnswerReview(answers=inject.review.answers, anonymous=inject.review.anonymous)


def _about_all(inject: InjectModel) -> Iterator[cmd.AnyCommand]:
    if inject.hold:
        yield cmd.HoldIncident(reason=inject.hold)
    if inject.release:
        yield cmd.ReleaseIncident(reason=inject.release)
    if inject.cancel:
        yield cmd.CancelIncident(reason=inject.cancel.reason, undo=inject.cancel.undo)
    if inject.close:
        yield cmd.CloseIncident(reason=inject.close)
    if inject.reopen:
        yield cmd.ReopenIncident(reason=inject.reopen)
    if inject.migrate:
        said = inject.migrate
        yield cmd.MigrateIncident(text=said.to, reason=said.reason, inputs=said.inputs)
