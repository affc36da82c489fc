"""The playbook for encrypted systems: cut off first, kept before rebuilt, and a payment that is never advised."""

from __future__ import annotations

import pytest

from tests.unit.playbooks.cases import checked, plan_of, runs, words

PLAN = plan_of("ransomware")
STEPS = PLAN.steps
INPUTS = {"hosts": ["host-1"], "demand": "a note or a message", "published": "no", "listed_company": False}


def test_nothing_is_said_of_it() -> None:
    """Not even a warning."""
    assert checked("ransomware").problems == ()


def test_a_host_is_cut_off_at_once_and_can_be_let_back() -> None:
    """It waits for nobody; a host that is not known yet is found first, and a person follows a failure."""
    step = STEPS["isolate"]
    assert (step.needs, step.approve) == ((), None)
    assert step.undo is not None
    assert step.undo.action == "http.request"
    assert runs(step, inputs=INPUTS) is True
    assert runs(step, inputs=INPUTS | {"hosts": None}) is False
    assert STEPS["isolate_by_hand"].handler_for == ("isolate", "isolate_readback")
    assert "hosts" in {field.revises for field in STEPS["found"].form.values()}


def test_backups_are_taken_off_before_anybody_asks() -> None:
    """Neither the backups nor another way to talk wait for an answer."""
    for name in ("backups_off", "other_channel"):
        assert STEPS[name].needs == ()


def test_memory_is_kept_before_anything_is_rebuilt() -> None:
    """The way in is known too, and the order was decided on backups that somebody restored."""
    assert {need.step for need in STEPS["restore"].needs} == {"order", "memory", "way_in"}
    assert "backups_checked" in {need.step for need in STEPS["order"].needs}
    assert {need.step for need in STEPS["verified"].needs} == {"restore"}


@pytest.mark.parametrize(("result", "decides"), [("hit", False), ("no hit", True), ("cannot be told", True)])
def test_a_payment_to_somebody_on_a_list_is_no_question(result: str, *, decides: bool) -> None:
    """Without the check nobody is asked; without a demand neither."""
    check = {"sanctions": {"result": result}}
    assert runs(STEPS["payment"], inputs=INPUTS, steps=check) is decides
    assert runs(STEPS["payment"], inputs=INPUTS) is None
    for name in ("payment", "sanctions", "contact"):
        assert runs(STEPS[name], inputs=INPUTS | {"demand": "none seen"}, steps=check) is False, name


def test_a_payment_is_decided_cleared_and_carried_out_by_different_people() -> None:
    """One decides, two others answer for the law, it is cleared anew on the day, and only then another does it."""
    decision, today, doing = STEPS["payment"], STEPS["lists_today"], STEPS["pay"]
    assert decision.by == ("executive",)
    assert decision.approve is not None
    assert (decision.approve.by, decision.approve.quorum) == (("counsel", "compliance"), 2)
    assert today.by == ("compliance",)
    assert today.approve is not None
    assert today.approve.by == ("counsel",)
    assert doing.by == ("finance",)
    assert {need.step for need in doing.needs} == {"lists_today"}
    pairs = {frozenset(one.roles) for one in PLAN.separation}
    assert pairs == {frozenset({"executive", "finance"}), frozenset({"executive", "compliance"})}
    assert {"police", "sanctions", "backups_checked", "insurer"} == {need.step for need in decision.needs}


@pytest.mark.parametrize(("pay", "cleared"), [("no", False), ("yes", True)])
def test_only_a_yes_is_cleared_and_carried_out(pay: str, *, cleared: bool) -> None:
    """Without a decision and a second check nothing is; a hit on the day ends it, and no default says yes."""
    assert runs(STEPS["lists_today"], inputs=INPUTS, steps={"payment": {"pay": pay}}) is cleared
    assert runs(STEPS["pay"], inputs=INPUTS, steps={"lists_today": {"result": "hit"}}) is False
    assert runs(STEPS["pay"], inputs=INPUTS, steps={"lists_today": {"result": "no hit"}}) is True
    assert runs(STEPS["pay"], inputs=INPUTS, steps={"payment": {"pay": pay}}) is not True
    assert STEPS["lists_today"].form["result"].options[0] == "hit"
    assert STEPS["payment"].form["pay"].options[0] == "no"


def test_it_advises_neither_way() -> None:
    """It says so where somebody answers or pays."""
    for name in ("contact", "payment"):
        assert "advi" in " ".join(words(STEPS[name])), name


@pytest.mark.parametrize(
    ("state", "australia", "reports"),
    [("paid", "yes", True), ("paid", "no", False), ("not paid after all", "yes", False)],
)
def test_a_payment_is_reported_where_the_law_asks(state: str, australia: str, *, reports: bool) -> None:
    """The clock runs from the payment, not from the decision."""
    done = {"pay": {"state": state, "australia": australia}}
    assert runs(STEPS["payment_report"], inputs=INPUTS, steps=done) is reports


@pytest.mark.parametrize(("applies", "files"), [("yes", True), ("no", False), ("not yet known", True)])
def test_an_open_duty_keeps_the_filing_open(applies: str, *, files: bool) -> None:
    """Only a decision not to notify closes it, for each law by itself."""
    none = {"eu_gdpr_applies": "no", "uk_gdpr_applies": "no", "nis2_applies": "no"}
    for law, names in (
        ("eu_gdpr", ["file_authority"]),
        ("uk_gdpr", ["file_ico"]),
        ("nis2", ["early_warning", "nis2_notification", "nis2_final"]),
    ):
        duties = {"duties": none | {f"{law}_applies": applies}}
        for name in names:
            assert runs(STEPS[name], inputs=INPUTS, steps=duties) is files, name


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("warning_text", "early_warning"),
        ("filing_text", "nis2_notification"),
        ("filing_text", "file_authority"),
        ("filing_text", "file_ico"),
        ("final_text", "nis2_final"),
        ("form_8k_text", "form_8k"),
        ("payment_report_text", "payment_report"),
        ("affected_text", "tell_affected"),
        ("customers_text", "customers_told"),
    ],
)
def test_nothing_is_sent_before_its_words_are_approved(text: str, sent: str) -> None:
    """What is sent needs its text, and the text an approval; the sending asks when."""
    assert STEPS[text].approve is not None
    assert STEPS[sent].approve is None
    assert text in {need.step for need in STEPS[sent].needs}
    assert STEPS[sent].stops


def test_what_is_published_has_people_told_again() -> None:
    """The watch revises the fact, and telling begins by itself; neither holds up the end."""
    watch = STEPS["leak_watch"]
    assert watch.repeat is not None
    assert (watch.repeat.rhythm, watch.follow_up) == ("every 12h", True)
    assert watch.form["published"].revises == "published"
    assert [need.step for need in STEPS["published_told"].needs] == ["until_published"]
    assert STEPS["until_published"].follow_up


def test_the_talk_and_the_money_are_restricted() -> None:
    """Neither stands in a ticket, a channel or a standard report."""
    for name in ("insurer", "police", "contact", "sanctions", "payment", "pay", "payment_report", "isolate"):
        assert STEPS[name].sensitivity.value == "restricted", name
    assert STEPS["payment"].form["reason"].sensitivity.value == "privileged"
