"""`evidence.add`: make a text, or bytes that are in the vault already, an evidence item.

Rule kept here: the same gate as for a capture; bytes that are missing or no longer have their hash are no evidence.
"""

from __future__ import annotations

from typing import Literal

from engine.actions.evidence_models import AddParams, AddResult
from engine.actions.evidence_store import item_of, now_text, put_manifest
from engine.actions.interface import Action, ActionContext, check_minor_gate
from engine.domain.errors import IntegrationError
from engine.domain.kinds import Reach
from engine.domain.traits import ActionTraits
from engine.ports.lookup import Absent, CannotTell, Found
from engine.ports.vault import Stored


class EvidenceAdd(Action[AddParams, AddResult]):
    """Registers evidence."""

    name = "evidence.add"
    summary = "Register a text, or bytes already in the vault, as evidence."
    traits = ActionTraits(writes=True, reach=Reach.NONE, minor_gate=True, findable=True)
    params = AddParams
    result = AddResult
    keeps = tuple(AddResult.model_fields)
    example = {"text": "07:10 a colleague rang and read the address out.", "source": "a call"}  # noqa: RUF012 read only

    async def do(self, params: AddParams, context: ActionContext) -> AddResult:
        check_minor_gate(context)
        stored = await _stored(params, context)
        kind: Literal["text", "file"] = "text" if params.text is not None else "file"
        at = now_text(context)
        item = item_of(stored, kind=kind, media_type=params.media_type, url=params.source, captured_at=at)
        manifest = await put_manifest(context, items=[item], details={"source": params.source})
        return AddResult(
            id=item.id, sha256=item.sha256, size=item.size, captured_at=at, manifest=manifest, items=[item]
        )

    async def find(self, params: AddParams, context: ActionContext) -> Found[AddResult] | Absent | CannotTell:
        """Answer `Absent`: the vault keeps equal bytes once."""
        del params, context
        return Absent()


async def _stored(params: AddParams, context: ActionContext) -> Stored:
    if params.sha256 is None:
        return await context.vault.put((params.text or "").encode())
    state = await context.vault.check(params.sha256)
    if state != "match":
        hint = (
            "Put the bytes into the vault again from where they came." if state == "missing" else "Run `tocsin verify`."
        )
        raise IntegrationError(f"Nothing was registered: the vault says `{state}` for {params.sha256[:16]}.", hint=hint)
    return Stored(params.sha256, len(await context.vault.get(params.sha256)))
