"""From a playbook to its plan: defaults, gates, handlers, forms."""

from __future__ import annotations

import copy
import hashlib
import pickle
from datetime import timedelta

import pytest

from engine.domain.errors import PlaybookError
from engine.domain.fields import NOW, FieldType
from engine.domain.plan import Due, Gate, Need, OnFailure, RetryPlan, Sensitivity, StepKind, Tickets
from engine.language.api import compile_playbook, digest
from tests.unit.language.cases import GOLDENS, good_plan, plan_of
from tests.unit.language.facts import ACTIONS

TASK = "      - {id: look, title: Look at it, task: Look at it.}\n"


def test_a_plan_carries_what_the_file_says() -> None:
    """Inputs, roles and texts arrive typed and complete."""
    plan = good_plan()
    assert (plan.playbook, plan.version, plan.sensitivity) == ("small-leak", 2, Sensitivity.RESTRICTED)
    assert plan.inputs["aware_at"].default is NOW
    assert str(plan.inputs["places"].default) == "2.5"
    assert plan.inputs["anyone_minor"].options == ("no", "yes", "unknown")
    assert plan.roles["comms"].fallback == "commander"
    assert plan.roles["commander"].title == "Incident commander"
    assert plan.roles["hr"].title == "Hr"
    assert plan.deadlines == ("eu-gdpr",)
    assert list(plan.steps)[:2] == ["read_state", "lock"]


def test_phases_open_by_their_vocabulary_unless_after_says_otherwise() -> None:
    """Harden waits for contained, and `after` names phases."""
    gates = {phase.id: (phase.gate, phase.after) for phase in good_plan().phases}
    assert gates == {
        "contain": (Gate.NOW, ()),
        "legal": (Gate.NOW, ()),
        "communicate": (Gate.NOW, ()),
        "harden": (Gate.CONTAINED, ()),
        "review": (Gate.AFTER, ("contain", "legal")),
    }


def test_review_opens_once_resolved() -> None:
    """Without `after`, review waits for every other phase; alone, for none."""
    review = "  review:\n    steps:\n      - {id: learn, title: Learn, task: Learn.}\n"
    assert plan_of(TASK + review).phase("review").gate is Gate.RESOLVED
    alone = TASK.replace("look", "lone")
    head = b"tocsin: 1\nplaybook: r\ntitle: R\nversion: 1\nroles: {commander: {}}\nphases:\n  review:\n    steps:\n"
    only = compile_playbook(head + alone.encode(), path="r.yaml", actions=ACTIONS)
    assert only.phase("review").gate is Gate.NOW


def test_an_action_step_is_ready_to_run() -> None:
    """Its template, traits, retry, timeout and undo are in the plan."""
    step = good_plan().steps["lock"]
    assert step.kind is StepKind.ACTION
    assert step.with_ is not None
    assert step.with_.secrets == ("PAGES_TOKEN",)
    assert [str(read) for read in step.with_.reads] == ["steps.read_state.output.links", "idempotency_key"]
    assert step.traits == ACTIONS["http.request"].traits
    assert step.undo is not None
    assert step.undo.action == "http.request"
    assert step.undo.traits == ACTIONS["http.request"].traits
    read = good_plan().steps["read_state"]
    assert read.retry == RetryPlan(3, timedelta(minutes=1))
    assert read.timeout == timedelta(seconds=20)
    assert {name: plan.place for name, plan in read.keep.items()} == {
        "links": "json.links",
        "first": "json.items[0].id",
        "owner": "json.owner",
    }
    assert read.sensitivity_of("owner") is Sensitivity.RESTRICTED
    assert read.sensitivity_of("first") is Sensitivity.INTERNAL


def test_handlers_know_what_they_are_for() -> None:
    """A step named in `on_failure` runs only when that step failed."""
    plan = good_plan()
    assert (plan.steps["lock"].on_failure, plan.steps["lock"].handlers) == (OnFailure.HANDLE, ("tell_operator",))
    assert plan.steps["tell_operator"].handler_for == ("lock",)
    assert plan.steps["preserve"].on_failure is OnFailure.CONTINUE
    assert plan.steps["staff_notice"].on_failure is OnFailure.STOP
    assert plan.steps["depicted"].on_failure is OnFailure.BLOCK


def test_who_does_a_step_is_never_left_open() -> None:
    """A task without an owner is the commander's; a decision's first answerer owns it."""
    plan = good_plan()
    assert (plan.steps["lessons"].owner, plan.steps["lessons"].by) == ("commander", ("commander",))
    assert (plan.steps["depicted"].owner, plan.steps["depicted"].by) == ("commander", ("commander", "counsel"))
    assert plan.steps["contained"].by == ("commander",)
    assert (plan.steps["lock"].owner, plan.steps["lock"].by) == (None, ())
    owned = plan_of("      - {id: ok, title: Is it?, decision: Is it?, owner: counsel}\n").steps["ok"]
    assert owned.by == ("counsel",)


def test_a_decision_without_a_form_asks_yes_or_no_and_why() -> None:
    """What marks the incident is always a yes."""
    form = good_plan().steps["contained"].form
    assert {name: spec.type for name, spec in form.items()} == {"answer": FieldType.BOOLEAN, "why": FieldType.TEXT}
    marking = "      - {id: c, title: C?, decision: C?, marks: contained, form: {copies: {type: number}}}\n"
    assert list(plan_of(marking).steps["c"].form) == ["answer", "why", "copies"]
    assert list(good_plan().steps["depicted"].form) == ["anyone_minor", "people", "accounts"]


def test_a_field_is_as_sensitive_as_its_step() -> None:
    """A form inside a privileged step is privileged where it says nothing itself."""
    plan = good_plan()
    assert plan.steps["frame"].form["reason"].sensitivity is Sensitivity.PRIVILEGED
    assert plan.steps["depicted"].form["accounts"].sensitivity is Sensitivity.RESTRICTED
    assert plan.steps["depicted"].form["people"].sensitivity is Sensitivity.INTERNAL


def test_needs_waits_and_targets_are_typed() -> None:
    """Shorthands became their long forms."""
    plan = good_plan()
    assert plan.steps["contained"].needs == (Need("lock", any_end=True), Need("preserve", any_end=True))
    assert plan.steps["access_review"].due == Due(business_days=5, text="5bd")
    assert plan.steps["lessons"].due == Due(business_days=10, calendar="us-federal", text="10bd in us-federal")
    assert plan.steps["file"].due == Due(law=True, text="deadline")
    assert plan.steps["file"].stops == ("eu-gdpr.supervisory_authority",)
    assert plan.steps["file"].fulfilled == "submitted_at"
    assert [start.regimes for start in plan.steps["duties"].starts] == [("eu-gdpr",)]
    assert plan.regimes["eu-gdpr"].name == "EU GDPR"
    assert plan.steps["access_review"].tickets is Tickets.NONE
    assert plan.steps["access_review"].follow_up
    waits = {name: plan.steps[name].wait for name in ("settle", "embargo", "answered")}
    assert waits["settle"] is not None
    assert waits["settle"].duration == timedelta(hours=6)
    assert waits["embargo"] is not None
    assert waits["embargo"].until is not None
    assert waits["answered"] is not None
    assert waits["answered"].known is not None
    approve = plan.steps["staff_notice"].approve
    assert approve is not None
    assert (approve.by, approve.quorum, approve.exact_text) == (("comms", "counsel"), 1, True)
    report = plan.steps["report"]
    assert report.approve is not None
    assert report.approve.expires == timedelta(hours=4)
    assert report.human


def test_an_undo_may_be_a_reason() -> None:
    """What cannot be taken back says why."""
    step = """\
      - id: disable
        title: Suspend the account
        action: identity.disable
        with: {account: someone}
        undo: {none: It is given back by hand.}
"""
    undo = plan_of(step).steps["disable"].undo
    assert undo is not None
    assert (undo.action, undo.none_because) == (None, "It is given back by hand.")


def test_a_step_remembers_its_line() -> None:
    """What goes wrong at run time can be traced to the file."""
    path = GOLDENS / "good" / "small-leak.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[good_plan().steps["lock"].line - 1].strip() == "- id: lock"


def test_a_plan_can_be_copied_and_stored() -> None:
    """Nothing in it is bound to the process that made it."""
    plan = good_plan()
    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301 the bytes are this test's own
    assert copy.deepcopy(plan) == plan


def test_the_digest_is_of_the_bytes() -> None:
    """Two files with one digest are one file."""
    data = (GOLDENS / "good" / "small-leak.yaml").read_bytes()
    assert digest(data) == good_plan().digest == hashlib.sha256(data).hexdigest()


def test_compiling_a_bad_playbook_raises_all_its_errors() -> None:
    """The error holds the problems, and its exit code is the author's."""
    data = (GOLDENS / "bad" / "PB221.yaml").read_bytes()
    with pytest.raises(PlaybookError) as caught:
        compile_playbook(data, path="bad.yaml", actions=ACTIONS)
    assert {problem.rule for problem in caught.value.problems} == {"PB221"}
    assert caught.value.exit_code == 1
    assert "bad.yaml:19" in caught.value.message
