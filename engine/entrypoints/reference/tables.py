"""Tables of keys, made from models: what each key holds, whether it must be there, and what it means.

Rules kept here: the words are those that editors show; what a value may be is said from its schema and written once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

_KINDS: Final = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def table(schema: Schema) -> Iterator[str]:
    """Yield a table of the keys of a mapping."""
    needed = frozenset(schema.get("required", ()))
    yield from ("| key | holds | |", "| --- | --- | --- |")
    for key, item in schema.get("properties", {}).items():
        need = " **Needed.**" if key in needed else _default(item)
        yield f"| `{key}` | {cell(kind(item))} | {cell(item.get('description', '') + need)} |"


def kind(item: Schema) -> str:
    """Return what a value may be, in words."""
    match item:
        case {"$ref": ref}:
            return f"[{name_of(ref)}](#{name_of(ref)})"
        case {"const": value}:
            return f"`{value}`"
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"anyOf": options}:
            return " or ".join(dict.fromkeys(kind(option) for option in options if option != {"type": "null"}))
        case {"type": "array"}:
            inner = kind(item["items"]) if item.get("items") else "anything"
            return f"list of {inner}"
        case {"type": "object"}:
            inside = next(iter(item.get("patternProperties", {}).values()), item.get("additionalProperties"))
            return f"name: {kind(inside)}, ..." if isinstance(inside, Mapping) else "mapping"
        case {"type": str(word)}:
            return _KINDS.get(word, word)
        case _:
            return "anything"


def name_of(ref: str) -> str:
    """Return what a part of the schema is called in the pages."""
    return ref.rpartition("/")[2].removesuffix("Model").lower()


def cell(text: str) -> str:
    """Return a text for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def yaml(value: object, *, indent: int = 0) -> list[str]:
    """Return JSON as lines of YAML in blocks."""
    blank = " " * indent
    if not isinstance(value, Mapping):
        return [blank + json.dumps(value, ensure_ascii=False)]
    lines: list[str] = []
    for key, item in value.items():
        if isinstance(item, Mapping) and item and "secret" not in item:
            lines += [f"{blank}{key}:", *yaml(item, indent=indent + 2)]
        else:
            lines.append(f"{blank}{key}: {_flow(item)}")
    return lines


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def _default(item: Schema) -> str:
    value = item.get("default")
    return "" if value in (None, "", [], {}, False) else f" Else {json.dumps(value, ensure_ascii=False)}."
