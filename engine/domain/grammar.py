"""What an expression may be made of: Jinja2's own parser, then an allow-list of its nodes.

Rules kept here: an expression compares, tests and picks; it never calculates, calls, loops, slices or reaches into a
Python object. Every look-up is a chain of names and literal keys that starts at one of `ROOTS`, is known before
anything runs (`Reference`), and becomes a single read of a tuple path. Length, nesting and node count are bounded,
so that the work is bounded too.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.domain.errors import RunError
from engine.domain.filters import FILTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOTS = ("inputs", "steps", "roles", "incident", "item", "idempotency_key")
IN_UNTIL = ("output",)
"""What only `repeat.until` reads: what this round came to."""
IN_RETRY = ("error", "attempt")
"""What only `retry.if` reads: what became of an attempt, and which one it was."""
MAX_SOURCE = 4000
MAX_TEMPLATE = 20_000
MAX_NODES = 300
MAX_NESTING = 30
MAX_PATH = 12
LARGEST = 10**60

_ALLOWED = (
    nodes.And,
    nodes.Compare,
    nodes.CondExpr,
    nodes.Const,
    nodes.Filter,
    nodes.Getattr,
    nodes.Getitem,
    nodes.List,
    nodes.Name,
    nodes.Neg,
    nodes.Not,
    nodes.Operand,
    nodes.Or,
    nodes.Test,
)
_TESTS = ("defined", "undefined")
_WHY_NOT: dict[type[nodes.Node], str] = {
    nodes.Call: "nothing can be called",
    nodes.Slice: "a list cannot be sliced",
    nodes.Dict: "a mapping cannot be made in an expression",
    nodes.Tuple: "write a list in square brackets instead",
    nodes.Concat: "join texts by writing them side by side in a template",
    nodes.Pos: "leave the plus sign out",
}


class ExpressionError(RunError):
    """An expression cannot be used."""

    default_hint = 'Expressions compare and test what is known: inputs.anyone_minor == "no", steps.x.output.n > 0.'


@dataclass(frozen=True, slots=True)
class Reference:
    """One look-up; `guarded` when it is only ever asked whether it `is defined`, or has a `default`."""

    root: str
    path: tuple[str, ...] = ()
    guarded: bool = False

    def __str__(self) -> str:
        return ".".join((self.root, *self.path))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A look-up compared with a literal, which lint can check against the field's type."""

    reference: Reference
    operator: str
    literal: object


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2 without globals, with our filters and only two tests."""

    def __init__(self) -> None:
        # A comment sign that nobody types: `{#` in an author's text stays text.
        super().__init__(undefined=StrictUndefined, comment_start_string="{\x00#", keep_trailing_newline=True)
        self.globals.clear()
        self.filters = dict(FILTERS)
        self.tests = {name: self.tests[name] for name in _TESTS}


ENVIRONMENT = _Environment()


def parse_expression(source: str) -> nodes.Expr:
    """Return the checked tree of a bare expression; raise `ExpressionError`."""
    if not source.strip():
        raise ExpressionError("The expression is empty.")
    if len(source) > MAX_SOURCE:
        raise ExpressionError(f"The expression is longer than {MAX_SOURCE} characters.")
    try:
        parser = Parser(ENVIRONMENT, source, state="variable")
        tree = parser.parse_expression()
        if not parser.stream.eos:
            raise ExpressionError(f"{parser.stream.current.value!r} was not expected after the expression.")
        check(tree)
    except TemplateSyntaxError as error:
        raise ExpressionError(f"The expression cannot be read: {_reason(error)}.") from None
    except (RecursionError, ValueError, OverflowError):
        raise ExpressionError("The expression is nested too deeply or holds too large a number.") from None
    return tree


def parse_template(source: str) -> tuple[str | nodes.Expr, ...]:
    """Return the checked parts of a text with `{{ }}`: text and expressions in turn; raise `ExpressionError`."""
    if len(source) > MAX_TEMPLATE:
        raise ExpressionError(f"The text with {{{{ }}}} is longer than {MAX_TEMPLATE} characters.", hint="Shorten it.")
    if "{%" in source:
        raise ExpressionError("{% %} is not known in a text.", hint="Only {{ }} is; use `when` to choose.")
    try:
        body = ENVIRONMENT.parse(source).body
        parts = tuple(_parts(body))
    except TemplateSyntaxError as error:
        raise ExpressionError(f"The text with {{{{ }}}} cannot be read: {_reason(error)}.") from None
    except (RecursionError, ValueError, OverflowError):
        raise ExpressionError("The text with {{ }} is nested too deeply or holds too large a number.") from None
    return parts


def check(tree: nodes.Expr) -> None:
    """Raise `ExpressionError` for the first node that is not on the allow-list."""
    for count, (node, depth) in enumerate(_walk(tree)):
        if count >= MAX_NODES or depth > MAX_NESTING:
            raise ExpressionError("The expression is too long.", hint="Split it over several steps.")
        _check_node(node)


def references(tree: nodes.Expr) -> tuple[Reference, ...]:
    """Return every look-up once, in order of appearance; guarded only when all its appearances are."""
    found: dict[tuple[str, tuple[str, ...]], bool] = {}
    for reference in _references(tree, guarded=False):
        key = (reference.root, reference.path)
        found[key] = found.get(key, True) and reference.guarded
    return tuple(Reference(root, path, guarded) for (root, path), guarded in found.items())


def comparisons(tree: nodes.Expr) -> tuple[Comparison, ...]:
    """Return every comparison of one look-up with one literal, whichever side it stands on, or with those of a list."""
    found = []
    for node in tree.find_all(nodes.Compare) if not isinstance(tree, nodes.Compare) else _with_self(tree):
        if len(node.ops) != 1:
            continue
        left, right = node.expr, node.ops[0].expr
        if isinstance(right, nodes.List | nodes.Tuple):
            found += [Comparison(one, "eq", item.value) for one, item in _among(left, right)]
        for one, other in ((left, right), (right, left)):
            reference = chain(one)
            if reference is not None and isinstance(other, nodes.Const):
                found.append(Comparison(reference, node.ops[0].op, other.value))
    return tuple(found)


def _among(one: nodes.Node, many: nodes.List | nodes.Tuple) -> Iterator[tuple[Reference, nodes.Const]]:
    reference = chain(one)
    if reference is not None:
        yield from ((reference, item) for item in many.items if isinstance(item, nodes.Const))


def chain(node: nodes.Node) -> Reference | None:
    """Return the look-up that a node is, None when it is something else; raise `ExpressionError` for a computed one."""
    path: list[str] = []
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        path.append(node.attr if isinstance(node, nodes.Getattr) else _literal_key(node))
        node = node.node
    if not isinstance(node, nodes.Name):
        if path:
            raise ExpressionError("A look-up starts at a name.", hint=f"Start with one of: {', '.join(ROOTS)}.")
        return None
    if len(path) > MAX_PATH:
        raise ExpressionError(f"{node.name}... goes more than {MAX_PATH} levels deep.")
    return Reference(node.name, tuple(reversed(path)))


def is_guard(node: nodes.Node) -> bool:
    """Return whether a node asks if what it holds is there at all."""
    return isinstance(node, nodes.Test) or (isinstance(node, nodes.Filter) and node.name == "default")


def _parts(body: list[nodes.Node]) -> Iterator[str | nodes.Expr]:
    for output in body:
        # Without statements, a text is nothing but outputs.
        for part in cast("nodes.Output", output).nodes:
            if isinstance(part, nodes.TemplateData):
                yield part.data
            else:
                check(part)
                yield part


def _walk(node: nodes.Node, depth: int = 0) -> Iterator[tuple[nodes.Node, int]]:
    yield node, depth
    # A long chain of names is one look-up, bounded by itself.
    deeper = depth if isinstance(node, nodes.Getattr | nodes.Getitem) else depth + 1
    for child in node.iter_child_nodes():
        yield from _walk(child, deeper)


def _check_node(node: nodes.Node) -> None:
    if not isinstance(node, _ALLOWED):
        why = _WHY_NOT.get(type(node), "it compares and tests, and calculates nothing")
        raise ExpressionError(f"{type(node).__name__} is not possible in an expression: {why}.")
    match node:
        case nodes.Neg() if not (isinstance(node.node, nodes.Const) and isinstance(node.node.value, int | float)):
            raise ExpressionError(
                "Only a number can have a minus sign.", hint="An id with a hyphen? Ids use _ instead."
            )
        case nodes.Const(value=int() | float() as value) if not abs(value) < LARGEST:
            raise ExpressionError("The number is too large.")
        case nodes.Filter():
            _check_name(node.name, tuple(FILTERS), what="filter")
            _check_arguments(node, most=1 if node.name in ("default", "join") else 0)
        case nodes.Test():
            _check_name(node.name, _TESTS, what="test")
            _check_arguments(node, most=0)
        case nodes.Getattr() | nodes.Getitem():
            chain(node)
        case _:
            pass


def _check_name(name: str, known: tuple[str, ...], *, what: str) -> None:
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        meant = f"Did you mean {close[0]}? " if close else ""
        raise ExpressionError(f"There is no {what} {name!r}.", hint=f"{meant}There are: {', '.join(known)}.")


def _check_arguments(node: nodes.Filter | nodes.Test, *, most: int) -> None:
    if node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) > most:
        raise ExpressionError(f"{node.name} takes {'one argument' if most else 'no argument'}, without a name.")


def _reason(error: TemplateSyntaxError) -> str:
    reason = (error.message or "").rstrip(".")
    reason = reason.replace("unexpected end of template, expected", "it ends before")
    return reason.replace("end of print statement", "}}")


def _literal_key(node: nodes.Getitem) -> str:
    key = node.arg.value if isinstance(node.arg, nodes.Const) else None
    if isinstance(key, str) or (isinstance(key, int) and not isinstance(key, bool) and key >= 0):
        return str(key)
    raise ExpressionError(
        "A look-up key is a text or a whole number, written out.", hint='Write steps["x"] or urls[0].'
    )


def _references(node: nodes.Node, *, guarded: bool) -> Iterator[Reference]:
    reference = chain(node)
    if reference is not None:
        yield Reference(reference.root, reference.path, guarded)
        return
    for index, child in enumerate(node.iter_child_nodes()):
        yield from _references(child, guarded=is_guard(node) and index == 0)


def _with_self(tree: nodes.Compare) -> Iterator[nodes.Compare]:
    yield tree
    yield from tree.find_all(nodes.Compare)
