"""The demo ended in the middle: nothing that it started stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.integration.serve.house import TOCSIN

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]


def below(process: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    listed = Path(f"/proc/{process}/task/{process}/children")
    children = [int(child) for child in listed.read_text(encoding="utf-8").split()] if listed.exists() else []
    return [found for child in children for found in (child, *below(child))]


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -signal.SIGKILL)]
)
async def test_whatever_ends_it_ends_what_it_started(sent: signal.Signals, code: int, tmp_path: Path) -> None:
    """The sandbox, the engine and its Prefect server, also when the demo cannot say goodbye."""
    environment = {**os.environ, "TOCSIN_HOME": str(tmp_path), "TOCSIN_PREFECT": "auto"}
    demo = await asyncio.create_subprocess_exec(
        *TOCSIN, "demo", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, env=environment
    )
    async with asyncio.timeout(60):
        while len(below(demo.pid)) < 3:  # noqa: ASYNC110 - other processes, which set no event
            await asyncio.sleep(0.05)
    started = below(demo.pid)
    demo.send_signal(sent)
    _, said = await asyncio.wait_for(demo.communicate(), 60)
    assert demo.returncode == code
    assert b"Traceback" not in said
    async with asyncio.timeout(60):
        while any(Path(f"/proc/{process}").exists() for process in started):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
