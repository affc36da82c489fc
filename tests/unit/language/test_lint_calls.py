"""How closely something is kept, carried into a playbook that is called, through it, and out of it again."""

from __future__ import annotations

import pytest

from engine.domain.sensitivity import Sensitivity
from engine.language.api import Checked, check
from engine.language.library import Texts
from tests.unit.language.facts import ACTIONS, CATALOGS

INNER = """\
tocsin: 1
playbook: inner
title: Inner
version: 1
inputs:
  note: {type: text}
  list: {type: text, list: true, optional: true}
roles: {commander: {}}
outputs:
  said: {type: text, from: steps.ask.output.open}
phases:
  contain:
    steps:
      - id: ask
        title: Ask
        task: Ask them.
        owner: commander
        form: {open: {type: text}, closed: {type: text, sensitivity: restricted}}
"""
OUTER = """\
tocsin: 1
playbook: outer
title: Outer
version: 1
inputs:
  closed: {type: text, sensitivity: restricted}
  many: {type: text, list: true, sensitivity: restricted}
  open: {type: boolean, default: false}
roles: {commander: {}, counsel: {}}
phases:
  contain:
    steps:
      - {id: inner, title: Inner, call: inner, CALL}
"""
POST = """\
      - id: post
        title: Post
        action: slack.post
        needs: [inner]
        with: {text: "{{ steps.inner.output.said }}"}
        approve: {by: [counsel]}
"""
GIVEN = "PB350 What is given as {} is restricted, and inner shows it as internal."
GIVES = "PB243 inner has an error: PB350 in line 10: said gives back what is restricted as internal."
SHOWS = "PB502 steps.inner.output.said is restricted, and slack.post shows it to people who may not see it."


def checked(call: str, *, inner: str = INNER, more: str = "") -> Checked:
    """Check a playbook that calls another."""
    text = OUTER.replace("CALL", call) + more
    library = Texts({"inner": inner.encode()})
    return check(text.encode(), path="outer.yaml", actions=ACTIONS, catalogs=CATALOGS, library=library)


def said(call: str, *, inner: str = INNER, more: str = "") -> list[str]:
    """Return what is said of it, but for the order of public words."""
    problems = checked(call, inner=inner, more=more).problems
    return [f"{item.rule} {item.message}" for item in problems if item.rule != "PB306"]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ('with: {note: "{{ inputs.closed }}"}', "note"),
        ('with: {note: "{{ inputs.closed | upper }}"}', "note"),
        ('with: {note: "It says {{ inputs.closed }}."}', "note"),
        ("with: {note: \"{{ inputs.closed if inputs.open else 'nothing' }}\"}", "note"),
        ('for_each: inputs.many, with: {note: "{{ item }}"}', "note"),
        ('with: {note: x, list: "{{ inputs.many }}"}', "list"),
        ('with: {note: x, list: [y, "{{ inputs.closed }}"]}', "list"),
        ('sensitivity: restricted, with: {note: "{{ inputs.closed }}"}', "note"),
    ],
)
def test_what_is_restricted_is_given_only_to_what_keeps_it_so(call: str, name: str) -> None:
    """However it is written: whole, in a text, through a filter, as an element or on a condition."""
    assert said(call) == [GIVEN.format(name)]
    kept = INNER.replace(f"{name}: {{type: text", f"{name}: {{type: text, sensitivity: restricted")
    assert said(call, inner=kept) == []


@pytest.mark.parametrize(
    "source",
    [
        "steps.ask.output.closed",
        "steps.ask.output.closed | upper",
        "steps.ask.output | join",
        "steps.ask.output.open if steps.ask.output.closed == 'x' else 'no'",
    ],
)
def test_what_comes_out_is_as_closely_kept_as_what_it_is_from(source: str) -> None:
    """Also where it only decides between two others."""
    open_ = INNER.replace("from: steps.ask.output.open", f'from: "{source}"')
    assert said("with: {note: x}", inner=open_) == [GIVES]
    closed = open_.replace(f'from: "{source}"', f'sensitivity: restricted, from: "{source}"')
    assert said("with: {note: x}", inner=closed) == []
    assert said("with: {note: x}", inner=closed, more=POST) == [SHOWS]


@pytest.mark.parametrize(
    ("call", "inner"),
    [
        ("with: {note: x}", INNER.replace("version: 1\n", "version: 1\nsensitivity: restricted\n")),
        ("sensitivity: restricted, with: {note: x}", INNER),
    ],
)
def test_what_comes_out_is_as_closely_kept_as_the_call(call: str, inner: str) -> None:
    """The playbook that is called may be restricted as a whole, and so may the step that calls it."""
    assert said(call, inner=inner) == []
    assert said(call, inner=inner, more=POST) == [SHOWS]
    plan = checked(call, inner=inner).plan
    assert plan is not None
    assert plan.steps["inner"].sensitivity_of("said") is Sensitivity.RESTRICTED


def test_taking_something_back_shows_nothing_restricted_either() -> None:
    """What the way back is given leaves by it."""
    undo = """\
      - id: lock
        title: Lock
        action: http.request
        with: {url: "https://a.example"}
        undo: {action: slack.post, with: {text: "{{ inputs.closed }}"}}
"""
    expected = "PB502 inputs.closed is restricted, and slack.post shows it to people who may not see it."
    assert said("with: {note: x}", more=undo) == [expected]
    assert said("with: {note: x}", more=undo.replace("inputs.closed", "inputs.open")) == []
