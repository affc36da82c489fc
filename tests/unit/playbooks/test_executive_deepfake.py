"""The playbook for a voice or picture of an executive: a call first, money held, no word before an assessment."""

from __future__ import annotations

import pytest

from tests.unit.playbooks.cases import checked, plan_of, runs

PLAN = plan_of("executive-deepfake")
STEPS = PLAN.steps
URLS = ["https://copies.example/1"]
INPUTS = {"paid": "no", "payee": None, "urls": URLS, "anyone_minor": "no", "listed_company": False}
WHAT: dict[str, object] = {"used": "in public", "intimate": False}
PERSON: dict[str, object] = {"in_their_name": "yes"}
SAYS: dict[str, object] = {"says": "did not say it"}
KNOWN: dict[str, dict[str, object]] = {"what": WHAT, "person": PERSON, "second_channel": SAYS}
SHOWN = ("preserve", "keep_call", "platform_reports", "takedown", "takedown_ours", "assessment", "wording", "statement")


def test_nothing_is_said_of_it() -> None:
    """Not even a warning."""
    assert checked("executive-deepfake").problems == ()


def test_the_call_and_the_bank_wait_for_nobody() -> None:
    """The person is rung, the desks are warned and the money is stopped in the same minutes."""
    for name in ("second_channel", "recall", "hold_payee", "warn_desks", "what"):
        assert STEPS[name].needs == (), name
        assert STEPS[name].approve is None, name


@pytest.mark.parametrize(("paid", "rings"), [("yes", True), ("unknown", True), ("no", False)])
def test_the_bank_is_rung_unless_nothing_was_paid(paid: str, *, rings: bool) -> None:
    """Not knowing counts as paid."""
    assert runs(STEPS["recall"], inputs=INPUTS | {"paid": paid}) is rings


def test_a_payee_that_is_named_later_is_held_too() -> None:
    """The hold is taken off with one command, and a person follows a system that does not answer."""
    step = STEPS["hold_payee"]
    assert runs(step, inputs=INPUTS) is False
    assert runs(step, inputs=INPUTS | {"payee": "payee-4"}) is True
    assert step.undo is not None
    assert step.undo.action == "http.request"
    assert STEPS["hold_by_hand"].handler_for == ("hold_payee",)
    assert {"payee", "paid", "anyone_minor"} <= {field.revises for field in STEPS["what"].form.values()}


@pytest.mark.parametrize(
    ("minor", "intimate", "stops"),
    [("no", False, False), ("no", True, True), ("yes", False, True), ("unknown", False, True)],
)
def test_what_must_not_be_looked_at_ends_here(minor: str, *, intimate: bool, stops: bool) -> None:
    """Nothing is captured, reported, assessed or said; the stop is counsel's."""
    inputs, steps = INPUTS | {"anyone_minor": minor}, KNOWN | {"what": WHAT | {"intimate": intimate, "used": "both"}}
    assert runs(STEPS["stop_here"], inputs=inputs, steps=steps) is stops
    for name in (*SHOWN, "watch"):
        if name != "takedown_ours":
            assert runs(STEPS[name], inputs=inputs, steps=steps) is not stops, name
    assert STEPS["stop_here"].by == ("counsel",)


def test_no_word_is_said_before_the_assessment_is_approved() -> None:
    """The words need it, the statement needs the words, and two people approve the exact text."""
    assessment = STEPS["assessment"]
    assert assessment.approve is not None
    assert assessment.form["scale"].options[0] == "inconclusive"
    assert [(need.step, need.any_end) for need in STEPS["wording"].needs] == [("assessment", False)]
    assert ("wording", False) in [(need.step, need.any_end) for need in STEPS["statement"].needs]
    approve = STEPS["statement"].approve
    assert approve is not None
    assert (approve.quorum, approve.exact_text) == (2, True)
    assert STEPS["wording"].form["may_say"].options[0] == "it is being looked at"


@pytest.mark.parametrize(("consent", "theirs"), [("yes", True), ("no", False)])
def test_the_person_decides_in_whose_name_a_notice_leaves(consent: str, *, theirs: bool) -> None:
    """Without their answer none leaves at all."""
    steps = KNOWN | {"person": {"in_their_name": consent}}
    assert runs(STEPS["takedown"], inputs=INPUTS, steps=steps) is theirs
    assert runs(STEPS["takedown_ours"], inputs=INPUTS, steps=steps) is not theirs
    asked = {"what": WHAT, "second_channel": SAYS}
    for name in ("takedown", "takedown_ours"):
        assert runs(STEPS[name], inputs=INPUTS, steps=asked) is None, name


@pytest.mark.parametrize(("says", "reports"), [("did not say it", True), ("cannot tell", True), ("said it", False)])
def test_what_the_person_did_say_is_not_reported(says: str, *, reports: bool) -> None:
    """It is a recording then, and another playbook's."""
    steps = KNOWN | {"second_channel": {"says": says}}
    for name in ("platform_reports", "takedown"):
        assert runs(STEPS[name], inputs=INPUTS, steps=steps) is reports, name


def test_a_call_without_a_copy_in_public_is_kept() -> None:
    """Nothing is captured where there is no address, and nothing is kept of a call where there was none."""
    call = KNOWN | {"what": WHAT | {"used": "on a call or by message to us"}}
    nowhere = INPUTS | {"urls": None}
    assert runs(STEPS["keep_call"], inputs=nowhere, steps=call) is True
    assert runs(STEPS["preserve"], inputs=nowhere, steps=call) is False
    assert runs(STEPS["keep_call"], inputs=INPUTS, steps=KNOWN) is False
    assert runs(STEPS["preserve"], inputs=INPUTS, steps=KNOWN) is True


def test_only_what_was_approved_is_published() -> None:
    """Keeping it for questions is the first choice."""
    for use, publishes in (("publish", True), ("hold for questions only", False)):
        assert runs(STEPS["publish"], inputs=INPUTS, steps={"statement": {"use": use}}) is publishes
    assert STEPS["statement"].form["use"].options[0] == "hold for questions only"


def test_what_the_person_says_about_themselves_is_restricted() -> None:
    """Their choices, the recording and the assessment stay with those who need them."""
    for name in ("person", "keep_call", "assessment", "stay_in_touch", "police"):
        assert STEPS[name].sensitivity.value == "restricted", name
