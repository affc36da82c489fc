"""`tocsin serve` on a real PostgreSQL: killed with SIGKILL in mid-effect, and started again."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.contract.storage import empty_database, postgres_server
from tests.integration.runtime.bench import counterpart
from tests.integration.serve.house import House, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.runtime.bench import Counterpart

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(180)]

PLAYBOOK = """\
tocsin: 1
playbook: shared
title: On a shared database
version: 1
inputs: {}
roles: {commander: {required: true}}
phases:
  contain:
    steps:
      - {id: first, title: First, action: http.request, with: {method: POST, url: "URL/first", find: FIND}}
      - {id: asked, title: Asked, task: Do it., owner: commander, due: 1h, needs: [first]}
      - {id: second, title: Second, action: http.request, needs: [asked],
         with: {method: POST, url: "URL/second", find: FIND}}
  review:
    steps:
      - {id: told, title: Told, action: http.request, with: {method: POST, url: "URL/told", find: FIND}}
"""
FIND = '{url: "URL/requests/{{ idempotency_key }}", absent: [404]}'


@contextmanager
def database() -> Iterator[str]:
    """The address of an empty database of this test's own."""
    with postgres_server() as server, empty_database(server) as url:
        yield make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def house(home: Path, playbooks: Path, *, system: Counterpart, url: str) -> House:
    """A house whose ledger is in a PostgreSQL database."""
    address = f"http://127.0.0.1:{system.port}"
    playbooks.mkdir()
    text = PLAYBOOK.replace("FIND", FIND).replace("URL", address)
    (playbooks / "shared.yaml").write_text(text, encoding="utf-8")
    return House({**surroundings(home, playbooks, system=system), "TOCSIN_DATABASE_URL": url}, system)


async def killed_at(made: House, path: str) -> None:
    """Wait until an act is under way, and kill the engine before its answer comes."""
    await made.asked(path)
    await made.kill()
    made.system.gate.set()
    made.system.gate = asyncio.Event()


async def test_killed_on_postgresql_it_finishes_with_nothing_done_twice(home: Path, tmp_path: Path) -> None:
    """Each act whose answer never came is found by its key; the timeline verifies; nothing of it is in the folder."""
    with database() as url:
        async with counterpart() as system:
            made = house(home, tmp_path / "playbooks", system=system, url=url)
            system.faults.update({"/first": ["hang"], "/second": ["hang"]})
            try:
                await made.serve()
                assert (await made.run("trigger", "shared"))["created"] is True
                await killed_at(made, "/first")
                await made.serve()
                await made.step("asked", "awaiting_person")
                await made.run("done", "INC-1", "asked")
                await killed_at(made, "/second")
                await made.serve()
                await made.step("told", "done")
                status = await made.run("status", "INC-1")
                assert status["state"] == "closed"
                assert dict(system.asked) == {"/first": 1, "/second": 1, "/told": 1}
                assert sorted(system.done.values()) == ["/first", "/second", "/told"]
                assert (await made.run("verify", "INC-1"))["timelines"][0]["verified"] is True
                assert not (home / "tocsin.db").exists()
            finally:
                if made.serving is not None:
                    await made.kill()
