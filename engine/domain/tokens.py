"""What a button or a form carries back: which ask it belongs to. It grants nothing; who pressed is what counts."""

from __future__ import annotations

SEPARATOR = "|"


def ask_token(incident: str, ask: str) -> str:
    """Return the token of an ask's buttons and forms: `INC-7|scope.decision.1`."""
    return f"{incident}{SEPARATOR}{ask}"


def parse_token(token: str) -> tuple[str, str] | None:
    """Return the incident and the ask of a token, or None for one that is not ours."""
    incident, separator, ask = token.partition(SEPARATOR)
    return (incident, ask) if separator and incident and ask else None
