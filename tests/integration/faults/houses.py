"""What the faults share: a playbook of three acts one after the other, houses to play it in, and what must be true."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.integration.runtime.bench import counterpart
from tests.integration.serve.house import House, surroundings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from engine.ports.records import Entry
    from tests.integration.runtime.bench import Counterpart

FIND = 'find: {url: "URL/requests/{{ idempotency_key }}", absent: [404]}'
PLAYBOOK = f"""\
tocsin: 1
playbook: two
title: Two engines
version: 1
inputs: {{}}
roles: {{commander: {{required: true}}}}
phases:
  contain:
    steps:
      - {{id: first, title: First, action: http.request, with: {{method: POST, url: "URL/first", {FIND}}}}}
      - {{id: second, title: Second, action: http.request, needs: [first],
         with: {{method: POST, url: "URL/second", {FIND}}}}}
      - {{id: third, title: Third, action: http.request, needs: [second],
         with: {{method: POST, url: "URL/third", {FIND}}}}}
"""


@asynccontextmanager
async def houses(folder: Path, *names: str, url: str = "") -> AsyncIterator[list[House]]:
    """Houses with data folders of their own, and one database where its `url` is given; all are ended in the end."""
    playbooks = folder / "playbooks"
    playbooks.mkdir()
    shared = {"TOCSIN_DATABASE_URL": url} if url else {}
    async with counterpart() as system:
        (playbooks / "two.yaml").write_text(PLAYBOOK.replace("URL", f"http://127.0.0.1:{system.port}"))
        made = [House({**surroundings(folder / name, playbooks, system=system), **shared}, system) for name in names]
        try:
            yield made
        finally:
            for house in made:
                if house.serving is not None:
                    await house.kill()


async def timeline(home: Path, url: str = "") -> Sequence[Entry]:
    """Return the timeline, and see that it verifies."""
    async with open_ledger(
        url or f"sqlite:///{home / 'tocsin.db'}", home=home, clock=SystemClock(), salt=new_salt
    ) as ledger:
        assert await ledger.verify("INC-1") is None
        return await ledger.entries("INC-1")


def done_once(system: Counterpart) -> bool:
    """Whether each request was done, and done once."""
    return dict(system.did) == {"/first": 1, "/second": 1, "/third": 1}
