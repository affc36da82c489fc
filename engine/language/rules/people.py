"""PB13 and PB33: what is said of people and their roles can be kept."""

from __future__ import annotations

from engine.domain.problem import Severity
from engine.language.checks import Check, Finding, Findings
from engine.language.context import Context
from engine.language.marks import Rule


def separation_of_several(context: Context) -> Findings:
    for index, kept in enumerate(context.playbook.separation):
        loc = ("separation", index, "roles")
        if len(set(kept.roles)) < len(kept.roles):
            yield Finding(loc, "A role is kept apart from itself.", "Keep one of the two.")
        elif len(kept.roles) < 2:  # noqa: PLR2004 - it takes a pair
            yield Finding(loc, "One role alone is kept apart from nothing.", "Name at least two.")


def fallback_is_apart(context: Context) -> Findings:
    roles = context.playbook.roles
    for kept in context.playbook.separation:
        for name in kept.roles:
            chain, here = [name], roles[name].else_ if name in roles else None
            while here in roles and here not in chain:
                chain.append(here)
                here = roles[here].else_
            other = next((role for role in chain[1:] if role in kept.roles), None)
            if other is not None:
                message = f"While {name} is vacant its work falls to {other}, who never may do it."
                yield Finding(("roles", name, "else"), message, "Name a role that is not kept apart from it.")


def consulted_is_another(context: Context) -> Findings:
    for step in context.steps:
        consult = step.model.consult
        doers = {step.model.owner} if step.model.owner is not None else set(step.model.by or ["commander"])
        if consult is not None and set(consult.roles) <= doers:
            message = f"Whoever decides {step.id} is asked for their own view, and nobody else is."
            yield Finding((*step.loc, "consult", "roles"), message, "Name a role that does not decide it.")


CHECKS = (
    Check(Rule("PB130", "At least two different roles are kept apart."), separation_of_several),
    Check(Rule("PB331", "Somebody else than who decides is consulted.", Severity.WARNING), consulted_is_another),
    Check(
        Rule("PB330", "A role does not fall to one that is kept apart from it.", Severity.WARNING), fallback_is_apart
    ),
)
