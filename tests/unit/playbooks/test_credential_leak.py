"""The playbook for a leaked key: off first, then how it was used, and what a log that is too short means."""

from __future__ import annotations

import pytest

from engine.domain.plan import OnFailure
from tests.unit.playbooks.cases import checked, plan_of, runs

PLAN = plan_of("credential-leak")
STEPS = PLAN.steps
INPUTS = {"key_id": "key-7", "exposure": "public", "places": ["https://code.example/1"], "reported_by": "a scanner"}
WHICH = {"can_be_switched_off": "yes", "cut_now": True}
CUT = ("disable_key", "end_sessions", "disable_readback")


def needed(step: str) -> set[str]:
    """Return the ids of the steps that a step needs."""
    return {need.step for need in STEPS[step].needs}


def test_nothing_is_said_of_it() -> None:
    """Not even a warning."""
    assert checked("credential-leak").problems == ()


def test_a_public_key_is_off_before_anyone_answers() -> None:
    """Its rights are read, and it is switched off: no approval, no question."""
    assert needed("key_before") == set()
    assert needed("disable_key") == {"key_before"}
    for name in CUT:
        assert STEPS[name].approve is None
        assert runs(STEPS[name], inputs=INPUTS) is True, name


@pytest.mark.parametrize("exposure", ["inside only", "unknown"])
def test_any_other_key_is_weighed_against_an_outage(exposure: str) -> None:
    """Unanswered it waits; a person says now, or it goes off once the new one is in its place."""
    inputs, later = INPUTS | {"exposure": exposure}, {"which": WHICH | {"cut_now": False}}
    for name in CUT:
        assert runs(STEPS[name], inputs=inputs) is None, name
        assert runs(STEPS[name], inputs=inputs, steps={"which": WHICH}) is True, name
        assert runs(STEPS[name], inputs=inputs, steps=later) is None, name
        for off in (True, False):
            replaced = later | {"rotate": {"old_may_go_off": off}}
            assert runs(STEPS[name], inputs=inputs, steps=replaced) is off, name


def test_a_key_that_is_not_known_yet_is_found_first() -> None:
    """No system is asked about nothing; the answer gives the identifier, and then the steps begin."""
    unknown = INPUTS | {"key_id": None}
    for name in ("key_before", "usage"):
        assert runs(STEPS[name], inputs=unknown) is False, name
    for name in CUT:
        assert runs(STEPS[name], inputs=unknown) is None, name
        assert runs(STEPS[name], inputs=INPUTS, steps={"which": WHICH}) is True, name
    form = STEPS["which"].form
    assert {name for name, field in form.items() if field.revises} == {"key_id", "exposure", "exposed_since"}


def test_switching_off_can_be_taken_back_for_minutes() -> None:
    """A system of ours that cannot do without gets half an hour, and the record stays."""
    undo = STEPS["disable_key"].undo
    assert undo is not None
    assert undo.with_ is not None
    assert isinstance(undo.with_.source, dict)
    assert undo.with_.source["json"] == {"incident": "{{ incident.id }}", "minutes": 30}


def test_a_system_that_does_not_answer_is_followed_by_a_person() -> None:
    """The handler is tied to the step that may fail."""
    assert STEPS["disable_key"].on_failure is OnFailure.HANDLE
    assert STEPS["disable_by_hand"].handler_for == ("disable_key", "disable_readback")


@pytest.mark.parametrize(
    ("can", "by_hand", "fenced"),
    [
        ("yes", None, False),
        ("yes", "refused when tried", False),
        ("yes", "cannot be switched off", True),
        ("it belongs to someone else", None, True),
        ("it is built into something", None, True),
        ("unknown", None, True),
    ],
)
def test_a_key_that_cannot_be_switched_off_is_fenced_in(can: str, by_hand: str | None, *, fenced: bool) -> None:
    """Also when that is learned only by trying."""
    tried = {"result": by_hand} if by_hand else {}
    steps: dict[str, dict[str, object]] = {"which": WHICH | {"can_be_switched_off": can}, "disable_by_hand": {**tried}}
    assert runs(STEPS["fence"], inputs=INPUTS, steps=steps) is fenced


@pytest.mark.parametrize(
    ("exposure", "can", "cut", "fenced"),
    [
        ("inside only", "yes", False, True),
        ("inside only", "yes", True, False),
        ("public", "yes", False, False),
        ("inside only", "it belongs to someone else", False, False),
    ],
)
def test_a_key_that_stays_on_for_a_while_is_fenced_in_at_once(
    exposure: str, can: str, *, cut: bool, fenced: bool
) -> None:
    """It waits for nothing but the decision to wait, and the new key is asked for until the old one may go off."""
    step, which = STEPS["fence_meanwhile"], WHICH | {"can_be_switched_off": can, "cut_now": cut}
    assert runs(step, inputs=INPUTS | {"exposure": exposure}, steps={"which": which}) is fenced
    assert needed("fence_meanwhile") == {"which"}
    assert STEPS["rotate"].repeat is not None


@pytest.mark.parametrize(("can", "told"), [("yes", False), ("it belongs to someone else", True)])
def test_whoever_s_key_it_is_hears_of_it(can: str, *, told: bool) -> None:
    """They can switch off, search and warn where we cannot; what they are told was approved before."""
    for name in ("owner_text", "tell_owner"):
        assert runs(STEPS[name], inputs=INPUTS, steps={"which": WHICH | {"can_be_switched_off": can}}) is told
    assert STEPS["owner_text"].approve is not None
    assert needed("tell_owner") == {"owner_text"}


@pytest.mark.parametrize(
    ("used", "shuts", "police"),
    [("no sign in complete logs", False, False), ("yes", True, True), ("cannot be told", True, False)],
)
def test_a_log_that_cannot_tell_counts_as_a_use(used: str, *, shuts: bool, police: bool) -> None:
    """What may have been opened is shut all the same."""
    steps = {"used": {"used": used}}
    assert runs(STEPS["close_behind"], inputs=INPUTS, steps=steps) is shuts
    assert runs(STEPS["answers"], inputs=INPUTS | {"exposure": "inside only"}, steps=steps) is shuts
    assert runs(STEPS["police"], inputs=INPUTS, steps=steps) is police


def test_the_finding_names_its_limits() -> None:
    """Nobody says "no sign" without saying how far back the log reaches."""
    form = STEPS["used"].form
    assert not form["logs_begin"].optional
    assert not form["gaps"].optional


@pytest.mark.parametrize(
    ("applies", "files"),
    [("yes", True), ("no", False), ("not yet known", True)],
)
def test_an_open_duty_keeps_the_filing_open(applies: str, *, files: bool) -> None:
    """Only a decision not to notify closes it, for each law by itself; its time is the law's."""
    for law, step in (("eu_gdpr", STEPS["file_authority"]), ("uk_gdpr", STEPS["file_ico"])):
        others = {"eu_gdpr_applies": "no", "uk_gdpr_applies": "no"}
        assert runs(step, inputs=INPUTS, steps={"duties": others | {f"{law}_applies": applies}}) is files
        assert step.stops


@pytest.mark.parametrize(("high", "told"), [(True, True), (False, False)])
def test_people_are_told_when_the_risk_is_high(*, high: bool, told: bool) -> None:
    """In exact words that two have approved, before anyone else reads of it."""
    for name in ("affected_text", "tell_affected"):
        assert runs(STEPS[name], inputs=INPUTS, steps={"duties": {"high_risk": high}}) is told
    approve = STEPS["affected_text"].approve
    assert approve is not None
    assert (approve.quorum, approve.exact_text) == (2, True)
    assert needed("tell_affected") == {"affected_text"}
    assert STEPS["tell_affected"].stops == ("eu-gdpr.data_subjects", "uk-gdpr.individuals")
    assert "tell_affected" in needed("answers")


def test_cleaning_the_place_comes_after_the_key_is_dealt_with() -> None:
    """A key that is only deleted from a page still opens the door."""
    assert "disable_key" in needed("clean_place")
    each = STEPS["clean_place"].for_each
    assert each is not None
    assert each.source == "inputs.places"
    assert runs(STEPS["clean_place"], inputs=INPUTS | {"places": None}) is False


def test_contained_waits_for_every_end() -> None:
    """Off or fenced in, and what it opened shut; a failed step never keeps it from being said."""
    assert all(need.any_end for need in STEPS["contained"].needs)
    assert needed("contained") == {"disable_readback", "disable_by_hand", "fence", "used", "close_behind"}


def test_every_hardening_step_is_a_follow_up() -> None:
    """They have owners and dates, and do not keep the incident open for weeks."""
    assert all(STEPS[name].follow_up for name in PLAN.phase("harden").steps)
