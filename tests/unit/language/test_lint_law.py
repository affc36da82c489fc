"""What lint says of laws, controls and calendars in the cases that their bad playbooks do not show."""

from __future__ import annotations

import pytest

from engine.language.api import check
from tests.unit.language.cases import SMALL, said, step
from tests.unit.language.facts import ACTIONS, CATALOGS

ANSWERED = """\
      - id: duties
        title: Duties
        decision: Say it.
        form:
          applies: {type: choice, options: [applies, not]}
          since: {type: datetime, list: true}
          at: {type: datetime, optional: true}
        starts: STARTS
"""


@pytest.mark.parametrize(
    ("starts", "problems"),
    [
        ("eu-gdpr", []),
        ("[eu-gdpr, {regimes: eu-gdpr, at: at}]", []),
        ("{regimes: [eu-gdpr], when: inputs.page is defined}", []),
        (
            "{regimes: [eu-gdpr], when: applies == 'maybe'}",
            ["PB224 steps.duties.output.applies is never 'maybe'."],
        ),
        ("{regimes: [eu-gdpr], when: aplies == 'not'}", ["PB201 There is no 'aplies'."]),
        ("{regimes: [eu-gdpr], when: applies ==}", ["PB209 The expression cannot be read: "]),
        ("{regimes: [eu-gdpr], at: since}", ["PB262 'since' is no date and time that duties asks for."]),
        ("{regimes: [eu-gdpr], from: at}", ["PB101 `from` is not a key of a start."]),
        ("{regimes: []}", ["PB103 `regimes` is empty."]),
        ("[]", ["PB103 `starts` is empty."]),
    ],
)
def test_a_start_is_checked_against_the_form(starts: str, problems: list[str]) -> None:
    """Its condition reads the fields of the answer by their names, its moment is one of them."""
    about = [text for text in said(ANSWERED.replace("STARTS", starts)) if not text.startswith(("PB4", "PB228"))]
    assert [text[: len(known)] for text, known in zip(about, problems, strict=True)] == problems


def test_without_a_catalog_nothing_is_said_of_laws_controls_and_calendars() -> None:
    """What is not known here may be known where the playbook runs."""
    head = SMALL.replace("phases:", "deadlines: [mars]\nphases:", 1)
    text = (head + step("controls: [house.1]\ndue: 2bd in mars")).encode()
    named = {"PB260", "PB263", "PB264"}
    unknown = check(text, path="small.yaml", actions=ACTIONS)
    strict = check(text, path="small.yaml", actions=ACTIONS, catalogs=CATALOGS)
    assert {item.rule for item in unknown.problems} & {*named, "PB411"} == set()
    assert {item.rule for item in strict.problems} >= named
    assert check(text, path="small.yaml", actions=ACTIONS, catalogs=CATALOGS.lenient()).plan is not None
