"""Every state of an incident, a phase and a step, and every change between them, in one place.

Theory of operation. A step instance begins *waiting*: its phase is closed, something it needs has not
settled, or what its condition reads is not known. Once it may begin, one of five things happens to it:

* an action is *prepared* (what it will do is written out, *ready*), perhaps *awaiting_approval*, then
  *running*; it ends *done*, *failed*, or *unconfirmed* when nobody can tell, after any number of *retrying*;
* a person is asked (*awaiting_person*), and what they answered may have to be approved;
* time is awaited (*awaiting_time*), also between the rounds of a step that repeats;
* a called playbook begins, and its steps are awaited (*awaiting_steps*);
* it is *skipped* (its condition is false, or a person said so) or *blocked* (what it needs did not succeed).

Settled states are ends, but not graves: a revised fact *revives* a skipped step, a retry *resets* a failed
one, an undo turns done into *undone*. A trigger that the table does not name for a state is illegal: it
raises and changes nothing.
"""

from __future__ import annotations

from enum import StrEnum

from engine.domain.errors import IllegalTransitionError


class IncidentStatus(StrEnum):
    """How far an incident is."""

    DECLARED = "declared"
    CONTAINED = "contained"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


OVER = frozenset({IncidentStatus.CLOSED, IncidentStatus.CANCELLED})
"""Nothing more is to be done."""
RUNNING = frozenset(IncidentStatus) - OVER


class PhaseStatus(StrEnum):
    """How far a phase is."""

    WAITING = "waiting"
    OPEN = "open"
    SETTLED = "settled"


class StepStatus(StrEnum):
    """How far a step (or one instance of it) is."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    AWAITING_APPROVAL = "awaiting_approval"
    AWAITING_PERSON = "awaiting_person"
    AWAITING_TIME = "awaiting_time"
    AWAITING_STEPS = "awaiting_steps"
    RETRYING = "retrying"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    DECLINED = "declined"
    BLOCKED = "blocked"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"
    UNDONE = "undone"


class Trigger(StrEnum):
    """What can happen to a step."""

    PREPARE = "prepare"
    ASK = "ask"
    SEEK_APPROVAL = "seek_approval"
    AWAIT_TIME = "await_time"
    BEGIN = "begin"
    CALL = "call"
    RETRY_LATER = "retry_later"
    FINISH = "finish"
    FAIL = "fail"
    LOSE = "lose"
    DECLINE = "decline"
    SKIP = "skip"
    BLOCK = "block"
    REVIVE = "revive"
    CANCEL = "cancel"
    RESET = "reset"
    UNDO = "undo"
    REPEAT = "repeat"


S, T = StepStatus, Trigger

TRANSITIONS: dict[StepStatus, dict[Trigger, StepStatus]] = {
    S.WAITING: {
        T.PREPARE: S.READY, T.ASK: S.AWAITING_PERSON, T.AWAIT_TIME: S.AWAITING_TIME, T.SKIP: S.SKIPPED,
        T.BLOCK: S.BLOCKED, T.CANCEL: S.CANCELLED, T.FAIL: S.FAILED,
    },
    S.READY: {
        T.PREPARE: S.READY, T.SEEK_APPROVAL: S.AWAITING_APPROVAL, T.BEGIN: S.RUNNING, T.SKIP: S.SKIPPED,
        T.CANCEL: S.CANCELLED, T.CALL: S.AWAITING_STEPS,
    },
    S.RUNNING: {
        T.FINISH: S.DONE, T.FAIL: S.FAILED, T.LOSE: S.UNCONFIRMED, T.RETRY_LATER: S.RETRYING, T.BEGIN: S.RUNNING,
        T.REPEAT: S.AWAITING_TIME,
    },
    S.AWAITING_APPROVAL: {
        T.ASK: S.AWAITING_PERSON, T.BEGIN: S.RUNNING, T.FINISH: S.DONE, T.DECLINE: S.DECLINED, T.SKIP: S.SKIPPED,
        T.CANCEL: S.CANCELLED, T.SEEK_APPROVAL: S.AWAITING_APPROVAL, T.PREPARE: S.READY, T.REPEAT: S.AWAITING_TIME,
        T.FAIL: S.FAILED,
    },
    S.AWAITING_PERSON: {
        T.ASK: S.AWAITING_PERSON, T.SEEK_APPROVAL: S.AWAITING_APPROVAL, T.FINISH: S.DONE, T.DECLINE: S.DECLINED,
        T.SKIP: S.SKIPPED, T.CANCEL: S.CANCELLED, T.REPEAT: S.AWAITING_TIME, T.FAIL: S.FAILED,
    },
    S.AWAITING_TIME: {
        T.FINISH: S.DONE, T.SKIP: S.SKIPPED, T.CANCEL: S.CANCELLED, T.REPEAT: S.AWAITING_TIME, T.PREPARE: S.READY,
        T.ASK: S.AWAITING_PERSON, T.SEEK_APPROVAL: S.AWAITING_APPROVAL, T.FAIL: S.FAILED,
    },
    S.AWAITING_STEPS: {T.FINISH: S.DONE, T.FAIL: S.FAILED, T.CANCEL: S.CANCELLED},
    S.RETRYING: {T.BEGIN: S.RUNNING, T.FAIL: S.FAILED, T.SKIP: S.SKIPPED, T.CANCEL: S.CANCELLED},
    S.UNCONFIRMED: {T.FINISH: S.DONE, T.FAIL: S.FAILED, T.RESET: S.READY, T.BEGIN: S.RUNNING},
    S.FAILED: {
        T.FINISH: S.DONE, T.FAIL: S.FAILED, T.RESET: S.WAITING, T.SKIP: S.SKIPPED, T.CALL: S.AWAITING_STEPS,
    },
    S.DECLINED: {T.RESET: S.WAITING, T.SKIP: S.SKIPPED},
    S.SKIPPED: {T.REVIVE: S.WAITING, T.CANCEL: S.CANCELLED},
    S.BLOCKED: {T.REVIVE: S.WAITING, T.SKIP: S.SKIPPED, T.CANCEL: S.CANCELLED},
    S.DONE: {T.UNDO: S.UNDONE, T.ASK: S.AWAITING_PERSON},
    S.CANCELLED: {},
    S.UNDONE: {},
}  # fmt: skip

SETTLED = frozenset({S.DONE, S.SKIPPED, S.FAILED, S.DECLINED, S.BLOCKED, S.CANCELLED, S.UNDONE})
"""Ends. *Unconfirmed* is none: a person must still say what happened."""

ENDED = "ended"
"""What an expression reads of a step that has ended: `steps.look.ended`, one of `SETTLED`."""

SATISFIES = frozenset({S.DONE, S.SKIPPED})
"""What a plain entry under `needs` accepts."""

NOT_BEGUN = frozenset({S.WAITING, S.SKIPPED, S.BLOCKED})
"""States in which nothing has been started, so that a revised fact may still change what happens."""


def after(state: StepStatus, trigger: Trigger) -> StepStatus:
    """Return the state that follows; raise `IllegalTransitionError` when the table has no such change."""
    following = TRANSITIONS[state].get(trigger)
    if following is None:
        msg = f"a step that is {state.value} cannot {trigger.value.replace('_', ' ')}"
        raise IllegalTransitionError(msg)
    return following


def allows(state: StepStatus, trigger: Trigger) -> bool:
    """Return whether the table has that change."""
    return trigger in TRANSITIONS[state]
