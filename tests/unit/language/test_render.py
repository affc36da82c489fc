"""Problems for eyes, programs and GitHub."""

from __future__ import annotations

import json

from engine.domain.problem import Problem, Severity
from engine.language.render import as_github, as_json, as_text, summary

ERROR = Problem("a.yaml", 2, 3, "PB203", Severity.ERROR, "There is no step 'x'.", "Did you mean y?")
WARNING = Problem("b,c.yaml", 9, 1, "PB901", Severity.WARNING, "Long: 100%\nreally.")


def test_text_leads_to_the_place_and_shows_it() -> None:
    """The first line is a link for an editor, and a caret points at the column."""
    assert as_text([ERROR], source="a: 1\nb: x\n") == (
        "a.yaml:2:3: error PB203 There is no step 'x'.\n    b: x\n      ^\n    hint: Did you mean y?\n"
    )


def test_text_holds_no_control_character() -> None:
    """A file cannot write to the terminal of whoever lints it."""
    assert "\x1b" not in as_text([ERROR], source="a\n\x1b[31mred\n")


def test_json_has_stable_keys() -> None:
    """Programs find every part of a problem."""
    assert json.loads(as_json([ERROR])) == {
        "problems": [
            {
                "path": "a.yaml",
                "line": 2,
                "column": 3,
                "rule": "PB203",
                "severity": "error",
                "message": "There is no step 'x'.",
                "hint": "Did you mean y?",
            }
        ]
    }


def test_github_annotations_are_escaped() -> None:
    """A message cannot break out of its annotation."""
    assert as_github([WARNING]) == "::warning file=b%2Cc.yaml,line=9,col=1,title=PB901::Long: 100%25%0Areally.\n"


def test_a_summary_counts() -> None:
    """One error and one warning are said in words."""
    assert summary([ERROR, WARNING]) == "1 error, 1 warning"
    assert summary([]) == "0 errors, 0 warnings"
