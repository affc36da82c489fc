"""Putting evidence into the vault: hashed at first touch, and described by a manifest that is stored too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from engine.actions.defang import defanged
from engine.actions.evidence_models import ID_LENGTH, EvidenceItem
from engine.actions.interface import ActionContext
from engine.domain.chain import canonical
from engine.domain.values import Instant, Json
from engine.ports.vault import Stored

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


async def put_manifest(context: ActionContext, *, items: Sequence[EvidenceItem], details: dict[str, Json]) -> str:
    """Store the description of what was gathered, in both times, and return its SHA-256."""
    manifest: dict[str, Json] = {
        **details,
        "manifest": MANIFEST_VERSION,
        "incident": context.incident,
        "step": context.step,
        "key": context.key,
        "exercise": context.exercise,
        "stored_at": now_text(context),
        "stored_at_real": Instant(context.clock.real_now()).iso(),
        "items": [{**item.as_json(), "size": str(item.size)} for item in items],
    }
    return (await context.vault.put(canonical(manifest))).sha256
