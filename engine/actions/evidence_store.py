"""Putting evidence into the vault: hashed at first touch, and described by a manifest that is stored too.

Rule kept here: what an action gathered and what a person gave are described in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.actions.defang import defanged
from engine.actions.evidence_models import ID_LENGTH, EvidenceItem
from engine.actions.interface import ActionContext
from engine.domain.chain import canonical
from engine.domain.values import Instant, Json
from engine.ports.vault import EvidenceVault, Stored

MANIFEST_VERSION = "1"


def now_text(context: ActionContext) -> str:
    """Return the incident's present instant, as ISO 8601 in UTC."""
    return Instant(context.clock.now()).iso()


def item_of(
    stored: Stored,
    *,
    kind: Literal["page", "media", "file", "text"],
    media_type: str,
    url: str,
    captured_at: str,
    truncated: bool = False,
) -> EvidenceItem:
    """Return the evidence item of stored bytes; its address is made harmless."""
    return EvidenceItem(
        id=stored.sha256[:ID_LENGTH],
        kind=kind,
        sha256=stored.sha256,
        size=stored.size,
        media_type=media_type,
        url=defanged(url),
        captured_at=captured_at,
        truncated=truncated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where and when evidence came to be kept."""

    incident: str
    step: str
    key: str
    """What it was kept by: the key of an effect, or an ask."""
    exercise: bool
    at: str
    at_real: str


async def put_manifest(context: ActionContext, *, items: Sequence[EvidenceItem], details: dict[str, Json]) -> str:
    """Store the description of what an action gathered, in both times, and return its SHA-256."""
    found = Found(
        incident=context.incident,
        step=context.step,
        key=context.key,
        exercise=context.exercise,
        at=now_text(context),
        at_real=Instant(context.clock.real_now()).iso(),
    )
    return await describe(found, vault=context.vault, items=items, details=details)


async def describe(
    found: Found, *, vault: EvidenceVault, items: Sequence[EvidenceItem], details: dict[str, Json]
) -> str:
    """Store the description of evidence and return its SHA-256."""
    manifest: dict[str, Json] = {
        **details,
        "manifest": MANIFEST_VERSION,
        "incident": found.incident,
        "step": found.step,
        "key": found.key,
        "exercise": found.exercise,
        "stored_at": found.at,
        "stored_at_real": found.at_real,
        "items": [{**item.as_json(), "size": str(item.size)} for item in items],
    }
    return (await vault.put(canonical(manifest))).sha256
