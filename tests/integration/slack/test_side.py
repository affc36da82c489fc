"""The way in from Slack as an engine has it: as many connections as were asked for, each act taken once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from engine.bootstrap.serving import open_service
from integrations.sandbox import default_seed, run_sandbox
from integrations.system.clock import SystemClock
from tests.architecture.sources import ROOT
from tests.integration.sandbox.clients import Human, until


async def test_an_engine_keeps_as_many_connections_as_it_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes by either of them is in the inbox once; at the end none is left open."""
    async with run_sandbox(default_seed(), now=SystemClock().now) as sandbox:
        given = {
            "TOCSIN_HOME": str(home),
            "TOCSIN_CONFIG": str(ROOT / "config"),
            "TOCSIN_PLAYBOOKS": str(ROOT / "playbooks"),
            "TOCSIN_PREFECT": "off",
            "TOCSIN_PERSON": "ben",
            "TOCSIN_SLACK_BASE_URL": sandbox.slack_base_url,
            "TOCSIN_SLACK_BOT_TOKEN": sandbox.slack_bot_token,
            "TOCSIN_SLACK_APP_TOKEN": sandbox.slack_app_token,
            "TOCSIN_SLACK_CONNECTIONS": "2",
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        async with open_service() as service, aiohttp.ClientSession() as session:
            assert service.slack is not None
            running = asyncio.create_task(service.slack.run())
            await until(lambda: sandbox.slack.sockets.connected == 2)
            ben = Human(session, sandbox.url, sandbox.world.seed.person("ben").slack_token)
            for _ in range(4):
                told = await ben.post("/commands", channel="#security", command="/incident", text="status")
                assert told["result"] == "acknowledged"
            rows = await service.office.ledger.pending(limit=9)
            assert len({row.source_id for row in rows}) == len(rows) == 4
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        await until(lambda: sandbox.slack.sockets.connected == 0)
