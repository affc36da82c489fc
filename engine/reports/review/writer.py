"""Writing the report: read the timeline, check it and the evidence again, write three forms of the same content.

Rules kept here: a form is written whole or not at all; the JSON form's hash is what a sign-off binds to; making the
report again is harmless.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.domain.chain import Head, verify
from engine.domain.errors import UnknownIncidentError
from engine.domain.files import PARTS
from engine.domain.fold import fold_all
from engine.domain.timeline import FileKept
from engine.domain.values import decode
from engine.ports.reports import CompiledReport
from engine.reports.reader import Reader
from engine.reports.review.case import Case
from engine.reports.review.html import html
from engine.reports.review.markdown import markdown
from engine.reports.review.report import report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.ports.ledger import Ledger
    from engine.ports.records import Entry
    from engine.ports.time import Clock
    from engine.ports.vault import EvidenceVault

FORMS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "html": html,
    "md": markdown,
    "json": lambda made: json.dumps(made, indent=2, ensure_ascii=False, sort_keys=True) + "\n",
}
"""Ending of the file -> how it is made from the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReportWriter:
    """Implements `engine.ports.reports.ReportWriter`; files go to `<folder>/<incident>/`."""

    ledger: Ledger
    vault: EvidenceVault
    clock: Clock
    plan_of: Callable[[str, str], Awaitable[Plan]]
    name: Callable[[str], str]
    folder: Path

    async def compile(self, incident: str) -> CompiledReport:
        """Write every form of the standard report."""
        case = await self.case(incident)
        made = report(case)
        texts = {ending: form(made) for ending, form in FORMS.items()}
        paths = await asyncio.to_thread(_written, self.folder / incident, texts)
        sha256 = hashlib.sha256(texts["json"].encode()).hexdigest()
        return CompiledReport(paths=paths, sha256=sha256, head=case.head)

    async def render(self, incident: str, form: str, *, show_restricted: bool = False) -> str:
        """Return one form of the report; nothing is written."""
        return FORMS[form](report(await self.case(incident, show_restricted=show_restricted)))

    async def case(self, incident: str, *, show_restricted: bool = False) -> Case:
        """Return what the report is made from, everything checked again."""
        entries = await self.ledger.entries(incident)
        state = fold_all(None, ((entry.seq, entry.at, entry.event) for entry in entries))
        if state is None:
            raise UnknownIncidentError(f"There is no incident {incident}.")
        plan = await self.plan_of(state.digest, state.playbook)
        known = await self.ledger.known_head(incident)
        return Case(
            entries=entries,
            plan=plan,
            incident=state,
            reader=Reader(plan, self.name, show_restricted),
            head=Head(entries[-1].seq, entries[-1].hash),
            now=self.clock.now(),
            mismatch=verify(await self.ledger.rows(incident), known=[known] if known else [], incident=incident),
            checks={digest: await self.vault.check(digest) for digest in (*_digests(state), *_kept(entries))},
        )


def _digests(incident: Incident) -> list[str]:
    found: list[str] = []
    for step in incident.steps.values():
        output: Any = decode(step.output) if step.output else {}
        items = output.get("items") if isinstance(output, dict) else None
        found += [str(item["sha256"]) for item in items or () if isinstance(item, dict) and "sha256" in item]
        given = output.values() if isinstance(output, dict) else ()
        listed = [item for value in given for item in (value if isinstance(value, list) else [value])]
        found += [str(item["sha256"]) for item in listed if isinstance(item, dict) and set(item) == set(PARTS)]
    return list(dict.fromkeys(found))


def _kept(entries: Sequence[Entry]) -> set[str]:
    """Return the hashes of files that people gave and of what describes them."""
    kept = [entry.event for entry in entries if isinstance(entry.event, FileKept)]
    return {digest for event in kept for digest in (event.sha256, event.manifest)}


def _written(folder: Path, texts: Mapping[str, str]) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for ending, text in texts.items():
        path, fresh = folder / f"report.{ending}", folder / f"report.{ending}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
        paths[ending] = str(path)
    return paths
