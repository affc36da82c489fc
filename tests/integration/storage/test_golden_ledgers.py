"""The ledgers that every release has written, replayed with today's code."""

from __future__ import annotations

from copy import deepcopy
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from engine.domain.chain import verify
from engine.domain.fold import fold, fold_all
from engine.domain.timeline import EVENTS
from engine.reports.review.html import html
from engine.reports.review.markdown import markdown
from engine.reports.review.report import report
from integrations.storage.databases import connect
from integrations.storage.ledger import open_ledger
from integrations.storage.migrate import bring_up_to_date
from integrations.storage.schema import contents, definitions, envelopes, incidents
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.goldens.ledgers.replay import case_of, replayed
from tests.goldens.ledgers.shelf import SHELF, GoldenLedger, ledgers

if TYPE_CHECKING:
    from pathlib import Path

EACH = pytest.mark.parametrize("golden", ledgers(), ids=lambda golden: f"{golden.path.parent.name}/{golden.path.stem}")
NEVER_BY_ITSELF = {"loss_accepted"}
"""What stands on no timeline unless a database was put back; tests/integration/cli writes one."""
NEWER_THAN_THE_LAST_RELEASE = {
    "ask_acknowledged",
    "ask_reminded",
    "person_called",
    "redo_ordered",
    "target_moved",
    "ticket_twin_found",
    "tracker_caught_up",
    "hold_ordered",
    "hold_released",
    "handover_offered",
    "handover_accepted",
    "handover_declined",
    "incident_migrated",
    "ask_escalated",
    "call_began",
    "clock_started",
    "file_kept",
    "glass_broken",
    "person_admitted",
    "person_excluded",
    "round_ended",
    "stage_fulfilled",
}
"""What the next release's ledgers will hold; with them this is empty again."""


@EACH
def test_every_event_still_fits_its_chain(golden: GoldenLedger) -> None:
    """To the byte: what is hashed is what was stored."""
    assert verify(golden.rows(), incident="INC-1") is None


@EACH
def test_every_event_still_means_what_it_meant(golden: GoldenLedger) -> None:
    """The state, the steps, the first page; and nothing would be done that was not done then."""
    found = replayed(golden)
    assert found["left_to_do"] == []
    assert found == golden.expected


@EACH
def test_events_folded_in_a_row_come_to_the_same_as_one_by_one(golden: GoldenLedger) -> None:
    """From every place of the timeline, and the state that was folded on from stays as it was."""
    events = [(entry.seq, entry.at, entry.event) for entry in case_of(golden).entries]
    state, states = None, []
    for seq, at, event in events:
        state = fold(state, event, at=at, seq=seq)
        states.append(state)
    before = deepcopy(states)
    for place in range(0, len(events), 7):
        assert fold_all(states[place], events[place + 1 :]) == states[-1]
    assert states == before


@EACH
def test_its_report_can_still_be_made(golden: GoldenLedger) -> None:
    """The Markdown is kept beside it: a change of words is a reviewed diff. The page needs nothing from outside."""
    made = report(case_of(golden))
    assert markdown(made) == golden.path.with_suffix(".report.md").read_text(encoding="utf-8")
    page = html(made)
    assert "<script" not in page
    assert 'src="http' not in page
    assert "url(http" not in page


@EACH
async def test_read_models_are_made_from_it_alone(golden: GoldenLedger, home: Path) -> None:
    """Put into an empty database as bare rows, it is rebuilt, verified and listed."""
    rows = golden.rows()
    address = f"sqlite:///{home / 'tocsin.db'}"
    case, place = case_of(golden), {"org": "default", "incident": "INC-1"}
    engine = connect(address)
    bring_up_to_date(engine, home=home)
    bare = {"number": 1, "playbook": "", "title": "", "state": "", "exercise": False, "fence": 0, "carried_seq": 0}
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(
            insert(incidents).values(
                **place,
                **bare,
                declared_at=case.incident.declared_at,
                digest=case.incident.digest,
                head_seq=rows[-1].seq,
                head_hash=rows[-1].hash,
            )
        )
        connection.execute(
            insert(definitions).values(org="default", digest=case.incident.digest, text=golden.definition)
        )
        connection.execute(
            insert(envelopes), [{**place, "seq": row.seq, "envelope": row.envelope, "hash": row.hash} for row in rows]
        )
        connection.execute(
            insert(contents), [{**place, "seq": row.seq, "salt": row.salt, "body": row.content} for row in rows]
        )
    engine.dispose()
    async with open_ledger(address, home=home, clock=SystemClock(), salt=new_salt) as ledger:
        assert await ledger.rebuild() == len(rows)
        assert await ledger.verify("INC-1") is None
        (listed,) = await ledger.incidents()
        assert (listed.title, listed.state) == (case.incident.title, golden.expected["state"])
        asked = {ask.step for ask in await ledger.open_asks()}
        assert asked == {ask.step for ask in case.incident.asks.values() if ask.open}


def test_this_release_has_its_ledgers() -> None:
    """Three incidents, and in them every type of event that a run could have then."""
    mine = [golden for golden in ledgers() if golden.path.parent == SHELF / version("tocsin")]
    assert len(mine) == 3
    seen = {entry.event.type for golden in ledgers() for entry in case_of(golden).entries}
    assert set(EVENTS) - seen == NEVER_BY_ITSELF | NEWER_THAN_THE_LAST_RELEASE
