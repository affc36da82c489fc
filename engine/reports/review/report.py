"""The report as data: stable keys, UTC times, nothing restricted. Every other form is made from it."""

from __future__ import annotations

from typing import Any

from engine.reports.clocks import clocks
from engine.reports.review import behind, coverage, outcome, owed, page_one
from engine.reports.review.case import Case
from engine.reports.review.evidence import evidence

VERSION = "1"


def report(case: Case) -> dict[str, Any]:
    """Return the whole report."""
    return {
        "report": VERSION,
        "page_one": {
            "head": page_one.head(case),
            "happened": page_one.happened(case),
            "times": page_one.times(case),
            "who_and_what": page_one.who_and_what(case),
            "duties": owed.duties(case),
            "decisions": owed.decisions(case),
            "promises": owed.promises(case),
            "learned": outcome.learned(case),
            "changes": outcome.changes(case),
            "trust": outcome.trust(case),
        },
        "page_one_says": page_one.says(case),
        "phases": behind.phases(case),
        "who_did_what": behind.who_did_what(case),
        "approvals": behind.approvals(case),
        "clocks": clocks(case.plan, case.incident, may_see=case.reader.may_see),
        "targets": owed.targets(case),
        "tickets": outcome.tickets(case),
        "views": behind.views(case),
        "tables": behind.tables(case),
        "evidence": evidence(case),
        "controls": coverage.controls(case),
        "review_answers": outcome.answers_by_head(case),
        "timeline": behind.timeline(case),
    }
