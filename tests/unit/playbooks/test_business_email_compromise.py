"""The playbook for mail in someone else's name: the bank first, then the mailbox, then everyone who was written to."""

from __future__ import annotations

import pytest

from engine.domain.plan import OnFailure
from tests.unit.playbooks.cases import checked, plan_of, runs

PLAN = plan_of("business-email-compromise")
STEPS = PLAN.steps
INPUTS = {"paid": "unknown", "account": "a@example.com", "payee": "payee-7"}
IN_THE_MAILBOX = ("mailbox_before", "end_sessions", "stop_rules")


def test_nothing_is_said_of_it() -> None:
    """Not even a warning."""
    assert checked("business-email-compromise").problems == ()


@pytest.mark.parametrize(("paid", "rings"), [("yes", True), ("unknown", True), ("no", False)])
def test_the_bank_is_rung_unless_nothing_was_paid(paid: str, *, rings: bool) -> None:
    """Not knowing counts as paid; nobody else is waited for, and the police hear of it the same day."""
    for name in ("recall", "police"):
        assert STEPS[name].needs == ()
        assert runs(STEPS[name], inputs=INPUTS | {"paid": paid}) is rings, name


def test_the_first_effects_wait_for_nobody() -> None:
    """Payments are held, sessions ended and rules switched off without an approval; a hold and the rules come back."""
    for name in ("hold_payee", *IN_THE_MAILBOX):
        assert STEPS[name].approve is None
        assert runs(STEPS[name], inputs=INPUTS) is True, name
    for name in ("hold_payee", "stop_rules"):
        undo = STEPS[name].undo
        assert undo is not None
        assert undo.action == "http.request"


def test_the_traces_are_recorded_before_they_are_removed() -> None:
    """Rules and grants say who was there; a reading that fails holds nothing up."""
    for name in ("end_sessions", "stop_rules"):
        assert [(need.step, need.any_end) for need in STEPS[name].needs] == [("mailbox_before", True)]
    assert STEPS["mailbox_before"].on_failure is OnFailure.CONTINUE


def test_what_is_not_known_yet_is_found_first() -> None:
    """Without a mailbox or a payee no system is asked; the answer gives them, and then the steps begin."""
    nothing = INPUTS | {"account": None, "payee": None}
    for name in ("hold_payee", *IN_THE_MAILBOX):
        assert runs(STEPS[name], inputs=nothing) is False, name
    assert {field.revises for field in STEPS["which"].form.values() if field.revises} == {"account", "payee", "paid"}


def test_a_system_that_does_not_answer_is_followed_by_a_person() -> None:
    """One handler for the payments, one for the mailbox."""
    assert STEPS["hold_by_hand"].handler_for == ("hold_payee",)
    assert STEPS["mailbox_by_hand"].handler_for == ("end_sessions", "stop_rules")


def test_everyone_who_may_be_paying_is_warned() -> None:
    """Our own desks at once and by voice; suppliers and customers in words that were approved before the first call."""
    assert STEPS["warn_desks"].needs == ()
    assert STEPS["warning_text"].approve is not None
    assert [need.step for need in STEPS["warn_counterparties"].needs] == ["warning_text"]


def test_wages_are_looked_after_as_invoices_are() -> None:
    """A changed account of an employee is the same fraud, at another desk and before the next run."""
    assert "bank details of an employee" in STEPS["which"].form["asked_for"].options
    assert "Wages" in STEPS["recall"].instructions
    assert "payroll" in STEPS["payments_checked"].instructions


@pytest.mark.parametrize(("applies", "files"), [("yes", True), ("no", False), ("not yet known", True)])
def test_an_open_duty_keeps_the_filing_open(applies: str, *, files: bool) -> None:
    """Only a decision not to notify closes it, for each law by itself."""
    for law, step in (("eu_gdpr", STEPS["file_authority"]), ("uk_gdpr", STEPS["file_ico"])):
        duties = {"eu_gdpr_applies": "no", "uk_gdpr_applies": "no"} | {f"{law}_applies": applies}
        assert runs(step, inputs=INPUTS, steps={"duties": duties}) is files


def test_the_money_is_asked_after_for_half_a_year() -> None:
    """Each week, until nothing is open with banks, police and insurer; it holds no closing up."""
    step = STEPS["money"]
    assert step.repeat is not None
    assert (step.repeat.rhythm, step.repeat.most, step.follow_up) == ("every 7d", 26, True)


def test_amounts_and_mailboxes_are_restricted() -> None:
    """What was lost and whose mailbox it was stays among those who work on it."""
    for name in ("recall", "end_sessions", "stop_rules", "money"):
        assert STEPS[name].sensitivity.value == "restricted", name
    assert PLAN.inputs["account"].sensitivity.value == "restricted"
