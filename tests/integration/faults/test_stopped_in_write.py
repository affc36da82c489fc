"""An engine stands still in the middle of a write to PostgreSQL, the incident's row locked."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from engine.domain.timeline import NoteAdded
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.architecture.sources import ROOT
from tests.contract.storage import declaration, empty_database, postgres_server

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(120)]

STANDS_STILL = """
import asyncio, signal, sys, threading
from pathlib import Path
from sqlalchemy import Engine, event
from engine.domain.timeline import NoteAdded
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt

async def main(url, home):
    async with open_ledger(url, home=Path(home), clock=SystemClock(), salt=new_salt) as ledger:
        event.listen(Engine, "commit", lambda _: signal.pthread_kill(threading.get_ident(), signal.SIGSTOP))
        try:
            await ledger.append_inputs("INC-1", [NoteAdded(text="never told")])
        except Exception as error:
            print(type(error).__name__, error, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_row_locked_by_a_process_that_stands_still_is_free_after_a_lease(tmp_path: Path) -> None:
    """The others need not wait until it wakes up; awake, it is told that nothing of its write was kept."""
    with postgres_server() as server, empty_database(server) as url:
        async with open_ledger(url, home=tmp_path / "home", clock=SystemClock(), salt=new_salt) as ledger:
            incident, _ = await ledger.declare(declaration(), definition="text")
            still = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", STANDS_STILL, url, str(tmp_path / "other")),
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(60):
                    while state(still.pid) != "T":  # noqa: ASYNC110 - another process's state sets no event
                        await asyncio.sleep(0.02)
                async with asyncio.timeout(30):
                    lease = await ledger.claim(incident, owner="two", ttl=timedelta(seconds=6))
                assert lease is not None
                await ledger.append_inputs(incident, [NoteAdded(text="goes on")])
                still.send_signal(signal.SIGCONT)
                said, _ = await asyncio.wait_for(still.communicate(), 60)
                assert said.startswith(b"RunError the ledger could not be written: ")
                assert (await ledger.head(incident)).seq == 2
                assert await ledger.verify(incident) is None
            finally:
                if still.returncode is None:
                    still.kill()
                    await still.wait()


def state(process: int) -> str:
    """Return the letter of a process's state: T for one that stands still."""
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
