"""What must hold of what a rehearsal brings: whoever and whatever it names is there, and it does one thing.

Rule kept here: what would never be judged is not expected to be refused.
"""

from __future__ import annotations

from engine.domain.injects import DEEDS, STEP_DEEDS, InjectModel
from engine.language.checks import Finding, Findings
from engine.language.document import Loc
from engine.language.scenario_names import Written, among, answered, each, one, steps, unasked

CAST = "person of the cast"
EACH = "Give exactly one of: "


def inject_names(written: Written) -> Findings:
    """Yield what injects name that is not there."""
    for number, inject in enumerate(written.scenario.injects):
        at: Loc = ("injects", number)
        if inject.by and inject.by not in written.people:
            yield from one(inject.by, written.actors, "person or role", (*at, "by"))
        yield from among(inject.add or (), written.inputs, "input", (*at, "add"))
        yield from among(inject.fact or (), written.inputs, "input", (*at, "fact"))
        yield from _steps(written, inject, at)
        yield from _people(written, inject, at)
        if inject.migrate:
            yield from among(inject.migrate.inputs, written.inputs, "input", (*at, "migrate", "inputs"))


def strange_injects(written: Written) -> Findings:
    """Yield injects that do nothing, or several things, or lack what they need."""
    for number, inject in enumerate(written.scenario.injects):
        loc: Loc = ("injects", number)
        if len(inject.deeds) != 1:
            said = f"It does {len(inject.deeds)} things" if inject.deeds else "Nothing happens here"
            yield Finding(loc, f"{said}.", f"{EACH}{', '.join(DEEDS)}.")
        elif inject.deeds[0] in ("outage", "asleep") and inject.until is None:
            yield Finding(loc, f"The {inject.deeds[0]} has no end.", "Say `until` when.")
        elif inject.fact is not None and not inject.reason:
            yield Finding(loc, "A fact that is revised needs a reason.", "Say `reason: ...`.")
        elif inject.refused and not inject.judged:
            yield Finding(loc, "Nobody judges this when it comes.", "Use `answer` to decline what is asked by then.")


def _steps(written: Written, inject: InjectModel, at: Loc) -> Findings:
    if inject.ack:
        yield from unasked(written, inject.ack.step, (*at, "ack"))
    for deed in STEP_DEEDS:
        if said := getattr(inject, deed):
            yield from steps([said.step], written, (*at, deed))
    if inject.decline and inject.decline.approval:
        yield from steps([inject.decline.approval], written, (*at, "decline", "approval"))
    if inject.answer:
        yield from unasked(written, inject.answer.step, (*at, "answer"))
        if inject.answer.role:
            yield from one(inject.answer.role, written.roles, "role", (*at, "answer", "role"))
        yield from answered(written, inject.answer.step, inject.answer.values, (*at, "answer", "values"))


def _people(written: Written, inject: InjectModel, at: Loc) -> Findings:
    if inject.asleep:
        yield from one(inject.asleep, written.scenario.cast, CAST, (*at, "asleep"))
    for role, people in (inject.assign or {}).items():
        yield from among([role], written.roles, "role", (*at, "assign"))
        yield from each(people, written.people, CAST, (*at, "assign", role))
    for deed, said in (("exclude", inject.exclude), ("admit", inject.admit)):
        if said:
            yield from one(said.person, written.people, CAST, (*at, deed))
    if inject.handover:
        yield from one(inject.handover.to, written.people, CAST, (*at, "handover"))
