"""Who is let through when, by a clock moved by hand."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.errors import TurnAwaitedError
from integrations.slack.pacing import Lane, Pace, Rate
from tests.integration.slack.handtime import HandTime

POSTS = Rate(60, burst=2, patience=5, by_channel=True)


async def settled() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Calls:
    """Calls through a lane, noted with the second in which each was made."""

    def __init__(self, time: HandTime, rate: Rate = POSTS) -> None:
        self.time = time
        self.lane = Lane("chat.postMessage/C1", rate=rate, time=time)
        self.made: list[tuple[str, float]] = []
        self.refusals: list[float] = []

    async def call(self, name: str) -> str:
        async def made() -> str:
            if self.refusals:
                raise TurnAwaitedError(retry_after=self.refusals.pop(0))
            self.made.append((name, self.time.at - 1000))
            return name

        return await self.lane.run(made, key=name)


async def test_a_few_come_at_once_and_then_one_a_second() -> None:
    """In the order in which they came."""
    calls = Calls(HandTime())
    going = [asyncio.create_task(calls.call(name)) for name in "abcde"]
    await settled()
    for _ in range(3):
        calls.time.to_next()
        await settled()
    assert calls.made == [("a", 0), ("b", 0), ("c", 1), ("d", 2), ("e", 3)]
    assert [task.result() for task in going] == list("abcde")


async def test_whoever_would_wait_long_is_told_to_come_again_and_keeps_their_place() -> None:
    """They come a little before their slot; who came after them goes after them."""
    calls = Calls(HandTime())
    going = [asyncio.create_task(calls.call(f"{number}")) for number in range(9)]
    await settled()
    refused = [task.exception() for task in going if task.done() and task.exception()]
    assert [error.retry_after for error in refused if isinstance(error, TurnAwaitedError)] == [3.5, 4.5]
    for _ in range(5):
        calls.time.to_next()
        await settled()
    late = asyncio.create_task(calls.call("late"))
    again = [asyncio.create_task(calls.call(name)) for name in ("7", "8")]
    for _ in range(3):
        await settled()
        calls.time.to_next()
    await asyncio.gather(late, *again)
    assert calls.made[-3:] == [("7", 6), ("8", 7), ("late", 8)]


async def test_whoever_comes_again_too_late_is_still_not_overtaken() -> None:
    """Those behind wait for them, for half a minute; after that they are not waited for."""
    calls = Calls(HandTime(), Rate(60, burst=1, patience=3, by_channel=True))
    going = [asyncio.create_task(calls.call(f"{number}")) for number in range(6)]
    for _ in range(12):
        await settled()
        calls.time.to_next()
    assert [name for name, _ in calls.made] == ["0", "1", "2", "3"]
    assert [bool(task.exception()) for task in going] == [False] * 4 + [True] * 2
    behind = asyncio.create_task(calls.call("behind"))
    calls.time.at += 5
    for _ in range(4):
        await settled()
        calls.time.to_next()
    again = [asyncio.create_task(calls.call(name)) for name in ("4", "5")]
    for _ in range(20):
        await settled()
        calls.time.to_next()
    await asyncio.gather(behind, *again)
    assert [name for name, _ in calls.made[-3:]] == ["4", "5", "behind"]


async def test_whoever_does_not_come_again_holds_nobody_up_for_ever() -> None:
    """After half a minute the next one goes."""
    calls = Calls(HandTime(), Rate(60, burst=1, patience=0.5, by_channel=True))
    await calls.call("0")
    with pytest.raises(TurnAwaitedError):
        await calls.call("never")
    calls.time.at += 2
    behind = asyncio.create_task(calls.call("behind"))
    for _ in range(6):
        await settled()
        calls.time.to_next()
    assert isinstance(behind.exception(), TurnAwaitedError)
    calls.time.at += 40
    assert await calls.call("behind") == "behind"


async def test_a_call_that_is_turned_away_is_made_again_when_asked_to() -> None:
    """A 429 is certain not to have been done; those behind wait too, and nothing comes at once after it."""
    calls = Calls(HandTime())
    calls.refusals = [3]
    going = [asyncio.create_task(calls.call(name)) for name in "abc"]
    for _ in range(6):
        await settled()
        calls.time.to_next()
    await asyncio.gather(*going)
    assert [name for name, _ in calls.made] == ["a", "b", "c"]
    assert calls.made[0] == ("a", 3)


async def test_a_long_pause_sends_everybody_away_in_their_order() -> None:
    """Nobody sits here for an hour; they come back in the order in which they were."""
    calls = Calls(HandTime())
    calls.refusals = [3600]
    going = [asyncio.create_task(calls.call(name)) for name in "abc"]
    await settled()
    waits = [error.retry_after for task in going if isinstance(error := task.exception(), TurnAwaitedError)]
    assert waits == [3597.5, 3598.5, 3599.5]
    calls.time.at += 3600
    again = [asyncio.create_task(calls.call(name)) for name in "abc"]
    for _ in range(3):
        await settled()
        calls.time.to_next()
    await asyncio.gather(*again)
    assert [name for name, _ in calls.made] == ["a", "b", "c"]


async def test_a_slack_that_always_says_no_is_not_asked_for_ever() -> None:
    """After three times the work that waits is given back."""
    calls = Calls(HandTime())
    calls.refusals = [1, 1, 1]
    going = asyncio.create_task(calls.call("a"))
    for _ in range(4):
        await settled()
        calls.time.to_next()
    with pytest.raises(TurnAwaitedError) as told:
        await going
    assert told.value.retry_after == 1


async def test_one_channel_delays_no_other() -> None:
    """Nor any other method; a method has one lane for all channels, unless it is counted by channel."""
    time = HandTime()
    pace = Pace(time)
    tier = Rate(20, burst=1)
    first, second = (pace.lane("chat.postMessage", rate=POSTS, channel=name) for name in ("C1", "C2"))
    assert first is not second
    assert first is pace.lane("chat.postMessage", rate=POSTS, channel="C1")
    assert pace.lane("pins.add", rate=tier, channel="C1") is pace.lane("pins.add", rate=tier, channel="C2")

    async def refused() -> None:
        raise TurnAwaitedError(retry_after=60)

    async def made() -> str:
        return "made"

    with pytest.raises(TurnAwaitedError):
        await first.run(refused, key="k")
    assert await second.run(made) == "made"


async def test_without_a_name_to_keep_a_place_by_none_is_kept() -> None:
    """Whoever is told to come again and does not, costs nobody a slot."""
    calls = Calls(HandTime(), Rate(1, burst=1, patience=5))
    await calls.lane.run(lambda: asyncio.sleep(0))
    for _ in range(3):
        with pytest.raises(TurnAwaitedError) as told:
            await calls.lane.run(lambda: asyncio.sleep(0), looking=True)
        assert (told.value.retry_after, told.value.looking) == (57.5, True)
