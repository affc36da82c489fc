"""After which failures an act is tried again, where its playbook says so."""

from __future__ import annotations

import pytest

from engine.domain.conducting.situation import Perform
from engine.domain.errors import IntegrationError
from engine.runtime.retrying import why_not_again
from tests.unit.domain.story import START, story


def judged(condition: str, error: IntegrationError, *, attempt: int = 1) -> str | None:
    """Return why an act with that condition is not tried again."""
    told = story(f"""
      contain:
        steps:
          - {{id: one, title: One, ACT, retry: {{attempts: 3, within: 1m, if: '{condition}'}}}}
    """)
    move = Perform("key", "action", "one", attempt)
    retry = told.plan.steps["one"].retry
    return why_not_again(retry, error, move, plan=told.plan, incident=told.incident, now=START)


FULL = IntegrationError("The other system answered 503.", retryable=True, status=503)
GONE = IntegrationError("It cannot be reached.", retryable=True)


@pytest.mark.parametrize(
    ("condition", "error"),
    [
        ("error.status in [429, 503]", FULL),
        ('error.message == "It cannot be reached."', GONE),
        ("error.status is undefined", GONE),
        ('attempt == 1 and inputs.minor == "unknown"', FULL),
        ("error.status == 404", IntegrationError("It is not there yet.", status=404)),
    ],
)
def test_a_true_condition_tries_again(condition: str, error: IntegrationError) -> None:
    """The playbook's word alone decides, also over what the other side thinks of it."""
    assert judged(condition, error) is None


def test_a_condition_that_is_not_true_tries_no_more() -> None:
    """The failure says which condition it was."""
    said = "not tried again, since its condition is not true: error.status == 429"
    assert judged("error.status == 429", FULL) == said


def test_a_condition_that_cannot_be_worked_out_tries_no_more() -> None:
    """A failure without an answer has no status; the failure says so."""
    said = "not tried again, since whether to cannot be worked out: error.status is not known yet."
    assert judged("error.status == 503", GONE) == said


def test_the_last_attempt_needs_no_condition() -> None:
    """What would not be tried again anyway fails with its own words alone."""
    assert judged("error.status == 429", FULL, attempt=3) is None
    assert judged("error.status == 429", IntegrationError("No.", status=400), attempt=3) == ""
