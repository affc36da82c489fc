"""Jira's ways in: the poll always, and webhooks as hints where they are signed.

Rule kept here: a hook that is not signed with our secret is refused before anything reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.domain.errors import IntegrationError
from engine.runtime.inward.filing import Filing
from engine.runtime.inward.places import Places
from engine.runtime.inward.reconciling import Reconciler
from engine.runtime.inward.tickets import TicketHook, TicketWatch
from engine.runtime.inward.tracker import TrackerActs
from integrations.jira import JiraWatch, take_up, verified

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.bootstrap.office import Office
    from engine.bootstrap.sides import Sides
    from engine.runtime.inward.worker import TakesRows


@dataclass(slots=True, kw_only=True)
class JiraSide:
    """What comes in from Jira. `hook` is None where webhooks are not used."""

    watch: TicketWatch
    hook: TicketHook | None
    handlers: Mapping[str, TakesRows]

    @classmethod
    def of(cls, office: Office, sides: Sides, *, on_duty: Callable[[], int]) -> JiraSide:
        """Put Jira's ways in together."""
        tracker = sides.tracker
        if tracker is None:
            raise ValueError("Jira is not set up")
        places = Places(office.ledger)
        looks = JiraWatch(tracker, inbox=office.ledger, clock=office.clock)
        filing = Filing(source=sides.ticket_files, vault=office.vault) if sides.ticket_files else None
        acts = TrackerActs(desk=office.desk, places=places, people=office.people, filing=filing)
        secret = sides.webhook_secret
        hook = TicketHook(
            verify=lambda body, headers: verified(body, headers=headers, secret=secret).ticket,
            take_up=lambda ticket: take_up(ticket, tracker=tracker, inbox=office.ledger),
            places=places,
        )
        reconciler = Reconciler(tracker=tracker, desk=office.desk, places=places, clock=office.clock)
        watch = TicketWatch(looks=looks, places=places, clock=office.clock, on_duty=on_duty, reconciler=reconciler)
        return cls(watch=watch, hook=hook if secret else None, handlers={"jira": acts})

    def heard_by(self, poke: Callable[[], None]) -> None:
        """Have somebody told when something came in."""
        self.watch = replace(self.watch, heard=poke)
        self.hook = replace(self.hook, heard=poke) if self.hook is not None else None

    async def receive(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, object] | None]:
        """Take a webhook: an HTTP status, and what to answer."""
        if self.hook is None:
            return 404, {"error": "Webhooks of Jira are not set up.", "hint": "Set TOCSIN_SECRET_JIRA_WEBHOOK."}
        try:
            await self.hook.receive(body, headers)
        except IntegrationError as error:
            return 401, {"error": error.message, "hint": error.hint()}
        return 200, None
