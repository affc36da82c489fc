"""What a scenario brings: commands that somebody gives, and what is true for a time.

Rule kept here: what is brought is judged like anything that people do; a sleep and an outage are true from the
beginning for their time, so nothing has to be done about them when they come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.scenario import AnswerModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.scenario import InjectModel
    from engine.rehearsal.crew import Crew
    from engine.rehearsal.stage import Stage


def bring(stage: Stage, crew: Crew, inject: InjectModel) -> None:
    """Let what a scenario brings happen."""
    if inject.decline is not None:
        by = [inject.by] if inject.by else None
        crew.decline(
            inject.decline.approval,
            AnswerModel(by=by, verdict="decline", reason=inject.decline.reason, after="0s"),
        )
        return
    person = stage.someone(inject.by)
    for command in _commands(inject):
        stage.give(command, person)


def _commands(inject: InjectModel) -> Iterator[cmd.AnyCommand]:
    for name, values in (inject.add or {}).items():
        yield cmd.AddToFact(name=name, values=values if isinstance(values, list) else [values], reason=inject.reason)
    for name, value in (inject.fact or {}).items():
        yield cmd.ReviseFact(name=name, value=value, reason=inject.reason)
    for role, people in (inject.assign or {}).items():
        yield cmd.AssignRole(role=role, people=list(people), reason=inject.reason)
    yield from _about_steps(inject)
    if inject.note:
        yield cmd.AddNote(text=inject.note)
    if inject.hold:
        yield cmd.HoldIncident(reason=inject.hold)
    if inject.release:
        yield cmd.ReleaseIncident(reason=inject.release)
    if inject.cancel:
        yield cmd.CancelIncident(reason=inject.cancel)
    if inject.close:
        yield cmd.CloseIncident(reason=inject.close)


def _about_steps(inject: InjectModel) -> Iterator[cmd.AnyCommand]:
    if inject.alone:
        yield cmd.BreakGlass(target=inject.alone.step, reason=inject.alone.reason)
    if inject.skip:
        yield cmd.SkipStep(step=inject.skip.step, reason=inject.skip.reason)
    if inject.retry:
        yield cmd.RetryStep(step=inject.retry.step, reason=inject.retry.reason)
    if inject.resolve:
        said = inject.resolve
        yield cmd.ResolveStep(step=said.step, outcome=said.outcome, reason=said.reason)
    if inject.undo:
        yield cmd.UndoStep(step=inject.undo.step, reason=inject.undo.reason)
