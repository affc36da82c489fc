"""Jira as the engine's tracker: Cloud and Server (Data Center) by one interface.

Rules kept here:
1. A write is sent once, with its label and property in the same body, and nothing is read after it: what is not
   needed cannot fail.
2. A ticket is read by key, never from the search index.
3. Whoever cannot be given a ticket does not stop it from being made, and no priority, component or date does. The level
   of a restricted ticket does: without it, there is none.
"""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

from engine.domain.errors import IntegrationError
from engine.ports.lookup import Absent, CannotTell, Found
from engine.ports.people import Person
from engine.ports.shown import TicketDraft
from engine.ports.time import Clock
from engine.ports.tracker import TicketRef, TicketState, Twins
from integrations.jira.doubles import DUPLICATE, link_twins, twins_of
from integrations.jira.draft import LEVEL, LOSABLE, body_of, described, withheld
from integrations.jira.finding import comment_with, issue_with, search
from integrations.jira.marks import marked, properties
from integrations.jira.markup import laid_out
from integrations.jira.owners import Owners
from integrations.jira.pool import JiraPool, Json
from integrations.jira.reading import FIELDS, state_of
from integrations.jira.refusals import FieldsRefusedError, refuse_newer
from integrations.jira.shape import Shape, shape_of
from integrations.jira.site import JiraSite
from integrations.jira.workflow import Step, category_of, step_towards

_BATCH = 50
_HOPS = 3


class JiraTracker:
    """The Tracker port over the genuine client; close it when done."""

    def __init__(self, site: JiraSite, *, clock: Clock, pool: JiraPool) -> None:
        self._site = site
        self._clock = clock
        self._pool = pool
        self._owners = Owners(pool, site=site)
        self._shape: Shape | None = None
        self._categories: Mapping[str, str] = {}

    async def create_epic(self, draft: TicketDraft, *, key: str) -> TicketRef:
        """Create the incident's epic."""
        return await self._create(draft, key=key, epic=True)

    async def create_ticket(self, draft: TicketDraft, *, key: str) -> TicketRef:
        """Create a ticket under the epic."""
        return await self._create(draft, key=key, epic=False)

    async def find_ticket(self, *, key: str, patient: bool = True) -> Found[TicketRef] | Absent | CannotTell:
        """Look up an epic or ticket by the key it was created with."""
        patience = self._site.index_patience if patient else 0.0
        answer = await issue_with(key, pool=self._pool, site=self._site, clock=self._clock, patience=patience)
        return Found(self._ref(answer.value)) if isinstance(answer, Found) else answer

    async def describe(self, ticket: str, description: str) -> None:
        """Replace the description. Idempotent."""
        body = {"fields": {"description": laid_out(description)}}
        await self._pool.put(f"issue/{ticket}", body, what=f"describe {ticket}")

    async def comment(self, ticket: str, text: str, *, key: str) -> None:
        """Add a comment that carries the key."""
        body = {"body": marked(laid_out(text), key=key), "properties": properties(key)}
        await self._pool.post(f"issue/{ticket}/comment", body, what=f"comment on {ticket}")

    async def find_comment(self, ticket: str, *, key: str) -> Found[str] | Absent | CannotTell:
        """Look up a comment by its key."""
        return await comment_with(key, ticket, pool=self._pool)

    async def close(self, ticket: str, *, done: bool) -> None:
        """Move the ticket to a status of category done, by way of work in progress where the workflow wants it."""
        await self._close(ticket, done=done, site=self._site)

    async def _close(self, ticket: str, *, done: bool, site: JiraSite) -> None:
        category = await self._category(ticket)
        for _ in range(_HOPS):
            if category == "done":
                return
            wanted = ("done", "indeterminate") if category == "new" else ("done",)
            category = await self._step(ticket, wanted, done=done, site=site)

    async def reopen(self, ticket: str) -> None:
        """Move the ticket out of category done. Idempotent."""
        if await self._category(ticket) == "done":
            await self._step(ticket, ("new", "indeterminate"), done=False, site=self._site)

    async def read(self, ticket: str) -> TicketState:
        """Return the ticket as it is now."""
        deployment = await self._pool.deployment()
        query = {"fields": FIELDS, "expand": "changelog"}
        issue: Json = await self._pool.get(f"issue/{ticket}", query, what=f"read {ticket}")
        self._categories = self._categories or await self._read_categories()
        return state_of(issue, deployment=deployment, site=self._site, categories=self._categories)

    async def assign(self, ticket: str, person: Person | None, *, known: str | None) -> None:
        """Give the ticket to somebody, or to nobody, unless somebody else did so meanwhile. Idempotent."""
        state = await self.read(ticket)
        account = await self._owners.account(person) if person else ""
        if state.assignee == account:
            return
        refuse_newer(state.assigned, ours=state.assigned_ours, known=known, what=f"whose ticket {ticket} is")
        try:
            await self._give(ticket, account)
        except FieldsRefusedError:
            await self._give(ticket, "")  # a ticket of nobody says more than one of the wrong person

    async def schedule(self, ticket: str, due: date | None, *, known: str | None) -> None:
        """Set or take away the due date, unless somebody else did so meanwhile. Idempotent."""
        state = await self.read(ticket)
        wanted = due.isoformat() if due else ""
        if state.due == wanted:
            return
        refuse_newer(state.dated, ours=state.dated_ours, known=known, what=f"when {ticket} is due")
        with suppress(FieldsRefusedError):  # not on the screen: then it never was there
            body = {"fields": {"duedate": wanted or None}}
            await self._pool.put(f"issue/{ticket}", body, what=f"date {ticket}")

    async def twins(self, keys: Sequence[str]) -> Sequence[Twins]:
        """Return what was made more than once, of epics and tickets with these keys."""
        return await twins_of(keys, pool=self._pool, site=self._site)

    async def merge(self, twin: str, *, into: str) -> None:
        """Link a ticket as a duplicate of another and close it as that. Idempotent."""
        await link_twins(twin, into=into, pool=self._pool)
        resolutions = (DUPLICATE, *self._site.resolutions_declined)
        await self._close(twin, done=False, site=replace(self._site, resolutions_declined=resolutions))

    async def changed(self, tickets: Sequence[str], *, since: datetime) -> Sequence[str]:
        """Return those that changed since then by the search index, or a whole batch when it cannot say."""
        minutes = math.ceil(max(0.0, (self._clock.real_now() - since).total_seconds()) / 60) + 1
        batches = [tickets[start : start + _BATCH] for start in range(0, len(tickets), _BATCH)]
        return [ticket for batch in batches for ticket in await self._changed(batch, minutes=minutes)]

    async def _changed(self, batch: Sequence[str], *, minutes: int) -> Sequence[str]:
        listed = ", ".join(f'"{ticket}"' for ticket in batch)
        try:
            found = await search(f"key in ({listed}) AND updated >= -{minutes}m", pool=self._pool)
        except IntegrationError as refused:
            if refused.retryable:
                raise
            return batch  # one deleted key makes Jira refuse the whole query
        keys = {str(issue.get("key")) for issue in found}
        return [ticket for ticket in batch if ticket in keys]

    async def _create(self, draft: TicketDraft, *, key: str, epic: bool) -> TicketRef:
        account = await self._owners.account(draft.owner) if draft.owner else ""
        what = "create an epic" if epic else "create a ticket"
        body = await self._body(draft, key=key, account=account, epic=epic)
        try:
            made: Json = await self._pool.post("issue", body, what=what)
        except FieldsRefusedError as refused:
            if draft.restricted and LEVEL in refused.fields:
                raise withheld(refused.message) from refused
            if not refused.fields <= LOSABLE:
                raise
            # A 400 is a certain no, so sending it again without those fields makes no second ticket.
            made = await self._pool.post("issue", _without(refused.fields, body, draft=draft), what=what)
        return self._ref(str(made["key"]))

    async def _body(self, draft: TicketDraft, *, key: str, account: str, epic: bool) -> Json:
        shape = self._shape = self._shape or await shape_of(self._pool, site=self._site)
        try:
            return body_of(draft, key=key, account=account, epic=epic, shape=shape, site=self._site)
        except IntegrationError:
            self._shape = None  # a field that is not there may be made meanwhile
            raise

    async def _give(self, ticket: str, account: str) -> None:
        cloud = (await self._pool.deployment()).cloud
        fields = {"assignee": {"accountId" if cloud else "name": account} if account else None}
        await self._pool.put(f"issue/{ticket}", {"fields": fields}, what=f"assign {ticket}")

    async def _read_categories(self) -> Mapping[str, str]:
        listed: list[Json] = await self._pool.get("status", what="read the statuses")
        return {str(status["id"]): category_of(status) for status in listed}

    async def _category(self, ticket: str) -> str:
        issue: Json = await self._pool.get(f"issue/{ticket}", {"fields": "status"}, what=f"read {ticket}")
        return category_of(issue["fields"]["status"])

    async def _step(self, ticket: str, categories: Sequence[str], *, done: bool, site: JiraSite) -> str:
        path, query = f"issue/{ticket}/transitions", {"expand": "transitions.fields"}
        offered: Json = await self._pool.get(path, query, what=f"read the transitions of {ticket}")
        step: Step = step_towards(categories, offered=offered["transitions"], done=done, site=site)
        body = {"transition": {"id": step.id}, **({"fields": step.fields} if step.fields else {})}
        await self._pool.post(path, body, what=f"move {ticket}")
        return step.category

    def _ref(self, key: str) -> TicketRef:
        return TicketRef(key, f"{self._site.url.rstrip('/')}/browse/{key}")


def _without(refused: frozenset[str], body: Json, *, draft: TicketDraft) -> Json:
    fields: Json = {name: value for name, value in body["fields"].items() if name not in refused}
    if "assignee" in refused:
        fields["description"] = laid_out(described(draft.description, draft=draft, account=""))
    return {**body, "fields": fields}
