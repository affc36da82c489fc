"""Many messages at once: all of them arrive, in order, at the pace that Slack takes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest

from engine.domain.errors import TurnAwaitedError
from engine.ports.shown import Message
from integrations.sandbox import Fault, FaultKind, Sandbox, Seed, default_seed, run_sandbox
from integrations.slack import Pace, SlackApi, SlackChat
from tests.integration.sandbox.clients import StoryClock
from tests.integration.slack.handtime import HandTime
from tests.integration.slack.persons import BEN

MANY = 200


@pytest.fixture
def seed() -> Seed:
    """A Slack that counts, and takes one message a second in each channel."""
    plain = default_seed()
    return plain.model_copy(update={"slack": plain.slack.model_copy(update={"rate_limits": True, "events": ()})})


@pytest.fixture
def time() -> HandTime:
    """Slack's time and ours, moved by hand."""
    return HandTime()


@pytest.fixture
async def sandbox(seed: Seed, clock: StoryClock, time: HandTime) -> AsyncIterator[Sandbox]:
    """A running local Slack that counts by that time."""
    async with run_sandbox(seed, now=clock, monotonic=time.monotonic) as running:
        yield running


@pytest.fixture
def api(sandbox: Sandbox, time: HandTime) -> SlackApi:
    """The Web API at a pace."""
    return SlackApi(bot_token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url, pace=Pace(time))


async def in_the_end(call: Callable[[], Awaitable[object]], *, time: HandTime) -> None:
    """Do something as the engine does: whoever is told to come again comes again then."""
    while True:
        try:
            await call()
        except TurnAwaitedError as later:
            await time.sleep(later.retry_after)
        else:
            return


def said(sandbox: Sandbox, channel: str) -> list[str]:
    """Return the texts of a channel."""
    return [message.text for message in sandbox.slack.state.channels[channel].messages if message.blocks]


async def test_two_hundred_posts_arrive_once_each_and_in_order(
    sandbox: Sandbox, chat: SlackChat, time: HandTime
) -> None:
    """In two channels at once, though Slack turns away what comes too fast."""
    async with time.passing():
        places = [await chat.open_channel(f"inc-{number}", incident=f"INC-{number}", key="k") for number in (1, 2)]
        posts = [
            in_the_end(partial(chat.post, place, Message(text=f"{number}"), key=f"{place}/{number}"), time=time)
            for number in range(MANY // 2)
            for place in places
        ]
        await asyncio.gather(*posts)
    for place in places:
        assert said(sandbox, place) == [str(number) for number in range(MANY // 2)]
    assert len(sandbox.log.calls("chat.postMessage", committed=True)) == MANY
    assert time.at - 1000 >= MANY / 2 - 5


async def test_a_slow_post_is_not_overtaken(sandbox: Sandbox, chat: SlackChat, time: HandTime) -> None:
    """One message of a channel is under way at a time."""
    async with time.passing():
        channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
        sandbox.faults.add(Fault(kind=FaultKind.SLOW, match="chat.postMessage", seconds=0.2))
        await asyncio.gather(*(chat.post(channel, Message(text=text), key=text) for text in ("one", "two", "three")))
    assert said(sandbox, channel) == ["one", "two", "three"]


async def test_what_is_urgent_does_not_wait_behind_a_burst(sandbox: Sandbox, chat: SlackChat, time: HandTime) -> None:
    """A whisper in the same channel, and a message in another one, come through while time stands still."""
    async with time.passing():
        first = await chat.open_channel("inc-1", incident="INC-1", key="k")
        other = await chat.open_channel("inc-2", incident="INC-2", key="k")
        await chat.invite(first, [BEN])
    waiting = [asyncio.create_task(chat.post(first, Message(text=f"{n}"), key=f"{n}")) for n in range(MANY)]
    async with asyncio.timeout(10):
        await chat.whisper(first, BEN, "Somebody was faster.")
        await chat.post(other, Message(text="here"), key="k")
    assert len(said(sandbox, first)) == 1
    assert said(sandbox, other) == ["here"]
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_look_up_that_must_wait_does_not_say_that_nothing_is_known(
    sandbox: Sandbox, chat: SlackChat, clock: StoryClock, time: HandTime
) -> None:
    """It is done when its turn comes; then what it looked for is found."""
    async with time.passing():
        channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
        ref = await chat.post(channel, Message(text="one"), key="k1")
        sandbox.faults.add(Fault(kind=FaultKind.RATE_LIMITED, match="conversations.*", seconds=60))
        with pytest.raises(TurnAwaitedError) as told:
            await chat.find_post(channel, key="k1", since=clock() - timedelta(hours=1))
        await time.sleep(told.value.retry_after + 5)
        found = await chat.find_post(channel, key="k1", since=clock() - timedelta(hours=1))
    assert told.value.looking
    assert getattr(found, "value", None) == ref


async def test_the_rates_of_methods_are_kept(sandbox: Sandbox, chat: SlackChat, time: HandTime) -> None:
    """Sixty changes of a topic are all made, though Slack takes twenty a minute; nobody is sent away thrice."""
    sent_away: Counter[int] = Counter()

    async def change(number: int) -> None:
        try:
            await chat.set_topic(channel, f"{number}")
        except TurnAwaitedError:
            sent_away[number] += 1
            raise

    async with time.passing():
        channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
        await asyncio.gather(*(in_the_end(partial(change, number), time=time) for number in range(60)))
    assert len(sandbox.log.calls("conversations.setTopic", committed=True)) == 60
    assert max(sent_away.values()) <= 2
