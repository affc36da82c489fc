"""A house without running tasks: whatever happens in it happens when the test says so, by a clock moved by hand.

People act in Jira through the handlers of its interface, in process; Tocsin speaks to it over HTTP as it always does.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from engine.domain.commands import Who
from engine.domain.surfaces import Connected
from engine.runtime.carrier import Direct
from engine.runtime.desk import Desk, Playbook
from engine.runtime.inward.places import Places
from engine.runtime.inward.reconciling import Reconciler
from engine.runtime.inward.tickets import TicketWatch
from engine.runtime.inward.tracker import TrackerActs
from engine.runtime.inward.worker import InboxWorker
from engine.runtime.keeping import LEASE
from engine.runtime.performing import ByKind
from engine.runtime.segment import Segment
from engine.runtime.showing.mirror import Mirror
from engine.runtime.showing.shower import Shower
from engine.settings.people import read_people
from engine.settings.read import CHECKOUT
from integrations.jira import JiraPool, JiraSite, JiraTracker, JiraWatch
from integrations.sandbox import Sandbox, default_seed, run_sandbox
from integrations.sandbox.jira import comments, issues, workflow
from integrations.sandbox.jira.call import Call
from tests.integration.jira.rig import HandClock
from tests.integration.runtime.bench import Bench, Counterpart

if TYPE_CHECKING:
    from pathlib import Path

    from engine.domain.incident import Incident
    from engine.runtime.segment import Workshop

PLAYBOOK = """
    tocsin: 1
    playbook: bench
    title: On the bench
    version: 1
    inputs: {}
    roles:
      commander: {required: true}
      responder: {required: true}
      counsel: {required: true}
      comms: {required: true}
    phases:
      contain:
        steps:
          - {id: warn, title: Warn, task: Tell every host., owner: responder, due: 2d}
          - {id: agree, title: Agree, decision: Is it so?, by: [commander], due: 1d}
          - {id: file, title: File, task: File it., owner: counsel}
          - {id: after, title: After, task: Say it., owner: comms, due: 3d, needs: [warn], tickets: all}
"""
STEPS = ("warn", "agree", "file", "after")
PEOPLE = read_people(CHECKOUT / "config" / "people.yaml")
CALM = 12
"""Rounds in which everything must have come to rest."""


@dataclass(kw_only=True)
class House:
    """Everything at once."""

    clock: HandClock
    sandbox: Sandbox
    bench: Bench
    shop: Workshop
    desk: Desk
    tracker: JiraTracker
    watch: TicketWatch
    worker: InboxWorker
    mirror: Mirror
    reconciler: Reconciler
    stack: AsyncExitStack
    incident: str = ""
    carried: int = field(default=0)

    async def declare(self) -> None:
        """Declare the incident, and let everything be made."""
        who = Who(person="ben", zone="Europe/Berlin")
        made = await self.desk.declare(Playbook(dedent(PLAYBOOK).encode(), "bench.yaml"), {}, who)
        self.incident = made.incident
        await self.carry()
        await self.watch.look()

    async def carry(self) -> None:
        """Do whatever the engine can do now, timers that are due included."""
        ledger, clock = self.bench.ledger, self.clock
        while True:
            agenda = await ledger.agenda(story_now=clock.now(), real_now=clock.real_now(), limit=9)
            for timer in agenda.due:
                await ledger.fire_timer(timer, late=0)
            if not agenda.due and not agenda.runnable:
                return
            for incident in agenda.runnable:
                lease = await ledger.claim(incident, owner="engine", ttl=LEASE)
                assert lease is not None
                await Segment(self.shop, lease, Direct(), None).run()

    async def state(self) -> Incident:
        """Return where the incident stands."""
        return await self.bench.state(self.incident)

    async def round(self) -> None:
        """Let time pass and everybody have a turn."""
        await self.clock.sleep(400)
        await self.carry()
        await self.watch.look()
        await self.worker.work_off()
        await self.carry()
        await self.mirror.show(self.incident)

    async def settle(self) -> None:
        """Let everything come to rest; that it does is what is asserted."""
        self.sandbox.faults.clear()
        for _ in range(CALM):
            before = await self._seen()
            await self.round()
            if await self._seen() == before:
                return
        raise AssertionError("it does not come to rest")

    async def _seen(self) -> tuple[int, str]:
        state = self.sandbox.jira.state
        kept = [(i.key, i.history, i.comments, i.assignee, i.duedate, i.status_id) for i in state.issues.values()]
        return (await self.bench.ledger.head(self.incident)).seq, repr(kept)

    def acts(self, person: str, key: str, what: str, payload: object) -> None:
        """Have somebody do something to a ticket: `move`, `edit` or `comment`."""
        site = self.sandbox.jira
        cast = self.sandbox.world.seed.person(person)
        account = site.state.accounts[cast.jira_account]
        call = Call(site, account, {"issue": key}, {}, payload, (), "http://jira.example")
        {"move": workflow.perform, "edit": issues.edit, "comment": comments.add}[what](call)

    def issue(self, key: str) -> Any:  # noqa: ANN401 - a record of the sandbox
        """Return a ticket as Jira has it."""
        return self.sandbox.jira.state.issue(key)

    async def close(self) -> None:
        """Close everything."""
        await self.stack.aclose()


async def open_house(home: Path) -> House:
    """Open the house; close it afterwards."""
    stack, clock = AsyncExitStack(), HandClock()
    sandbox = await stack.enter_async_context(run_sandbox(default_seed(), now=clock))
    bench = Bench(home, system=Counterpart(port=9), clock=clock)  # type: ignore[arg-type] # a clock moved by hand
    await stack.enter_async_context(bench.ledger)
    email, token = sandbox.jira_login
    site = JiraSite(url=sandbox.jira_url, email=email, token=token, project="SEC", workers=2, timeout=(5, 5))
    pool = await stack.enter_async_context(JiraPool(site, clock=clock))
    tracker = JiraTracker(site, clock=clock, pool=pool)
    shower = Shower(chat=None, tracker=tracker, people=PEOPLE, ledger=bench.ledger, clock=clock)
    standings, plans = bench.shop.standings, bench.shop.plans
    desk = Desk(ledger=bench.ledger, standings=standings, plans=plans, people=PEOPLE, clock=clock, connected=True)
    places = Places(bench.ledger)
    looks = JiraWatch(tracker, inbox=bench.ledger, clock=clock, full_every=2)
    acts = TrackerActs(desk=desk, places=places, people=PEOPLE)
    return House(
        clock=clock,
        sandbox=sandbox,
        bench=bench,
        shop=replace(
            bench.shop,
            performer=ByKind(acts=bench.shop.performer, surfaces=shower),
            connected=Connected(tracker=True),
        ),
        desk=desk,
        tracker=tracker,
        watch=TicketWatch(looks=looks, places=places, clock=clock),
        worker=InboxWorker(inbox=bench.ledger, handlers={"jira": acts}, clock=clock),
        mirror=Mirror(
            chat=None,
            tracker=tracker,
            people=PEOPLE,
            ledger=bench.ledger,
            standings=standings,
            plans=plans,
            clock=clock,
            on_duty=lambda: 0,  # its turns are given by hand
        ),
        reconciler=Reconciler(tracker=tracker, desk=desk, places=places, clock=clock),
        stack=stack,
    )
