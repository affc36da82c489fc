"""What the cast does: finds what is asked by the title that it is shown under, and answers it.

Rules kept here: nobody knows more than Slack and Jira show them; whoever waits in vain says what for, and what they
saw instead.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from engine.entrypoints.demo.person import Person, StuckError, button_of, heading_of, text_of
from engine.entrypoints.demo.values import files_of, for_modal, for_ticket, kept_out, received

if TYPE_CHECKING:
    from engine.entrypoints.demo.values import Told

T = TypeVar("T")

HANDLES = ("ben", "ana", "carla", "emi", "dev", "hana", "ivo", "femi", "gus", "jo", "kim")
PATIENCE = 20.0
"""Real seconds that somebody waits for what they were promised."""
FORM_SECONDS, PRESSES = 5.0, 4
"""Real seconds until nobody expects a form any more (Slack opens one within three), and how often one presses."""
APPROVE = "To approve: "
VIEW = "Your view is asked for: "
ONLY_IN_SLACK = "parts of it do not belong into a ticket"
_ASKED = re.compile(r"^For: .*\((?P<names>[^)]*)\)(?P<quorum>, (?P<count>\d+) people)?$", re.MULTILINE)
_AUTHORS = re.compile(r"^Written by (?P<names>.*), who may not approve it\.$", re.MULTILINE)


@dataclass
class Cast:
    """Eleven people, the incident's channel once it is there, and what happened to them."""

    people: Mapping[str, Person]
    now: Callable[[], str]
    """The story's present instant, as people write it."""
    told: Mapping[str, object] = field(default_factory=dict)
    """What everybody knows about fields, by name."""
    channel: str = ""
    pressed: set[str] = field(default_factory=set)
    """Approvals and tickets that were dealt with, so that nobody does it again before the message changes."""

    async def until(self, who: str, what: str, look: Callable[[], Awaitable[T | None]]) -> T:
        """Wait until something is there to be seen."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    found = await look()
                    if found is not None:
                        return found
                    await asyncio.sleep(0.05)  # a page is looked at again, nobody rings
        except TimeoutError:
            raise StuckError(f"{who} waited for {what} and did not see it. {await self._seen(who)}") from None

    async def find_channel(self, who: str) -> str:
        """Return the incident's channel once this person is in it."""

        async def look() -> str | None:
            names = {str(one.get("name")): str(one["id"]) for one in await self.people[who].channels()}
            return next((known for name, known in names.items() if name.startswith("inc-")), None)

        self.channel = await self.until(who, "the incident's channel", look)
        return self.channel

    async def card(self, who: str, title: str, action: str) -> dict[str, Any]:
        """Return the newest message about something that has a button of that kind."""

        async def look() -> dict[str, Any] | None:
            seen = await self.people[who].messages(self.channel)
            wanted = [m for m in seen if heading_of(m).endswith(title) and button_of(m, action) and not asks_view(m)]
            return wanted[-1] if wanted else None

        return await self.until(who, f"a message “{title}” with the button {action}", look)

    async def answer(self, who: str, title: str, values: Told) -> None:
        """Answer with the form behind the button in Slack."""
        message = await self.card(who, title, "answer")
        await self.filled(who, title, lambda: self.people[who].press(self.channel, message, "answer"), values)

    async def filled(self, who: str, what: str, opens: Callable[[], Awaitable[dict[str, Any]]], values: Told) -> None:
        """Open a form, fill it in and send it."""
        person = self.people[who]
        view = await self._opened(who, what, opens)
        given = for_modal(view, {**self.told, **values}, now=self.now())
        for name in files_of(view, given):
            given[name] = [await person.give(str(given[name]), received(str(given[name])))]
        sent = await person.fill(view, given)
        if sent.get("result") != "acknowledged":
            raise StuckError(f"{who} could not send the form of “{what}”: {sent}")

    async def _opened(self, who: str, what: str, opens: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """Return the form that something opens; where none comes, Slack gave up on it, and one presses again."""
        before = {view["id"] for view in await self.people[who].modals()}

        async def look() -> dict[str, Any] | None:
            return next((view for view in await self.people[who].modals() if view["id"] not in before), None)

        for _ in range(PRESSES):
            await self.until(who, f"Slack to take “{what}”", lambda: _taken(opens))
            with suppress(TimeoutError):
                async with asyncio.timeout(FORM_SECONDS):
                    while (view := await look()) is None:  # noqa: ASYNC110 - a page is looked at again, nobody rings
                        await asyncio.sleep(0.05)
                    return view
        raise StuckError(f"{who} pressed {PRESSES} times for the form of “{what}”. {await self._seen(who)}")

    async def approve(self, who: str, title: str) -> None:
        """Press Approve."""
        message = await self.card(who, title, "approve")
        await self.people[who].press(self.channel, message, "approve")

    async def refused(self, who: str, title: str) -> str:
        """Press Approve without being allowed to; return what only this person is told."""
        before = len(await self.people[who].whispers())
        await self.approve(who, title)

        async def look() -> str | None:
            heard = await self.people[who].whispers()
            return heard[-1] if len(heard) > before else None

        return await self.until(who, "a private word about the refusal", look)

    async def decline(self, who: str, title: str, reason: str) -> None:
        """Press Decline and say why."""
        message = await self.card(who, title, "decline")
        await self.filled(
            who, title, lambda: self.people[who].press(self.channel, message, "decline"), {"reason": reason}
        )

    async def ticket(self, who: str, title: str) -> dict[str, Any]:
        """Return the open ticket of that title."""

        async def look() -> dict[str, Any] | None:
            seen = await self.people[who].open_tickets()
            return next((issue for issue in seen if summary_of(issue).endswith(title)), None)

        return await self.until(who, f"a ticket “{title}”", look)

    async def close(self, who: str, title: str, values: Told) -> str:
        """Fill in what a ticket asks for, and close it; return its key."""
        issue = await self.ticket(who, title)
        await self.work_on(who, issue, values)
        return str(issue["key"])

    async def work_on(self, who: str, issue: Mapping[str, Any], values: Told) -> None:
        """Do a ticket the way its description says."""
        person = self.people[who]
        description = str(issue["fields"]["description"] or "")
        if ONLY_IN_SLACK in description or kept_out(description) & values.keys():
            await self.answer(who, summary_of(issue).partition("] ")[2], values)
            return
        given, files = for_ticket(description, {**self.told, **values}, now=self.now())
        for name in files:
            await person.attach(str(issue["key"]), name, received(name))
        if given:
            await person.comment(str(issue["key"]), "\n".join(f"{name}: {value}" for name, value in given.items()))
        await person.close(str(issue["key"]))

    async def tidy(self, reserved: Callable[[str], bool]) -> int:
        """Let everybody do what is asked of them and not reserved for later; return how much was done."""
        return await self._approvals(reserved) + await self._views() + await self._tickets(reserved)

    async def _approvals(self, reserved: Callable[[str], bool]) -> int:
        done = 0
        for message in await self.people["ana"].messages(self.channel):
            heading = heading_of(message)
            asked = _ASKED.search(text_of(message))
            mark = f"{message['ts']}"
            if (
                not heading.startswith(APPROVE)
                or asked is None
                or not button_of(message, "approve")
                or mark in self.pressed
            ):
                continue
            title = heading.removeprefix(APPROVE)
            if reserved(f"approve {title}"):
                continue
            authors = _AUTHORS.search(text_of(message))
            writers = _handles(authors["names"]) if authors else []
            allowed = [who for who in _handles(asked["names"]) if who not in writers]
            for who in allowed[: int(asked["count"] or 1)]:
                await self.people[who].press(self.channel, message, "approve")
            self.pressed.add(mark)
            done += 1
        return done

    async def _views(self) -> int:
        """Have everybody who is heard before a decision say what they think."""
        done = 0
        for message in await self.people["ana"].messages(self.channel):
            asked, mark = _ASKED.search(text_of(message)), f"{message['ts']}"
            if not asks_view(message) or asked is None or not button_of(message, "answer") or mark in self.pressed:
                continue
            who, title = _handles(asked["names"])[0], heading_of(message)
            pressed = partial(self.people[who].press, self.channel, message, "answer")
            await self.filled(who, title, pressed, {"view": "Go on; I see nothing against it."})
            self.pressed.add(mark)
            done += 1
        return done

    async def _tickets(self, reserved: Callable[[str], bool]) -> int:
        done = 0
        for issue in await self.people["ben"].open_tickets():
            title = summary_of(issue).partition("] ")[2]
            if issue["fields"]["issuetype"]["name"] == "Epic" or issue["key"] in self.pressed or reserved(title):
                continue
            owner = str((issue["fields"]["assignee"] or {}).get("displayName", "Ana Ruiz")).split()[0].lower()
            self.pressed.add(str(issue["key"]))
            await self.work_on(owner, issue, {})
            done += 1
        return done

    async def _seen(self, who: str) -> str:
        if not self.channel:
            return "There was no channel yet."
        seen = await self.people[who].messages(self.channel)
        last = "; ".join(text_of(message).splitlines()[0][:90] for message in seen[-6:] if text_of(message))
        heard = await self.people[who].whispers()
        return f"Last in the channel: {last}. Told in private: {heard[-1:]}"


def asks_view(message: dict[str, Any]) -> bool:
    """Return whether a message asks somebody to be heard before another decides."""
    return heading_of(message).startswith(VIEW)


async def _taken(opens: Callable[[], Awaitable[dict[str, Any]]]) -> bool | None:
    """Do it; None when Slack says that it had trouble and it should be tried again."""
    return None if (await opens()).get("result") == "failed" else True


def summary_of(issue: Mapping[str, Any]) -> str:
    """Return a ticket's summary."""
    return str(issue["fields"]["summary"])


def _handles(names: str) -> list[str]:
    return [name.split()[0].lower() for name in names.split(", ") if name.split()]
