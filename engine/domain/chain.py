"""The hash chain that makes an incident's timeline tamper-evident.

Rules kept here:
1. An event is a hashed *envelope* and, beside it, its *content*; the envelope holds only a salted commitment
   to the content, so content can be erased later and the chain still verifies.
2. Bytes are canonical JSON (RFC 8785: our values hold no floats and our keys are ASCII, so sorted compact
   JSON is the same bytes); what is hashed is stored as it was hashed and never made again from values.
3. `hash = SHA-256(envelope bytes)`, `commitment = SHA-256(salt || content bytes)`; the first event's
   previous hash is 64 zeros.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GENESIS = "0" * 64
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of an incident: its sequence number (0 when there is none) and its hash."""

    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Row:
    """One event as it is stored; `content` and `salt` are None once erased."""

    seq: int
    envelope: bytes
    hash: str
    content: bytes | None
    salt: bytes | None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first event that does not fit, and why."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the ledger adds to an event: when (story and real time), by whom, for which incident."""

    org: str
    incident: str
    at: datetime
    real_at: datetime
    actor: str


def canonical(value: object) -> bytes:
    """Return the canonical JSON bytes of a value of strings, integers, booleans, None, lists and dicts.

    Raises:
        ValueError: the value holds a float, which has no canonical form here.
    """
    if _has_float(value):
        msg = "a float has no place in the ledger; write it as a decimal string with its type"
        raise ValueError(msg)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def seal(previous: Head, kind: tuple[str, int], content: bytes, *, salt: bytes, stamp: Stamp) -> Row:
    """Return the stored form of the event that follows `previous`; `kind` is its type and version."""
    envelope = canonical(
        {
            "org": stamp.org,
            "incident": stamp.incident,
            "seq": previous.seq + 1,
            "at": instant_text(stamp.at),
            "real_at": instant_text(stamp.real_at),
            "type": kind[0],
            "version": kind[1],
            "actor": stamp.actor,
            "commitment": hashlib.sha256(salt + content).hexdigest(),
            "prev": previous.hash,
        }
    )
    return Row(previous.seq + 1, envelope, hashlib.sha256(envelope).hexdigest(), content, salt)


def verify(rows: Iterable[Row], *, known: Sequence[Head] = (), incident: str | None = None) -> Mismatch | None:
    """Return the first event that does not fit its chain, or None when every event fits.

    `known` are heads learned elsewhere (the head file, a ticket, a channel): a ledger that is shorter than one, or
    that has another hash at its place, does not fit.
    """
    previous = Head()
    hashes = {seq: {head.hash for head in known if head.seq == seq} for seq in {head.seq for head in known}}
    for row in rows:
        reason = _fault(previous, row, incident=incident)
        if reason:
            return Mismatch(row.seq, reason)
        previous = Head(row.seq, row.hash)
        if hashes.get(row.seq, {row.hash}) != {row.hash}:
            return Mismatch(row.seq, "the hash differs from the one published outside the database")
    furthest = max(hashes, default=0)
    if furthest > previous.seq:
        missing = f"missing: the timeline ends at {previous.seq}, but {furthest} events are known"
        return Mismatch(previous.seq + 1, missing)
    return None


def instant_text(at: datetime) -> str:
    """Return an instant as ISO 8601 in UTC, with microseconds and a Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _fault(previous: Head, row: Row, *, incident: str | None) -> str | None:
    if row.seq != previous.seq + 1:
        return f"the event after {previous.seq} is numbered {row.seq}"
    if hashlib.sha256(row.envelope).hexdigest() != row.hash:
        return "its envelope does not have the stored hash"
    try:
        envelope = json.loads(row.envelope)
    except ValueError:
        return "its envelope is not JSON"
    if envelope.get("prev") != previous.hash:
        return f"it does not follow event {previous.seq}"
    if envelope.get("seq") != row.seq or (incident is not None and envelope.get("incident") != incident):
        return "its envelope names another place"
    if row.content is None or row.salt is None:
        return None
    if hashlib.sha256(row.salt + row.content).hexdigest() != envelope.get("commitment"):
        return "its content is not what was committed to"
    return None


def _has_float(value: object) -> bool:
    match value:
        case float():
            return True
        case dict():
            return any(_has_float(item) for item in value.values())
        case list() | tuple():
            return any(_has_float(item) for item in value)
        case _:
            return False
