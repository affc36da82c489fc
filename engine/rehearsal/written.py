"""The post-incident review of a rehearsal, by the code that writes those of real incidents, kept in memory.

Rule kept here: writing it again is harmless; where the timeline is not sealed, nothing is written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.chain import verify
from engine.ports.reports import CompiledReport
from engine.reports.reader import Reader
from engine.reports.review.case import Case
from engine.reports.review.report import report
from engine.reports.review.writer import FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.plan import Plan
    from engine.ports.time import Clock
    from engine.rehearsal.chronicle import Chronicle
    from engine.rehearsal.world import MemoryVault


@dataclass(slots=True)
class MemoryReports:
    """Implements `engine.ports.reports.ReportWriter`."""

    plan: Plan
    """The version that the incident follows."""
    chronicle: Chronicle
    vault: MemoryVault
    clock: Clock

    async def compile(self, incident: str) -> CompiledReport:
        """Write the report to nowhere; its hash is that of what would be written."""
        text = FORMS["json"](report(self.case())) if self.chronicle.sealed else ""
        paths = {ending: f"{incident}/report.{ending}" for ending in FORMS}
        return CompiledReport(paths, hashlib.sha256(text.encode()).hexdigest(), self.chronicle.last)

    def texts(self) -> Mapping[str, str]:
        """Return the report in each of its forms, by the ending of the file."""
        made = report(self.case())
        return {ending: form(made) for ending, form in FORMS.items()}

    def case(self) -> Case:
        """Return what the report is made from."""
        chronicle = self.chronicle
        return Case(
            entries=chronicle.entries,
            plan=self.plan,
            incident=chronicle.incident,
            reader=Reader(self.plan, str),
            head=chronicle.last,
            now=self.clock.now(),
            mismatch=verify(chronicle.rows, incident=chronicle.name),
            checks=dict.fromkeys(self.vault.items, "match"),
        )
