"""What a button or a form carries back: what it belongs to. It grants nothing; who pressed is what counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SEPARATOR = "|"
REVIEW = "review"
"""What the button of the review names in the place of an ask."""


class FormKind(StrEnum):
    """What a form is for."""

    ANSWER = "answer"
    DECLINE = "decline"
    REVIEW = "review"
    DECLARE = "declare"
    HANDOVER = "handover"
    FACT = "fact"
    NOTE = "note"
    GLASS = "break_glass"


_KINDS = frozenset(FormKind)


@dataclass(frozen=True, slots=True)
class FormToken:
    """What a form was opened for: an ask of an incident, or the name of a playbook and no incident."""

    kind: FormKind
    incident: str
    subject: str


def ask_token(incident: str, ask: str) -> str:
    """Return the token of an ask's buttons and forms: `INC-7|scope.decision.1`."""
    return f"{incident}{SEPARATOR}{ask}"


def parse_token(token: str) -> tuple[str, str] | None:
    """Return the incident and the ask of a token, or None for one that is not ours."""
    incident, separator, ask = token.partition(SEPARATOR)
    return (incident, ask) if separator and incident and ask else None


def form_token(kind: FormKind, *, incident: str = "", subject: str) -> str:
    """Return the token of a form: `INC-7|scope.approval.1|decline`, or `|video-leak|declare`."""
    return SEPARATOR.join((incident, subject, kind.value))


def parse_form_token(token: str) -> FormToken | None:
    """Return what a form was opened for, or None for a token that is not ours."""
    match token.split(SEPARATOR):
        case [incident, subject, kind] if subject and kind in _KINDS and bool(incident) is (kind != FormKind.DECLARE):
            return FormToken(FormKind(kind), incident, subject)
        case _:
            return None
