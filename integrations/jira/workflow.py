"""Which transition to take, and with which fields: chosen by the category of the status it leads to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.domain.errors import IntegrationError
from integrations.jira.pool import Json
from integrations.jira.site import JiraSite


@dataclass(frozen=True)
class Step:
    """A transition to perform."""

    id: str
    category: str
    fields: Json = field(default_factory=dict)


def step_towards(categories: Sequence[str], *, offered: Sequence[Json], done: bool, site: JiraSite) -> Step:
    """Return the transition to take: to the first of the categories that one leads to.

    Raises:
        IntegrationError: none leads there, or its screen requires what Tocsin cannot fill in.
    """
    for category in categories:
        leading = [option for option in offered if category_of(option["to"]) == category]
        if leading:
            option = min(leading, key=lambda one: _preference(one, site=site))
            return Step(str(option["id"]), category, _fields(option, done=done, site=site))
    names = ", ".join(str(option["name"]) for option in offered) or "none"
    hint = "Let Tocsin's account perform a transition there, or move the ticket by hand."
    raise IntegrationError(
        f"Jira: no transition leads to a status of category {categories[0]} (offered: {names}).", hint=hint
    )


def category_of(status: Json) -> str:
    """Return new, indeterminate or done."""
    key = str(status["statusCategory"]["key"])
    return "new" if key == "undefined" else key


def _preference(option: Json, *, site: JiraSite) -> int:
    names = [name.casefold() for name in site.transitions]
    name = str(option["name"]).casefold()
    return names.index(name) if name in names else len(names)


def _fields(option: Json, *, done: bool, site: JiraSite) -> Json:
    screen: Json = option.get("fields") or {}
    filled = {name: site.transition_fields[name] for name in screen if name in site.transition_fields}
    resolution = _resolution(screen.get("resolution"), done=done, site=site)
    if resolution and category_of(option["to"]) == "done":
        filled["resolution"] = {"name": resolution}
    for name, meta in screen.items():
        if meta.get("required") and not meta.get("hasDefaultValue") and name not in filled:
            hint = f"Give `{name}` a value in config/jira.yaml, or take it off the screen."
            raise IntegrationError(
                f"Jira: the transition {option['name']!r} requires the field {meta.get('name', name)!r}.", hint=hint
            )
    return filled


def _resolution(meta: Json | None, *, done: bool, site: JiraSite) -> str | None:
    if meta is None:
        return None
    allowed = [str(value["name"]) for value in meta.get("allowedValues") or ()]
    wanted = site.resolutions_done if done else site.resolutions_declined
    named = [name for name in wanted if name in allowed]
    neutral = [name for name in allowed if name not in site.resolutions_declined] if done else []
    return next(iter([*named, *neutral]), None)
