"""Look-ups that lead nowhere: why, and what would lead somewhere.

Rule kept here: what is proposed is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from engine.domain.grammar import ROOTS, Reference
from engine.language.context import Context
from engine.language.shape import did_you_mean
from engine.language.slips.expressions import root


class Fault(StrEnum):
    """Why a look-up leads nowhere."""

    NAME = "name"
    INPUT = "input"
    STEP = "step"
    OUTPUT = "output"
    ROLE = "role"
    ITEM = "item"
    EACH = "each"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Nowhere:
    """A look-up that leads nowhere."""

    fault: Fault
    message: str
    hint: str


def unknown_name(context: Context, reference: Reference, *, own: Collection[str]) -> Nowhere:
    """Return that a look-up begins with a name there is not; `own` are the fields of the step's own form."""
    word = reference.root
    rest = "".join(f".{part}" for part in reference.path)
    if said := root(word, rest):
        hint = said
    elif word in context.by_id:
        hint = f"Write steps.{word}.output{rest}."
    elif word in context.playbook.inputs:
        hint = f"Write inputs.{word}."
    elif word not in own and (close := did_you_mean(word, own)):
        hint = f"{close}The form has: {', '.join(own)}."
    elif own and reference.path and reference.path[0] in own:
        hint = f"A field of the form is read by its name alone: {reference.path[0]}."
    elif word in context.options:
        hint = f'A text is put in quotes: "{word}".'
    else:
        hint = f"{did_you_mean(word, ROOTS)}Names start with: {', '.join(ROOTS)}. A text is put in quotes."
    return Nowhere(Fault.NAME, f"There is no {word!r}.", hint)


def choice(word: str, known: Iterable[str]) -> str:
    """Return what there is in place of a word that there is not, the closest first."""
    names = sorted(known)
    listed = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")  # noqa: PLR2004 as many as a line can show
    return f"{did_you_mean(word, names)}There are: {listed}." if names else "There are none."
