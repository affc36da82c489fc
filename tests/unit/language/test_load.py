"""From bytes to a playbook of the right shape, with what is wrong said at its place."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from engine.language.load import has_errors, load

SHAPELESS = b"""\
tocsin: 2
playbok: x
title: a
version: yes
inputs: {c: {type: txt}, d: 5, e: {type: text, default: [], list: [1]}}
phases:
  contain:
    steps:
      - id: x
        title: |
          two
          lines
        task: 5
        call: Not A Name
        needs: [5, {stp: x}]
        sensitivity: [a]
        approve: {by: [], quorum: 0}
        max_parallel: 500
        with: {}
        form: {}
        keep: a
      - 5
  x: []
"""


def test_every_fault_of_shape_is_said_in_one_pass() -> None:
    """Each stands at its own key or value, with a hint wherever one helps."""
    loaded = load(SHAPELESS, path="f.yaml")
    assert loaded.document is None
    assert [f"{item.line}:{item.column} {item.rule} {item.message}" for item in loaded.problems] == snapshot(
        [
            "1:9 PB103 `tocsin` cannot be 2.",
            "1:1 PB102 `playbook` is missing.",
            "4:10 PB103 `version` is a whole number, not text.",
            "5:20 PB103 `type` cannot be 'txt'.",
            "5:29 PB103 `d` is a mapping, not the number 5.",
            "5:67 PB103 `list` is true or false, not a list.",
            "5:57 PB103 `default` is text, not a list.",
            "10:16 PB103 `title` is one line.",
            "13:15 PB103 `task` is text, not the number 5.",
            "14:15 PB104 'Not A Name' is not a playbook's name.",
            "15:17 PB103 `needs` is a mapping, not the number 5.",
            "15:20 PB102 `step` is missing.",
            "15:21 PB101 `stp` is not a key of a need.",
            "18:23 PB103 `max_parallel` is at most 100, not 500.",
            "20:15 PB103 `form` is empty.",
            "17:23 PB103 `by` is empty.",
            "17:35 PB103 `quorum` is at least 1, not 0.",
            "21:15 PB103 `keep` is a mapping, not text.",
            "16:22 PB103 `sensitivity` cannot be a list.",
            "22:9 PB103 `steps` is a mapping, not the number 5.",
            "23:3 PB101 `x` is not a key of `phases`.",
            "2:1 PB101 `playbok` is not a key of a playbook.",
        ]
    )


def test_a_file_with_only_unknown_keys_is_still_checked() -> None:
    """A typo in one key does not hide what else is wrong."""
    loaded = load(b"tocsin: 1\nplaybook: x\ntitle: a\nversion: 1\nowner: b\nphases: {}\n", path="f.yaml")
    assert loaded.document is not None
    assert [item.rule for item in loaded.problems] == ["PB101"]
    assert has_errors(loaded.problems)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("roles: {a: {titel: A}}", "`titel` is not a key of a role."),
        ("inputs: {a: {type: text, hints: A}}", "`hints` is not a key of a field."),
        ("phases: {contain: {step: []}}", "`step` is not a key of a phase."),
        (
            "phases: {contain: {steps: [{id: a, task: A, approve: {by: a, who: b}}]}}",
            "`who` is not a key of `approve`.",
        ),
        ("phases: {contain: {steps: [{id: a, task: A, undo: {prove: b}}]}}", "`prove` is not a key of `undo`."),
        ("phases: {contain: {steps: [{id: a, task: A, needs: [{step: b, as: c}]}]}}", "`as` is not a key of a need."),
    ],
)
def test_an_unknown_key_is_named_with_what_it_stands_in(line: str, message: str) -> None:
    """The words are those of the language, and not of its models."""
    rest = "" if line.startswith("phases") else "phases: {}\n"
    loaded = load(f"tocsin: 1\nplaybook: x\ntitle: a\nversion: 1\n{line}\n{rest}".encode(), path="f.yaml")
    assert message in [item.message for item in loaded.problems]


def test_a_name_with_a_hyphen_is_refused_at_its_key() -> None:
    """In an expression it would be a minus sign."""
    text = b"tocsin: 1\nplaybook: x\ntitle: a\nversion: 1\ninputs: {a-b: {type: text}}\nphases: {}\n"
    problems = load(text, path="f.yaml").problems
    assert [(item.line, item.column, item.message) for item in problems] == [(5, 10, "'a-b' is not a name.")]


def test_a_null_is_refused_outside_of_with() -> None:
    """An empty value is said to be empty, once, and not called a wrong kind as well."""
    loaded = load(b"tocsin: 1\nplaybook: x\ntitle: ~\nversion: 1\nphases:\n", path="f.yaml")
    assert [f"{item.line} {item.rule}" for item in loaded.problems] == ["3 PB011", "5 PB011"]


def test_a_file_that_is_no_mapping_has_no_shape() -> None:
    """A list or a word at the top is one problem."""
    assert [item.rule for item in load(b"- a", path="f.yaml").problems] == ["PB103"]


def test_an_empty_element_is_named_as_one() -> None:
    """A dash with nothing after it is shown where it stands."""
    loaded = load(b"tocsin: 1\nplaybook: x\ntitle: a\nversion: 1\ndeadlines:\n  -\nphases: {}\n", path="f.yaml")
    assert [item.message for item in loaded.problems] == ["This element has no value."]


@pytest.mark.parametrize("step", ["with: null", "with: ~", "undo: {action: a, with: null}", "undo: {with: null}"])
def test_a_with_that_is_nothing_is_said_to_be_empty(step: str) -> None:
    """Inside of it nothing is a value, but the whole of it holds something or is left out."""
    text = (
        f"tocsin: 1\nplaybook: f\ntitle: F\nversion: 1\nphases: {{contain: {{steps: [{{id: a, action: a, {step}}}]}}}}"
    )
    assert [problem.rule for problem in load(text.encode(), path="f.yaml").problems] == ["PB011"]
