"""Expressions and templates: what a playbook may ask of the facts, and how the answer is worked out.

Rules kept here: an expression is read and checked once, when it is made (`grammar.py` says what it may hold), and
compiled by Jinja2's immutable sandbox when it is first evaluated; an `Expression` or `Template` is its source and
what it reads, so it can be copied, compared and pickled. Values come in and go out typed. What is not known raises
`UnknownValueError` the moment it is needed, and only then: `a is defined and a == 1` needs nothing of an unset `a`.
A name that is unset is left out of `names`, or None under `inputs`. A `{secret: NAME}` is never looked into, and a
value from outside that looks like one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from jinja2 import nodes, pass_context
from jinja2.utils import consume
from jinja2.visitor import NodeTransformer

from engine.domain import grammar
from engine.domain.filters import to_text
from engine.domain.grammar import ENVIRONMENT, IN_RETRY, IN_UNTIL, ROOTS, ExpressionError, Reference
from engine.domain.readings import read_expression, read_template
from engine.domain.templates import is_secret, leaves, literal
from engine.domain.values import Instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jinja2.environment import Template as JinjaTemplate
    from jinja2.runtime import Context

    from engine.domain.values import Json, Value

    Names = Mapping[str, object]
    Code = Callable[[Names], Value]

__all__ = [
    "Expression",
    "ExpressionError",
    "Reference",
    "Template",
    "UnknownValueError",
    "compile_expression",
    "compile_template",
]

MAX_RESULT = 262_144
"""Characters and elements that one result may have in all."""


class UnknownValueError(ExpressionError):
    """Something that an expression needs is not known yet."""

    default_hint = "It is known once it is given as a fact, or the step that makes it is done."

    def __init__(self, reference: Reference) -> None:
        super().__init__(f"{reference} is not known yet.")
        self.reference = reference

    def __reduce__(self) -> tuple[type[UnknownValueError], tuple[Reference]]:
        return type(self), (self.reference,)


@dataclass(frozen=True, slots=True)
class Expression:
    """A bare expression, checked; `reads` is every look-up in it, `own` the names that only its place knows."""

    source: str
    reads: tuple[Reference, ...]
    own: tuple[str, ...] = ()

    def evaluate(self, names: Mapping[str, object]) -> Value:
        """Return the typed result; raise `UnknownValueError` for what is not known, `ExpressionError` for the rest."""
        return _result(_compiled(self.source, self.own), names, source=self.source)


@dataclass(frozen=True, slots=True)
class Template:
    """The value of a `with:` key, checked; `source` is the tree as written, `secrets` the names it holds."""

    source: Json
    reads: tuple[Reference, ...]
    secrets: tuple[str, ...]

    def render(self, names: Mapping[str, object]) -> Value:
        """Return the tree with every `{{ }}` worked out; secrets stay the mappings they are."""
        return _render(self.source, names)


def compile_expression(source: str, *, own: tuple[str, ...] = ()) -> Expression:
    """Return the expression that `source` is; raise `ExpressionError` when it is none."""
    return Expression(source, read_expression(source).reads, own)


def absent(reads: Iterable[Reference], names: Mapping[str, object]) -> bool:
    """Return whether something that is read, and not only asked whether it is there, is not known."""
    return any(not _known(_found(names, read), read) for read in reads if not read.guarded)


def compile_template(raw: Json) -> Template:
    """Return the template that a JSON-like tree is; raise `ExpressionError` for the first leaf that is none."""
    reads: dict[Reference, None] = {}
    secrets: dict[str, None] = {}
    for _, leaf in leaves(raw):
        if not isinstance(leaf, str):
            secrets[str(leaf["secret"])] = None
        elif "{{" in leaf or "{%" in leaf:
            for reading in read_template(leaf):
                reads.update(dict.fromkeys(reading.reads))
    return Template(raw, tuple(reads), tuple(secrets))


def _render(tree: Json, names: Names) -> Value:
    match tree:
        case str():
            return _render_text(tree, names) if "{{" in tree else tree
        case dict() if is_secret(tree):
            return cast("Value", tree)
        case dict():
            return {key: _render(item, names) for key, item in tree.items()}
        case list() | tuple():
            return [_render(item, names) for item in tree]
        case _:
            return literal(tree)


def _render_text(text: str, names: Names) -> Value:
    parts = _compiled_text(text)
    if len(parts) == 1 and not isinstance(parts[0], str):
        return _result(parts[0], names, source=text, foreign=True)
    return "".join(_part(part, names, source=text) for part in parts)


def _part(part: str | Code, names: Names, *, source: str) -> str:
    if isinstance(part, str):
        return part
    value = _result(part, names, source=source)
    try:
        return to_text(value)
    except TypeError as error:
        raise ExpressionError(f"{source}: {error}.") from None


def _result(code: Code, names: Names, *, source: str, foreign: bool = False) -> Value:
    try:
        value = code(names)
        if isinstance(value, bool | Decimal | Instant):
            return value
        settled, size = _settled(value, foreign=foreign)
    except ExpressionError:
        raise
    except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
        reason = "values of different kinds are compared" if "not supported between" in str(error) else str(error)
        raise ExpressionError(f"{source} cannot be worked out: {reason}.") from None
    if size > MAX_RESULT:
        raise ExpressionError(f"{source} gives more than {MAX_RESULT} characters.")
    return settled


def _settled(value: object, *, foreign: bool) -> tuple[Value, int]:
    """Return the value with whole numbers as decimals, and its size."""
    match value:
        case None | bool() | Decimal() | Instant():
            return value, 1
        case int():
            return Decimal(value), 1
        case str():
            return value, len(value)
        case list() | tuple():
            pairs = [_settled(item, foreign=foreign) for item in value]
            return [item for item, _ in pairs], sum(size for _, size in pairs) + 1
        case dict():
            if foreign and is_secret(value):
                raise ExpressionError("A value from outside looks like a secret, and is not used as one.")
            sized = {key: _settled(item, foreign=foreign) for key, item in value.items()}
            total = sum(len(key) + size for key, (_, size) in sized.items())
            return {key: item for key, (item, _) in sized.items()}, total + 1
        case _:
            raise TypeError(f"{type(value).__name__} is not a value")


@lru_cache(maxsize=4096)
def _compiled(source: str, own: tuple[str, ...]) -> Code:
    return _code(grammar.parse_expression(source), own)


@lru_cache(maxsize=4096)
def _compiled_text(source: str) -> tuple[str | Code, ...]:
    return tuple(part if isinstance(part, str) else _code(part, ()) for part in grammar.parse_template(source))


def _code(tree: nodes.Expr, own: tuple[str, ...]) -> Code:
    for reference in grammar.references(tree):
        if reference.root not in (*ROOTS, *IN_RETRY, *IN_UNTIL, *own):
            raise ExpressionError(f"There is no {reference.root}.", hint=f"Names start with: {', '.join(ROOTS)}.")
    reader = _Reader()
    bare = cast("nodes.Expr", reader.visit(tree))
    body: list[nodes.Node] = [nodes.Assign(nodes.Name("result", "store", lineno=1), bare, lineno=1)]
    module = nodes.Template(body, lineno=1)
    module.set_environment(ENVIRONMENT)
    template: JinjaTemplate = ENVIRONMENT.from_string(module)
    table = tuple(reader.table)

    def run(names: Names) -> Value:
        context = template.new_context({"names": names, "table": table})
        consume(template.root_render_func(context))
        return cast("Value", context.vars["result"])

    return run


class _Reader(NodeTransformer):
    """Replaces each look-up by a read of a path in a table, so that nothing of Jinja2's own look-up is left."""

    def __init__(self) -> None:
        self.table: list[Reference] = []

    def generic_visit(self, node: nodes.Node, *args: object, **kwargs: object) -> nodes.Node:
        reference = grammar.chain(node)
        if reference is not None:
            return self._read(reference, "_read")
        if isinstance(node, nodes.Const) and isinstance(node.value, float):
            return _call("_decimal", nodes.Const(repr(node.value), lineno=1))
        if isinstance(node, nodes.Test | nodes.Filter) and grammar.is_guard(node):
            guarded = grammar.chain(node.node) if node.node is not None else None
            if guarded is not None:
                node.node = self._read(guarded, "_peek")
        return super().generic_visit(node, *args, **kwargs)

    def _read(self, reference: Reference, how: str) -> nodes.Expr:
        self.table.append(reference)
        return _call(how, nodes.Const(len(self.table) - 1, lineno=1))


def _call(name: str, argument: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(argument, name, [], [], None, None, lineno=1)


@pass_context
def _read(context: Context, index: int) -> object:
    reference: Reference = context.parent["table"][index]
    value = _found(context.parent["names"], reference)
    if not _known(value, reference):
        raise UnknownValueError(reference)
    return value


@pass_context
def _peek(context: Context, index: int) -> object:
    value = _found(context.parent["names"], context.parent["table"][index])
    return None if value is _NOWHERE else value


_NOWHERE = object()


def _known(value: object, reference: Reference) -> bool:
    return value is not _NOWHERE and (value is not None or reference.root != "inputs")


def _found(names: Names, reference: Reference) -> object:
    value: object = names.get(reference.root, _NOWHERE)
    for key in reference.path:
        if isinstance(value, dict):
            value = value.get(key, _NOWHERE)
        elif isinstance(value, list | tuple) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return _NOWHERE
    return value


ENVIRONMENT.filters |= {"_read": _read, "_peek": _peek, "_decimal": Decimal}
ENVIRONMENT.tests |= {"defined": lambda value: value is not None, "undefined": lambda value: value is None}
