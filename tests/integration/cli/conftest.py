"""The command line on a data folder of its own, in this process, as somebody types it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from engine.bootstrap.serving import open_service
from tests.architecture.sources import ROOT
from tests.terminal import Run, typed

if TYPE_CHECKING:
    from pathlib import Path

PLAYBOOK = """\
tocsin: 1
playbook: small
title: A small leak
version: 1
inputs:
  summary: {type: text, max: 80}
  urls: {type: url, list: true, min: 1}
  aware_at: {type: datetime, default: now}
  anyone_minor: {type: choice, options: ["no", "yes", unknown], default: unknown}
roles:
  commander: {required: true}
  responder: {title: Responder}
  comms: {title: Communications lead, else: commander}
phases:
  contain:
    steps:
      - id: look
        title: What is shown?
        decision: Say what kind of recording it is.
        by: [responder]
        due: 15m
        form:
          kind: {type: choice, options: [meeting, other]}
          names: {type: text, sensitivity: restricted, optional: true}
      - {id: lock, title: Close the links, task: Close them., owner: responder, due: 1h}
      - id: words
        title: The statement
        task: Write it.
        owner: comms
        due: 2h
        approve: {by: [commander], quorum: 1}
        form: {text: {type: text}}
"""
FIRST = ("-i", "summary=A recording is public", "-i", "urls=https://video.example/1")


@pytest.fixture
def tocsin(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command as Ben, a responder, unless it says otherwise."""
    folder = tmp_path / "playbooks"
    folder.mkdir()
    (folder / "small.yaml").write_text(PLAYBOOK, encoding="utf-8")
    monkeypatch.setenv("TOCSIN_HOME", str(home))
    monkeypatch.setenv("TOCSIN_CONFIG", str(ROOT / "config"))
    monkeypatch.setenv("TOCSIN_PLAYBOOKS", str(folder))
    monkeypatch.setenv("TOCSIN_PREFECT", "off")
    monkeypatch.setenv("TOCSIN_PERSON", "ben")
    return typed(capsys)


@pytest.fixture
def incident(tocsin: Run) -> str:
    """An incident whose questions have been asked: an engine has carried it once."""
    assert tocsin("trigger", "small", *FIRST).code == 0
    carry()
    return "INC-1"


def carry() -> None:
    """Have an engine do everything that can be done now, and stop."""

    async def once() -> None:
        async with open_service() as service:
            running = asyncio.create_task(service.engine.run())
            async with asyncio.timeout(60):
                while (await service.health())["under_way"]["runnable"] or service.engine.busy:  # noqa: ASYNC110 - the ledger sets no event
                    await asyncio.sleep(0.02)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(once())
