"""Which commands there are: the panel of the help that each stands in, its name, and the function that runs it.

Rule kept here: nothing is imported before a command is asked for, so each of them brings only its own module along.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final, NamedTuple, cast

PLAYBOOKS, INCIDENTS, ANSWERING, STEERING, RUNNING = (
    "Playbooks",
    "Incidents",
    "What waits for you",
    "Steering an incident",
    "Running Tocsin",
)


class Command(NamedTuple):
    """A command; a name of two words is a command of a group, `module` is one of those beside this one."""

    panel: str
    name: str
    module: str
    function: str

    @property
    def first(self) -> str:
        """Return the word that follows `tocsin`."""
        return self.name.partition(" ")[0]

    def load(self) -> Callable[..., None]:
        """Return the function that runs it."""
        module = import_module(f"{__package__}.{self.module}")
        return cast("Callable[..., None]", getattr(module, self.function))


COMMANDS: Final[tuple[Command, ...]] = (
    Command(INCIDENTS, "trigger", "trigger", "trigger"),
    Command(INCIDENTS, "list", "looking", "incidents"),
    Command(INCIDENTS, "status", "looking", "status"),
    Command(INCIDENTS, "timeline", "reading", "timeline"),
    Command(INCIDENTS, "review", "reading", "review"),
    Command(INCIDENTS, "verify", "keeping", "verify"),
    Command(ANSWERING, "inbox", "waiting", "inbox"),
    Command(ANSWERING, "tasks", "waiting", "tasks"),
    Command(ANSWERING, "ack", "answering", "ack"),
    Command(ANSWERING, "done", "answering", "done"),
    Command(ANSWERING, "answer", "answering", "answer"),
    Command(ANSWERING, "approve", "answering", "approve"),
    Command(ANSWERING, "decline", "answering", "decline"),
    Command(ANSWERING, "break-glass", "answering", "break_glass"),
    Command(ANSWERING, "accept", "handing", "accept"),
    Command(STEERING, "fact", "steering", "fact"),
    Command(STEERING, "add", "steering", "add"),
    Command(STEERING, "assign", "steering", "assign"),
    Command(STEERING, "exclude", "excluding", "exclude"),
    Command(STEERING, "admit", "excluding", "admit"),
    Command(STEERING, "note", "steering", "note"),
    Command(STEERING, "handover", "handing", "handover"),
    Command(STEERING, "hold", "steering", "hold"),
    Command(STEERING, "release", "steering", "release"),
    Command(STEERING, "skip", "steering", "skip"),
    Command(STEERING, "retry", "steering", "retry"),
    Command(STEERING, "redo", "asking", "redo"),
    Command(STEERING, "due", "asking", "due"),
    Command(STEERING, "migrate", "migrating", "migrate"),
    Command(STEERING, "resolve", "steering", "resolve"),
    Command(STEERING, "undo", "steering", "undo"),
    Command(STEERING, "cancel", "steering", "cancel"),
    Command(STEERING, "close", "steering", "close"),
    Command(STEERING, "reopen", "steering", "reopen"),
    Command(PLAYBOOKS, "lint", "lint", "lint"),
    Command(PLAYBOOKS, "plan", "plan", "plan"),
    Command(PLAYBOOKS, "rehearse", "rehearse", "rehearse"),
    Command(PLAYBOOKS, "test", "testing", "run_all"),
    Command(PLAYBOOKS, "rehearsal record", "rehearsal", "record"),
    Command(PLAYBOOKS, "schema", "schema", "schema"),
    Command(PLAYBOOKS, "export", "exchange", "export"),
    Command(PLAYBOOKS, "import", "exchange", "import_"),
    Command(RUNNING, "serve", "serve", "serve"),
    Command(RUNNING, "worker", "worker", "worker"),
    Command(RUNNING, "demo", "demo", "demo"),
    Command(RUNNING, "sandbox", "sandbox", "sandbox"),
    Command(RUNNING, "doctor", "doctor", "doctor"),
    Command(RUNNING, "connect slack", "connect", "connect_slack"),
    Command(RUNNING, "connect jira", "connect", "connect_jira"),
    Command(RUNNING, "slack manifest", "slack", "manifest"),
    Command(RUNNING, "oncall", "oncall", "oncall"),
    Command(RUNNING, "rebuild", "keeping", "rebuild"),
    Command(RUNNING, "recover", "keeping", "recover"),
)
GROUPS: Final = {
    "connect": "Connect Tocsin with Slack or Jira, step by step.",
    "rehearsal": "Rehearsals made of what happened.",
    "slack": "What Slack needs to know of Tocsin.",
}
