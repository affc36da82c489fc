"""What every ledger promises: durable appends in a chain, one holder, timers that fire once, lists that fit."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine.domain.errors import HeadMovedError, LeaseLostError, UnknownIncidentError
from engine.domain.timeline import (
    AskAnswered,
    AskClosed,
    AskOpened,
    IncidentAdvanced,
    IncidentMigrated,
    NoteAdded,
    PhaseOpened,
    TimerFired,
    TimerSet,
)
from engine.ports.ledger import Inbox, Ledger
from engine.ports.records import Agenda, Lease, Timer
from integrations.storage.ledger import SqlLedger
from integrations.storage.schema import incidents
from tests.contract.storage import NOON, Place, declaration

TTL = timedelta(seconds=30)


async def carried(ledger: SqlLedger) -> Lease:
    """Declare an incident and take its lease."""
    incident, _ = await ledger.declare(declaration(), definition="text")
    lease = await ledger.claim(incident, owner="one", ttl=TTL)
    assert lease is not None
    return lease


async def agenda(ledger: SqlLedger, *, story: datetime = NOON, real: datetime = NOON) -> Agenda:
    """Return what there is to do at these instants."""
    return await ledger.agenda(story_now=story, real_now=real, limit=5)


async def runnable(ledger: SqlLedger, *, real: datetime = NOON) -> list[str]:
    """Return what can be carried."""
    return list((await agenda(ledger, real=real)).runnable)


def approval(*, quorum: int) -> AskOpened:
    """An approval that somebody is asked for."""
    return AskOpened(
        ask="a1", kind="approval", step="takedown", by=["legal"], quorum=quorum, due="2026-03-02T14:00:00Z"
    )


async def test_a_declared_incident_is_listed_with_its_first_event(ledger: SqlLedger) -> None:
    """Numbers count up, the definition is kept, and the head names the first event."""
    assert await ledger.declare(declaration(), definition="text") == ("INC-1", True)
    assert await ledger.declare(declaration(), definition="text") == ("INC-2", True)
    assert [row.incident for row in await ledger.incidents()] == ["INC-2", "INC-1"]
    row = (await ledger.incidents())[0]
    assert (row.title, row.state, row.playbook, row.head.seq) == ("A recording leaked", "declared", "video-leak", 1)
    assert row.declared_at == NOON
    assert await ledger.definition("d1") == "text"
    assert await ledger.head("INC-2") == row.head == await ledger.known_head("INC-2")


async def test_a_known_dedup_key_gives_the_known_incident(ledger: SqlLedger) -> None:
    """However many triggers come at once, one incident begins, and no number is lost."""
    order = declaration(dedup_key="alarm-7")
    answers = await asyncio.gather(*(ledger.declare(order, definition="text") for _ in range(8)))
    assert {incident for incident, _ in answers} == {"INC-1"}
    assert sum(new for _, new in answers) == 1
    assert await ledger.declare(declaration(), definition="text") == ("INC-2", True)
    assert await ledger.declared_by("alarm-7") == "INC-1"
    assert await ledger.declared_by("alarm-8") is None


async def test_appended_events_come_back_in_order_and_verify(ledger: SqlLedger) -> None:
    """What was written is read again as it was, and fits its chain."""
    incident, _ = await ledger.declare(declaration(), definition="text")
    written = await ledger.append_inputs(incident, [NoteAdded(text="é", by="ada"), NoteAdded(text="b", by="bo")])
    assert await ledger.entries(incident, after=1) == written
    assert [(entry.seq, entry.actor) for entry in written] == [(2, "ada"), (3, "bo")]
    assert await ledger.verify(incident) is None


async def test_a_decision_on_an_old_head_is_refused_alone(ledger: SqlLedger) -> None:
    """Among requests of one commit, the refused ones leave nothing behind and harm no other."""
    incident, _ = await ledger.declare(declaration(), definition="text")
    calls = [ledger.append_inputs(incident, [NoteAdded(text=str(n))], expect=1) for n in range(5)]
    unknown = ledger.append_inputs("INC-99", [NoteAdded(text="lost")])
    results = await asyncio.gather(*calls, unknown, return_exceptions=True)
    refused = [result for result in results if isinstance(result, HeadMovedError)]
    assert len(refused) == 4
    assert isinstance(results[-1], UnknownIncidentError)
    assert (await ledger.head(incident)).seq == 2


async def test_only_the_newest_fence_writes_engine_events(place: Place, ledger: SqlLedger) -> None:
    """A holder whose lease ran out and was taken can neither write, nor prolong, nor give back."""
    lease = await carried(ledger)
    assert await ledger.claim(lease.incident, owner="two", ttl=TTL) is None
    place.clock.instant += TTL
    taken = await ledger.claim(lease.incident, owner="two", ttl=TTL)
    assert taken == Lease(lease.incident, "two", 2, unclean=True)
    with pytest.raises(LeaseLostError):
        await ledger.append_engine(lease, [PhaseOpened(phase="contain")])
    assert not await ledger.renew(lease, ttl=TTL)
    with pytest.raises(LeaseLostError):
        await ledger.release(lease, expect=1)
    assert await ledger.renew(taken, ttl=TTL)
    await ledger.append_engine(taken, [PhaseOpened(phase="contain")], expect=1)


async def test_a_lease_is_not_given_back_when_the_timeline_has_grown(ledger: SqlLedger) -> None:
    """No wake-up is lost: the incident is runnable until its whole timeline was carried."""
    lease = await carried(ledger)
    assert await runnable(ledger) == []
    await ledger.append_inputs(lease.incident, [NoteAdded(text="late")])
    assert not await ledger.release(lease, expect=1)
    assert await ledger.release(lease, expect=2)
    assert await runnable(ledger) == []
    await ledger.append_inputs(lease.incident, [NoteAdded(text="later")])
    assert await runnable(ledger) == [lease.incident]


async def test_an_incident_given_back_unfinished_stays_runnable(ledger: SqlLedger) -> None:
    """A holder that stops half way leaves the rest to the next one."""
    lease = await carried(ledger)
    assert await ledger.release(lease, expect=None)
    assert await runnable(ledger) == ["INC-1"]
    assert await ledger.claim("INC-1", owner="two", ttl=TTL) is not None


async def test_leases_of_dead_engines_end_at_once(ledger: SqlLedger) -> None:
    """Only of those that are named, and what they still try is refused."""
    dead, other = await carried(ledger), await carried(ledger)
    await ledger.release(other, expect=None)
    alive = await ledger.claim("INC-2", owner="two", ttl=TTL)
    assert await ledger.let_go(owners="on") == 1
    assert await runnable(ledger) == ["INC-1"]
    with pytest.raises(LeaseLostError):
        await ledger.append_engine(dead, [PhaseOpened(phase="contain")])
    assert alive is not None
    assert await ledger.renew(alive, ttl=TTL)


async def test_an_incident_whose_holder_died_is_runnable_again(ledger: SqlLedger) -> None:
    """The lease runs out by itself."""
    lease = await carried(ledger)
    assert await runnable(ledger, real=NOON + TTL) == [lease.incident]


async def test_a_timer_fires_once(ledger: SqlLedger) -> None:
    """Of many that fire it at the same time, one appends the event."""
    lease = await carried(ledger)
    due = NOON + timedelta(minutes=5)
    await ledger.append_engine(lease, [TimerSet(timer="t1", due=due.isoformat(), purpose="due")])
    assert (await agenda(ledger)).next_timer == {"story": due}
    assert (await agenda(ledger, story=NOON, real=due)).due == []
    [timer] = (await agenda(ledger, story=due, real=NOON)).due
    assert timer == Timer(lease.incident, "t1", due, "story")
    fired = await asyncio.gather(*(ledger.fire_timer(timer, late=3) for _ in range(8)))
    assert sorted(fired) == [False] * 7 + [True]
    entries = await ledger.entries(lease.incident)
    assert [entry.event.late for entry in entries if isinstance(entry.event, TimerFired)] == [3]
    assert (await agenda(ledger)).next_timer == {}


async def test_a_timer_that_was_set_anew_does_not_fire_for_its_old_instant(ledger: SqlLedger) -> None:
    """Who read the old instant is told that there is nothing to fire."""
    lease = await carried(ledger)
    later = NOON + timedelta(hours=1)
    await ledger.append_engine(lease, [TimerSet(timer="t1", due=NOON.isoformat(), purpose="due")])
    await ledger.append_engine(lease, [TimerSet(timer="t1", due=later.isoformat(), purpose="due")])
    assert not await ledger.fire_timer(Timer(lease.incident, "t1", NOON, "story"), late=0)
    assert await ledger.fire_timer(Timer(lease.incident, "t1", later, "story"), late=0)


async def test_an_approval_stays_open_until_its_quorum_of_different_people(ledger: SqlLedger) -> None:
    """The same person twice counts once."""
    lease = await carried(ledger)
    await ledger.append_engine(lease, [approval(quorum=2)])
    for person, still_open in (("ada", 1), ("ada", 1), ("bo", 0)):
        await ledger.append_inputs(lease.incident, [AskAnswered(ask="a1", verdict="approve", by=person)])
        assert len(await ledger.open_asks()) == still_open
        assert (await ledger.incidents())[0].open_asks == still_open


@pytest.mark.parametrize("end", [AskAnswered(ask="a1", verdict="decline", by="ada"), AskClosed(ask="a1", because="x")])
async def test_a_declined_or_closed_ask_is_open_no_more(ledger: SqlLedger, end: AskAnswered | AskClosed) -> None:
    """One refusal is enough, and so is the engine's word."""
    lease = await carried(ledger)
    await ledger.append_engine(lease, [approval(quorum=2), end])
    assert await ledger.open_asks() == []


async def test_open_asks_come_with_the_next_due_first(ledger: SqlLedger) -> None:
    """What has no due time comes last; a task is closed by its answer."""
    lease = await carried(ledger)
    someday = AskOpened(ask="a0", kind="task", step="write", by=["press"])
    await ledger.append_engine(lease, [someday, approval(quorum=1)])
    assert [(row.ask, row.by, row.due) for row in await ledger.open_asks()] == [
        ("a1", ("legal",), NOON + timedelta(hours=2)),
        ("a0", ("press",), None),
    ]
    await ledger.append_inputs(lease.incident, [AskAnswered(ask="a0", verdict="done", by="cy")])
    assert [row.ask for row in await ledger.open_asks()] == ["a1"]


async def test_projections_made_again_are_the_same(ledger: SqlLedger) -> None:
    """States, asks and timers follow from the timeline alone."""
    lease = await carried(ledger)
    await ledger.append_engine(lease, [approval(quorum=2), TimerSet(timer="t", due=NOON.isoformat(), purpose="due")])
    await ledger.append_engine(lease, [IncidentAdvanced(state="contained")])
    await ledger.append_inputs(lease.incident, [AskAnswered(ask="a1", verdict="approve", by="ada")])
    before = await ledger.incidents(), await ledger.open_asks(), (await agenda(ledger)).next_timer
    assert before[0][0].state == "contained"
    assert await ledger.rebuild() == 5
    assert (await ledger.incidents(), await ledger.open_asks(), (await agenda(ledger)).next_timer) == before
    await ledger.append_inputs(lease.incident, [AskAnswered(ask="a1", verdict="approve", by="bo")])
    assert await ledger.open_asks() == []


async def test_an_incident_follows_another_text_from_its_migration_on(ledger: SqlLedger) -> None:
    """Both texts are kept, each once; the list knows the newer one, also when it is made again."""
    incident, _ = await ledger.declare(declaration(), definition="text")
    (before,) = await ledger.definitions()
    await ledger.define("d2", "another text")
    await ledger.define("d2", "never this one")
    migrated = IncidentMigrated(from_digest=before, to_digest="d2", from_version=1, to_version=2, reason="x", by="ana")
    await ledger.append_inputs(incident, [migrated])
    assert dict(await ledger.definitions()) == {before: "text", "d2": "another text"}
    assert await ledger.definition("d2") == "another text"
    assert await ledger.rebuild() == 2
    followed = await ledger.read(lambda connection: connection.execute(select(incidents.c.digest)).scalar_one())
    assert followed == "d2"


async def test_a_small_value_is_remembered_by_name(ledger: SqlLedger) -> None:
    """The newest value counts."""
    incident, _ = await ledger.declare(declaration(), definition="text")
    assert await ledger.recall(incident, "board") is None
    await ledger.remember(incident, "board", {"message": "1"})
    await ledger.remember(incident, "board", {"message": "2"})
    assert await ledger.recall(incident, "board") == {"message": "2"}


async def test_many_appends_share_few_commits(ledger: SqlLedger) -> None:
    """What waits while one commit runs is made durable by the next."""
    incident, _ = await ledger.declare(declaration(), definition="text")
    before = ledger.commits
    await asyncio.gather(*(ledger.append_inputs(incident, [NoteAdded(text=str(n))]) for n in range(200)))
    assert (await ledger.head(incident)).seq == 201
    assert ledger.commits - before < 50
    assert await ledger.verify(incident) is None


async def test_two_engines_on_one_database_keep_every_chain_whole(place: Place, ledger: SqlLedger) -> None:
    """Appends to several incidents from two sides interleave without a gap or a deadlock."""
    names = [(await ledger.declare(declaration(), definition="text"))[0] for _ in range(4)]
    async with place.open() as other:
        sides = (ledger, other)
        calls = [sides[n % 2].append_inputs(names[n % 4], [NoteAdded(text=str(n))]) for n in range(80)]
        calls += [sides[n % 2].append_inputs(names[(n // 2) % 4], [NoteAdded(text=str(n))]) for n in range(80)]
        await asyncio.gather(*calls)
        assert [await other.verify(name) for name in names] == [None] * 4
    assert sum([(await ledger.head(name)).seq for name in names]) == 164


async def test_a_ledger_opened_again_goes_on_where_it_ended(place: Place) -> None:
    """Nothing lives in memory alone."""
    async with place.open() as first:
        ports: tuple[Ledger, Inbox] = (first, first)
        assert await ports[0].incidents() == []
        assert await ports[1].pending(limit=1) == []
        lease = await carried(first)
        await first.append_engine(lease, [approval(quorum=1)])
    async with place.open() as second:
        await second.append_engine(lease, [PhaseOpened(phase="contain")], expect=2)
        assert [row.ask for row in await second.open_asks()] == ["a1"]
        assert await second.verify(lease.incident) is None
        await second.check_heads()
