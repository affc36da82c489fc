"""A stored ledger read again with today's code, from its bytes to its report. Nothing is asked of a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bootstrap import action_facts
from engine.domain.chain import Head, verify
from engine.domain.conductor import advance
from engine.domain.fold import fold_all
from engine.domain.surfaces import IN_CHAT, IN_TRACKER, Connected
from engine.language.api import compile_playbook
from engine.reports.reader import Reader
from engine.reports.review.case import Case
from engine.reports.review.report import report
from integrations.storage.stored import entry_of

if TYPE_CHECKING:
    from tests.goldens.ledgers.shelf import GoldenLedger


def case_of(golden: GoldenLedger) -> Case:
    """Return what a report of the ledger is made from, as of its last event."""
    rows = golden.rows()
    entries = [entry_of(row) for row in rows]
    incident = fold_all(None, ((entry.seq, entry.at, entry.event) for entry in entries))
    if incident is None:
        raise ValueError(f"{golden.path} holds no event")
    plan = compile_playbook(golden.definition.encode(), path=golden.path.stem, actions=action_facts())
    return Case(
        entries=entries,
        plan=plan,
        incident=incident,
        reader=Reader(plan, str, show_restricted=False),
        head=Head(rows[-1].seq, rows[-1].hash),
        now=entries[-1].at,
        mismatch=verify(rows, incident=incident.id),
    )


def replayed(golden: GoldenLedger) -> dict[str, Any]:
    """Return what is found in it today."""
    case = case_of(golden)
    kinds = {effect.kind for effect in case.incident.effects.values()}
    connected = Connected(chat=bool(kinds & IN_CHAT), tracker=bool(kinds & IN_TRACKER))
    turn = advance(case.plan, case.incident, now=case.now, connected=connected)
    return {
        "events": case.head.seq,
        "head": case.head.hash,
        "state": case.incident.status.value,
        "steps": {name: step.status.value for name, step in case.incident.steps.items()},
        "left_to_do": [*(event.type for event in turn.events), *(move.kind for move in turn.performs)],
        "page_one": report(case)["page_one"],
    }
