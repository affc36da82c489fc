"""What an operator reads of an incident in Prefect."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.domain.incident import Effect, Incident, Phase, Segment, Step
from engine.domain.lifecycle import PhaseStatus, StepStatus
from engine.runtime.prefect.summary import summary

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
INCIDENT = Incident(
    id="INC-7",
    playbook="secret-name",
    playbook_version=1,
    digest="",
    title="A secret title",
    declared_at=NOON,
    declared_by="ana",
    zone="UTC",
    exercise=False,
    facts={},
    roles={"commander": ("ana",)},
    phases={"contain": Phase(PhaseStatus.OPEN, NOON)},
    steps={
        "lock": Step("lock", StepStatus.DONE),
        "tell": Step("tell", StepStatus.AWAITING_PERSON, because="a secret reason"),
    },
    effects={"k": Effect("k", "action", "lock", "done", 1, NOON)},
    segments=(Segment(1, "warm", "r"), Segment(2, "direct", None)),
    seq=9,
)


def test_it_says_where_the_incident_stands_in_ids_states_and_counts() -> None:
    """And which way the stretches of work went."""
    text = summary(INCIDENT, refused=0)
    assert "# INC-7" in text
    assert "Stretches of work: 2 (1 in waiting flow runs, 1 directly)" in text
    assert "Effects: 1 (1 done)" in text
    assert "| `contain` | open |" in text
    assert "| `tell` | awaiting person |" in text
    assert "refused" not in text


def test_it_tells_nothing_of_what_the_incident_is_about() -> None:
    """No title, no reason, no person, no playbook."""
    text = summary(INCIDENT, refused=2)
    assert "secret" not in text
    assert "ana" not in text


def test_it_says_how_often_cancelling_was_refused_and_what_ends_an_incident() -> None:
    """With the command for it."""
    text = summary(INCIDENT, refused=2)
    assert "Cancelled in Prefect (2), refused." in text
    assert "`tocsin cancel INC-7 --reason ...`" in text
