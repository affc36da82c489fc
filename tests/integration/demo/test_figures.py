"""Every figure of the report, counted again from the stored rows by code that knows nothing of the report's."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from engine.bootstrap import action_facts
from engine.language.api import compile_playbook

if TYPE_CHECKING:
    from tests.integration.demo.conftest import Played

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("demo")]

ENDS = {
    "step_done": "done",
    "step_skipped": "skipped",
    "step_declined": "declined",
    "step_failed": "failed",
    "step_blocked": "blocked",
    "step_cancelled": "cancelled",
    "step_revived": "waiting",
}
INPUTS = frozenset(
    {
        "fact_revised",
        "fact_added",
        "note_added",
        "review_answered",
        "incident_declared",
        "ticket_changed",
        "ask_answered",
    }
)
NOBODY = frozenset({"clock", "engine", "anonymous", "tracker", "chat"})
GDPR = timedelta(hours=72)


@dataclass(frozen=True)
class Rows:
    """The raw rows of a played demo, and the few questions that the figures need answered."""

    rows: list[tuple[dict[str, Any], dict[str, Any]]]
    phases: dict[str, list[str]]

    @classmethod
    def of(cls, played: Played) -> Rows:
        """Read them, and which step stands in which phase from the definition that was kept with them."""
        with sqlite3.connect(played.home / "tocsin.db") as database:
            (text,) = database.execute("SELECT text FROM definitions").fetchone()
        plan = compile_playbook(text.encode(), path="video-leak", actions=action_facts())
        return cls(played.rows(), {phase.id: list(phase.steps) for phase in plan.phases})

    def found(self, event: str, /, **wanted: object) -> list[dict[str, Any]]:
        """The contents of the events of a type that have these values."""
        return [content for _, content in self._found(event, wanted)]

    def when(self, event: str, /, **wanted: object) -> datetime | None:
        """The story instant of the first event of a type whose content has these values."""
        return next((datetime.fromisoformat(at) for at, _ in self._found(event, wanted)), None)

    def _found(self, event: str, wanted: dict[str, object]) -> list[tuple[str, dict[str, Any]]]:
        return [
            (envelope["at"], content)
            for envelope, content in self.rows
            if envelope["type"] == event and all(content.get(name) == value for name, value in wanted.items())
        ]

    def asked(self) -> list[dict[str, Any]]:
        """The tasks and decisions that people were asked."""
        return [content for content in self.found("ask_opened") if content["kind"] != "approval"]

    def answer(self, step: str, field: str) -> Any:  # noqa: ANN401 - whatever a form holds
        """The last answer to a field of a step."""
        given = [
            content["values"][field]
            for content in self.found("ask_answered")
            if content["ask"].startswith(f"{step}.") and field in content["values"]
        ]
        return given[-1] if given else None

    def states(self) -> dict[str, str]:
        """How each step or instance of one has ended."""
        found: dict[str, str] = {}
        for envelope, content in self.rows:
            kind = envelope["type"]
            if kind in ENDS:
                found[content["step"]] = ENDS[kind]
            elif kind == "effect_done" and content["kind"] == "action":
                found[content["subject"]] = "done"
            elif kind == "ask_opened" and content["kind"] != "approval":
                found[content["step"]] = "asked"
        return found


@pytest.fixture
def rows(played: Played) -> Rows:
    """The raw rows of the demo."""
    return Rows.of(played)


def instant(value: Any) -> datetime:  # noqa: ANN401 - a kept value
    """Return a moment as it is kept in a form or a fact."""
    return datetime.fromisoformat(value["$instant"])


def told(moment: str | None) -> datetime | None:
    """Return a moment as the report has it."""
    return datetime.fromisoformat(moment) if moment else None


def length(span: timedelta) -> str:
    """Return hours and minutes as people say them."""
    minutes = round(abs(span.total_seconds()) / 60)
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{rest} min" if rest else ""]
    return " ".join(filter(None, parts)) or f"{round(abs(span.total_seconds()))} s"


def test_the_moments_and_the_lengths_between_them(played: Played, rows: Rows) -> None:
    """From facts, answers and events, each as it was written down."""
    facts = rows.rows[0][1]["inputs"]
    published = [rows.when("effect_done", subject=step) for step in ("holding_publish", "staff_notice")]
    expected = {
        "first seen outside": instant(facts["first_seen_at"]),
        "known to us": instant(facts["aware_at"]),
        "declared": rows.when("incident_declared"),
        "first containment": rows.when("effect_done", kind="action"),
        "contained": rows.when("incident_advanced", state="contained"),
        "people shown told": rows.when("step_done", step="affected_first"),
        "first filing": instant(rows.answer("file_authority", "submitted_at")),
        "first statement": min(moment for moment in published if moment),
        "closed": rows.when("incident_advanced", state="closed"),
    }
    times = played.report["page_one"]["times"]
    assert {name: told(moment) for name, moment in times["moments"].items()} == expected
    known, contained, people = (expected[name] for name in ("known to us", "contained", "people shown told"))
    assert known is not None
    assert contained is not None
    assert people is not None
    assert times["lengths"]["known to contained"] == length(contained - known)
    assert times["lengths"]["known to people told"] == length(people - known)


def test_what_the_engine_and_people_finished(played: Played, rows: Rows) -> None:
    """Acts that were done, and tasks and decisions that were."""
    done = {step for step, state in rows.states().items() if state == "done"}
    acts = {content["subject"] for content in rows.found("effect_done", kind="action")}
    asked = {content["step"] for content in rows.asked()}
    sentence = played.report["page_one"]["happened"][1]
    assert sentence.startswith(f"The engine finished {len(done & acts)} steps and people finished {len(done & asked)};")


def test_each_phase_and_how_its_steps_ended(played: Played, rows: Rows) -> None:
    """How long it took, and how many of its steps were done, skipped or anything else."""
    states = rows.states()
    for row in played.report["phases"]:
        opened = rows.when("phase_opened", phase=row["phase"])
        settled = rows.when("phase_settled", phase=row["phase"])
        assert opened is not None
        assert settled is not None
        if settled - opened < timedelta(days=1):
            assert row["took"] == length(settled - opened)
        mine = [state for step, state in states.items() if step.partition("[")[0] in rows.phases[row["phase"]]]
        assert row["ended"] == {state: count for state, count in Counter(mine).items() if state != "asked"}


def test_who_did_what(played: Played, rows: Rows) -> None:
    """Answers, approvals, declines and everything else that a named person put in."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for envelope, content in rows.rows:
        if envelope["type"] not in INPUTS or envelope["actor"] in NOBODY:
            continue
        verdict = {"approve": "approvals", "decline": "declines"}.get(content.get("verdict", ""), "answers")
        found[envelope["actor"]][verdict if envelope["type"] == "ask_answered" else "other"] += 1
    told_of = {row["who"].partition(" ")[0].lower(): row for row in played.report["who_did_what"]}
    assert set(told_of) == set(found)
    for person, counts in found.items():
        row = {name: told_of[person][name] for name in ("answers", "approvals", "declines", "other")}
        assert row == {name: counts[name] for name in row}, person


def test_copies_people_and_duties(played: Played, rows: Rows) -> None:
    """What is known of copies and of the people shown, and the margins to what law and contract wanted."""
    one = played.report["page_one"]
    added = sum(len(content["values"]) for content in rows.found("fact_added"))
    copies = one["who_and_what"]["copies"]
    assert copies["known"] == str(len(rows.rows[0][1]["inputs"]["urls"]) + added)
    assert copies["reported"] == rows.answer("contained", "copies_reported")["$number"]
    assert copies["removed"] == rows.answer("contained", "copies_removed")["$number"]
    assert one["who_and_what"]["people"]["told"] == rows.answer("affected_first", "reached")["$number"]
    by_title = {row["duty"]: row for row in one["duties"]}
    started = instant(rows.answer("duties", "eu_gdpr_clock_started"))
    filed = instant(rows.answer("file_authority", "submitted_at"))
    assert (
        by_title["EU GDPR: notice to the supervisory authority"]["margin"] == f"{length(started + GDPR - filed)} before"
    )
    (asked,) = rows.found("ask_opened", step="third_party_notices")
    answered = rows.when("ask_answered", ask=asked["ask"])
    assert answered is not None
    late = answered - datetime.fromisoformat(asked["due"])
    assert by_title["Contracts and insurer"]["margin"] == f"{length(late)} late"


def test_review_answers_and_follow_ups(played: Played, rows: Rows) -> None:
    """Each answer of the review stands under its head once; what is owed after closing is what is still asked."""
    given = sum(len(content["answers"]) for content in rows.found("review_answered"))
    assert sum(len(answers) for answers in played.report["review_answers"].values()) == given
    ended = {content["ask"] for kind in ("ask_answered", "ask_closed") for content in rows.found(kind)}
    still = {content["step"] for content in rows.found("ask_opened") if content["ask"] not in ended}
    assert {row["step"] for row in played.report["page_one"]["changes"]["follow_ups"]} == still
