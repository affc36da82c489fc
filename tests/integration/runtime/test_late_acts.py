"""Whoever lost a lease sends nothing any more: also not what was just about to be sent when the process stood still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from engine.domain.errors import LeaseLostError
from engine.domain.timeline import EffectDone, SegmentBegan
from engine.ports.holding import acting_while
from engine.ports.web import HttpRequest
from engine.runtime.carrier import Direct
from engine.runtime.keeping import LEASE, MARGIN
from engine.runtime.segment import Segment
from integrations.jira.pool import JiraPool
from integrations.jira.site import JiraSite
from integrations.sandbox import default_seed, run_sandbox
from integrations.slack.api import SlackApi
from integrations.system.clock import SystemClock
from integrations.web.client import WebClient
from integrations.web.guard import AllowList
from tests.integration.faults.test_clock_jumps import bench
from tests.integration.runtime.bench import counterpart
from tests.integration.runtime.test_engine import HEAD, closed, post

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("passes", [LEASE.total_seconds() - MARGIN, LEASE.total_seconds() + 1])
async def test_an_engine_that_stood_still_before_its_act_does_not_begin_it(home: Path, passes: float) -> None:
    """It has written down what it intends, and wakes up when its lease is over, or nearly: the next one does it."""
    async with bench(home) as (made, clock):
        incident = await made.declare(HEAD + post("one"))
        asked = clock.monotonic()
        lease = await made.ledger.claim(incident, owner="still", ttl=LEASE)
        assert lease is not None
        clock.passed += passes
        with pytest.raises(LeaseLostError):
            await Segment(made.shop, lease, Direct(), asked).run()
        assert not made.system.asked
        clock.ahead += LEASE
        async with made.engine("next"):
            await made.until(incident, closed)
        events = [entry.event for entry in await made.ledger.entries(incident)]
        assert [event.engine for event in events if isinstance(event, SegmentBegan)][-1] == "next"
        assert sum(isinstance(event, EffectDone) for event in events) == 1
        assert dict(made.system.did) == {"/one": 1}


async def test_a_write_is_held_back_when_its_connection_took_too_long() -> None:
    """Asked before the connection and after it; reading is never held back."""
    async with counterpart() as system, WebClient(AllowList.parse([f"127.0.0.1:{system.port}"])) as client:
        url = f"http://127.0.0.1:{system.port}/one"
        with acting_while(lambda: False):
            with pytest.raises(LeaseLostError):
                await client.send(HttpRequest("POST", url, {"Idempotency-Key": "k"}, None, timeout=5, max_bytes=9))
            assert (await client.send(HttpRequest("GET", f"{url}/x", {}, None, timeout=5, max_bytes=9))).status
        assert not system.asked
        await client.send(HttpRequest("POST", url, {"Idempotency-Key": "k"}, None, timeout=5, max_bytes=9))
        assert dict(system.did) == {"/one": 1}


async def test_slack_and_jira_are_written_to_only_under_a_lease_that_holds() -> None:
    """Both are read all the same, and written to by whoever needs no lease."""
    async with run_sandbox(default_seed(), now=SystemClock().now) as sandbox, aiohttp.ClientSession():
        slack = SlackApi(bot_token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url)
        email, token = sandbox.jira_login
        site = JiraSite(url=sandbox.jira_url, project="SEC", email=email, token=token)
        async with JiraPool(site, clock=SystemClock()) as jira:
            with acting_while(lambda: False):
                with pytest.raises(LeaseLostError):
                    await slack.call("conversations.create", name="quiet")
                with pytest.raises(LeaseLostError):
                    await jira.post("issue", {}, what="create")
                assert (await slack.call("auth.test"))["ok"]
                assert await jira.get("myself", what="ask who we are")
            assert sandbox.log.calls("conversations.create") == sandbox.log.calls("POST issue") == []
            await slack.call("conversations.create", name="quiet")
            assert len(sandbox.log.calls("conversations.create", committed=True)) == 1
