"""What pydantic found wrong with the shape, said the way an author can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, TypedDict, Union, get_args, get_origin

from pydantic import BaseModel

from engine.domain.playbook import Playbook
from engine.language.document import Loc
from engine.language.marks import Rule
from engine.language.slips.keys import instead
from engine.language.slips.names import as_id
from engine.language.slips.shapes import reshaped
from engine.language.slips.values import closest
from engine.language.tree import Mapping, Node, Scalar, Sequence, plain

UNKNOWN_KEY = Rule("PB101", "A mapping has only the keys that the language knows.")
MISSING_KEY = Rule("PB102", "A mapping has the keys that it must have.")
WRONG_VALUE = Rule("PB103", "A value has the kind and size that its key asks for.")
WRONG_NAME = Rule("PB104", "A name is small letters, digits and _, and starts with a letter.")
RULES = (UNKNOWN_KEY, MISSING_KEY, WRONG_VALUE, WRONG_NAME)


class Detail(TypedDict):
    """One error as pydantic tells it."""

    loc: Loc
    type: str
    ctx: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Explained:
    """The same error, for an author; `on_key` when it is about the key."""

    rule: Rule
    message: str
    hint: str
    on_key: bool = False


def explain(detail: Detail, node: Node, *, root: type[BaseModel] = Playbook) -> Explained:
    """Return what an error means; `node` is the nearest node to its place, `root` the model of the whole file."""
    loc, kind, context = detail["loc"], detail["type"], detail["ctx"]
    model = model_at(root, loc[:-1])
    if kind == "extra_forbidden":
        return _unknown_key(loc, model)
    if kind == "missing":
        hint = f"{_container(model).capitalize()} needs: {', '.join(_needed(model))}."
        return Explained(MISSING_KEY, f"`{loc[-1]}` is missing.", hint, on_key=True)
    if kind == "string_pattern_mismatch":
        return _wrong_name(loc, node)
    if "join" in loc:
        hint = "It is all, any, or how many elements must be done, like 2."
        return Explained(WRONG_VALUE, f"`join` cannot be {_shown(node)}.", hint)
    name = _name(loc)
    match kind:
        case "literal_error" | "enum":
            expected = str(context["expected"])
            hint = closest(_last(loc), _value(node)) or _closest(node, expected)
            return Explained(WRONG_VALUE, f"{name} cannot be {_shown(node)}.", hint)
        case "greater_than_equal" | "less_than_equal":
            bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
            return Explained(WRONG_VALUE, f"{name} is {bound}, not {_shown(node)}.", "")
        case "string_too_long" | "string_too_short":
            bound = (
                f"at most {context['max_length']}" if "max_length" in context else f"at least {context['min_length']}"
            )
            return Explained(WRONG_VALUE, f"{name} has {bound} characters.", "")
        case "too_short":
            return Explained(WRONG_VALUE, f"{name} is empty.", "Give it at least one element, or leave it out.")
        case _:
            expected, hint = _EXPECTED.get(kind, ("something else", ""))
            hint = reshaped(_last(loc), plain(node), above=_last(loc[:-1])) or hint
            return Explained(WRONG_VALUE, f"{name} is {expected}, not {_kind(node)}.", hint)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `Did you mean x? ` for the closest known word, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean {close[0]}? " if close else ""


def model_at(root: type[BaseModel], loc: Loc) -> type[BaseModel]:
    """Return the innermost model on the way to a place; segments that lead nowhere are skipped."""
    here: object = root
    for segment in loc:
        here = next((found for kind in _kinds(here) if (found := _below(kind, segment)) is not None), here)
    return next((kind for kind in _kinds(here) if isinstance(kind, type) and issubclass(kind, BaseModel)), root)


def _kinds(annotation: object) -> Iterator[object]:
    """Yield what a type may be: itself, or each of a union's."""
    if get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _kinds(part)
    elif get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    else:
        yield annotation


def _below(kind: object, segment: str | int) -> object:
    """Return the type of what stands in a mapping or list under a key or position, None where nothing does."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        named = (field for name, field in kind.model_fields.items() if segment == (field.alias or name))
        return next((field.annotation for field in named), None)
    arguments = get_args(kind)
    listed = get_origin(kind) in (list, tuple) and isinstance(segment, int)
    keyed = get_origin(kind) is dict and isinstance(segment, str) and segment != "[key]"
    return arguments[0] if listed else arguments[1] if keyed else None


_EXPECTED = {
    "string_type": ("text", "Put it in quotes to make it a text."),
    "bool_type": ("true or false", "Only true and false are; yes and no are words."),
    "int_type": ("a whole number", ""),
    "int_from_float": ("a whole number", ""),
    "float_type": ("a number", ""),
    "list_type": ("a list", "Write [a, b], or one element per line after a dash."),
    "tuple_type": ("a list", "Write [a, b], or one element per line after a dash."),
    "dict_type": ("a mapping", "Write its keys indented below it."),
    "model_type": ("a mapping", "Write its keys indented below it."),
    "model_attributes_type": ("a mapping", "Write its keys indented below it."),
}


def _unknown_key(loc: Loc, model: type[BaseModel]) -> Explained:
    word, known = str(loc[-1]), _keys(model)
    hint = instead(word, model.__name__) or f"{did_you_mean(word, known)}Known here: {', '.join(known)}."
    return Explained(UNKNOWN_KEY, f"`{word}` is not a key of {_container(model)}.", hint, on_key=True)


def _wrong_name(loc: Loc, node: Node) -> Explained:
    rule = "Use small letters, digits and _, starting with a letter; a hyphen is a minus sign in an expression."
    if loc[-1] == "[key]":
        hint = f"{as_id(str(loc[-2]), join='_')}{rule}"
        return Explained(WRONG_NAME, f"{str(loc[-2])!r} is not a name.", hint, on_key=True)
    if loc[-1] in ("playbook", "rehearsal", "call"):
        kind = "rehearsal" if loc[-1] == "rehearsal" else "playbook"
        hint = f"{as_id(str(_value(node)), join='-')}Use small letters, digits and -."
        return Explained(WRONG_NAME, f"{_shown(node)} is not a {kind}'s name.", hint)
    if loc[-1] == "hours":
        hint = "Write times of day and days, like 09:00-18:00 mon-fri."
        return Explained(WRONG_VALUE, f"{_shown(node)} says no working hours.", hint)
    if loc[-1] == "title":
        return Explained(WRONG_VALUE, "`title` is one line.", "Put the rest into `why`.")
    hint = f"{as_id(str(_value(node)), join='_')}{rule}"
    return Explained(WRONG_NAME, f"{_shown(node)} is not a name.", hint)


def _container(model: type[BaseModel]) -> str:
    word = model.__name__.removesuffix("Model").lower()
    return (
        f"`{word}`"
        if word in ("phases", "approve", "undo", "wait")
        else f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
    )


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _needed(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items() if field.is_required()]


def _closest(node: Node, expected: str) -> str:
    known = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
    word = str(node.value) if isinstance(node, Scalar) else ""
    return f"{did_you_mean(word, known)}It is one of: {', '.join(known)}."


def _name(loc: Loc) -> str:
    return f"`{_last(loc)}`" if _last(loc) else "The file"


def _last(loc: Loc) -> str:
    """Return the last key on the way to a place, without what pydantic adds for itself."""
    words = [segment for segment in loc if isinstance(segment, str) and segment != "[key]"]
    keys = [word for word in words if not word.endswith("]") and word not in ("str", "bool", "int", "float")]
    return keys[-1] if keys else ""


def _value(node: Node) -> object:
    return node.value if isinstance(node, Scalar) else None


def _shown(node: Node) -> str:
    return repr(node.value) if isinstance(node, Scalar) else _kind(node)


def _kind(node: Node) -> str:
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(value=bool()):
            return str(node.value).lower()
        case Scalar(value=int() | float()):
            return f"the number {node.value}"
        case _:
            return "text"
