"""PB4, law: regimes whose clocks start and stop are there, are listed, and are started before they are stopped.

Rule kept here: whether every clock has its start and its end is said only where the catalog of regimes is known, since
only that says what a regime demands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from engine.domain.catalogs import Regime
from engine.domain.durations import DEADLINE, DurationError
from engine.domain.fields import FieldType
from engine.domain.pacing import Due
from engine.domain.problem import Severity
from engine.domain.readings import read_expression
from engine.language.checks import Check, Finding, Findings
from engine.language.context import Context, Place, Step
from engine.language.document import Loc
from engine.language.graph import before
from engine.language.marks import Rule
from engine.language.resolve import form_of
from engine.language.rules.time import times
from engine.language.shape import did_you_mean

_DOT = "."


def deadline_has_stage(context: Context) -> Findings:
    for step in context.steps:
        if step.model.due == DEADLINE and len(step.model.stops or []) != 1:
            hint = "Add stops: regime.stage, like eu-gdpr.supervisory_authority."
            yield Finding((*step.loc, "due"), "`due: deadline` needs exactly one stage in `stops`.", hint)


def regime_is_listed(context: Context) -> Findings:
    listed = context.playbook.deadlines
    for loc, regime, _ in _named(context):
        if regime not in listed and loc[0] != "deadlines":
            hint = f"Add it there; listed are: {', '.join(listed) or 'none'}."
            yield Finding(loc, f"{regime} is not listed under `deadlines`.", hint)


def stage_is_named(context: Context) -> Findings:
    for step, index, name in _stopping(context):
        if name.count(_DOT) != 1 or not all(name.split(_DOT)):
            hint = _whole_stage(context, name)
            yield Finding((*step.loc, "stops", index), f"{name!r} names no stage of a regime.", hint)


def _whole_stage(context: Context, name: str) -> str:
    """Return how a stage is written whole: by its regime, or with one of the stages of the regime that was named."""
    known = _catalog(context) or {}
    listed = [known[regime] for regime in context.playbook.deadlines if regime in known]
    of_regime = next((f"{one.id}.{next(iter(one.stages))}" for one in listed if one.id == name and one.stages), "")
    of_stage = next((f"{one.id}.{name}" for one in listed if name in one.stages), "")
    return f"Write regime.stage, like {of_stage or of_regime or 'eu-gdpr.supervisory_authority'}."


def regime_is_known(context: Context) -> Findings:
    known = _catalog(context)
    for loc, regime, _ in _named(context):
        if known is not None and regime not in known:
            hint = did_you_mean(regime, known) or "config/catalogs/regimes.yaml lists them; add it there."
            yield Finding(loc, f"There is no regime {regime!r}.", hint.strip())


def stage_is_known(context: Context) -> Findings:
    known = _catalog(context) or {}
    for loc, regime, stage in _named(context):
        found = known.get(regime)
        if found is not None and stage and stage not in found.stages:
            hint = f"{did_you_mean(stage, found.stages)}There are: {', '.join(found.stages)}."
            yield Finding(loc, f"{regime} has no stage {stage!r}.", hint)


def start_has_moment(context: Context) -> Findings:
    for step in context.steps:
        form = form_of(step.model)
        for index, start in enumerate(step.model.starts or []):
            field = form.get(start.at or "")
            if start.at is not None and (field is None or field.type is not FieldType.DATETIME or field.list):
                moments = [name for name, item in form.items() if item.type is FieldType.DATETIME and not item.list]
                hint = f"{did_you_mean(start.at, moments)}Name a datetime of the form; there are: {_listed(moments)}."
                message = f"{start.at!r} is no date and time that {step.id} asks for."
                yield Finding((*step.loc, "starts", index, "at"), message, hint)


def start_reads_its_answer(context: Context) -> Findings:
    for use in context.uses:
        if use.place is Place.STARTS:
            # As it is written: of the reads, those of the answer's own fields are named as other steps would name them.
            written = read_expression(use.source).reads
            for read in written:
                if read.root == "steps" and read.path[:2] == (use.step.id, "output"):
                    message = f"{read} is not there yet when the clock would start, so it never does."
                    yield Finding(use.loc, message, f"Write {'.'.join(read.path[2:]) or 'the name of a field'}.")


def stage_has_moment(context: Context) -> Findings:
    for step in context.steps:
        if step.model.stops and step.kind in ("task", "decision") and not moment_of(step):
            message = f"{step.id} fulfils a duty, and its form does not ask when."
            hint = "Add a datetime that is not optional to its form, like submitted_at: {type: datetime}."
            yield Finding((*step.loc, "stops"), message, hint, on_key=True)


def stage_is_stopped_once(context: Context) -> Findings:
    first: dict[str, Step] = {}
    for step, index, name in _stopping(context):
        known = first.setdefault(name, step)
        if known is not step:
            message = f"{name} is already fulfilled by {known.id}."
            yield Finding((*step.loc, "stops", index), message, "One step fulfils it; the other one needs that step.")


def start_comes_before(context: Context) -> Findings:
    for stopping, index, name in _stopping(context):
        regime = name.partition(_DOT)[0]
        starting = [step for step in context.steps if regime in _started_by(step) and step.id != stopping.id]
        after = [step for step in starting if stopping.id in before(context, step)]
        if after and len(after) == len(starting) and regime not in _started_by(stopping):
            message = f"{stopping.id} fulfils {name} before {after[0].id} can start the clock of {regime}."
            yield Finding((*stopping.loc, "stops", index), message, f"Let {stopping.id} need {after[0].id} instead.")


def listed_is_started(context: Context) -> Findings:
    known = _catalog(context) or {}
    started = {regime for step in context.steps for regime in _started_by(step)}
    for index, regime in enumerate(context.playbook.deadlines):
        if regime in known and regime not in started:
            hint = f"Add starts: [{regime}] to the step whose answer is its trigger, or take it off the list."
            yield Finding(("deadlines", index), f"No step starts the clock of {regime}.", hint)


def started_is_stopped(context: Context) -> Findings:
    stopped = {name for _, _, name in _stopping(context)}
    for regime, loc in _starting(context).items():
        known = (_catalog(context) or {}).get(regime)
        stages = [stage.id for stage in known.stages.values() if stage.counted] if known else []
        open_ones = [name for name in stages if f"{regime}.{name}" not in stopped]
        if open_ones:
            message = f"The clock of {regime} is started, and no step fulfils: {', '.join(open_ones)}."
            hint = f"Add stops: {regime}.{open_ones[0]} to the step that tells them."
            yield Finding(loc, message, hint)


def regime_is_in_force(context: Context) -> Findings:
    known = _catalog(context) or {}
    for index, name in enumerate(context.playbook.deadlines):
        regime = known.get(name)
        if regime is not None and not regime.in_force:
            hint = "Take it off the list until it is; counsel knows."
            yield Finding(("deadlines", index), f"{name} is not in force: {regime.status}.", hint)


def calendar_is_known(context: Context) -> Findings:
    known = context.catalogs.calendars if context.catalogs.strict else None
    for step in context.steps:
        for loc, named in _calendars(step):
            if known is not None and named not in known:
                hint = did_you_mean(named, known) or "config/calendars.yaml lists them; add it there."
                yield Finding((*step.loc, *loc), f"There is no calendar {named!r}.", hint.strip())


def control_is_known(context: Context) -> Findings:
    known = context.catalogs.controls if context.catalogs.strict else None
    for step in context.steps:
        for index, name in enumerate(step.model.controls):
            if known is not None and name not in known:
                hint = did_you_mean(name, known) or "config/catalogs/controls.yaml lists them; add it there."
                yield Finding((*step.loc, "controls", index), f"There is no control {name!r}.", hint.strip())


def moment_of(step: Step) -> str:
    """Return the field of a step's form that says when its stages were fulfilled: the first datetime it must have."""
    moments = (name for name, field in form_of(step.model).items() if field.type is FieldType.DATETIME)
    form = form_of(step.model)
    return next((name for name in moments if not form[name].optional and not form[name].list), "")


def _catalog(context: Context) -> Mapping[str, Regime] | None:
    return context.catalogs.regimes if context.catalogs.strict else None


def _named(context: Context) -> Iterator[tuple[Loc, str, str]]:
    """Yield every regime that is named, where, and the stage of it that is, which may be empty."""
    for index, name in enumerate(context.playbook.deadlines):
        yield ("deadlines", index), name, ""
    for step in context.steps:
        for number, start in enumerate(step.model.starts or []):
            yield from (
                ((*step.loc, "starts", number, "regimes", index), name, "") for index, name in enumerate(start.regimes)
            )
    for step, index, name in _stopping(context):
        regime, dot, stage = name.partition(_DOT)
        # Without a dot it is no regime; that has a rule of its own.
        if dot:
            yield (*step.loc, "stops", index), regime, stage


def _stopping(context: Context) -> Iterator[tuple[Step, int, str]]:
    for step in context.steps:
        yield from ((step, index, name) for index, name in enumerate(step.model.stops or []))


def _starting(context: Context) -> dict[str, Loc]:
    found: dict[str, Loc] = {}
    for step in context.steps:
        for number, start in enumerate(step.model.starts or []):
            for index, name in enumerate(start.regimes):
                found.setdefault(name, (*step.loc, "starts", number, "regimes", index))
    return found


def _calendars(step: Step) -> Iterator[tuple[Loc, str]]:
    for loc, text, parse in times(step):
        with suppress(DurationError):
            found = parse(text)
            if isinstance(found, Due) and found.calendar:
                yield loc, found.calendar


def _started_by(step: Step) -> set[str]:
    return {regime for start in step.model.starts or [] for regime in start.regimes}


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"


CHECKS = (
    Check(Rule("PB260", "A regime that is named is in the catalog."), regime_is_known),
    Check(Rule("PB261", "A stage that is named is one of its regime."), stage_is_known),
    Check(Rule("PB262", "The moment of a start is a date and time of the form."), start_has_moment),
    Check(Rule("PB263", "A calendar that is named is there."), calendar_is_known),
    Check(Rule("PB264", "A control that is named is in the catalog."), control_is_known),
    Check(Rule("PB403", "`due: deadline` belongs to one stage."), deadline_has_stage),
    Check(Rule("PB404", "A regime whose clock starts or stops is listed."), regime_is_listed),
    Check(Rule("PB405", "`stops` names a stage of a regime."), stage_is_named),
    Check(Rule("PB410", "A stage is fulfilled by one step.", Severity.WARNING), stage_is_stopped_once),
    Check(Rule("PB411", "A regime that is listed is started by a step.", Severity.WARNING), listed_is_started),
    Check(Rule("PB412", "A clock that is started is stopped.", Severity.WARNING), started_is_stopped),
    Check(Rule("PB413", "A clock is started before it is stopped."), start_comes_before),
    Check(Rule("PB414", "A step that fulfils a duty asks when."), stage_has_moment),
    Check(
        Rule("PB416", "What starts a clock reads its own answer by the names of its fields."), start_reads_its_answer
    ),
    Check(Rule("PB415", "A regime that is listed is in force.", Severity.WARNING), regime_is_in_force),
)
