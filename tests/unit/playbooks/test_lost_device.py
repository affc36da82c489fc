"""The second playbook: small, and with nothing but what works now."""

from __future__ import annotations

import pytest

from engine.domain.plan import Gate, OnFailure, StepKind
from tests.unit.playbooks.cases import checked, plan_of, runs

PLAN = plan_of("lost-device")


def test_nothing_is_said_of_it() -> None:
    """Not even a warning."""
    assert checked("lost-device").problems == ()


def test_it_is_small() -> None:
    """Sixteen steps in four phases, four of them done by the engine, and most only where data could be read."""
    assert {phase.id: phase.steps for phase in PLAN.phases} == {
        "contain": ("lock_device", "end_sessions", "lock_by_hand", "what_was_on_it", "wipe", "keys_on_it"),
        "legal": (
            "duties",
            "filing_text",
            "file_authority",
            "file_ico",
            "affected_text",
            "tell_affected",
            "police_report",
        ),
        "harden": ("replace",),
        "review": ("lessons", "compile"),
    }
    actions = [step.id for step in PLAN.steps.values() if step.kind is StepKind.ACTION]
    assert actions == ["lock_device", "end_sessions", "wipe", "compile"]


def test_harden_waits_for_contain_and_review_for_the_rest() -> None:
    """No decision marks the incident, so the phase itself does."""
    assert [phase.gate for phase in PLAN.phases] == [Gate.NOW, Gate.NOW, Gate.CONTAINED, Gate.RESOLVED]


def test_a_lock_that_fails_is_done_by_a_person() -> None:
    """The handler is tied to the step that may fail."""
    assert PLAN.steps["lock_device"].on_failure is OnFailure.HANDLE
    assert PLAN.steps["lock_by_hand"].handler_for == ("lock_device", "end_sessions")


@pytest.mark.parametrize(("encrypted", "wiped"), [("yes", False), ("no", True), ("unknown", True)])
def test_a_device_is_wiped_unless_it_is_known_to_be_encrypted(encrypted: str, *, wiped: bool) -> None:
    """Unknown counts as readable."""
    assert runs(PLAN.steps["wipe"], inputs={"encrypted": encrypted}) is wiped


@pytest.mark.parametrize(("applies", "files"), [("yes", True), ("no", False), ("not yet known", True)])
def test_an_open_duty_keeps_the_filing_open(applies: str, *, files: bool) -> None:
    """Only a decision not to notify closes it, for each law by itself; what is sent was approved before."""
    for law, name in (("eu_gdpr", "file_authority"), ("uk_gdpr", "file_ico")):
        duties = {"duties": {"eu_gdpr_applies": "no", "uk_gdpr_applies": "no"} | {f"{law}_applies": applies}}
        for step in ("filing_text", name):
            assert runs(PLAN.steps[step], inputs={}, steps=duties) is files
        assert [need.step for need in PLAN.steps[name].needs] == ["filing_text"]
    assert PLAN.steps["filing_text"].approve is not None


@pytest.mark.parametrize(("encrypted", "data", "renewed"), [("no", "credentials", True), ("yes", "credentials", False)])
def test_keys_that_could_be_read_are_renewed_tonight(encrypted: str, data: str, *, renewed: bool) -> None:
    """And what is signed in on the device ends at once, where the account is known."""
    found = {"what_was_on_it": {"data": [data]}}
    assert runs(PLAN.steps["keys_on_it"], inputs={"encrypted": encrypted}, steps=found) is renewed
    assert runs(PLAN.steps["end_sessions"], inputs={"account": "a@example.com"}) is True
    assert runs(PLAN.steps["end_sessions"], inputs={"account": None}) is False


@pytest.mark.parametrize(("stolen", "reported"), [("yes", True), ("no", False), ("unknown", False)])
def test_a_theft_is_reported(stolen: str, *, reported: bool) -> None:
    """The fact decides, and may be revised later."""
    assert runs(PLAN.steps["police_report"], inputs={"stolen": stolen}) is reported


def test_a_wipe_is_approved_and_says_why_nothing_undoes_it() -> None:
    """What cannot be taken back has two people behind it."""
    wipe = PLAN.steps["wipe"]
    assert wipe.approve is not None
    assert wipe.approve.by == ("commander", "privacy")
    assert wipe.undo is not None
    assert wipe.undo.none_because
