"""Whether an HTTP request comes from Slack.

Rules kept here: the signature is checked over the raw body before anything reads it; a request older or newer than
five minutes is refused; whatever the headers hold, the answer is yes or no.
Source: "Verifying requests from Slack" in Slack's documentation, version v0.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

TOLERANCE_SECONDS = 300
_LONGEST_TIMESTAMP = 12


def verify_signature(secret: str, *, body: bytes, headers: Mapping[str, str], real_now: datetime) -> bool:
    """Tell whether the request was signed with the app's secret at most five minutes ago."""
    given = {name.lower(): value for name, value in headers.items()}
    timestamp = given.get("x-slack-request-timestamp", "")
    if not secret or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIMESTAMP):
        return False
    if abs(real_now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    signature = given.get("x-slack-signature", "").encode("utf-8", "replace")
    return hmac.compare_digest(f"v0={digest}".encode(), signature)
