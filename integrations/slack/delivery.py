"""A signed HTTP delivery from Slack, taken apart. For those who do not use Socket Mode; see `verify_signature` first.

Rule kept here: whatever the body holds, the answer is a payload or None, which is to be refused with 400.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs


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
    value = json.loads(text)
    return value if isinstance(value, dict) else None
