"""Leases, timers, the inbox and appends under random kills: whatever is killed when, the ledger is what the model is.

Three engines, each a process of its own, work on one ledger. A rule makes one of them do something, or several of them
at the same time; some are killed with SIGKILL in the middle of the write. What was acknowledged must be there and what
was killed before its commit must not; of what was done at once, some order must explain every answer and what is there.
SQLite's engines share a data folder, those of PostgreSQL have one each.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.domain.timeline import PhaseOpened, TimerSet
from engine.ports.records import Lease, Timer
from tests.contract.storage import Place, declaration, empty_database, postgres_server
from tests.crash.points import WRITES
from tests.stateful.engines import Call, nursery
from tests.stateful.looking import faults, grown, known
from tests.stateful.playing import Ground, Played

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crash.points import Moment

NAMES = ("one", "two", "three")
ENGINES = st.sampled_from(NAMES)
PAIRS = st.permutations(NAMES).map(lambda names: names[:2])
DIES = st.sampled_from([None, None, None, *WRITES])
EXPECTS = st.sampled_from(["nothing", "its head", "an old head"])
SPANS = st.sampled_from([6, 30]).map(lambda seconds: timedelta(seconds=seconds))
KEYS = st.sampled_from([None, "alarm", "siren"])


class Ledgers(Played):
    """A ledger, engines that work on it and die, and the model of what must be there."""

    @rule(engine=ENGINES, key=KEYS, dies=DIES)
    def incident_is_declared(self, engine: str, key: str | None, dies: Moment | None) -> None:
        """A trigger comes in, perhaps one that came before."""
        self.do((engine, dies, [Call("declare", (declaration(dedup_key=key),), {"definition": "text"})]))

    @precondition(lambda self: self.model.timelines)
    @rule(data=st.data(), engine=ENGINES, expect=EXPECTS, count=st.integers(1, 6), dies=DIES)
    def inputs_are_appended(self, data: Any, engine: str, expect: str, count: int, dies: Moment | None) -> None:  # noqa: ANN401 hypothesis gives its data object no public type
        """Things come in at once; with an expectation at most the first of them can have it right."""
        incident = self.incident(data)
        self.do((engine, dies, [self.note(incident, self.seen(incident, expect)) for _ in range(count)]))

    @precondition(lambda self: self.model.timelines)
    @rule(data=st.data(), pair=PAIRS, dies=DIES)
    def two_engines_decide_on_one_head(self, data: Any, pair: list[str], dies: Moment | None) -> None:  # noqa: ANN401 as above
        """Both append what they decided on the same head; one of them may."""
        incident = self.incident(data)
        seen = self.seen(incident, "its head")
        self.do(*((name, dies if name == pair[0] else None, [self.note(incident, seen)]) for name in pair))

    @precondition(lambda self: self.model.timelines)
    @rule(data=st.data(), pair=PAIRS, ttl=SPANS, dies=DIES)
    def lease_is_claimed(self, data: Any, pair: list[str], ttl: timedelta, dies: Moment | None) -> None:  # noqa: ANN401 as above
        """Two engines want an incident."""
        incident = self.incident(data)
        calls = {name: Call("claim", (incident,), {"owner": name, "ttl": ttl}) for name in pair}
        before = self.model.timelines[incident].fence
        self.do(*((name, dies if name == pair[0] else None, [call]) for name, call in calls.items()))
        timeline = self.model.timelines[incident]
        if timeline.fence > before:
            self.leases.append(Lease(incident, str(timeline.owner), timeline.fence))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), expect=EXPECTS, dies=DIES)
    def engine_writes(self, data: Any, expect: str, dies: Moment | None) -> None:  # noqa: ANN401 as above
        """Whoever was given a lease, and may have lost it, writes."""
        lease = self.lease(data)
        event = PhaseOpened(phase=f"phase {next(self.texts)}")
        call = Call("append_engine", (lease, [event]), {"expect": self.seen(lease.incident, expect)})
        self.do((lease.owner, dies, [call]))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), ttl=SPANS, dies=DIES)
    def lease_is_renewed(self, data: Any, ttl: timedelta, dies: Moment | None) -> None:  # noqa: ANN401 as above
        """A lease is prolonged, in time or not."""
        lease = self.lease(data)
        self.do((lease.owner, dies, [Call("renew", (lease,), {"ttl": ttl})]))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), expect=EXPECTS, dies=DIES)
    def lease_is_given_back(self, data: Any, expect: str, dies: Moment | None) -> None:  # noqa: ANN401 as above
        """A lease is given back, perhaps without having seen everything."""
        lease = self.lease(data)
        self.do((lease.owner, dies, [Call("release", (lease,), {"expect": self.seen(lease.incident, expect)})]))

    @rule(engine=ENGINES, dead=ENGINES, dies=DIES)
    def dead_engines_leases_are_let_go(self, engine: str, dead: str, dies: Moment | None) -> None:
        """An engine starts, and ends what its dead predecessor held."""
        self.do((engine, dies, [Call("let_go", (), {"owners": dead})]))

    @rule(engine=ENGINES, dies=DIES)
    def database_is_distrusted(self, engine: str, dies: Moment | None) -> None:
        """An engine starts after one that ended without a word."""
        self.do((engine, dies, [Call("distrust")]))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), name=st.sampled_from(["wait", "due"]), minutes=st.integers(-1, 3), dies=DIES)
    def timer_is_set(self, data: Any, name: str, minutes: int, dies: Moment | None) -> None:  # noqa: ANN401 as above
        """A timer is set, perhaps again, perhaps to an instant that is past."""
        lease = self.lease(data)
        due = self.model.now + timedelta(minutes=minutes)
        event = TimerSet(timer=name, due=due.isoformat(), purpose="wait")
        self.do((lease.owner, dies, [Call("append_engine", (lease, [event]))]))
        self.timers.append(Timer(lease.incident, name, due, "story"))

    @precondition(lambda self: self.timers)
    @rule(data=st.data(), dies=DIES)
    def timer_is_fired_by_all(self, data: Any, dies: Moment | None) -> None:  # noqa: ANN401 as above
        """Every engine fires a timer at the same time, also one that has fired, or was set anew."""
        timer = self.timers[data.draw(st.integers(0, len(self.timers) - 1))]
        late = max(0, int((self.model.now - timer.due).total_seconds()))
        call = Call("fire_timer", (timer,), {"late": late})
        self.do(*((name, dies if name == NAMES[0] else None, [call]) for name in NAMES))

    @rule(pair=PAIRS, source=st.sampled_from(["slack", "jira"]), number=st.integers(1, 3), dies=DIES)
    def something_comes_in_twice(self, pair: list[str], source: str, number: int, dies: Moment | None) -> None:
        """A source tells two engines the same, since it had no answer from one of them."""
        call = Call("put", (source, f"Ev{number}", {"number": number}))
        self.do(*((name, dies if name == pair[0] else None, [call]) for name in pair))

    @precondition(lambda self: self.model.rows)
    @rule(data=st.data(), engine=ENGINES, outcome=st.sampled_from(["answered", "refused"]), dies=DIES)
    def row_is_worked_off(self, data: Any, engine: str, outcome: str, dies: Moment | None) -> None:  # noqa: ANN401 as above
        """What came in is worked off, perhaps a second time."""
        row = sorted(self.model.rows)[data.draw(st.integers(0, len(self.model.rows) - 1))]
        self.do((engine, dies, [Call("finish", (row,), {"outcome": outcome})]))

    @rule(seconds=st.sampled_from([1, 6, 30, 200]))
    def time_passes(self, seconds: int) -> None:
        """Leases run out and timers fall due."""
        self.model.now += timedelta(seconds=seconds)

    @rule(engine=ENGINES)
    def engine_is_killed(self, engine: str) -> None:
        """An engine dies while it does nothing."""
        if engine in self.engines:
            self.engines.pop(engine).kill()

    @invariant()
    def the_ledger_is_what_the_model_is(self) -> None:
        """Nothing acknowledged is lost, nothing is there twice, and what lists and clocks read agrees."""
        assert self.seen_now() == self.model.shown()

    @invariant()
    def who_looks_misses_nothing_that_has_grown(self) -> None:
        """A look since the last one's mark finds every timeline that has grown, as it is now."""
        found = grown(self.database, since=self.mark)
        self.mark = found.mark
        self.looked |= {row.incident: row.seq for row in found.grown}
        assert self.looked == {name: len(one.events) for name, one in self.model.timelines.items()}

    @invariant()
    def every_chain_fits_its_heads(self) -> None:
        """Each timeline verifies, also against what is known outside; an engine's folder knows what it was told."""
        assert faults(self.database, set(self.ground.homes.values())) == []
        for home, told in self.told.items():
            assert all(known(home, incident) >= seq for incident, seq in told.items())


@pytest.fixture(scope="module")
def born() -> Iterator[str]:
    """Where engines are born."""
    with nursery() as address:
        yield address


def played(here: Ground, *, share: float) -> None:
    """Make the tables, then play a share of what other searches play: each of these examples waits for a disk."""

    class Here(Ledgers):
        ground = here

    Place(here.url, here.homes["one"]).open().close()
    chosen = settings(
        max_examples=int(settings().max_examples * share),
        stateful_step_count=40,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    run_state_machine_as_test(Here, settings=chosen)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_sqlite(tmp_path: Path, born: str) -> None:
    """Commands and engines share one data folder."""
    home = tmp_path / "home"
    played(Ground(f"sqlite:///{tmp_path / 'ledger.db'}", dict.fromkeys(NAMES, home), born), share=0.2)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(300)
def test_postgresql(tmp_path: Path, born: str) -> None:
    """Each engine has a data folder of its own."""
    homes = {name: tmp_path / name for name in NAMES}
    with postgres_server() as server, empty_database(server) as url:
        played(Ground(url, homes, born), share=0.12)
