"""`docs/actions.md`: every action with an example that runs, what it takes, what it gives, and how far it reaches.

Rule kept here: the page is made from the registry; the example is the one that the tests run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from engine.actions.interface import Action
from engine.actions.registry import REGISTRY
from engine.domain.plan import Reach
from engine.entrypoints.reference.tables import cell, table, yaml

REACH: Final = {
    Reach.NONE: "It reads, or writes only into Tocsin's own store.",
    Reach.INWARD: "It may change something in your own systems: give an `undo`, or let someone approve it.",
    Reach.OUTWARD: "Others see it: it needs an `approve`.",
}

TOLD_FIRST: Final = (
    "- id: told",
    "  title: Speak to the people shown",
    "  task: Call them before anything is written.",
    "  owner: liaison",
    "  due: 4h",
)


def page(*, head: str) -> str:
    """Return the page; `head` stands under the title."""
    lines = [
        "# Actions",
        "",
        head,
        "",
        "What a step of kind `action` can have the engine do. `with` holds what an action is given; any text in it may",
        'hold `{{ }}`, any value may be a secret by its name: `{secret: REC_TOKEN, prefix: "Bearer "}`. Of the result,',
        "what is listed as *kept* is stored by itself; `keep` stores more. [The language](language.md) says the rest.",
        "",
    ]
    for name, action in sorted(REGISTRY.items()):
        lines += _action(name, action)
    return "\n".join(lines).rstrip("\n") + "\n"


def example(name: str, action: Action[Any, Any]) -> list[str]:
    """Return the steps of an action's example, as an author writes them."""
    seen = action.traits.reach is Reach.OUTWARD
    step = [
        f"- id: {name.partition('.')[2]}",
        f"  title: {action.summary.rstrip('.').partition(',')[0]}",
        f"  action: {name}",
    ]
    if seen:
        step = [*TOLD_FIRST, *step, "  needs: [told]"]
    if action.traits.minor_gate:
        step.append('  when: inputs.anyone_minor == "no"')
    if action.example:
        step += ["  with:", *yaml(action.example, indent=4)]
    if seen:
        step.append("  approve: {by: [comms], text: exact}")
    elif action.traits.reach is Reach.INWARD:
        step.append('  undo: {none: "What was sent is undone by hand, in the system it was sent to."}')
    return step


def _action(name: str, action: Action[Any, Any]) -> Iterator[str]:
    yield from (f"## {name}", "", action.summary, "", "```yaml", *example(name, action), "```", "")
    yield from (" ".join(_traits(action)), "")
    schema = action.params.model_json_schema(by_alias=True)
    if schema.get("properties"):
        yield from ("Takes:", "", *table(schema), "")
        for inner, nested in schema.get("$defs", {}).items():
            yield from (f"### {inner.lower()}", "", *table(nested), "")
    keys = [field.alias or key for key, field in action.result.model_fields.items()]
    kept = action.keeps if action.keeps is not None else ()
    more = [key for key in keys if key not in kept]
    yield f"Gives: {_names(kept)} (kept)" + (f"; for `keep`, also {_names(more)}" if more else "") + "."
    yield ""


def _traits(action: Action[Any, Any]) -> Iterator[str]:
    traits = action.traits
    yield REACH[traits.reach]
    if traits.destructive:
        yield "It takes something away: `undo` says how it comes back."
    if traits.minor_gate:
        yield "It refuses while anyone shown is, or may be, under 18."
    if traits.heavy:
        yield "It may be carried out in a process of its own."
    if traits.findable:
        yield "After a lost answer it is looked up, and not done twice."


def _names(keys: Any) -> str:  # noqa: ANN401 any names
    return ", ".join(f"`{cell(key)}`" for key in keys) or "nothing"
