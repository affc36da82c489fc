"""The playbook for a person harmed: they decide, nobody watches, and everything stays among the few who help."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.domain.plan import Need, StepKind
from engine.domain.sensitivity import Sensitivity
from tests.unit.playbooks.cases import checked, plan_of, runs

PLAN = plan_of("intimate-image")
STEPS = PLAN.steps
CHOICES = ("keep_evidence", "report_copies", "in_their_name", "go_to_police", "tell_colleagues", "secure_accounts")
ON_CHOICE: Mapping[str, tuple[str, ...]] = {
    "keep_evidence": ("addresses", "around_it", "their_own_record"),
    "report_copies": ("report_copy", "report_answer", "watch", "search_results", "remaining"),
    "in_their_name": ("removal_request",),
    "go_to_police": ("police",),
    "tell_colleagues": ("words_agreed", "colleagues_notice"),
    "secure_accounts": ("end_sessions", "accounts_together"),
}
COPIES = {"anyone_minor": "no", "urls": ["https://copies.example/1"], "staff_channel": "C0STAFF"}
NOTHING_CHOSEN = COPIES | dict.fromkeys(CHOICES)
ANSWERED: Mapping[str, Mapping[str, object]] = {
    "words_agreed": {"agreed": True},
    "choices": {"account": "a@example.com"},
}
SAFE: dict[str, object] = {"danger": "none known", "threats": False, "address_out": False}


def test_nothing_is_said_of_it() -> None:
    """Not even a warning."""
    assert checked("intimate-image").problems == ()


def test_the_whole_incident_is_restricted() -> None:
    """Channel, tickets and messages get neutral names, and only those who take part read it."""
    assert PLAN.sensitivity is Sensitivity.RESTRICTED
    for name in ("summary", "urls", "own_items", "reported_by", *CHOICES):
        assert PLAN.inputs[name].sensitivity is Sensitivity.RESTRICTED, name


def test_nothing_captures_or_compares_it() -> None:
    """No machine opens a page where it may be, and no person is asked to look."""
    actions = {step.action for step in STEPS.values() if step.kind is StepKind.ACTION}
    assert "evidence.capture" not in actions
    told = STEPS["around_it"].instructions
    assert "Not the picture" in told
    assert "may say no" in told


def test_the_first_words_are_with_the_person() -> None:
    """Safety is asked before anything else that people do, by the contact alone."""
    assert STEPS["safety"].needs == ()
    assert STEPS["safety"].by == ("liaison",)
    asked_at_once = [step.id for step in STEPS.values() if step.phase == "contain" and step.human and not step.needs]
    assert asked_at_once == ["safety", "withdraw_by_hand", "minor_stop"]


def test_our_own_systems_stop_showing_it_without_asking_anyone() -> None:
    """It is sealed, not deleted, can be brought back, and waits for no consent and no person."""
    step = STEPS["withdraw_inside"]
    assert step.needs == ()
    assert step.approve is None
    assert step.undo is not None
    assert step.undo.action == "http.request"
    assert runs(step, inputs={"own_items": ["m-1"]}) is True
    assert runs(step, inputs={"own_items": None}) is False


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_that_was_not_made_is_a_no_for_now(choice: str) -> None:
    """What depends on it is skipped, and waits for nobody."""
    for name in ON_CHOICE[choice]:
        assert runs(STEPS[name], inputs=NOTHING_CHOSEN, steps=ANSWERED) is False, name
        assert runs(STEPS[name], inputs=NOTHING_CHOSEN | {choice: "no"}, steps=ANSWERED) is False, name


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_opens_its_own_way_and_no_other(choice: str) -> None:
    """Consent is per route."""
    inputs = NOTHING_CHOSEN | {choice: "yes"}
    dependent = [name for names in ON_CHOICE.values() for name in names]
    assert {name for name in dependent if runs(STEPS[name], inputs=inputs, steps=ANSWERED)} == set(ON_CHOICE[choice])


def test_the_person_s_answers_are_the_facts() -> None:
    """Each choice is revised by the question of the contact, and stays empty where it was not made."""
    form = STEPS["choices"].form
    assert STEPS["choices"].by == ("liaison",)
    for name in CHOICES:
        assert form[name].revises == name
        assert form[name].optional
        assert PLAN.inputs[name].optional


@pytest.mark.parametrize("answer", ["yes", "unknown"])
def test_a_possible_minor_stops_every_way_but_the_police(answer: str) -> None:
    """Whatever was chosen: no evidence is kept, nothing is reported in the ordinary way, and the stop opens."""
    inputs = NOTHING_CHOSEN | dict.fromkeys(CHOICES, "yes") | {"anyone_minor": answer}
    steps = {"age": {"anyone_minor": answer}}
    kept = ("addresses", "around_it", "their_own_record", "watch")
    reported = ("report_copy", "report_answer", "removal_request", "search_results", "remaining")
    for name in (*kept, *reported, "fingerprint"):
        assert runs(STEPS[name], inputs=inputs, steps=steps) is False, name
    assert runs(STEPS["minor_stop"], inputs=inputs, steps=steps) is True
    assert runs(STEPS["police"], inputs=inputs, steps=steps) is True


def test_a_minor_known_at_the_trigger_stops_before_anyone_answers() -> None:
    """A yes waits for no question; an adult never stops it."""
    assert runs(STEPS["minor_stop"], inputs={"anyone_minor": "yes"}) is True
    assert runs(STEPS["minor_stop"], inputs={"anyone_minor": "unknown"}) is None
    assert runs(STEPS["minor_stop"], inputs={"anyone_minor": "no"}, steps={"age": {"anyone_minor": "no"}}) is False


@pytest.mark.parametrize(
    ("found", "protects"),
    [
        ({}, False),
        ({"danger": "possible"}, True),
        ({"danger": "yes"}, True),
        ({"threats": True}, True),
        ({"address_out": True}, True),
    ],
)
def test_any_danger_brings_protection(found: dict[str, object], *, protects: bool) -> None:
    """A threat or a published address counts as well, and nobody's consent is needed."""
    assert runs(STEPS["protect"], inputs={}, steps={"safety": SAFE | found}) is protects


@pytest.mark.parametrize(("reached", "again"), [("spoken to", False), ("message left", True), ("not reached", True)])
def test_whoever_was_not_reached_is_tried_again(reached: str, *, again: bool) -> None:
    """And is asked nothing else before."""
    assert runs(STEPS["reach_again"], inputs={}, steps={"safety": SAFE | {"reached": reached}}) is again
    assert Need("reach_again", any_end=True) in STEPS["choices"].needs


def test_the_person_has_the_letter_before_the_authority_has_its_own() -> None:
    """Both are written and approved first, and the law's own duty to tell the person is fulfilled by it."""
    assert STEPS["filing_text"].approve is not None
    assert STEPS["letter_to_person"].stops == ("eu-gdpr.data_subjects", "uk-gdpr.individuals")
    for name in ("file_authority", "file_ico"):
        assert STEPS[name].needs == (Need("filing_text"), Need("letter_to_person", any_end=True))


def test_a_sealed_address_claims_no_time_that_is_not_so() -> None:
    """A copy that was found later was not known when the incident began; the item carries its own time."""
    step = STEPS["addresses"]
    assert step.with_ is not None
    assert {reference.root for reference in step.with_.reads} == {"item"}


def test_made_by_software_or_not_changes_no_step() -> None:
    """The harm is the same, and nobody has to prove anything."""
    reading = [
        step.id
        for step in STEPS.values()
        if step.when is not None and any("made_by" in reference.path for reference in step.when.reads)
    ]
    assert reading == []


def test_without_copies_outside_nothing_waits() -> None:
    """A threat alone, or a picture in our own chat alone, is an incident too; a link learned later starts the ways."""
    inputs = NOTHING_CHOSEN | dict.fromkeys(CHOICES, "yes") | {"urls": None}
    for name in ("addresses", "around_it", "report_copy", "removal_request"):
        assert runs(STEPS[name], inputs=inputs) is False, name


def test_colleagues_are_told_only_in_words_that_the_person_agreed_to() -> None:
    """No agreement, no channel, no notice; then two approve these bytes."""
    step, inputs = STEPS["colleagues_notice"], NOTHING_CHOSEN | {"tell_colleagues": "yes"}
    assert runs(step, inputs=inputs, steps={"words_agreed": {"agreed": False}}) is False
    assert runs(step, inputs=inputs | {"staff_channel": None}, steps=ANSWERED) is False
    assert step.approve is not None
    assert (step.approve.by, step.approve.quorum, step.approve.exact_text) == (("liaison", "counsel"), 2, True)
    assert step.with_ is not None
    read = {reference.path[0] for reference in step.with_.reads}
    assert read == {"staff_contact", "support_line", "staff_channel"}


def test_whoever_decides_on_discipline_is_not_the_contact() -> None:
    """Also when the contact's role is vacant."""
    assert PLAN.roles["liaison"].fallback == "commander"
    assert "liaison" not in STEPS["source_inside"].by


@pytest.mark.parametrize(
    ("thinks", "measures", "apart"),
    [
        ("no", [], False),
        ("yes", ["no contact"], True),
        ("not known", ["no contact"], True),
        ("yes", ["none needed"], False),
    ],
)
def test_people_are_kept_apart_when_there_is_reason(thinks: str, measures: list[str], *, apart: bool) -> None:
    """Not knowing is reason enough."""
    steps: dict[str, dict[str, object]] = {"source_inside": {"reason_to_think_so": thinks, "measures": measures}}
    assert runs(STEPS["keep_apart"], inputs={}, steps=steps) is apart


def test_help_does_not_end_with_the_incident() -> None:
    """Staying in touch and watching for copies go on until the person ends them, and hold nothing up."""
    for name in ("stay_in_touch", "watch"):
        assert STEPS[name].repeat is not None
    for name in ("stay_in_touch", "watch", "remaining", "care_for_helpers"):
        assert STEPS[name].follow_up, name
