"""An incident that people steer by hand: every command there is, on steps that fail, block and cannot be told."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from textwrap import dedent
from typing import TYPE_CHECKING

from engine.bootstrap.serving import Service, open_service
from engine.domain import commands as cmd
from engine.runtime.desk import Playbook
from tests.architecture.sources import ROOT
from tests.integration.runtime.bench import counterpart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PLAYBOOK = """\
tocsin: 1
playbook: steered
title: Steered by hand
version: 1
inputs:
  note: {type: text, default: "x"}
roles:
  commander: {required: true}
  comms: {title: Communications lead, else: commander}
phases:
  contain:
    steps:
      - id: lock
        title: Lock
        action: http.request
        with: {method: POST, url: "HERE/lock"}
        undo: {action: http.request, with: {method: POST, url: "HERE/unlock"}}
      - {id: broken, title: Break, action: http.request, with: {method: POST, url: "http://127.0.0.1:9/"}}
      - {id: after, title: After, task: Go on., owner: commander, due: 1h, needs: [broken]}
      - {id: unsure, title: Lose, action: http.request, with: {method: POST, url: "HERE/unsure"}}
      - {id: asked, title: Look, task: Look., owner: commander, due: 1h}
      - {id: unsound, title: Unsound, task: Nothing., owner: commander, due: 1h, when: (inputs.note | first) == "x"}
      - {id: words, title: Words, task: Write., owner: comms, due: 1h}
"""
STEERING: tuple[tuple[cmd.AnyCommand, str, str], ...] = (
    (cmd.AssignRole(role="comms", people=["dev"], reason="on call"), "unsure", "unconfirmed"),
    (cmd.SkipStep(step="words", reason="nobody asks"), "words", "skipped"),
    (cmd.Answer(target="asked", verdict="decline", reason="not my system"), "asked", "declined"),
    (cmd.RetryStep(step="asked", reason="it is"), "asked", "awaiting_person"),
    (cmd.Acknowledge(target="asked"), "asked", "awaiting_person"),
    (cmd.ResolveStep(step="unsure", outcome="done", reason="it stands in its log"), "unsure", "done"),
    (cmd.ResolveStep(step="broken", outcome="failed", reason="by hand then"), "after", "blocked"),
    (cmd.HoldIncident(reason="the address may be wrong"), "lock", "done"),
    (cmd.ReleaseIncident(reason="it is right"), "lock", "done"),
    (cmd.OfferHandover(to="jo", note="The host answers at eight."), "lock", "done"),
    (cmd.DeclineHandover(reason="on a train"), "lock", "done"),
    (cmd.OfferHandover(to="jo"), "lock", "done"),
    (cmd.AcceptHandover(), "lock", "done"),
    (cmd.UndoStep(step="lock", reason="false alarm"), "lock", "undone"),
    (cmd.CloseIncident(reason="the rest is elsewhere"), "asked", "cancelled"),
    (cmd.ReopenIncident(reason="another copy"), "asked", "cancelled"),
    (cmd.CancelIncident(reason="a drill"), "asked", "cancelled"),
)
"""A command, and the step whose state says that it has been carried out."""


async def steered(home: Path) -> None:
    """Declare the incident in a data folder and steer it to its end."""
    async with counterpart() as system, _service(home, port=system.port) as service:
        system.faults["/unsure"] = ["drop"]
        desk, who = service.office.desk, service.who
        text = dedent(PLAYBOOK).replace("HERE", f"http://127.0.0.1:{system.port}")
        made = await desk.declare(Playbook(text.encode(), "steered.yaml"), {}, who)
        for step, state in (("unsure", "unconfirmed"), ("lock", "done"), ("broken", "failed")):
            await _until(service, made.incident, step, state)
        for command, step, state in STEERING:
            answers = isinstance(command, cmd.AcceptHandover | cmd.DeclineHandover)
            taken = await desk.give(made.incident, command, who.model_copy(update={"person": "jo"}) if answers else who)
            if not isinstance(taken, list):
                raise SystemExit(f"{command} was refused: {taken}")
            await _until(service, made.incident, step, state)
        async with asyncio.timeout(60):
            while (await desk.look(made.incident)).incident.status.value != "cancelled":  # noqa: ASYNC110 - as below
                await asyncio.sleep(0.05)


@asynccontextmanager
async def _service(home: Path, *, port: int) -> AsyncIterator[Service]:
    os.environ |= {
        "TOCSIN_HOME": str(home),
        "TOCSIN_CONFIG": str(ROOT / "config"),
        "TOCSIN_PREFECT": "off",
        "TOCSIN_PERSON": "ana",
        "TOCSIN_HTTP_ALLOW": f"127.0.0.1:{port},127.0.0.1:9",
    }
    async with open_service() as service:
        running = asyncio.create_task(service.engine.run())
        try:
            yield service
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def _until(service: Service, incident: str, step: str, state: str) -> None:
    async with asyncio.timeout(60):
        while (await service.office.desk.look(incident)).incident.step(step).status.value != state:  # noqa: ASYNC110 - the ledger sets no event
            await asyncio.sleep(0.05)
