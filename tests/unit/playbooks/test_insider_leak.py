"""The playbook for documents passed on from inside: nobody is looked for before counsel says so, nobody is named."""

from __future__ import annotations

import pytest

from tests.unit.playbooks.cases import checked, plan_of, runs

PLAN = plan_of("insider-leak")
STEPS = PLAN.steps
INPUTS = {"own_items": ["doc-1"], "listed_company": False, "staff_channel": None}
FRAME = {"protected": "no", "may_look": "yes"}
SINGLING_OUT = ("find_way", "measures", "finding")
ACCOUNT = ("end_sessions", "suspend")


def test_nothing_is_said_of_it() -> None:
    """Not even a warning."""
    assert checked("insider-leak").problems == ()


@pytest.mark.parametrize(("may_look", "looks"), [("yes", True), ("no", False), ("not yet", False)])
def test_nobody_is_looked_for_before_counsel_says_so(may_look: str, *, looks: bool) -> None:
    """Not yet is no; without an answer nothing of it begins."""
    frame = {"frame": FRAME | {"may_look": may_look}}
    for name in SINGLING_OUT:
        assert runs(STEPS[name], inputs=INPUTS, steps=frame) is looks, name
        assert runs(STEPS[name], inputs=INPUTS) is None, name
    assert STEPS["frame"].by == ("counsel",)
    repeat = STEPS["frame"].repeat
    assert repeat is not None
    assert (repeat.rhythm, repeat.most) == ("every 6h", 4)


@pytest.mark.parametrize(("protected", "takes_up"), [("no", False), ("possible", True), ("yes", True)])
def test_a_report_that_may_be_protected_is_taken_up(protected: str, *, takes_up: bool) -> None:
    """The reporting office hears of it, and nobody looks, also where it is only possible."""
    frame = {"frame": FRAME | {"protected": protected}}
    assert runs(STEPS["nobody_looks"], inputs=INPUTS, steps=frame) is takes_up
    for name in SINGLING_OUT:
        assert runs(STEPS[name], inputs=INPUTS, steps=frame) is not takes_up, name
    for name in ("get_back", "police"):
        assert runs(STEPS[name], inputs=INPUTS, steps=frame) is (protected != "yes"), name


def test_logs_are_kept_before_anything_changes() -> None:
    """Keeping waits for nobody; documents and accounts wait for it."""
    assert STEPS["keep_logs"].needs == ()
    for name in ("narrow", *ACCOUNT):
        assert ("keep_logs", False) in [(need.step, need.any_end) for need in STEPS[name].needs], name


def test_a_document_is_closed_and_opened_again() -> None:
    """It singles out nobody, so one person may close it alone after a quarter of an hour."""
    step = STEPS["narrow"]
    assert step.approve is not None
    assert step.approve.break_glass is not None
    assert step.undo is not None
    assert step.undo.action == "http.request"
    outside = {"what": {"still_going_out": "no"}}
    assert runs(step, inputs=INPUTS, steps=outside) is False
    assert runs(step, inputs=INPUTS | {"own_items": None}, steps=outside) is False


def test_an_account_is_never_touched_by_one_person() -> None:
    """What nobody approves is declined; a suspension takes two, comes back by one command and is looked at weekly."""
    for name in ACCOUNT:
        approve = STEPS[name].approve
        assert approve is not None
        assert approve.break_glass is None
        assert approve.expires is not None
        assert "commander" not in approve.by, name
    suspend = STEPS["suspend"]
    assert suspend.approve is not None
    assert suspend.approve.quorum == 2
    assert suspend.undo is not None
    assert suspend.undo.action == "http.request"
    again = STEPS["still_needed"].repeat
    assert again is not None
    assert (again.rhythm, again.most) == ("every 7d", 26)


def test_the_person_is_heard_before_anything_is_concluded() -> None:
    """By the people team, beside a contact of their own; the finding waits for it."""
    assert ("hearing", True) in [(need.step, need.any_end) for need in STEPS["finding"].needs]
    for heard, hears in (("before", True), ("later, as counsel wrote", True), ("no account in question", False)):
        assert runs(STEPS["hearing"], inputs=INPUTS, steps={"measures": {"heard": heard}}) is hears, heard


def test_roles_that_must_not_meet_are_kept_apart() -> None:
    """Who cares for the person, who decides, who reads the records, and who hears reports in confidence."""
    pairs = {frozenset(one.roles) for one in PLAN.separation}
    assert pairs == {
        frozenset({"liaison", "hr"}),
        frozenset({"forensics", "hr"}),
        frozenset({"compliance", "forensics"}),
    }


def test_whatever_is_about_an_account_is_restricted() -> None:
    """Tickets, channel and report say that it was recorded."""
    for name in (*SINGLING_OUT, *ACCOUNT, "keep_logs", "hearing", "still_needed", "get_back"):
        assert STEPS[name].sensitivity.value == "restricted", name
    assert STEPS["frame"].form["reason"].sensitivity.value == "privileged"


def test_people_at_risk_are_told_first() -> None:
    """Staff read of it afterwards, and only where there is a channel for it."""
    assert "tell_harmed" in [need.step for need in STEPS["staff_notice"].needs]
    for risk, kinds, tells in ((True, [], True), (False, ["personal data"], True), (False, ["security detail"], False)):
        what = {"what": {"people_at_risk": risk, "kinds": kinds}}
        for name in ("harmed_text", "tell_harmed"):
            assert runs(STEPS[name], inputs=INPUTS, steps=what) is tells
    assert STEPS["harmed_text"].approve is not None
    assert [need.step for need in STEPS["tell_harmed"].needs] == ["harmed_text"]
