"""What a rehearsal expects, beside what comes."""

from __future__ import annotations

import pytest

from engine.rehearsal.expecting import differences
from tests.unit.rehearsal.cases import played
from tests.unit.rehearsal.test_play import ACTS, ASKS

ANSWERED = "answers: {words: {by: ana, after: 20m}}\n"


def differing(expect: str, more: str = ANSWERED) -> list[str]:
    """Return what differs, in words."""
    return [one.told() for one in differences(played(ASKS + ACTS, f"{more}expect: {expect}"))]


@pytest.mark.parametrize(
    "expect",
    [
        "{status: closed, steps: {words: done, lock: done, each: done}}",
        "{missed: [words], refused: []}",
        "{facts: {minor: unknown}, within: {words: 20m, closed: 10d}}",
        "{asked: {words: commander, approve/lock: [counsel]}, answered: {words: ana, approve/lock: [carla]}}",
        "{tickets: [words, each], sent: [lock], attention: []}",
        "{by: {16m: {status: declared, steps: {words: awaiting_person}, missed: [words], attention: [missed words]}}}",
        "{by: {19m59s: {answered: {words: []}}, 20m: {answered: {words: ana}}, 300d: {status: closed}}}",
    ],
)
def test_what_came_as_expected_is_not_told(expect: str) -> None:
    """Nothing differs."""
    assert differing(expect) == []


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("{status: cancelled}", "status: expected cancelled, got closed"),
        ("{steps: {words: skipped}}", "steps.words: expected skipped, got done"),
        ("{steps: {each: failed}}", "steps.each: expected failed, got done"),
        ("{missed: []}", "missed: expected nothing, got words"),
        ("{missed: [each, words]}", "missed: expected each, words, got words"),
        ("{never: [lock]}", "never.lock: expected that it never begins, got done"),
        ("{refused: [words]}", "refused: expected words, got nothing"),
        ('{facts: {minor: "no"}}', "facts.minor: expected no, got unknown"),
        ("{asked: {words: counsel}}", "asked.words: expected counsel, got commander"),
        ("{answered: {approve/lock: [ana, carla]}}", "answered.approve/lock: expected ana, carla, got carla"),
        ("{tickets: [words]}", "tickets: expected words, got each, words"),
        ("{sent: []}", "sent: expected nothing, got lock"),
        ("{attention: [missed words]}", "attention: expected missed words, got nothing"),
        ("{by: {16m: {attention: []}}}", "by.16m.attention: expected nothing, got missed words"),
        ("{by: {1h: {steps: {words: awaiting_person}}}}", "by.1h.steps.words: expected awaiting_person, got done"),
        ("{within: {words: 10m}}", "within.words: expected at most 10m, got 20 min"),
    ],
)
def test_what_differs_is_told_beside_what_came(expect: str, told: str) -> None:
    """As a test runner tells it: what was expected, and what it got."""
    assert differing(expect) == [told]


def test_an_order_is_that_in_which_steps_ended() -> None:
    """A step that has not ended is not in it."""
    later = "answers: {words: {after: 20m}, approve/lock: {after: 1m}}\n"
    assert differing("{order: [lock, words]}", later) == []
    assert differing("{order: [words, lock]}", later) == ["order: expected words, lock, got lock, words"]


def test_a_step_that_was_only_to_be_approved_never_began() -> None:
    """What was declined before it was done does not count as begun."""
    declined = "injects: [{at: 1s, decline: {approval: lock, reason: No.}}]\n"
    assert differing("{never: [lock], steps: {lock: declined}}", declined) == []
