"""Problems for eyes, programs and GitHub."""

from __future__ import annotations

import json
import re

import pytest

from engine.domain.problem import Problem, Severity
from engine.language.render import WIDEST, as_github, as_json, as_text, summary

ERROR = Problem("a.yaml", 2, 3, "PB203", Severity.ERROR, "There is no step 'x'.", "Did you mean y?")
WARNING = Problem("b,c.yaml", 9, 1, "PB901", Severity.WARNING, "Long: 100%\nreally.")


def test_text_leads_to_the_place_and_shows_it() -> None:
    """The first line is a link for an editor, and a caret points at the column."""
    assert as_text([ERROR], source="a: 1\nb: x\n") == (
        "a.yaml:2:3: error PB203 There is no step 'x'.\n    2 | b: x\n      |   ^\n    hint: Did you mean y?\n"
    )


def marked(line: str, column: int) -> tuple[str, str]:
    """Return the line that is shown and the mark below it, for a problem at a column of the first line."""
    found = as_text([Problem("a.yaml", 1, column, "PB203", Severity.ERROR, "No.")], source=line)
    _, shown, mark = found.splitlines()
    return shown.removeprefix("    1 | "), mark.removeprefix("      | ")


@pytest.mark.parametrize(
    ("line", "column", "mark"),
    [
        ("needs: [look, tell]", 9, "        ^^^^"),
        ('url: "{{ a }}" # x', 6, "     ^^^^^^^^^"),
        ("a: [x]", 4, "   ^"),
        ("\ta", 2, " ^"),
        ("題: x", 4, "    ^"),
        ("e\u0301: x", 5, "   ^"),
        ("a:", 3, "  ^"),
        ("", 1, "^"),
        ("ab\x00\x00", 3, "  ^"),
    ],
)
def test_the_word_at_the_place_is_marked(line: str, column: int, mark: str) -> None:
    """Wide letters, accents, tabs and ends of lines do not move the mark away from it."""
    assert marked(line, column)[1] == mark


def test_a_long_line_is_shown_around_its_place() -> None:
    """A line of a hundred thousand letters fills no screen."""
    line = "a " * 50_000 + "here" + " b" * 50_000
    shown, mark = marked(line, line.index("here") + 1)
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) == WIDEST + 2
    assert shown[mark.index("^") :].startswith("here")
    assert mark.count("^") == 4
    assert marked("x" * 100_000, 99_999)[1].endswith("^")


def test_lines_are_counted_as_yaml_counts_them() -> None:
    """A form feed ends no line, a carriage return does, and a byte order mark takes no place."""
    problem = Problem("a.yaml", 2, 1, "PB203", Severity.ERROR, "No.")
    assert "    2 | b: 2\n" in as_text([problem], source="\ufeffa: \x0c1\rb: 2")
    first = Problem("a.yaml", 1, 1, "PB203", Severity.ERROR, "No.")
    assert "    1 | a\n      | ^\n" in as_text([first], source="\ufeffa")


def test_colour_marks_what_is_how_bad() -> None:
    """It is there only for who asks, and the text is the same without it."""
    painted = as_text([ERROR, WARNING], source="a: 1\nb: x\n", colour=True)
    plain = as_text([ERROR, WARNING], source="a: 1\nb: x\n")
    assert "\x1b[1;31merror\x1b[0m" in painted
    assert "\x1b[1;33mwarning\x1b[0m" in painted
    assert re.sub("\x1b\\[[0-9;]+m", "", painted) == plain


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
