"""The closed vocabularies of a plan: its phases, and what steps, failures, gates and tickets can be.

Rule kept here: nothing is ever taken out of a vocabulary that a kept playbook may use.
"""

from __future__ import annotations

from enum import StrEnum

PHASES = ("contain", "legal", "communicate", "harden", "review")
"""The closed vocabulary of phases, in the order they are shown."""

ANSWER = "answer"
WHY = "why"
"""What a decision without a form is asked, and every decision that marks: yes or no, and why."""


class StepKind(StrEnum):
    """Who does a step: the engine, a person, a person who answers, time, or a called playbook."""

    ACTION = "action"
    TASK = "task"
    DECISION = "decision"
    WAIT = "wait"
    CALL = "call"
    """A whole playbook is done inside this one."""


class Reach(StrEnum):
    """How far what an action does can be seen."""

    NONE = "none"
    """Reads only, or writes only to Tocsin's own store."""
    INWARD = "inward"
    """Changes something in the organisation's own systems."""
    OUTWARD = "outward"
    """People outside the organisation, or the whole staff, can see it."""


class OnFailure(StrEnum):
    """What a failed step means for the others."""

    BLOCK = "block"
    CONTINUE = "continue"
    STOP = "stop"
    HANDLE = "handle"


class Gate(StrEnum):
    """What opens a phase."""

    NOW = "now"
    CONTAINED = "contained"
    RESOLVED = "resolved"
    AFTER = "after"


class Tickets(StrEnum):
    """Which tickets a step makes in the tracker."""

    READY = "ready"
    ALL = "all"
    """Also before it is ready: when its phase opens."""
    NONE = "none"
