"""What arrives at the webhook endpoint: is it from Jira, which delivery is it, which ticket is it about.

Rules kept here:
1. The signature covers the raw body and is checked before anything is parsed.
2. The body is only a hint of which ticket to read again; nothing else in it is believed.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.domain.errors import IntegrationError

LARGEST = 1_000_000
_KEY = re.compile(r"[A-Z][A-Z0-9_]+-[1-9][0-9]*")


@dataclass(frozen=True)
class Delivery:
    """A webhook delivery that is from Jira."""

    id: str
    """The same over Jira's retries."""
    ticket: str
    """Empty when it is about no ticket."""


def verified(body: bytes, *, headers: Mapping[str, str], secret: str) -> Delivery:
    """Return what was delivered; header names may be in any case.

    Raises:
        IntegrationError: it is too large, not signed with our secret, or not JSON.
    """
    if len(body) > LARGEST:
        raise IntegrationError(f"A Jira webhook of more than {LARGEST} bytes was refused.")
    given = {name.lower(): value for name, value in headers.items()}
    if not secret or not _signed(body, signature=given.get("x-hub-signature", ""), secret=secret):
        hint = "Give the webhook in Jira the same secret as Tocsin; it travels as a signature, never in the address."
        raise IntegrationError("A Jira webhook without a valid signature was refused.", hint=hint)
    delivery = given.get("x-atlassian-webhook-identifier") or hashlib.sha256(body).hexdigest()
    return Delivery(delivery, _ticket(body))


def _signed(body: bytes, *, signature: str, secret: str) -> bool:
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def _ticket(body: bytes) -> str:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as malformed:
        raise IntegrationError("A Jira webhook that is not JSON was refused.") from malformed
    issue = told.get("issue") if isinstance(told, dict) else None
    key = issue.get("key") if isinstance(issue, dict) else None
    return key if isinstance(key, str) and _KEY.fullmatch(key) else ""
