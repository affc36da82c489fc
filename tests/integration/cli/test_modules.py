"""What each command imports: a shell command that answers in a moment brings no engine with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine.entrypoints.cli.commands import COMMANDS
from tests.integration.cli.conftest import FIRST

PROBE = """
import sys
from engine.entrypoints.cli.main import main
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""
ENGINE = {"prefect", "slack_sdk", "jira", "fastapi", "uvicorn", "starlette"}
ON_A_LEDGER = {
    "trigger": ("small", *FIRST),
    "list": (),
    "status": ("INC-1",),
    "timeline": ("INC-1",),
    "review": ("INC-1",),
    "rehearsal record": ("INC-1",),
    "verify": (),
    "inbox": (),
    "oncall": (),
    "ack": ("INC-1", "look"),
    "done": ("INC-1", "lock"),
    "answer": ("INC-1", "look", "-s", "kind=meeting"),
    "approve": ("INC-1", "words"),
    "decline": ("INC-1", "lock", "--reason", "x"),
    "break-glass": ("INC-1", "lock", "--reason", "x"),
    "fact": ("INC-1", "anyone_minor", "no", "--reason", "x"),
    "add": ("INC-1", "urls", "https://b.example/2"),
    "assign": ("INC-1", "comms", "dev"),
    "exclude": ("INC-1", "kim", "--reason", "x"),
    "admit": ("INC-1", "kim"),
    "note": ("INC-1", "x"),
    "tasks": ("INC-1",),
    "handover": ("INC-1", "--to", "jo"),
    "accept": ("INC-1",),
    "hold": ("INC-1",),
    "release": ("INC-1",),
    "skip": ("INC-1", "words", "--reason", "x"),
    "retry": ("INC-1", "lock"),
    "redo": ("INC-1", "lock", "--reason", "x"),
    "due": ("INC-1", "lock", "2031-03-04T10:00+01:00"),
    "resolve": ("INC-1", "lock", "done", "--reason", "x"),
    "undo": ("INC-1", "lock"),
    "migrate": ("INC-1", "--to", "small"),
    "cancel": ("INC-1", "--reason", "x"),
    "close": ("INC-1", "--reason", "x"),
    "reopen": ("INC-1", "--reason", "x"),
    "rebuild": (),
    "recover": ("INC-1", "--reason", "x"),
}
ELSEWHERE = {
    "lint",
    "plan",
    "schema",
    "export",
    "import",
    "rehearse",
    "test",
    "doctor",
    "serve",
    "worker",
    "demo",
    "sandbox",
}
"""Looked at in tests/unit/cli, or the engine itself."""
CONNECTING = {"connect slack", "connect jira", "slack manifest"}
"""They talk to Slack and Jira themselves."""


def test_every_command_is_looked_at() -> None:
    """A new one has to say what it imports."""
    assert {command.name for command in COMMANDS} == set(ON_A_LEDGER) | ELSEWHERE | CONNECTING


@pytest.mark.parametrize("command", sorted(ON_A_LEDGER))
def test_a_command_on_a_ledger_brings_no_engine(incident: str, command: str) -> None:
    """Accepted or refused: no Prefect, Slack, Jira or web server, and no Alembic once there are tables."""
    del incident
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, *command.split(), *ON_A_LEDGER[command]],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode in (0, 3)
    imported = set(ran.stderr.split())
    assert "sqlalchemy" in imported
    assert imported & (ENGINE | {"alembic"}) == set()
