"""Files that people give as answers, kept like other evidence: hashed, described by a manifest, and on the timeline.

Rules kept here: every way in comes through here, since every answer does; a file whose bytes are not in the vault, or
are not those of its hash, is no answer. What is not taken leaves nothing here: it is judged before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.actions.evidence_store import Found, describe, item_of
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.errors import RunError
from engine.domain.fields import FieldType
from engine.domain.files import HOW, seen_type
from engine.domain.values import Instant, Json, decode
from engine.domain.views import form_of
from engine.ports.vault import Stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from engine.domain.field_spec import FieldSpec
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.ports.time import Clock
    from engine.ports.vault import EvidenceVault


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """Keeps what is given; without a vault nothing is taken."""

    vault: EvidenceVault | None
    clock: Clock

    async def kept(
        self, plan: Plan, incident: Incident, event: ev.AskAnswered, *, now: datetime
    ) -> list[ev.FileKept] | Refusal:
        """Return what an answer's files come to: each with its manifest in the vault, or why one is not taken."""
        found: list[ev.FileKept] = []
        form = form_of(plan, incident.asks[event.ask])
        for field, item in _given(form, event):
            data = await self._bytes(str(item["sha256"]))
            if self.vault is None or data is None or len(data) != item["size"]:
                return Refusal("file", f"{field}: the file is not in the evidence vault.", HOW)
            seen = {**item, "type": seen_type(data, given=str(item["type"]))}
            found.append(await self._described(incident, event, field, seen, vault=self.vault, now=now))
        return found

    async def _bytes(self, sha256: str) -> bytes | None:
        """Return what lies in the vault; None where it does not, is not what it was, or is sealed."""
        try:
            return await self.vault.get(sha256) if self.vault is not None else None
        except RunError:
            return None

    async def _described(
        self,
        incident: Incident,
        event: ev.AskAnswered,
        field: str,
        item: dict[str, Any],
        *,
        vault: EvidenceVault,
        now: datetime,
    ) -> ev.FileKept:
        at, real = Instant(now).iso(), Instant(self.clock.real_now()).iso()
        stored = Stored(str(item["sha256"]), int(item["size"]))
        listed = item_of(stored, kind="file", media_type=str(item["type"]), url="", captured_at=at)
        details: dict[str, Json] = {
            "name": str(item["name"]),
            "field": field,
            "given_by": event.by,
            "via": event.via,
            "strength": event.strength,
        }
        step = incident.asks[event.ask].step
        place = Found(
            incident=incident.id,
            step=step,
            key=event.ask,
            exercise=incident.exercise,
            at=at,
            at_real=real,
        )
        return ev.FileKept(
            ask=event.ask,
            field=field,
            name=str(item["name"]),
            sha256=stored.sha256,
            size=stored.size,
            media_type=str(item["type"]),
            manifest=await describe(place, vault=vault, items=[listed], details=details),
            by=event.by,
            via=event.via,
            strength=event.strength,
        )


def _given(form: Mapping[str, FieldSpec], event: ev.AskAnswered) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the files of an answer, each with its field."""
    for name, value in event.values.items():
        if form[name].type is FieldType.FILE:
            known: Any = decode(value)
            yield from ((name, item) for item in (known if form[name].list else [known]))
