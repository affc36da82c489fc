"""Playing the story: time moves to each line, what falls due on the way fires in order, and the cast does its part.

Rule kept here: the story's clock jumps only when nothing is under way.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.bootstrap import story as clock
from engine.entrypoints.demo.cast import PATIENCE
from engine.entrypoints.demo.person import StuckError

if TYPE_CHECKING:
    from engine.entrypoints.demo.cast import Cast
    from engine.entrypoints.demo.script import Line, Story
    from engine.entrypoints.demo.stage import Stage
    from engine.entrypoints.demo.view import View

ZONE = ZoneInfo("Europe/Berlin")
CALM = 2
"""How often in a row nothing must be under way before time jumps."""
TICKET_CREATED = "POST issue"
CRASHED_AFTER = "command"
"""The deed of the line whose consequences are interrupted."""


@dataclass
class Play:
    """A story under way."""

    stage: Stage
    cast: Cast
    story: Story
    view: View
    incident: str = ""
    crash: bool = False
    """Whether the engine is killed once, in the middle of the work that a line has set going."""
    done: int = 0
    notes: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Play every line, and then whatever is left."""
        for number, line in enumerate(self.story.line):
            self.done = number
            await self.advance(moment(line.at))
            shown = await self.perform(line)
            self.view.said(self.now(), line.who, line.shows if not shown else f"{line.shows}: {shown}")
            if self.crash and line.deed == CRASHED_AFTER:
                self.crash = False
                await self.killed()
        self.done = len(self.story.line)
        await self.settle()

    async def killed(self) -> None:
        """Kill the engine with SIGKILL while it works, and start it again."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (await self.stage.health())["under_way"]["carried"]:  # noqa: ASYNC110 - it does not ring
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise StuckError("the engine was never seen at work, so it was not killed in the middle of any") from None
        await self.stage.crash()
        status = await self.stage.status(self.incident)
        going = [step["id"] for phase in status["phases"] for step in phase["steps"] if step["state"] == "running"]
        what = ", ".join(going) or "what is shown in Slack and Jira"
        self.view.said(self.now(), "-", f"kill -9 to the engine while it works on {what}; it is started again")

    def now(self) -> datetime:
        """Return the story's present instant in its zone."""
        return clock.now(self.stage.home).astimezone(ZONE)

    async def advance(self, to: datetime) -> None:
        """Let the story come to an instant: first everybody does what is asked of them, then time moves."""
        while True:
            await self.settle()
            await self.show()
            now = clock.now(self.stage.home)
            if now >= to:
                return
            waited = (await self.stage.health())["next_timer"]
            upcoming = datetime.fromisoformat(waited) if waited else to
            clock.reach(self.stage.home, at=max(now + timedelta(milliseconds=1), min(to, upcoming)))
            await self.poke()

    async def settle(self) -> None:
        """Wait until nothing is under way and nobody is asked anything that is not reserved for a later line."""
        while True:
            await self.calm()
            if not self.cast.channel or not await self.cast.tidy(self.reserved):
                return

    async def calm(self) -> None:
        """Wait until nothing is under way."""
        quiet = 0
        try:
            async with asyncio.timeout(PATIENCE):
                while quiet < CALM:
                    quiet = 0 if (await self.stage.health())["busy"] else quiet + 1
                    await asyncio.sleep(0.03)  # the engine is asked again, it does not ring
        except TimeoutError:
            raise StuckError(f"the engine is still busy after {PATIENCE:g} s: {await self.stage.health()}") from None

    async def poke(self) -> None:
        """Have the engine look at the clock."""
        token = (self.stage.home / "api-token").read_text(encoding="utf-8").strip()
        headers = {"Authorization": f"Bearer {token}"}
        async with self.stage.session.post(f"{self.stage.serve}/api/v1/poke", headers=headers) as reply:
            reply.raise_for_status()

    def reserved(self, title: str) -> bool:
        """Return whether a title belongs to a line that is still to come, or to what goes on."""
        asked = title.removeprefix("approve ")
        later = self.story.line[self.done :]
        if title != asked:
            return any(line.deed in ("approve", "decline", "refused") and line.title == asked for line in later)
        if title in self.story.goes_on:
            return True
        return any(line.deed in ("answer", "close", "wont_do") and line.title == title for line in later)

    async def perform(self, line: Line) -> str:
        """Play one line; return what only this line shows."""
        cast = self.cast
        match line.deed:
            case "answer":
                await cast.answer(line.who, line.title, line.values)
            case "close":
                return await cast.close(line.who, line.title, line.values)
            case "approve":
                await cast.approve(line.who, line.title)
            case "refused":
                return await cast.refused(line.who, line.title)
            case "decline":
                await cast.decline(line.who, line.title, str(line.values["reason"]))
            case "review":
                await self.review(line)
            case _:
                return await self.happen(line)
        return ""

    async def happen(self, line: Line) -> str:
        """Play a line in which more than one answer is given."""
        match line.deed:
            case "wont_do":
                return await self.wont_do(line)
            case "command":
                text = line.title.format(second=self.stage.world.page("second"))
                await self.cast.people[line.who].command(self.cast.channel, text)
            case "lose_reply":
                await self.stage.break_next(kind="drop_reply", match=TICKET_CREATED, after_commit=True, count=1)
            case "found_again":
                return await self.found_again()
            case "see":
                return await self.nothing_captured()
            case _:
                pass
        return ""

    async def wont_do(self, line: Line) -> str:
        """Close a ticket by mistake, and see it opened again."""
        issue = await self.cast.ticket(line.who, line.title)
        key, person = str(issue["key"]), self.cast.people[line.who]
        await person.close(key, resolution="Won't do")

        async def look() -> str | None:
            comments = (await person.jira("GET", f"issue/{key}/comment"))["comments"]
            again = [str(c["body"]) for c in comments if "open again" in str(c["body"])]
            return again[-1] if again and await person.status(key) != "done" else None

        why = await self.cast.until(line.who, f"{key} to be open again", look)
        return f"{key}: {why.partition('{color')[0].strip()}"

    async def found_again(self) -> str:
        """Return what the timeline says of the ticket whose reply was lost."""
        code, text = await self.stage.run("timeline", self.incident)
        found = [row.split("  ")[-1].strip() for row in text.splitlines() if "not done twice" in row]
        if code or not found:
            raise StuckError("no ticket's lost reply was looked up and found")
        return found[-1]

    async def nothing_captured(self) -> str:
        """See that nothing is captured while somebody shown may be under 18."""
        steps = steps_of(await self.stage.status(self.incident))
        if steps["preserve"] != "waiting" or steps["keep_sharing"] != "skipped":
            raise StuckError(f"something was captured too early: {steps['preserve']}, {steps['keep_sharing']}")
        return "the capture waits, the sharing state is not kept yet"

    async def review(self, line: Line) -> None:
        """Answer the review's questions."""
        message = await self.cast.card(line.who, "Review: what should we keep, what should we change?", "review")
        person = self.cast.people[line.who]
        await self.cast.filled(
            line.who, "the review", lambda: person.press(self.cast.channel, message, "review"), line.values
        )

    async def show(self) -> None:
        """Show where the incident stands."""
        if self.incident:
            self.view.state(self.now(), await self.stage.status(self.incident))


def moment(text: str) -> datetime:
    """Return an instant that is written in the story's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def steps_of(status: dict[str, Any]) -> dict[str, str]:
    """Return the state of each step."""
    return {step["id"]: step["state"] for phase in status["phases"] for step in phase["steps"]}
