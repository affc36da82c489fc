"""What a button and a form carry back is read as it was written, and nothing else is."""

from __future__ import annotations

import pytest

from engine.domain.tokens import FormKind, FormToken, ask_token, form_token, parse_form_token, parse_token


@pytest.mark.parametrize(
    ("kind", "incident", "subject", "token"),
    [
        (FormKind.ANSWER, "INC-7", "scope.decision.1", "INC-7|scope.decision.1|answer"),
        (FormKind.DECLINE, "INC-7", "preserve[2].approval.1", "INC-7|preserve[2].approval.1|decline"),
        (FormKind.REVIEW, "INC-7", "review", "INC-7|review|review"),
        (FormKind.DECLINE, "INC-7", "handover:2", "INC-7|handover:2|decline"),
        (FormKind.FACT, "INC-7", "minor", "INC-7|minor|fact"),
        (FormKind.DECLARE, "", "video-leak", "|video-leak|declare"),
    ],
)
def test_a_form_says_what_it_was_opened_for(kind: FormKind, incident: str, subject: str, token: str) -> None:
    """Which kind of form, of which incident, for which ask or playbook."""
    assert form_token(kind, incident=incident, subject=subject) == token
    assert parse_form_token(token) == FormToken(kind, incident, subject)


@pytest.mark.parametrize(
    "token",
    ["", "ask-7", "INC-7|scope.decision.1", "|x|answer", "INC-7|x|declare", "INC-7||answer", "INC-7|x|y|answer"],
)
def test_any_other_token_is_not_ours(token: str) -> None:
    """Nothing is guessed from what is only like one."""
    assert parse_form_token(token) is None


def test_a_button_names_its_incident_and_ask() -> None:
    """And what has no separator is none of ours."""
    assert parse_token(ask_token("INC-7", "scope.decision.1")) == ("INC-7", "scope.decision.1")
    assert parse_token("elsewhere") is None
