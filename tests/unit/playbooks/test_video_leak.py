"""The flagship playbook: what is in it, what waits for what, and who may see what."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.domain.plan import Gate, Need, OnFailure, StepKind
from engine.domain.sensitivity import Sensitivity
from tests.unit.playbooks.cases import checked, plan_of

PLAN = plan_of("video-leak")
STEPS = PLAN.steps
OUTWARD = ("staff_notice", "holding_draft", "holding_publish")


def needed(step: str) -> set[str]:
    """Return the ids of the steps that a step needs."""
    return {need.step for need in STEPS[step].needs}


def test_nothing_is_said_of_it() -> None:
    """Not even a warning."""
    assert checked("video-leak").problems == ()


def test_the_steps_by_phase_and_kind() -> None:
    """A step that is lost or added is seen here."""
    assert {phase.id: len(phase.steps) for phase in PLAN.phases} == {
        "contain": 21,
        "legal": 18,
        "communicate": 9,
        "harden": 6,
        "review": 5,
    }
    assert Counter(step.kind for step in STEPS.values()) == {
        StepKind.ACTION: 14,
        StepKind.TASK: 32,
        StepKind.DECISION: 11,
        StepKind.WAIT: 1,
        StepKind.CALL: 1,
    }


def test_three_phases_open_at_once_and_two_wait() -> None:
    """Law's clocks already run, and people are told while the links are being closed."""
    assert [(phase.id, phase.gate) for phase in PLAN.phases] == [
        ("contain", Gate.NOW),
        ("legal", Gate.NOW),
        ("communicate", Gate.NOW),
        ("harden", Gate.CONTAINED),
        ("review", Gate.RESOLVED),
    ]
    assert [step.id for step in STEPS.values() if step.marks] == ["contained"]


def test_the_first_effects_wait_for_nobody() -> None:
    """The sharing state is recorded and the links are closed before any person answers."""
    assert needed("snapshot_sharing") == set()
    assert needed("lock_original") == {"snapshot_sharing"}
    assert needed("lock_readback") == {"lock_original"}
    assert all(STEPS[name].approve is None for name in ("snapshot_sharing", "lock_original", "lock_readback"))
    assert STEPS["lock_by_hand"].handler_for == ("snapshot_sharing", "lock_original", "lock_readback")


def test_people_begin_at_once_with_five_things() -> None:
    """Everything else of the three open phases waits for something."""
    begin = [step.id for step in STEPS.values() if step.phase in ("contain", "legal", "communicate") and step.human]
    free = [name for name in begin if not STEPS[name].needs and STEPS[name].when is None]
    assert set(free) - {"lock_by_hand"} == {
        "depicted",
        "scope",
        "legal_frame",
        "hold",
        "third_party_notices",
        "police",
    }


def test_contained_waits_for_every_end_and_holds_nothing_up() -> None:
    """One failed or declined step never keeps the incident from being contained."""
    assert STEPS["contained"].needs == tuple(
        Need(name, any_end=True)
        for name in (
            "lock_readback",
            "lock_by_hand",
            "minor_stop",
            "private_stop",
            "platform_reports",
            "revoke_sessions",
            "disable_account",
            "isolate",
        )
    )
    assert set(STEPS["contained"].form) >= {"answer", "why", "copies_known", "copies_reported"}


def test_every_hardening_step_is_a_follow_up() -> None:
    """They have owners and dates, and do not keep the incident open for a month."""
    assert all(STEPS[name].follow_up for name in PLAN.phase("harden").steps)
    assert [name for name, step in STEPS.items() if step.follow_up and step.phase != "harden"] == [
        "mirrors",
        "authenticity",
        "court",
        "updates",
    ]


@pytest.mark.parametrize("name", ["preserve", "platform_reports", "takedown"])
def test_each_copy_has_its_own(name: str) -> None:
    """A copy that is found later gets its own capture, report and notice."""
    each = STEPS[name].for_each
    assert each is not None
    assert each.source == "inputs.urls"


def test_public_words_come_after_the_people_shown_and_two_approvals() -> None:
    """The exact text is approved by two, and a machine copies it."""
    assert needed("staff_notice") == {"affected_first", "scope"}
    assert needed("holding_text") == {"holding_draft", "affected_first"}
    assert needed("holding_publish") == {"holding_text"}
    for name in ("staff_notice", "holding_text"):
        approve = STEPS[name].approve
        assert approve is not None
        assert (approve.quorum, approve.exact_text) == (2, True)
    publish = STEPS["holding_publish"].with_
    assert publish is not None
    assert isinstance(publish.source, dict)
    assert publish.source["json"] == {"text": "{{ steps.holding_text.output.text }}"}


@pytest.mark.parametrize("name", OUTWARD)
def test_nothing_restricted_is_read_by_outward_words(name: str) -> None:
    """Every value in a text that others read is an open field of an open step."""
    template = STEPS[name].with_
    assert template is not None
    read = [reference for reference in template.reads if reference.root in ("inputs", "steps")]
    assert read
    for reference in read:
        if reference.root == "inputs":
            assert PLAN.inputs[reference.path[0]].sensitivity is Sensitivity.INTERNAL
            assert reference.path[0] not in ("summary", "urls", "reported_by", "recording")
            continue
        step = STEPS[reference.path[0]]
        assert step.sensitivity is Sensitivity.INTERNAL
        if step.human:
            assert step.form[reference.path[2]].sensitivity is Sensitivity.INTERNAL


def test_what_names_accounts_is_restricted() -> None:
    """Also in the steps that act on them."""
    fields = {
        (step.id, name)
        for step in STEPS.values()
        for name, field in step.form.items()
        if field.sensitivity is not Sensitivity.INTERNAL
    }
    assert fields >= {
        ("find_source", "candidates"),
        ("source", "accounts"),
        ("source", "reason"),
        ("affected_first", "consents"),
        ("legal_frame", "reason"),
        ("police", "reason"),
        ("court", "reason"),
    }
    over_accounts = [
        step for step in STEPS.values() if step.for_each is not None and "accounts" in step.for_each.source
    ]
    assert [step.id for step in over_accounts] == ["revoke_sessions", "sessions_again", "disable_account"]
    assert all(step.sensitivity is Sensitivity.RESTRICTED for step in over_accounts)


def test_the_answer_on_who_is_shown_revises_the_input() -> None:
    """One fact, wherever it is read."""
    assert STEPS["depicted"].form["anyone_minor"].revises == "anyone_minor"


def test_a_failed_capture_holds_nothing_up() -> None:
    """Screenshots and reports follow all the same."""
    assert STEPS["preserve"].on_failure is OnFailure.CONTINUE
    assert "preserve" in needed("screenshots")
    assert "preserve" in needed("platform_reports")
