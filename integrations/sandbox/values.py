"""The few types and constants that every part of the sandbox speaks."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
Now: TypeAlias = Callable[[], datetime]
Monotonic: TypeAlias = Callable[[], float]


def hex_hmac(secret: str, *, message: bytes) -> str:
    """Return the HMAC-SHA256 of the message, in hexadecimal digits."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def pseudonym(*parts: object) -> str:
    """Return a stable short id made from the parts."""
    text = ":".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:10].upper()
