"""An outline drawn: as a tree on a terminal, as a Mermaid graph for documents.

Rules kept here: what a playbook says is text and never markup, neither of the terminal nor of the graph, and holds no
character that a terminal obeys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from engine.entrypoints.cli.footprint import words
from engine.entrypoints.cli.outline_words import details, people_of
from engine.language.render import visible

Outline: TypeAlias = Mapping[str, Any]

_SHAPES = {
    "action": ("[", "]"),
    "task": ("([", "])"),
    "decision": ("{{", "}}"),
    "wait": ("[/", "/]"),
    "call": ("[[", "]]"),
}
_DOES = {"action": "the engine", "wait": "time"}


def tree(outline: Outline) -> None:
    """Print an outline as a tree."""
    outline = _tame(outline)
    kept = "" if outline["sensitivity"] == "internal" else f", {outline['sensitivity']}"
    named = f"{outline['title']} ({outline['playbook']}, version {outline['version']}{kept})"
    root = Tree(Text(named, style="bold"))
    begins = root.add(Text.assemble(("inputs", "bold"), ("  what is known when it begins: -i name=value", "dim")))
    for entry in outline["inputs"]:
        leaf = begins.add(_input(entry))
        if entry["hint"]:
            leaf.add(Text(entry["hint"], style="dim"))
    if outline["separation"]:
        apart = root.add(Text.assemble(("kept apart", "bold"), ("  one person never holds these together", "dim")))
        for entry in outline["separation"]:
            apart.add(Text.assemble((", ".join(entry["roles"]), "cyan"), (f"  {entry['why']}", "dim")))
    for phase in outline["phases"]:
        branch = root.add(Text.assemble((phase["id"], "bold"), (f"  opens {phase['opens']}", "dim")))
        for step in phase["steps"]:
            _leaf(branch, step)
    about = root.add(Text.assemble(("in short", "bold"), ("  what it leaves in the world", "dim")))
    for heading, lines in words(outline["leaves"]):
        below = about.add(Text(heading))
        for line in lines:
            below.add(Text(line, style="dim"))
    console = Console(highlight=False)
    console.print(root)
    vacant = [role["id"] for role in outline["roles"] if role["required"] and not role["people"]]
    if vacant:
        console.print(Text(f"Nobody holds: {', '.join(vacant)}.", style="yellow"))


def _tame(value: Any) -> Any:  # noqa: ANN401 an outline is JSON of any shape
    match value:
        case str():
            return visible(value)
        case dict():
            return {key: _tame(item) for key, item in value.items()}
        case list():
            return [_tame(item) for item in value]
        case _:
            return value


def _leaf(branch: Tree, step: Outline) -> None:
    leaf = branch.add(_head(step))
    for line in details(step):
        leaf.add(Text(line, style="dim"))
    for inner in step["call"]["steps"] if step["call"] else ():
        _leaf(leaf, inner)


def mermaid(outline: Outline) -> str:
    """Return an outline as a Mermaid flow chart: arrows are needs, dotted ones accept any end."""
    outline = _tame(outline)
    lines = ["flowchart LR"]
    for phase in outline["phases"]:
        lines.append(f"  subgraph phase_{phase['id']}[{_quoted(phase['id'])}]")
        lines += [line for step in phase["steps"] for line in _nodes(step, indent=4)]
        lines.append("  end")
    for phase in outline["phases"]:
        lines += [line for step in phase["steps"] for line in _arrows(step)]
    return "\n".join(lines)


def _nodes(step: Outline, *, indent: int) -> Iterator[str]:
    opening, closing = _SHAPES[step["kind"]]
    space = " " * indent
    yield f"{space}{_node(step['id'])}{opening}{_quoted(step['title'])}{closing}"
    if step["call"]:
        yield f"{space}subgraph in_{_node(step['id'])}[{_quoted(step['call']['playbook'])}]"
        for inner in step["call"]["steps"]:
            yield from _nodes(inner, indent=indent + 2)
        yield f"{space}end"


def _arrows(step: Outline) -> Iterator[str]:
    name = _node(step["id"])
    for need in step["needs"]:
        yield f"  {_node(need['step'])} {'-.->' if need['any_end'] else '-->'} {name}"
    yield from (f"  {_node(failed)} -. failed .-> {name}" for failed in step["handler_for"])
    if step["call"]:
        yield f"  {name} -. calls .- in_{name}"
        for inner in step["call"]["steps"]:
            yield from _arrows(inner)


def _node(step: str) -> str:
    """Return a step's name in the graph: an underscore ends it, since `end` and the like are words of Mermaid."""
    return f"{step.replace('/', '__')}_"


def _input(entry: Outline) -> Text:
    kind = " | ".join(entry["options"]) or {"boolean": "yes | no"}.get(entry["type"], entry["type"])
    default = {True: "yes", False: "no"}.get(entry["default"], entry["default"])
    more = ", once or more" if entry["list"] else ""
    need = "required" if entry["required"] else f"else {default}" if entry["default"] is not None else "optional"
    style = "yellow" if entry["required"] else "dim"
    return Text.assemble((entry["name"], "cyan"), f"  {kind}{more}  ", (need, style))


def _head(step: Outline) -> Text:
    who = people_of(step["who"]) or _DOES.get(step["kind"], "")
    runs = {True: "", False: "  does not run", None: ""}[step["runs"]]
    style = "dim strike" if step["runs"] is False else ""
    return Text.assemble((step["id"], f"cyan {style}"), f"  {step['title']}", (f"  {who}", "green"), (runs, "yellow"))


def _quoted(text: str) -> str:
    escaped = "".join(f"#{ord(letter)};" if letter in '"#<>&`;' else letter for letter in text)
    return f'"{escaped}"'
