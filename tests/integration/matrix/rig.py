"""An incident from its declaring to its end, carried stretch by stretch; in between, the clock is moved by hand.

Everything is real but the polling: the ledger on SQLite, the engine's stretches of work, what shows in Slack and Jira,
both adapters with their genuine clients, the local Slack and Jira over HTTP.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from textwrap import dedent
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.surfaces import TICKET, Connected, ticket_of
from engine.runtime.carrier import Direct
from engine.runtime.desk import Desk, Playbook
from engine.runtime.inward.asides import Asides
from engine.runtime.keeping import LEASE
from engine.runtime.performing import ByKind
from engine.runtime.segment import Segment
from engine.runtime.showing.mirror import Mirror
from engine.runtime.showing.shower import Shower
from engine.runtime.showing.words import overview
from engine.runtime.showing.words.scene import Scene
from engine.settings.people import read_people
from engine.settings.read import CHECKOUT
from integrations.jira import JiraSite, JiraTracker
from integrations.sandbox import Sandbox, default_seed, run_sandbox
from integrations.slack import SlackChat
from integrations.slack.pacing import Pace
from integrations.system.clock import SystemClock
from tests.integration.matrix import far
from tests.integration.matrix.cells import REFUSED, WRONG, Write
from tests.integration.matrix.lines import CutApi, CutPool, Lines, nowhere
from tests.integration.runtime.bench import Bench, Counterpart
from tests.integration.sandbox.clients import genuine_jira

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    from engine.domain.incident import Incident

PEOPLE = read_people(CHECKOUT / "config" / "people.yaml")
TELL = "tell.task.1"
OUT = "ben"
"""Who declares the incident, and is kept out of it later."""
DUE = "2030-03-04T12:00+00:00"
ASIDE = "This is for you alone."
TRIES = 4
"""So often what is kept current is brought up to date at most."""
LONG = "one & all & " * 400
"""Twice as much is more than one message of Slack's can hold, in which `&` takes five characters."""
PLAYBOOK = """
    tocsin: 1
    playbook: bench
    title: On the bench
    version: 1
    inputs: {}
    roles: {commander: {required: true, title: Commander}, counsel: {title: Counsel}}
    phases:
      contain:
        steps:
          - {id: tell, title: Tell the host, why: LONG, task: LONG, owner: counsel, due: 1h}
      review:
        steps: [{id: collect, title: Ask everyone, action: review.collect}]
"""


class MovedClock(SystemClock):
    """Real time, and what was added to it by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the present instant."""
        return super().now() + self.ahead

    def real_now(self) -> datetime:
        """Return the present instant."""
        return self.now()

    def move(self, to: datetime) -> None:
        """Let it be that instant, if it is not over."""
        self.ahead += max(timedelta(), to - self.now())


@dataclass
class PassingTime:
    """The time by which calls of Slack are spaced: whoever would wait lets it pass."""

    ahead: float = 0.0

    def monotonic(self) -> float:
        """Return seconds of a clock that never jumps back."""
        return time.monotonic() + self.ahead

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds pass at once."""
        self.ahead += seconds


@dataclass
class Walk:
    """An incident on its way, and what is broken meanwhile."""

    bench: Bench
    sandbox: Sandbox
    clock: MovedClock
    lines: Lines
    mirror: Mirror
    desk: Desk
    asides: Asides
    incident: str = ""
    broken: set[str] = field(default_factory=set)

    async def play(self, write: Write, wrong: str) -> Incident:
        """Lead an incident to its end, with all that is written on the way; something goes wrong with one of it."""
        self.break_(write, wrong, now="declared")
        await self._declare()
        await self.settle()
        await self._close_too_early()
        self.break_(write, wrong, now="refused")
        await self.settle()
        self.break_(write, wrong, now="handed on")
        await self._hand_on()
        await self.settle()
        self.break_(write, wrong, now="kept out")
        await self._given(cmd.ExcludePerson(person=OUT, reason="it is about a meeting of theirs"), "ana")
        await self.settle()
        await far.turn_a_link_astray(self.sandbox, overview.EPIC_LINK)
        self.break_(write, wrong, now="answered")
        await self._given(cmd.Answer(target="tell", verdict="done"), "kim")
        await self.settle()
        self.break_(write, wrong, now="whispered")
        channel = next(iter(c.id for c in self.sandbox.slack.state.channels.values() if c.name.startswith("inc-")))
        self.asides.say(ASIDE, user="U0CARLA", channel=channel, key="aside")
        await self.asides.settle()
        return await self.bench.state(self.incident)

    def break_(self, write: Write, wrong: str, *, now: str) -> None:
        """Break what is to break from this moment of the story on."""
        if write.begins != now:
            return
        fault = WRONG[wrong]
        if fault is not None:
            self.sandbox.faults.add(fault.model_copy(update={"match": write.call, "skip": write.skip}))
        elif wrong == REFUSED:
            self.lines.cut, self.lines.skip = write.call, write.skip

    def struck(self) -> int:
        """Return how many calls were made to fail."""
        return sum(bool(entry.fault) for entry in self.sandbox.log.entries) + self.lines.cuts

    async def settle(self) -> None:
        """Carry the incident until it waits for people alone, and bring up to date what can be overwritten."""
        await self._carry()
        for _ in range(TRIES):
            if await self.mirror.show(self.incident):
                return
        raise AssertionError("it could not be brought up to date")

    async def scene(self) -> Scene:
        """Return the incident as it is shown."""
        look = await self.desk.look(self.incident)
        return Scene(look.plan, look.incident, PEOPLE, look.now)

    async def _declare(self) -> None:
        who = cmd.Who(person=OUT, zone="Europe/Berlin")
        self.incident = (
            await self.desk.declare(Playbook(dedent(PLAYBOOK).replace("LONG", LONG).encode(), "bench.yaml"), {}, who)
        ).incident

    async def _carry(self) -> None:
        """Do what the engine does in its rounds; the clock is moved when it would wait for an attempt of its own."""
        ledger, clock = self.bench.ledger, self.clock
        while True:
            agenda = await ledger.agenda(story_now=clock.now(), real_now=clock.real_now(), limit=9)
            for timer in agenda.due:
                await ledger.fire_timer(timer, late=0)
            for incident in agenda.runnable:
                lease = await ledger.claim(incident, owner="engine-1", ttl=LEASE)
                assert lease is not None
                await Segment(self.bench.shop, lease, Direct()).run()
            if agenda.due or agenda.runnable:
                continue
            if "real" not in agenda.next_timer:
                return
            clock.move(agenda.next_timer["real"])

    async def _given(self, command: cmd.AnyCommand, person: str) -> None:
        who = cmd.Who(person=person, via="slack", strength="slack-signed", zone="Europe/Berlin")
        taken = await self.desk.give(self.incident, command, who)
        assert not isinstance(taken, Refusal), taken

    async def _hand_on(self) -> None:
        """Give the role to somebody else, and more time; and let there be a twin of the ticket, which is found."""
        await self._given(cmd.AssignRole(role="counsel", people=["kim"]), "ana")
        await self._given(cmd.MoveTarget(step="tell", due=DUE), "ana")
        state = await self.bench.state(self.incident)
        key = next(key for key, effect in state.effects.items() if effect.kind == TICKET)
        twin = await far.make_a_twin(self.sandbox, key)
        found = ev.TicketTwinFound(ticket=twin, stays=ticket_of(state, TELL), by="tracker", via="jira")
        await self.desk.put(self.incident, [found])

    async def _close_too_early(self) -> None:
        """Close the ticket in Jira as Carla does, and have it refused as the engine would."""
        key = ticket_of(await self.bench.state(self.incident), TELL)
        cast = self.sandbox.world.seed.person("carla")

        def close() -> None:
            jira = genuine_jira(self.sandbox, login=(cast.email, cast.jira_token))
            jira.transition_issue(key, "Done", fields={"resolution": {"name": "Done"}})
            jira.close()  # type: ignore[no-untyped-call] # the client leaves it unannotated

        await asyncio.to_thread(close)
        refusal = ev.TicketChanged(ticket=key, ask=TELL, change="closed_unaccepted", detail="call them first")
        await self.desk.put(self.incident, [refusal])


@asynccontextmanager
async def walk(home: Path, *, patience: int) -> AsyncIterator[Walk]:
    """Put everything in its place; both clients wait so many seconds for an answer."""
    clock = MovedClock()
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(run_sandbox(default_seed(), now=clock.now))
        lines = Lines(stack.enter_context(nowhere()))
        bench = Bench(home, system=Counterpart(port=9), clock=clock)
        ledger = await stack.enter_async_context(bench.ledger)
        email, token = sandbox.jira_login
        site = JiraSite(
            url=sandbox.jira_url,
            token=token,
            email=email,
            project="SEC",
            workers=2,
            timeout=(5, patience),
            index_patience=0,
        )
        pool = await stack.enter_async_context(CutPool(lines, site, clock=clock))
        api = CutApi(
            lines,
            bot_token=sandbox.slack_bot_token,
            base_url=sandbox.slack_base_url,
            timeout=patience,
            pace=Pace(PassingTime()),
        )
        chat, tracker = SlackChat(api), JiraTracker(site, clock=clock, pool=pool)
        shower = Shower(chat=chat, tracker=tracker, people=PEOPLE, ledger=ledger, clock=clock)
        bench.shop = replace(
            bench.shop,
            performer=ByKind(acts=bench.shop.performer, surfaces=shower),
            connected=Connected(chat=True, tracker=True),
        )
        shop = bench.shop
        yield Walk(
            bench=bench,
            sandbox=sandbox,
            clock=clock,
            lines=lines,
            mirror=Mirror(
                chat=chat,
                tracker=tracker,
                people=PEOPLE,
                ledger=ledger,
                standings=shop.standings,
                plans=shop.plans,
                clock=clock,
                on_duty=lambda: 0,  # it is asked to show, and takes up nothing by itself
            ),
            desk=Desk(
                ledger=ledger,
                standings=shop.standings,
                plans=shop.plans,
                people=PEOPLE,
                clock=clock,
                connected=True,
            ),
            asides=Asides(chat),
        )
