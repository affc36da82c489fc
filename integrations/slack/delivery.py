"""A signed HTTP delivery from Slack, taken apart. For those who do not use Socket Mode; see `verify_signature` first.

Rule kept here: whatever the body holds, the answer is a payload that has the parts of its kind, or None, which is to be
refused with 400.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

_PARTS: Final[Mapping[str, tuple[tuple[str, type], ...]]] = {
    "block_actions": (("user", dict), ("actions", list)),
    "view_submission": (("user", dict), ("view", dict)),
    "event_callback": (("event", dict), ("event_id", str)),
    "url_verification": (("challenge", str),),
}
"""What a payload of a kind has to have; kinds that we do not use have to have nothing."""


def unpack(body: bytes) -> dict[str, Any] | None:
    """Return the payload of an event (JSON), an interaction (JSON in a form) or a command (a form)."""
    try:
        text = body.decode("utf-8")
        if text.lstrip().startswith("{"):
            return _object(text)
        fields = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
        if "payload" in fields:
            return _object(fields["payload"])
    except (ValueError, RecursionError):
        return None
    return fields if "command" in fields else None


def challenge(payload: dict[str, Any]) -> str | None:
    """Return what to answer when Slack verifies the address; None for everything else."""
    return str(payload.get("challenge", "")) if payload.get("type") == "url_verification" else None


def _object(text: str) -> dict[str, Any] | None:
    """Return a payload; raise `ValueError` for what Slack never sends: half a character, a number that is none."""
    value = json.loads(text, parse_constant=_no_number)
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value if isinstance(value, dict) and "command" not in value and _whole(value) else None


def _whole(payload: Mapping[str, Any]) -> bool:
    kind = payload.get("type")
    if not isinstance(kind, str):
        return False
    return all(isinstance(payload.get(name), part) for name, part in _PARTS.get(kind, ())) and (
        kind != "view_submission" or isinstance(payload["view"].get("id"), str)
    )


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")
