"""Random salts and ids; the only place that makes them."""

from __future__ import annotations

import secrets
import uuid

from engine.domain.chain import SALT_BYTES


def new_salt() -> bytes:
    """Return a fresh salt for an event's commitment."""
    return secrets.token_bytes(SALT_BYTES)


def new_id() -> str:
    """Return a fresh id: 32 hexadecimal digits."""
    return uuid.uuid4().hex
