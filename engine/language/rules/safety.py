"""PB3: what could harm people or systems is approved, can be taken back, or says why not."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from engine.domain.kinds import Reach
from engine.domain.playbook import FAILURE_WORDS
from engine.domain.problem import Severity
from engine.language.checks import Check, Finding, Findings
from engine.language.context import ActionFacts, Context, Place, Step
from engine.language.graph import before
from engine.language.marks import Rule

_READING_METHODS = ("GET", "HEAD", "OPTIONS")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LIAISON = "liaison"


def outward_needs_approval(context: Context) -> Findings:
    for step, facts in _acting(context):
        if facts.traits.reach is Reach.OUTWARD and not facts.generic and step.model.approve is None:
            message = f"{facts.name} is seen outside, and nobody approves it."
            yield Finding((*step.loc, "action"), message, "Add approve: {by: [a role]}.")


def generic_says_so(context: Context) -> Findings:
    for step, facts in _acting(context):
        model = step.model
        if facts.generic and _writes(step, facts) and model.approve is None and model.undo is None:
            message = f"{step.id} may change something that cannot be taken back, or is seen outside."
            hint = "Add approve, or undo; undo: {none: reason} says that it is meant."
            yield Finding((*step.loc, "action"), message, hint)


def destructive_needs_undo(context: Context) -> Findings:
    for step, facts in _acting(context):
        if facts.traits.destructive and step.model.undo is None:
            hint = "Add undo: {action: ...}, or undo: {none: why it cannot be taken back}."
            yield Finding((*step.loc, "action"), f"{facts.name} takes something away, and nothing undoes it.", hint)


def own_approval(context: Context) -> Findings:
    for step in context.steps:
        approve = step.model.approve
        if approve is None:
            continue
        doers = {step.model.owner} if step.model.owner is not None else set(step.model.by or [])
        if len(doers) == 1 and set(approve.by) == doers:
            message = f"Whoever does {step.id} is the only one who may approve it, and nobody approves their own."
            yield Finding((*step.loc, "approve", "by"), message, "Add a second role.")


def quorum_in_reach(context: Context) -> Findings:
    for step in context.steps:
        approve = step.model.approve
        if approve is not None and approve.quorum > len(set(approve.by)):
            message = f"{approve.quorum} distinct people are to approve, and only {', '.join(approve.by)} may."
            hint = "Add a role, or be sure that several people hold one."
            yield Finding((*step.loc, "approve", "quorum"), message, hint)


def told_before_public(context: Context) -> Findings:
    telling = {step.id for step in context.steps if _tells_affected(step)}
    for step in context.steps:
        facts = context.facts(step)
        exact = step.model.approve is not None and step.model.approve.text == "exact"
        outward = facts is not None and facts.traits.reach is Reach.OUTWARD
        if (exact or outward) and step.id not in telling and not telling & before(context, step):
            who = f"needs: [{min(telling)}]" if telling else "a task for the role liaison, and need it"
            message = f"{step.id} may be read by others before the affected people are told."
            yield Finding((*step.loc, "id"), message, f"Add {who}.")


def minor_is_asked(context: Context) -> Findings:
    if "anyone_minor" in context.playbook.inputs:
        return
    for step, facts in _acting(context):
        if facts.traits.minor_gate:
            hint = 'Add the input anyone_minor: {type: choice, options: ["no", "yes", unknown], default: unknown}.'
            message = f"{facts.name} does nothing unless it is known that nobody shown is a minor."
            yield Finding((*step.loc, "action"), message, hint)


def minor_is_looked_at(context: Context) -> Findings:
    for step, facts in _acting(context):
        reads = {read for use in context.uses_of(step, Place.WHEN) for read in use.reads}
        if facts.traits.minor_gate and not any("anyone_minor" in read.path for read in reads):
            message = f"{step.id} is refused while someone shown may be a minor, and its `when` does not say so."
            yield Finding((*step.loc, "action"), message, 'Add when: inputs.anyone_minor == "no".')


def plain_http(context: Context) -> Findings:
    for step, _ in _acting(context):
        url = (step.model.with_ or {}).get("url")
        if isinstance(url, str) and url.startswith("http://") and "{{" not in url.split("/")[2]:
            host = urlsplit(url.replace("{{", "").replace("}}", "")).hostname
            if host not in _LOOPBACK:
                message = f"What is sent to {host} can be read on the way."
                yield Finding((*step.loc, "with", "url"), message, "Write https://.")


def failure_is_handled_once(context: Context) -> Findings:
    for step in context.steps:
        handlers = step.model.on_failure
        for index, name in enumerate(handlers):
            if name == step.id or (name in FAILURE_WORDS and len(handlers) > 1):
                message = f"{name!r} cannot be one of several handlers." if name != step.id else "It handles itself."
                hint = "Write on_failure: continue, or on_failure: stop, or a list of other steps."
                yield Finding((*step.loc, "on_failure", index), message, hint)


def _acting(context: Context) -> Iterator[tuple[Step, ActionFacts]]:
    for step in context.steps:
        facts = context.facts(step)
        if facts is not None:
            yield step, facts


def _writes(step: Step, facts: ActionFacts) -> bool:
    given = (step.model.with_ or {}).get("method")
    default = facts.params.model_fields["method"].default if "method" in facts.params.model_fields else None
    method = given if given is not None else default
    return facts.traits.writes and method not in _READING_METHODS


def _tells_affected(step: Step) -> bool:
    return step.kind == "task" and (step.model.owner == _LIAISON or "affected" in step.id)


CHECKS = (
    Check(Rule("PB301", "What is seen outside is approved."), outward_needs_approval),
    Check(Rule("PB302", "A generic write is approved or can be undone.", Severity.WARNING), generic_says_so),
    Check(Rule("PB303", "What takes something away says how it is undone."), destructive_needs_undo),
    Check(Rule("PB304", "Someone else can approve.", Severity.WARNING), own_approval),
    Check(Rule("PB305", "Enough people can approve.", Severity.WARNING), quorum_in_reach),
    Check(Rule("PB306", "Affected people are told before others read of it.", Severity.WARNING), told_before_public),
    Check(Rule("PB307", "Who captures, asks whether anyone is a minor."), minor_is_asked),
    Check(Rule("PB308", "A capture says when it is refused.", Severity.WARNING), minor_is_looked_at),
    Check(Rule("PB309", "Nothing is sent in the clear.", Severity.WARNING), plain_http),
    Check(Rule("PB310", "A failure has one kind of answer."), failure_is_handled_once),
)
