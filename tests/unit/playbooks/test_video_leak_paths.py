"""Which steps of the flagship playbook run under which facts, and what its texts then say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.domain.values import Instant
from tests.unit.playbooks.cases import plan_of, runs

STEPS = plan_of("video-leak").steps
INPUTS = {"anyone_minor": "no", "listed_company": False, "recording": "rec-7"}
DEPICTED = {
    "anyone_minor": "no",
    "kind": "meeting or training",
    "people_shown": "staff",
    "subjects": ["personal data"],
    "doubted": False,
}


def test_a_capture_is_refused_while_a_minor_is_possible() -> None:
    """Unknown counts as yes, and the stop opens instead."""
    for answer in ("unknown", "yes"):
        inputs, steps = INPUTS | {"anyone_minor": answer}, {"depicted": DEPICTED | {"anyone_minor": answer}}
        for name in ("preserve", "screenshots", "mirrors"):
            assert runs(STEPS[name], inputs=inputs, steps=steps) is False
        frame = steps | {"legal_frame": {"may_notice": True, "may_identify": True}}
        for name in ("platform_reports", "takedown", "court"):
            assert runs(STEPS[name], inputs=inputs, steps=frame) is False
        assert runs(STEPS["minor_stop"], inputs=inputs, steps=steps) is True


def test_nobody_minor_captures_and_never_stops() -> None:
    """The way that most incidents take."""
    for name in ("preserve", "screenshots"):
        assert runs(STEPS[name], inputs=INPUTS, steps={"depicted": DEPICTED}) is True
    assert runs(STEPS["minor_stop"], inputs=INPUTS, steps={"depicted": DEPICTED}) is False


def test_a_known_minor_stops_before_anyone_answers() -> None:
    """A yes at the trigger waits for no decision; unknown waits for it."""
    assert runs(STEPS["minor_stop"], inputs=INPUTS | {"anyone_minor": "yes"}) is True
    assert runs(STEPS["minor_stop"], inputs=INPUTS | {"anyone_minor": "unknown"}) is None


def test_a_fact_revised_to_a_minor_stops_later_too() -> None:
    """The latest fact counts, whatever was answered before."""
    for answer in ("yes", "unknown"):
        inputs = INPUTS | {"anyone_minor": answer}
        assert runs(STEPS["minor_stop"], inputs=inputs, steps={"depicted": DEPICTED}) is True


def test_private_content_is_handed_over() -> None:
    """Also when everyone shown is an adult: nothing looks at it, reports it or speaks of it; another playbook does."""
    allowed: dict[str, dict[str, object]] = {"legal_frame": {"may_notice": True, "may_identify": True}}
    looking = ("preserve", "screenshots", "mirrors", "authenticity", "platform_reports", "takedown", "court")
    speaking = ("staff_notice", "approved_facts", "holding_draft", "holding_text", "stakeholders", "updates")
    for kind, runs_here in (("private or intimate", False), ("meeting or training", True)):
        steps = allowed | {"depicted": DEPICTED | {"kind": kind, "doubted": True}}
        for name in (*looking, *speaking):
            assert runs(STEPS[name], inputs=INPUTS, steps=steps) is runs_here, name
        assert runs(STEPS["private_stop"], inputs=INPUTS, steps=steps) is not runs_here


@pytest.mark.parametrize(("high", "california"), [(True, "no"), (False, "yes"), (False, "no")])
def test_people_are_sent_what_was_approved(california: str, *, high: bool) -> None:
    """One text for the people at high risk and for California; each letter waits for its approval."""
    steps = {"duties": {"high_risk": high, "us_ca_applies": california}}
    assert runs(STEPS["people_text"], inputs=INPUTS, steps=steps) is (high or california == "yes")
    assert runs(STEPS["people_told"], inputs=INPUTS, steps=steps) is high
    assert runs(STEPS["tell_california"], inputs=INPUTS, steps=steps) is (california == "yes")
    assert STEPS["people_told"].stops == ("eu-gdpr.data_subjects", "uk-gdpr.individuals")
    for text, sent in (("people_text", ("people_told", "tell_california")), ("form_8k_text", ("form_8k",))):
        approve = STEPS[text].approve
        assert approve is not None
        assert (approve.quorum, approve.exact_text) == (2, True)
        assert all(text in {need.step for need in STEPS[name].needs} for name in sent)


def test_without_a_recording_no_system_is_asked() -> None:
    """The steps are skipped at once, and an answer later starts them."""
    names = ("snapshot_sharing", "lock_original", "lock_readback")
    assert [runs(STEPS[name], inputs=INPUTS | {"recording": None}) for name in names] == [False] * 3
    assert [runs(STEPS[name], inputs=INPUTS) for name in names] == [True] * 3


def test_the_sharing_state_is_evidence_once_nobody_shown_can_be_a_minor() -> None:
    """Without a reading there is nothing to keep."""
    step, read = STEPS["keep_sharing"], {"snapshot_sharing": {"links": ["a", "b"]}}
    assert runs(step, inputs=INPUTS, steps=read) is True
    assert runs(step, inputs=INPUTS | {"anyone_minor": "unknown"}, steps=read) is False
    assert runs(step, inputs=INPUTS) is False


def test_nobody_is_looked_for_before_counsel_says_so() -> None:
    """Unanswered, the search waits; refused, it is skipped, and nothing that follows waits for ever."""
    assert runs(STEPS["find_source"], inputs=INPUTS) is None
    refused = {"legal_frame": {"may_identify": False, "may_notice": False}}
    following = ("find_source", "source", "revoke_sessions", "token_lifetime", "sessions_again", "disable_account")
    for name in (*following, "isolate"):
        assert runs(STEPS[name], inputs=INPUTS, steps=refused) is False, name


def test_the_answer_on_the_source_decides_what_is_cut() -> None:
    """Sessions yes, suspension no, no host: the path of the demo."""
    steps = {"source": {"cut_now": True, "suspend": False, "accounts": ["a"], "hosts": None}}
    cut = ("revoke_sessions", "token_lifetime", "sessions_again")
    assert [runs(STEPS[name], inputs=INPUTS, steps=steps) for name in cut] == [True, True, True]
    assert runs(STEPS["disable_account"], inputs=INPUTS, steps=steps) is False
    assert runs(STEPS["isolate"], inputs=INPUTS, steps=steps) is False
    hosts = {"source": steps["source"] | {"hosts": ["host-1"]}}
    assert runs(STEPS["isolate"], inputs=INPUTS, steps=hosts) is True


def test_inside_information_is_asked_only_of_a_listed_company() -> None:
    """For others the step is skipped without waiting for who is shown."""
    assert runs(STEPS["market"], inputs=INPUTS) is False
    listed = INPUTS | {"listed_company": True}
    assert runs(STEPS["market"], inputs=listed) is None
    assert runs(STEPS["market"], inputs=listed, steps={"depicted": DEPICTED}) is False
    subjects = {"depicted": DEPICTED | {"subjects": ["strategy or unpublished results"]}}
    assert runs(STEPS["market"], inputs=listed, steps=subjects) is True


@pytest.mark.parametrize(
    ("eu", "uk", "files"),
    [("yes", "no", True), ("no", "no", False), ("not yet known", "no", True), ("no", "yes", True)],
)
def test_an_open_duty_keeps_the_filing_open(eu: str, uk: str, *, files: bool) -> None:
    """Only a decision not to notify closes it."""
    steps = {"duties": {"eu_gdpr_applies": eu, "uk_gdpr_applies": uk}}
    assert runs(STEPS["filing_text"], inputs=INPUTS, steps=steps) is files
    assert runs(STEPS["file_authority"], inputs=INPUTS, steps=steps) is (eu != "no")
    assert runs(STEPS["file_ico"], inputs=INPUTS, steps=steps) is (uk != "no")


@pytest.mark.parametrize(("given", "channel"), [(None, ""), ("C0123", "C0123")])
def test_the_staff_notice_says_when_and_whom_and_nothing_else(given: str | None, channel: str) -> None:
    """Left out, the channel is the incident's own, which the action chooses for an empty one."""
    template = STEPS["staff_notice"].with_
    assert template is not None
    inputs = {"staff_channel": given, "staff_contact": "the desk", "support_line": "the people team"}
    scope = {"next_update": Instant(datetime(2026, 3, 3, 9, tzinfo=UTC))}
    assert template.render({"inputs": inputs, "steps": {"scope": {"output": scope}}}) == {
        "text": "Something internal may be circulating. Please do not search for it, open, comment on or forward it."
        " If you come across it, tell the desk where, nothing else. If you are worried about yourself or a colleague:"
        " the people team. We will write again on 2026-03-03 at 09:00 UTC.",
        "channel": channel,
    }


def test_a_statement_may_be_held_back() -> None:
    """Approved and kept for questions is a proper end; declined, nothing is published."""
    publish = STEPS["holding_publish"]
    assert runs(publish, inputs=INPUTS, steps={"holding_text": {"use": "hold for questions only"}}) is False
    assert runs(publish, inputs=INPUTS, steps={"holding_text": {"use": "publish"}}) is True
    assert runs(publish, inputs=INPUTS) is False


def test_the_draft_claims_closed_links_only_when_they_were_counted() -> None:
    """A link still open, or nothing read back, leaves the sentence out."""
    draft = STEPS["holding_draft"].with_
    assert draft is not None
    sentence = {"steps": draft.source["steps"]} if isinstance(draft.source, dict) else {}
    for output, claimed in (({"open": 0}, True), ({"open": 2}, False), ({}, False)):
        part = type(draft)(sentence, draft.reads, ()).render({"steps": {"lock_readback": {"output": output}}})
        assert isinstance(part, dict)
        assert ("Access to the original has been closed." in str(part["steps"])) is claimed
        assert "We are asking for copies to be removed" in str(part["steps"])


@pytest.mark.parametrize(("answer", "begins"), [("yes", True), ("no", False), ("not yet known", False)])
def test_a_clock_begins_with_a_yes_alone(answer: str, *, begins: bool) -> None:
    """At the moment that counsel names, for each law by itself."""
    starts = {start.regimes: start for start in STEPS["duties"].starts}
    for law in ("eu-gdpr", "uk-gdpr", "us-ca"):
        field = law.replace("-", "_")
        start = starts[(law,)]
        assert start.at == f"{field}_clock_started"
        assert start.when is not None
        assert start.when.evaluate({f"{field}_applies": answer}) is begins


@pytest.mark.parametrize(("material", "files"), [("yes", True), ("no", False), ("not yet", False)])
def test_a_material_incident_is_filed_by_a_listed_company(material: str, *, files: bool) -> None:
    """The clock runs from the determination."""
    step, steps = STEPS["form_8k"], {"market": {"material": material}}
    assert runs(step, inputs=INPUTS | {"listed_company": True}, steps=steps) is files
    assert runs(step, inputs=INPUTS, steps=steps) is False
    assert [start.at for start in STEPS["market"].starts] == ["determined_at"]
    assert step.stops == ("us-sec-8k-105.form_8k",)


@pytest.mark.parametrize(
    ("rights", "ownership"),
    [
        ("we own the recording", "ours"),
        ("an attendee recorded it", "someone else's"),
        ("supplier", "someone else's"),
        ("not known", "not known"),
    ],
)
def test_a_notice_knows_whose_recording_it_is(rights: str, ownership: str) -> None:
    """Being shown in it, or having held the meeting, makes no one its owner."""
    given = STEPS["takedown"].with_
    assert given is not None
    names = {
        "inputs": INPUTS,
        "item": "https://a.example/1",
        "steps": {"legal_frame": {"output": {"own_rights": rights}}},
    }
    rendered = given.render(names)
    assert isinstance(rendered, dict)
    assert rendered["ownership"] == ownership
