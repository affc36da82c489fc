"""What is kept of a result: its names, types and how closely it is kept."""

from __future__ import annotations

import pytest

from tests.unit.language.cases import said, step


def test_an_action_gives_its_own_names_and_what_is_kept() -> None:
    """A name that is neither is a slip."""
    act = (
        "      - {id: act, title: Act, action: identity.disable, with: {account: x}, undo: {none: No.}, keep: {t: t}}\n"
    )
    assert said(act + step("needs: [act]\nwhen: steps.act.output.disabled and steps.act.output.t == 1")) == []
    assert said(act + step("needs: [act]\nwhen: steps.act.output.enabled")) == ["PB204 act gives no 'enabled'."]


KEPT = """\
      - id: act
        title: Act
        action: http.request
        with: {url: "https://x.example"}
        keep:
          raw: json.raw
          open: {from: json.open, type: number}
          links: {from: json.links, type: url, list: true}
          owner: {from: json.owner, type: text, sensitivity: restricted}
"""


@pytest.mark.parametrize(
    ("rest", "problems"),
    [
        ("when: steps.act.output.open == 0", []),
        ('when: steps.act.output.open == "0"', ["PB224 steps.act.output.open is a number, so it never equals '0'."]),
        ("when: steps.act.output.open.x > 0", ["PB212 steps.act.output.open is a number, so it has no 'x'."]),
        ('when: steps.act.output.raw == "0" and steps.act.output.raw.x == 1', []),
        ("for_each: steps.act.output.links\nowner: counsel", []),
        ("for_each: steps.act.output.open", ["PB222 steps.act.output.open is one number and not a list."]),
        ("for_each: steps.act.output.owner", ["PB222 steps.act.output.owner is one text and not a list.", "PB503 "]),
    ],
)
def test_what_is_kept_has_the_type_that_it_is_given(rest: str, problems: list[str]) -> None:
    """As a field of a form has; without a type, only running shows it."""
    found = [text for text in said(KEPT + step(f"needs: [act]\n{rest}")) if not text.startswith("PB302")]
    assert [text[: len(known)] for text, known in zip(found, problems, strict=True)] == problems


@pytest.mark.parametrize("read", ["steps.act.output.owner", "steps.act.output"])
def test_what_is_kept_under_lock_flows_nowhere(read: str) -> None:
    """A message to the channel would show it, also as a part of everything."""
    post = step(
        f"needs: [act]\nwith: {{text: '{{{{ {read} }}}}'}}\napprove: {{by: counsel}}", kind="action: slack.post"
    )
    assert any(text.startswith(f"PB502 {read} is restricted") for text in said(KEPT + post))


@pytest.mark.parametrize(
    ("keep", "problem"),
    [
        ("{a: {from: json.a, type: table}}", "PB103 `type` cannot be 'table'."),
        ("{a: {place: json.a}}", "PB101 `place` is not a key of a keep."),
        ("{a: {type: text}}", "PB102 `from` is missing."),
        ("{a: {from: json..a}}", "PB230 'json..a' is not a place in a result."),
    ],
)
def test_a_kept_value_is_written_as_it_is_meant(keep: str, problem: str) -> None:
    """Each slip has its place and its rule."""
    assert problem in said(step(f"with: {{url: 'https://x.example'}}\nkeep: {keep}", kind="action: http.request"))


def test_what_is_kept_is_from_something_that_the_action_gives() -> None:
    """A slip in the first name would keep nothing, and nobody would hear of it."""
    problems = said(KEPT.replace("json.raw", "jsn.raw"))
    assert "PB233 http.request gives no 'jsn'." in problems
