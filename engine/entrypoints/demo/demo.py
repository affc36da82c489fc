"""The whole demo, from an empty folder to a report that verifies."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from engine.domain.errors import RunError
from engine.entrypoints.demo.cast import HANDLES, Cast
from engine.entrypoints.demo.closing import closing
from engine.entrypoints.demo.person import Person, StuckError
from engine.entrypoints.demo.play import Play, moment
from engine.entrypoints.demo.script import Line, Story, story
from engine.entrypoints.demo.stage import open_stage
from engine.entrypoints.demo.view import View

if TYPE_CHECKING:
    from pathlib import Path

    from engine.entrypoints.demo.closing import Summary
    from engine.entrypoints.demo.stage import Stage

HALL = "security"
"""The channel in which somebody declares an incident."""
NEXT = (
    "open {report}",
    "tocsin serve                      the engine with your own Slack and Jira, see docs/settings.md",
    "tocsin plan video-leak            what an incident begins with, and what it does",
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What is played, where, and how it is shown."""

    home: Path
    playbook: str
    keep: bool = False
    json: bool = False
    crash: bool = False


async def demo(choices: Choices) -> None:
    """Play the demo; raise `RunError` when something does not hold."""
    shutil.rmtree(choices.home, ignore_errors=True)
    _end_on_signal()
    told = story() if choices.playbook == story().playbook else _unscripted(choices.playbook)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        with View(quiet=choices.json) as view:
            view.plain("starting a sandbox and an engine of its own ...", style="dim")
            async with open_stage(choices.home, at=moment(told.start), session=session) as stage:
                try:
                    play = _play(stage, told, view)
                    play.crash = choices.crash
                    await _declare(play)
                    await play.run()
                    summary = await closing(stage, play.incident)
                except StuckError as error:
                    raise RunError(str(error), hint=f"What happened is in {choices.home / 'logs'}.") from error
                view.end()
                _tell(summary, view, json_=choices.json)
                if choices.keep:
                    await _kept_up(stage, view)


def _end_on_signal() -> None:
    """Have SIGTERM and a closed terminal end the demo as Ctrl-C does: with everything that it started."""
    mine = asyncio.current_task()
    if mine is not None:
        for sign in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(sign, mine.cancel)


def _play(stage: Stage, told: Story, view: View) -> Play:
    people = {handle: Person(handle, stage.session, stage.sandbox) for handle in HANDLES}
    play: list[Play] = []
    cast = Cast(people=people, now=lambda: f"{play[0].now():%Y-%m-%dT%H:%M%z}", told=told.known)
    play.append(Play(stage=stage, cast=cast, story=told, view=view))
    return play[0]


async def _declare(play: Play) -> None:
    """Have Ben declare the incident with the form in Slack."""
    ben, world = play.cast.people["ben"], play.stage.world
    hall = await play.cast.until("ben", f"the channel {HALL}", lambda: _channel(ben))
    addresses = {
        "urls": world.page("first"),
        **dict.fromkeys(("recording_system", "identity_system", "status_page", "device_system"), world.url),
    }
    await play.cast.filled(
        "ben",
        "declare an incident",
        lambda: ben.command(hall, f"declare {play.story.playbook}"),
        {**addresses, **play.story.declared},
    )
    await play.cast.find_channel("ben")
    await play.calm()
    play.incident = "INC-1"
    status = await play.stage.status(play.incident)
    play.view.said(play.now(), "ben", f"declares it: {status['incident']}, {status['title']}")


async def _channel(ben: Person) -> str | None:
    return next((str(one["id"]) for one in await ben.channels() if one.get("name") == HALL), None)


def _unscripted(playbook: str) -> Story:
    """Return a story without lines: everybody does what they are asked, and nothing else."""
    told = story()
    end = Line(at="2026-12-31T10:00", who="ana", deed="rest", shows="everything that was asked is done")
    return told.model_copy(update={"playbook": playbook, "declared": {}, "line": (end,)})


def _tell(summary: Summary, view: View, *, json_: bool) -> None:
    if json_:
        print(json.dumps(_as_json(summary), indent=2, ensure_ascii=False))  # noqa: T201 - the command's own output
        return
    view.plain("")
    for line in summary.lines():
        view.plain(line, style="bold red" if line.startswith("missed") and "none" not in line else "")
    view.plain("\nnext:", style="bold")
    for line in NEXT:
        view.plain("  " + line.format(report=summary.report))


def _as_json(summary: Summary) -> dict[str, Any]:
    return {
        **summary.facts,
        "report": summary.report,
        "head": summary.head,
        "verified": summary.verified,
        "damaged": summary.damaged,
    }


async def _kept_up(stage: Stage, view: View) -> None:
    view.plain(f"\nSlack and Jira: {stage.sandbox}\nTocsin: {stage.serve}\nCtrl-C ends everything.", style="bold")
    await asyncio.Event().wait()
