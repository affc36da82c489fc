"""What one version of a playbook changes against another."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.difference import Change, Difference, How, changes, difference
from engine.domain.playbook import Playbook
from engine.language.load import load
from tests.unit.language.cases import GOLDENS

GOOD = (GOLDENS / "good" / "small-leak.yaml").read_text(encoding="utf-8")
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b", ""])
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner)
)


def read(text: str) -> Playbook:
    """Return a playbook that has the right shape."""
    document = load(text.encode(), path="small-leak.yaml").document
    assert document is not None
    return document.playbook


def differs(*edits: tuple[str, str]) -> Difference:
    """Return what some edits of the good playbook change."""
    text = GOOD
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return difference(read(GOOD), read(text))


def changed(*edits: tuple[str, str]) -> dict[str, tuple[Change, ...]]:
    """Return what some edits change in each step."""
    return {step.id: step.changes for step in differs(*edits).steps}


def test_a_playbook_does_not_differ_from_itself() -> None:
    """There is nothing to say, and nothing is counted."""
    found = differs()
    assert found.empty
    assert set(found.counts().values()) == {0}


def test_another_way_to_write_the_same_is_no_difference() -> None:
    """Short and long forms, defaults that are written out, quotes, comments and the order of keys say the same."""
    found = differs(
        ("needs: [depicted]", "needs: [{step: depicted}]"),
        ("wait: 6h", "wait: {duration: 6h}"),
        ("by: counsel\n", "by: [counsel]\n"),
        ("on_failure: continue", "on_failure: [continue] # goes on"),
        ("title: Let caches expire", "title: 'Let caches expire'\n        follow_up: false"),
    )
    assert found.empty


def test_each_key_of_a_step_is_compared_by_itself() -> None:
    """What was added, removed and changed is told apart, down to the values that an action is given."""
    found = changed(
        ("due: 30m", "due: 45m"),
        ("        retry: 3 in 1m\n", ""),
        ("page | urlencode }}/links", "page | urlencode }}/all"),
    )
    assert found["tell_operator"] == (Change(("due",), How.CHANGED, "30m", "45m"),)
    link = "https://pages.example/{{ inputs.page | urlencode }}/"
    assert found["read_state"] == (
        Change(("with", "url"), How.CHANGED, f"{link}links", f"{link}all"),
        Change(("retry",), How.REMOVED, before={"attempts": 3, "within": "1m"}),
    )


def test_a_default_that_is_left_out_is_what_the_key_says() -> None:
    """Two of two becomes one, a follow-up none; nothing appears from nowhere."""
    found = changed(("quorum: 2, expires: 4h", "expires: 4h"), ("        follow_up: true\n        due: 5bd\n", ""))
    assert found["report"] == (Change(("approve", "quorum"), How.CHANGED, 2, 1),)
    assert found["access_review"] == (
        Change(("due",), How.REMOVED, before="5bd"),
        Change(("follow_up",), How.CHANGED, before=True, after=False),
    )


def test_each_need_is_compared_by_itself() -> None:
    """A need that is gone, one that is new, and one that accepts every end now."""
    found = changed(("needs: [preserve, frame]", "needs: [{step: frame, is: settled}, depicted]"))
    assert found["report"] == (
        Change(("needs", "preserve"), How.REMOVED, before="done"),
        Change(("needs", "frame"), How.CHANGED, "done", "settled"),
        Change(("needs", "depicted"), How.ADDED, after="done"),
    )


def test_a_step_in_another_phase_has_moved() -> None:
    """It is neither removed nor added; what else changed in it is told too."""
    moved = GOOD[GOOD.index("      - id: settle\n") : GOOD.index("      - id: access_review")]
    text = GOOD.replace(moved, "").replace("      - id: lessons", moved.replace("6h", "7h") + "      - id: lessons")
    (step,) = difference(read(GOOD), read(text)).steps
    assert step.before is not None
    assert step.after is not None
    assert (step.before.phase, step.after.phase) == ("harden", "review")
    assert step.moved
    assert step.touches("wait")
    assert not step.touches("due", "with")


def test_a_step_under_another_id_is_recognised() -> None:
    """It is added and removed, since its id is what incidents know it by; that it says the same is told."""
    added, removed = differs(("id: settle\n", "id: settle_down\n")).steps
    assert (added.id, added.how, added.like) == ("settle_down", How.ADDED, "settle")
    assert (removed.id, removed.how, removed.like) == ("settle", How.REMOVED, None)


def test_a_step_of_another_kind_says_so() -> None:
    """A task that became a decision is another kind of step under the same id."""
    (step,) = differs(("task: Meet and write it down.", "decision: Meet and write it down.")).steps
    assert step.other_kind
    assert step.after is not None
    assert step.after.kind == "decision"


def test_what_an_action_is_given_has_a_digest() -> None:
    """It is the same while what is given is, in whatever order it is written."""
    (same,) = differs(("timeout: 20s", "timeout: 30s")).steps
    (other,) = differs(("urlencode }}/links", "urlencode }}/all")).steps
    assert same.before is not None
    assert same.after is not None
    assert other.after is not None
    assert same.before.given == same.after.given != ""
    assert other.after.given != same.after.given


def test_inputs_roles_phases_and_the_top_are_compared() -> None:
    """Each is told by its name."""
    found = differs(
        ("places: {type: number, default: 2.5, min: 0}", "places: {type: number, default: 2.5, min: 1}"),
        ("  page: {type: text, optional: true}\n", "  page: {type: text, optional: true}\n  host: {type: url}\n"),
        ("  hr: {else: counsel}\n", "  hr: {}\n"),
        ("    after: [contain, legal]", "    after: [legal]"),
        ("deadlines: [eu-gdpr]", "deadlines: [eu-gdpr, us-sec-8k-105]"),
    )
    assert [(part.id, part.how.value) for part in found.inputs] == [("places", "changed"), ("host", "added")]
    assert [part.changes for part in found.roles] == [(Change(("else",), How.REMOVED, before="counsel"),)]
    assert [part.id for part in found.phases] == ["review"]
    assert found.top == (Change(("deadlines",), How.CHANGED, ["eu-gdpr"], ["eu-gdpr", "us-sec-8k-105"]),)


def test_programs_read_it_as_an_object() -> None:
    """It is JSON all through."""
    found = json.loads(json.dumps(differs(("due: 30m", "due: 45m")).as_json()))
    assert found["counts"] == {"added": 0, "removed": 0, "moved": 0, "changed": 1}
    assert found["steps"][0]["changes"] == [{"path": ["due"], "how": "changed", "before": "30m", "after": "45m"}]


@given(TREES, TREES)
def test_two_values_differ_exactly_when_there_is_a_change(before: object, after: object) -> None:
    """True and 1 are two values, also deep inside."""
    found = list(changes(before, after))  # type: ignore[arg-type]  # hypothesis cannot say that these are JSON
    assert bool(found) == (json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True))
