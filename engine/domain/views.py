"""Views: what consulted roles say before something is decided, each asked by itself.

Rules kept here: a role is asked once for its view, and again only where its question ended unanswered and the step is
asked anew; it may say that it has none; a decision never waits for ever (`first` bounds the wait) and can always be
answered without a view, which is then recorded. A view is kept as closely as its step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.domain.field_spec import FieldSpec, FieldType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.ask import Ask
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan, StepPlan

VIEW: Final = "view"
"""The kind of such an ask, and the one field of its form."""
_MARK: Final = f"{VIEW}_"
ENDED_UNANSWERED = frozenset({"superseded", "cancelled"})


def view_id(instance: str, role: str, number: int) -> str:
    """Return the id of the ask for a role's view: `scope.view_counsel.1`."""
    return f"{instance}.{_MARK}{role}.{number}"


def is_view(ask: str) -> bool:
    """Return whether an ask's id is that of a view."""
    return ask.partition(".")[2].startswith(_MARK)


def role_of(ask: str) -> str:
    """Return the role whose view an ask's id means."""
    return ask.partition(".")[2].removeprefix(_MARK).rpartition(".")[0]


def views_of(incident: Incident, instance: str) -> list[Ask]:
    """Return the asks for views on a step's instance, oldest first."""
    return [ask for ask in incident.asks.values() if ask.step == instance and ask.kind == VIEW]


def asked_for(incident: Incident, instance: str, role: str) -> Ask | None:
    """Return the ask for a role's view that counts now; None when it is to be asked, also anew."""
    asked = [ask for ask in views_of(incident, instance) if role_of(ask.id) == role]
    return asked[-1] if asked and asked[-1].outcome not in ENDED_UNANSWERED else None


def without(plan: Plan, incident: Incident, instance: str) -> tuple[str, ...]:
    """Return the roles that were to be heard on a step and have not given their view."""
    consult = plan.step_at(instance).consult
    asked = {role: asked_for(incident, instance, role) for role in (consult.roles if consult else ())}
    return tuple(role for role, ask in asked.items() if ask is None or ask.outcome != "answered")


def form_of(plan: Plan, ask: Ask) -> Mapping[str, FieldSpec]:
    """Return what an ask asks for: its step's form, or one view."""
    step = plan.step_at(ask.step)
    return {VIEW: _field(step)} if ask.kind == VIEW else step.form


def titles(plan: Plan, roles: tuple[str, ...]) -> str:
    """Return the names of roles for people: `Counsel and Privacy lead`."""
    named = [plan.roles[role].title if role in plan.roles else role for role in roles]
    return " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else "".join(named)


def _field(step: StepPlan) -> FieldSpec:
    hint = "What do you think, and why? It is shown beside the decision."
    return FieldSpec(VIEW, FieldType.TEXT, hint=hint, sensitivity=step.sensitivity)
