"""`docs/language.md`: what is written by hand, then every key, made from the grammar.

Rules kept here: above the mark stands what people write, and is left alone; below it nothing is written by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from engine.domain.playbook import KINDS, Playbook
from engine.entrypoints.reference.tables import Schema, kind, name_of, table
from engine.language.rules.form import KEYS_OF_KIND

MARK: Final = "<!-- Below, everything is made by `python -m engine.entrypoints.docs`; do not edit it. -->"


def page(file: Path) -> str:
    """Return the page: its hand-written part as it stands in the file, and the reference."""
    written = file.read_text(encoding="utf-8").partition(MARK)[0].rstrip("\n")
    return "\n".join([written, "", MARK, "", *reference()]).rstrip("\n") + "\n"


def reference() -> Iterator[str]:
    """Yield the tables of all keys."""
    schema = Playbook.model_json_schema(by_alias=True)
    yield from ("# Every key", "", "## playbook", "", *_about(schema), *table(schema), "")
    for name in _ordered(schema):
        part = schema["$defs"][name]
        yield from (f"## {name_of(name)}", "", *_about(part))
        if "properties" in part:
            yield from (*table(part), "")
        else:
            yield from (f"One of: {kind(part)}.", "")
        if name == "StepModel":
            yield from _kinds()


def _kinds() -> Iterator[str]:
    everywhere = frozenset.intersection(*map(frozenset, KEYS_OF_KIND.values()))
    yield f"On every step: {_names(everywhere)}."
    yield ""
    for step in KINDS:
        yield f"- `{step}`: {_names(KEYS_OF_KIND[step] - everywhere - {step})}"
    yield ""


def _ordered(schema: Schema) -> Iterator[str]:
    """Yield the parts in the order in which a reader meets them."""
    seen: set[str] = set()
    pending = list(_refs(schema["properties"]))
    while pending:
        name = pending.pop(0)
        if name not in seen:
            seen.add(name)
            yield name
            pending += _refs(schema["$defs"][name])


def _refs(node: object) -> Iterator[str]:
    match node:
        case {"$ref": str(ref)}:
            yield ref.rpartition("/")[2]
        case dict():
            for item in node.values():
                yield from _refs(item)
        case list():
            for item in node:
                yield from _refs(item)
        case _:
            return


def _about(part: Schema) -> tuple[str, ...]:
    text = str(part.get("description", "")).partition("\n\n")[0]
    return (" ".join(text.split()), "") if text else ()


def _names(keys: frozenset[str]) -> str:
    return ", ".join(f"`{key}`" for key in sorted(keys))
