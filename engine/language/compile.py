"""A document without errors to a plan: defaults filled in, expressions compiled, nothing left to guess.

Rules kept here: it is called only after lint has found no error, so it looks at no mistake again. A task without an
owner is the commander's; a decision is answered by `by`, else its owner, else the commander; a decision without a form
is asked `answer` and `why`; a field is at least as sensitive as its step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.domain.approval_parts import ApproveModel
from engine.domain.clocks import StartPlan
from engine.domain.durations import parse_duration
from engine.domain.expressions import compile_expression, compile_template
from engine.domain.fields import FieldSpec, FieldType
from engine.domain.keeping import KeepPlan
from engine.domain.kinds import OnFailure, StepKind, Tickets
from engine.domain.lifecycle import ENDED
from engine.domain.plan import ApprovePlan, EscalatePlan, Need, OutputPlan, PhasePlan, Plan, RolePlan, StepPlan
from engine.domain.plan_people import ConsultPlan, SeparationPlan
from engine.domain.playbook import Playbook, StepModel
from engine.domain.sensitivity import Sensitivity
from engine.domain.step_parts import KeepModel, StartModel, UndoModel
from engine.domain.traits import UndoPlan
from engine.language import paces
from engine.language.context import Context, Place, Step
from engine.language.graph import gate_of
from engine.language.pinning import digest
from engine.language.resolve import Known, form_of, resolve
from engine.language.rules.law import moment_of
from engine.language.specs import specs_of

COMMANDER = "commander"
"""The role that does what nobody was named for."""


def build_plan(context: Context, *, file_digest: str) -> Plan:
    """Return the plan of a document in which lint has found no error."""
    playbook = context.playbook
    handler_for = _handler_for(context)
    every = list(_every(context))
    return Plan(
        playbook=playbook.playbook,
        version=playbook.version,
        title=playbook.title,
        description=playbook.description or "",
        digest=file_digest,
        inputs=specs_of(playbook.inputs),
        roles=_roles(playbook),
        phases=_phases(playbook),
        steps={step.id: _step(context, step, handler_for=handler_for.get(step.id, ())) for step in context.steps},
        deadlines=tuple(playbook.deadlines),
        regimes=context.catalogs.regimes_named(dict.fromkeys(name for one in every for name in one.playbook.deadlines)),
        controls=context.catalogs.controls_named(
            dict.fromkeys(name for one in every for step in one.steps for name in step.model.controls)
        ),
        sensitivity=playbook.sensitivity,
        separation=tuple(SeparationPlan(tuple(kept.roles), kept.why) for kept in playbook.separation),
        outputs=_outputs(playbook),
        ends_read=frozenset(_ends_read(context)) & context.by_id.keys(),
    )


def _ends_read(context: Context) -> Iterator[str]:
    outputs = (compile_expression(output.from_).reads for output in context.playbook.outputs.values())
    for reads in (*(use.reads for use in context.uses), *outputs):
        yield from (read.path[0] for read in reads if read.root == "steps" and read.path[1:] == (ENDED,))


def _every(context: Context) -> Iterator[Context]:
    """Yield a playbook and those that it calls."""
    yield context
    for called in context.called.values():
        if called.context is not None:
            yield from _every(called.context)


def _outputs(playbook: Playbook) -> dict[str, OutputPlan]:
    return {
        name: OutputPlan(
            FieldSpec(name, model.type, list=model.list, optional=True, sensitivity=model.sensitivity),
            compile_expression(model.from_),
        )
        for name, model in playbook.outputs.items()
    }


def _roles(playbook: Playbook) -> dict[str, RolePlan]:
    return {
        name: RolePlan(name, title=role.title or _words(name), required=role.required, fallback=role.else_)
        for name, role in playbook.roles.items()
    }


def _phases(playbook: Playbook) -> tuple[PhasePlan, ...]:
    present = playbook.phases.present()
    plans = []
    for name, model in present.items():
        gate, after = gate_of(name, model, present=present)
        plans.append(PhasePlan(name, gate, after=after, steps=tuple(step.id for step in model.steps)))
    return tuple(plans)


def _step(context: Context, step: Step, *, handler_for: tuple[str, ...]) -> StepPlan:
    model = step.model
    facts = context.facts(step)
    by = _by(step, context.playbook)
    on_failure, handlers = _on_failure(model)
    called = _called(context, step)
    return StepPlan(
        id=step.id,
        phase=step.phase,
        kind=StepKind(step.kind),
        title=model.title or (called.title if called else _words(step.id)),
        why=model.why or "",
        instructions=model.task or model.decision or "",
        needs=tuple(Need(need.step, any_end=need.is_ is not None) for need in model.needs),
        when=compile_expression(model.when) if model.when is not None else None,
        for_each=compile_expression(model.for_each) if model.for_each is not None else None,
        max_parallel=model.max_parallel,
        enough=_enough(model),
        owner=model.owner or (by[0] if by else None),
        by=by,
        form=_form(model),
        due=paces.due(model.due),
        starts=tuple(_start(start, fields=tuple(form_of(model))) for start in model.starts or ()),
        consult=ConsultPlan(tuple(dict.fromkeys(heard.roles)), first=paces.span(heard.first))
        if (heard := model.consult)
        else None,
        stops=tuple(model.stops or ()),
        fulfilled=moment_of(step) if model.stops else "",
        timeout=paces.span(model.timeout),
        retry=paces.retry(model.retry),
        repeat=paces.repeat(model.repeat),
        approve=_approve(model.approve, kind=step.kind),
        on_failure=on_failure,
        handlers=handlers,
        handler_for=handler_for,
        undo=_undo(context, model.undo),
        keep={name: _keep(name, kept) for name, kept in (model.keep or {}).items()},
        closed=_closed(context, step),
        marks=model.marks,
        controls=tuple(model.controls),
        sensitivity=model.sensitivity,
        follow_up=model.follow_up,
        tickets=Tickets(model.tickets or context.playbook.tickets),
        action=model.action,
        with_=compile_template(model.with_ or {}) if model.action is not None or called is not None else None,
        traits=facts.traits if facts is not None else None,
        wait=paces.wait(model.wait),
        call=called,
        line=context.document.mark((*step.loc, "id")).line,
    )


def _called(context: Context, step: Step) -> Plan | None:
    called = context.called.get(step.model.call or "")
    if called is None or called.context is None or called.text is None:
        return None
    return build_plan(called.context, file_digest=digest(called.text.data))


def _by(step: Step, playbook: Playbook) -> tuple[str, ...]:
    model = step.model
    match step.kind:
        case "task":
            return (model.owner or COMMANDER,)
        case "decision":
            named = tuple(model.by or ()) or ((model.owner,) if model.owner else ())
            return tuple(dict.fromkeys(named)) or (COMMANDER,)
        case _:
            return (model.owner,) if model.owner in playbook.roles and model.owner is not None else ()


def _form(model: StepModel) -> dict[str, FieldSpec]:
    specs = specs_of(form_of(model))
    if model.sensitivity is Sensitivity.INTERNAL:
        return specs
    raised = {name: spec for name, spec in specs.items() if spec.sensitivity is Sensitivity.INTERNAL}
    return specs | {name: replace(spec, sensitivity=model.sensitivity) for name, spec in raised.items()}


def _on_failure(model: StepModel) -> tuple[OnFailure, tuple[str, ...]]:
    match model.on_failure:
        case []:
            return OnFailure.BLOCK, ()
        case ["continue"]:
            return OnFailure.CONTINUE, ()
        case ["stop"]:
            return OnFailure.STOP, ()
        case handlers:
            return OnFailure.HANDLE, tuple(handlers)


def _handler_for(context: Context) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for step in context.steps:
        if _on_failure(step.model)[0] is OnFailure.HANDLE:
            for handler in step.model.on_failure:
                found[handler] = (*found.get(handler, ()), step.id)
    return found


def _enough(model: StepModel) -> int | None:
    match model.join:
        case "all" | None:
            return None
        case "any":
            return 1
        case number:
            return number


def _approve(model: ApproveModel | None, *, kind: str) -> ApprovePlan | None:
    if model is None:
        return None
    further = model.escalate
    return ApprovePlan(
        tuple(dict.fromkeys(model.by)),
        quorum=model.quorum,
        expires=paces.span(model.expires),
        exact_text=model.text == "exact",
        asks_again=kind != "action" if model.on_expiry is None else model.on_expiry == "ask_again",
        break_glass=paces.span(model.break_glass.after) if model.break_glass is not None else None,
        escalate=EscalatePlan(parse_duration(further.after), tuple(further.to)) if further is not None else None,
    )


def _keep(name: str, model: KeepModel) -> KeepPlan:
    kind = FieldType(model.type) if model.type is not None else None
    spec = FieldSpec(name, kind, list=model.list, sensitivity=model.sensitivity) if kind is not None else None
    return KeepPlan(model.from_, spec=spec, sensitivity=model.sensitivity)


def _closed(context: Context, step: Step) -> dict[str, Sensitivity]:
    """Return the keys of `with` that something restricted flows into, and how restricted it is."""
    found: dict[str, Sensitivity] = {}
    for use in context.uses_of(step, Place.WITH):
        key = str(use.loc[len(step.loc) + 1])
        for read in use.reads:
            known = resolve(context, read, step=step)
            if isinstance(known, Known) and known.sensitivity is not Sensitivity.INTERNAL:
                found[key] = known.sensitivity
    return found


def _start(model: StartModel, *, fields: tuple[str, ...]) -> StartPlan:
    when = compile_expression(model.when, own=fields) if model.when is not None else None
    return StartPlan(tuple(model.regimes), at=model.at, when=when)


def _undo(context: Context, model: UndoModel | None) -> UndoPlan | None:
    if model is None:
        return None
    if model.action is None:
        return UndoPlan(action=None, with_=None, traits=None, none_because=model.none)
    traits = context.actions[model.action].traits
    return UndoPlan(action=model.action, with_=compile_template(model.with_), traits=traits)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
