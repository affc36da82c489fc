"""What kind of value an expression gives, as far as that shows before anything runs, and whether a field takes it.

Rules kept here: a look-up gives what it leads to; what compares, tests or denies gives a yes or no; of everything else
nothing is said, so that nothing good is refused. A text field takes every value that is written as text.
"""

from __future__ import annotations

from jinja2 import nodes

from engine.domain.fields import FieldType
from engine.domain.grammar import chain, references
from engine.domain.sensitivity import Sensitivity, most
from engine.language.context import Context, Step
from engine.language.resolve import Known, resolve

_WRITTEN = (FieldType.TEXT, FieldType.URL, FieldType.CHOICE, FieldType.PERSON)
"""Values that are texts."""


def known_of(context: Context, tree: nodes.Expr, *, step: Step) -> Known:
    """Return what is known of the value of an expression; it is as sensitive as all that it reads."""
    kind = _kind(context, tree, step=step)
    found = (resolve(context, read, step=step) for read in references(tree))
    sensitivity = most(known.sensitivity for known in found if isinstance(known, Known))
    return Known(kind.type, kind.list, kind.options, sensitivity)


def misfit(given: Known, field: Known) -> str:
    """Return what is wrong with giving one kind of value to a field of another, empty when nothing is."""
    if given.type is None:
        return ""
    if given.list and not field.list:
        return f"it is {told(given)}, and {told(field)} is taken"
    if given.type is not field.type and not (field.type is FieldType.TEXT and given.type in _WRITTEN):
        return f"it is {told(given)}, and {told(field)} is taken"
    extra = sorted(set(given.options) - set(field.options)) if field.type is FieldType.CHOICE else []
    return f"it may be {', '.join(extra)}, which cannot be chosen" if extra else ""


def told(known: Known) -> str:
    """Return a kind of value in words: `a list of url`, `a text`."""
    return f"a list of {known.type}" if known.list else f"a {known.type}"


def _kind(context: Context, tree: nodes.Node, *, step: Step) -> Known:
    reference = chain(tree)
    if reference is not None:
        found = resolve(context, reference, step=step)
        return found if isinstance(found, Known) else Known()
    match tree:
        case nodes.Compare() | nodes.Not() | nodes.Test():
            return Known(FieldType.BOOLEAN)
        case nodes.And() | nodes.Or():
            return _same(_kind(context, tree.left, step=step), _kind(context, tree.right, step=step))
        case nodes.Const(value=bool()):
            return Known(FieldType.BOOLEAN)
        case nodes.Const(value=int() | float()):
            return Known(FieldType.NUMBER)
        case nodes.Const(value=str() as text):
            return Known(FieldType.CHOICE, options=(text,))
        case _:
            return Known()


def _same(one: Known, other: Known) -> Known:
    return Known(FieldType.BOOLEAN) if one.type is other.type is FieldType.BOOLEAN else Known()


def is_less(field: Sensitivity, given: Sensitivity) -> bool:
    """Return whether more people may see a field than what it is given."""
    return most((field, given)) is not field
