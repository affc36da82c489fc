"""The playbook for an open store: closed first, then whose data it was, who read it, and who has to be told."""

from __future__ import annotations

import pytest

from engine.domain.plan import OnFailure
from tests.unit.playbooks.cases import checked, plan_of, runs

PLAN = plan_of("public-bucket")
STEPS = PLAN.steps
INPUTS = {"store": "exports", "reported_by": "a researcher"}
DUTIES: dict[str, object] = {
    "we_are": "controller",
    "eu_gdpr_applies": "yes",
    "uk_gdpr_applies": "no",
    "us_ca_applies": "no",
}


def needed(step: str) -> set[str]:
    """Return the ids of the steps that a step needs."""
    return {need.step for need in STEPS[step].needs}


def test_nothing_is_said_of_it() -> None:
    """Not even a warning."""
    assert checked("public-bucket").problems == ()


def test_it_is_closed_before_anyone_answers() -> None:
    """The setting is recorded and access from outside ends: no approval, no question, and a way back."""
    assert needed("access_before") == set()
    assert needed("close_store") == {"access_before"}
    step = STEPS["close_store"]
    assert (step.approve, step.when) == (None, None)
    assert step.undo is not None
    assert step.undo.action == "http.request"


def test_a_reading_that_fails_holds_no_closing_up() -> None:
    """The record is worth less than an hour less open, and a person follows where the machine fails."""
    assert STEPS["access_before"].on_failure is OnFailure.CONTINUE
    assert STEPS["close_store"].on_failure is OnFailure.HANDLE
    assert STEPS["close_by_hand"].handler_for == ("close_store", "close_readback")


@pytest.mark.parametrize(
    ("kinds", "renews"),
    [(["personal data"], False), (["none"], False), (["personal data", "credentials of ours"], True)],
)
def test_keys_that_lay_in_it_are_renewed(kinds: list[str], *, renews: bool) -> None:
    """Each is a leaked key."""
    assert runs(STEPS["credentials_inside"], inputs=INPUTS, steps={"what_was_in": {"kinds": kinds}}) is renews


@pytest.mark.parametrize(
    ("we_are", "customers", "authority"),
    [("controller", False, True), ("processor", True, False), ("both", True, True)],
)
def test_whose_data_it_is_decides_who_hears_of_it(we_are: str, *, customers: bool, authority: bool) -> None:
    """A processor tells the controllers, and they decide about the authority."""
    steps: dict[str, dict[str, object]] = {"duties": DUTIES | {"we_are": we_are, "uk_gdpr_applies": "yes"}}
    for name in ("controllers_text", "tell_controllers"):
        assert runs(STEPS[name], inputs=INPUTS, steps=steps) is customers
    for name in ("filing_text", "file_authority", "file_ico"):
        assert runs(STEPS[name], inputs=INPUTS, steps=steps) is authority


@pytest.mark.parametrize(("applies", "files"), [("yes", True), ("no", False), ("not yet known", True)])
def test_an_open_duty_keeps_the_filing_open(applies: str, *, files: bool) -> None:
    """Only a decision not to notify closes it."""
    steps: dict[str, dict[str, object]] = {"duties": DUTIES | {"eu_gdpr_applies": applies}}
    assert runs(STEPS["file_authority"], inputs=INPUTS, steps=steps) is files


@pytest.mark.parametrize(
    ("we_are", "high", "asked"),
    [("controller", False, False), ("controller", True, True), ("processor", False, True)],
)
def test_whoever_is_told_may_ask(we_are: str, *, high: bool, asked: bool) -> None:
    """Questions are counted each day until none is open."""
    step = STEPS["customer_questions"]
    steps: dict[str, dict[str, object]] = {"duties": DUTIES | {"we_are": we_are, "high_risk": high}}
    assert runs(step, inputs=INPUTS, steps=steps) is asked
    assert step.repeat is not None
    assert step.repeat.until.evaluate({"output": {"open": 0}}) is True


def test_people_are_told_before_anyone_else_reads_of_it() -> None:
    """In exact words that two have approved before they were sent."""
    approve = STEPS["affected_text"].approve
    assert approve is not None
    assert (approve.quorum, approve.exact_text) == (2, True)
    assert needed("tell_affected") == needed("tell_california") == {"affected_text"}
    assert needed("tell_controllers") == {"controllers_text"}
    assert STEPS["controllers_text"].approve is not None
    assert {"tell_affected", "tell_controllers"} <= needed("answers")


def test_whoever_told_us_is_answered() -> None:
    """A scanner of our own has no one to thank."""
    assert runs(STEPS["finder"], inputs=INPUTS) is True
    assert runs(STEPS["finder"], inputs=INPUTS | {"reported_by": None}) is False
