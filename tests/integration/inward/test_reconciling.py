"""What was made twice in Jira is found, linked and closed, and the timeline says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.incident import effect_key
from engine.domain.surfaces import TICKET, TICKET_MERGE, made
from engine.runtime.inward.reconciling import Reconciler
from tests.integration.inward.rig import house

if TYPE_CHECKING:
    from pathlib import Path

    from jira import JIRA

WARN = "warn_hosts.task.1"


async def test_a_ticket_made_twice_is_linked_and_closed(home: Path) -> None:
    """Whichever is older, the one that the timeline names stays; a copy that a person made is left alone."""
    async with house(home) as rig:
        incident = await rig.declared()
        key = await rig.ticket(incident, WARN)
        mine = rig.sandbox.jira.state.with_key(key)
        assert mine is not None

        def copy(jira: JIRA) -> None:
            for _ in range(2):
                fields = {"project": "SEC", "summary": mine.summary, "issuetype": "Task", "labels": mine.labels}
                jira.create_issue(fields=fields)

        await rig.in_jira("ben", copy)
        *_, twin, copied = rig.sandbox.jira.state.issues.values()
        twin.properties["tocsin.key"] = effect_key(incident, WARN, TICKET)
        reconciler = Reconciler(tracker=rig.tracker, desk=rig.desk, places=rig.places, clock=rig.bench.clock)
        assert await reconciler.after(away=False) == 1
        await rig.bench.until(incident, lambda s: made(s, TICKET_MERGE, twin.key))
        assert await reconciler.after(away=True) == 0
        links = list(rig.sandbox.jira.state.links.values())
        issues = rig.sandbox.jira.state.issues
        assert [(issues[link.inward].key, issues[link.outward].key) for link in links] == [(twin.key, key)]
        assert (issues[twin.id].resolution_id, issues[mine.id].resolution_id) == ("10002", None)
        assert issues[copied.id].resolution_id is None
        (found,) = await rig.events(incident, "ticket_twin_found")
        assert isinstance(found, ev.TicketTwinFound)
        assert (found.ticket, found.stays) == (twin.key, key)


async def test_it_is_looked_again_only_after_a_while_or_when_jira_was_away(home: Path) -> None:
    """A look is a search per few tickets."""
    async with house(home, engine=False) as rig:
        incident = await rig.declared()
        async with rig.bench.engine():
            await rig.ticket(incident, WARN)
        reconciler = Reconciler(tracker=rig.tracker, desk=rig.desk, places=rig.places, clock=rig.bench.clock)
        looks = []
        for away in (False, False, True):
            before = len(rig.sandbox.log.entries)
            await reconciler.after(away=away)
            looks.append(len(rig.sandbox.log.entries) > before)
        assert looks == [True, False, True]
