"""PB2, names: everything that is named exists, and is written where it can be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from engine.domain.kinds import PHASES
from engine.domain.playbook import FAILURE_WORDS
from engine.language.checks import Check, Finding, Findings
from engine.language.context import Context, Place, Step
from engine.language.document import Loc
from engine.language.marks import Rule
from engine.language.nowhere import Fault, Nowhere
from engine.language.resolve import resolve
from engine.language.shape import did_you_mean
from engine.language.slips.expressions import sign

_BRACED = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def _leads_nowhere(*faults: Fault) -> Callable[[Context], Findings]:
    def find(context: Context) -> Findings:
        for use in context.uses:
            for read in use.reads:
                result = resolve(context, read, step=use.step)
                if isinstance(result, Nowhere) and result.fault in faults:
                    yield Finding(use.loc, result.message, result.hint)

    return find


def unknown_step(context: Context) -> Findings:
    yield from _leads_nowhere(Fault.STEP)(context)
    for step in context.steps:
        named = [((*step.loc, "needs", index), need.step) for index, need in enumerate(step.model.needs)]
        handlers = enumerate(step.model.on_failure)
        named += [((*step.loc, "on_failure", index), name) for index, name in handlers if name not in FAILURE_WORDS]
        for loc, name in named:
            if name not in context.by_id:
                hint = did_you_mean(name, context.by_id) or "Name a step by its id. "
                yield Finding(loc, f"There is no step {name!r}.", hint.strip())


def unknown_role(context: Context) -> Findings:
    yield from _leads_nowhere(Fault.ROLE)(context)
    roles = context.playbook.roles
    for loc, name in _named_roles(context):
        if name not in roles:
            yield Finding(loc, f"There is no role {name!r}.", _role_hint(name, roles))


def _role_hint(name: str, roles: Mapping[str, object]) -> str:
    if "," in name:
        return f"Several are a list: [{name}]."
    if "@" in name:
        return "A role stands here; who holds it stands in the people file, config/people.yaml."
    return f"{did_you_mean(name, roles)}There are: {', '.join(roles)}." if roles else "Add it under `roles`."


def unknown_action(context: Context) -> Findings:
    for step in context.steps:
        undo = step.model.undo
        named = [("action",), ("undo", "action")]
        for loc, name in zip(named, (step.model.action, undo.action if undo else None), strict=True):
            if name is not None and name not in context.actions:
                known = ", ".join(sorted(context.actions))
                hint = f"{did_you_mean(name, context.actions)}There are: {known}."
                yield Finding((*step.loc, *loc), f"There is no action {name!r}.", hint)


def unknown_phase(context: Context) -> Findings:
    present = context.playbook.phases.present()
    for phase, model in present.items():
        for index, name in enumerate(model.after or []):
            if name not in present:
                why = "is not in this playbook" if name in PHASES else "is not a phase"
                hint = f"{did_you_mean(name, present)}There are: {', '.join(present)}."
                yield Finding(("phases", phase, "after", index), f"{name!r} {why}.", hint)


def duplicate_step(context: Context) -> Findings:
    first: dict[str, Step] = {}
    for step in context.steps:
        before = first.setdefault(step.id, step)
        if before is not step:
            line = context.document.mark((*before.loc, "id")).line
            message = f"The id {step.id!r} is already taken in line {line}."
            yield Finding((*step.loc, "id"), message, "Ids are one of a kind across all phases.")


def unreadable_expression(context: Context) -> Findings:
    for broken in context.broken:
        within = broken.place in (Place.WITH, Place.UNDO)
        source = " ".join(_BRACED.findall(broken.source)) if within else broken.source
        yield Finding(broken.loc, broken.error.message, sign(source) or broken.error.hint())


def braces_in_words(context: Context) -> Findings:
    for step in context.steps:
        for key in ("title", "why", "task", "decision"):
            if "{{" in (getattr(step.model, key) or ""):
                hint = "Say it in words; the element of a `for_each` is shown with the ticket by itself."
                yield Finding((*step.loc, key), f"`{key}` is shown as it is written, so {{{{ }}}} does nothing.", hint)


def key_outside_http(context: Context) -> Findings:
    for use in context.uses:
        name = use.step.model.undo.action if use.place is Place.UNDO and use.step.model.undo else use.step.model.action
        readable = use.place in (Place.WITH, Place.UNDO) and name == "http.request"
        if not readable and any(read.root == "idempotency_key" for read in use.reads):
            hint = "Every other action hands its key on by itself."
            yield Finding(use.loc, "`idempotency_key` is known only in the `with` of http.request.", hint)


def _named_roles(context: Context) -> Iterator[tuple[Loc, str]]:
    for name, role in context.playbook.roles.items():
        if role.else_ is not None:
            yield ("roles", name, "else"), role.else_
    for at, kept in enumerate(context.playbook.separation):
        for index, name in enumerate(kept.roles):
            yield ("separation", at, "roles", index), name
    for step in context.steps:
        model = step.model
        if model.owner is not None:
            yield (*step.loc, "owner"), model.owner
        consulted = model.consult.roles if model.consult is not None else None
        lists = ((("by",), model.by), (("consult", "roles"), consulted))
        approvers = ((("approve", "by"), model.approve.by),) if model.approve is not None else ()
        further = model.approve.escalate if model.approve is not None else None
        approvers = (*approvers, (("approve", "escalate", "to"), further.to)) if further is not None else approvers
        for loc, names in (*lists, *approvers):
            for index, name in enumerate(names or []):
                yield (*step.loc, *loc, index), name


CHECKS = (
    Check(Rule("PB201", "A look-up starts at a name that there is."), _leads_nowhere(Fault.NAME)),
    Check(Rule("PB202", "An input that is read is declared."), _leads_nowhere(Fault.INPUT)),
    Check(Rule("PB203", "A step that is named exists."), unknown_step),
    Check(Rule("PB204", "What is read of a step is something it gives."), _leads_nowhere(Fault.OUTPUT)),
    Check(Rule("PB205", "A role that is named is declared."), unknown_role),
    Check(Rule("PB206", "An action that is named exists."), unknown_action),
    Check(Rule("PB207", "A phase that is named is in the playbook."), unknown_phase),
    Check(Rule("PB208", "A step's id is one of a kind."), duplicate_step),
    Check(Rule("PB209", "An expression can be read."), unreadable_expression),
    Check(Rule("PB210", "`item` is read only where there is one."), _leads_nowhere(Fault.ITEM)),
    Check(Rule("PB211", "A step with many results is not read as one."), _leads_nowhere(Fault.EACH)),
    Check(Rule("PB212", "A look-up does not go into a value that has no inside."), _leads_nowhere(Fault.KEY)),
    Check(Rule("PB213", "Words for people hold no template."), braces_in_words),
    Check(Rule("PB214", "`idempotency_key` is read only in http.request."), key_outside_http),
)
