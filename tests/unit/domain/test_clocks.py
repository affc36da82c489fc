"""Clocks of law and contract: what an answer starts, what it fulfils, and when nothing is said yet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.calendar import BusinessCalendar
from engine.domain.chain import instant_text
from engine.domain.intake import take
from engine.domain.timeline import parse
from engine.domain.values import Instant
from tests.unit.domain.story import START, Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles: {commander: {required: true}, counsel: {required: true}}
    deadlines: [eu-gdpr, uk-gdpr]
    phases:
      contain:
        steps:
          - id: duties
            title: Which law applies?
            decision: Say which, and since when.
            by: counsel
            form:
              applies: {type: choice, options: [applies, "no"]}
              since: {type: datetime, optional: true}
            starts:
              - {regimes: eu-gdpr, at: since, when: applies == "applies"}
          - id: later
            title: And the other one?
            decision: Say whether it applies.
            by: counsel
            starts: {regimes: [eu-gdpr, uk-gdpr], when: answer}
          - id: file
            title: File with the authority
            task: File it.
            owner: counsel
            needs: [duties]
            stops: eu-gdpr.supervisory_authority
            due: deadline
            approve: {by: [commander]}
            form: {reference: {type: text}, submitted_at: {type: datetime}}
          - {id: count, title: Count, task: Count the days., owner: commander, due: 1bd in us-federal}
"""
EARLY = Instant(START - timedelta(hours=30), "Europe/Berlin")
FILED = Instant(START + timedelta(hours=2))


class Office(Story):
    """A story in an organisation that knows the days of rest of the United States."""

    calendars: ClassVar = {"us-federal": BusinessCalendar(holidays=frozenset({date(2026, 11, 25), date(2026, 11, 26)}))}


def told(story: Story, kind: type[ev.Event]) -> list[ev.Event]:
    """Return what was told of one kind."""
    return [event for event in story.told if isinstance(event, kind)]


def duties(story: Story, *, applies: str = "applies", since: Instant | None = EARLY, number: int = 1) -> None:
    """Counsel says which law applies, and since when."""
    ask = f"duties.decision.{number}"
    if since is None:
        story.answers(ask, by="carla", applies=applies)
    else:
        story.answers(ask, by="carla", applies=applies, since=since)


def file(story: Story, *, at: Instant = FILED, number: int = 1) -> None:
    """Counsel says that it was filed."""
    story.answers(f"file.task.{number}", by="carla", verdict="done", reference="R-1", submitted_at=at)


def test_a_clock_begins_at_the_moment_that_the_answer_names() -> None:
    """With its zone, who said so, and where."""
    story = Office(PLAYBOOK)
    duties(story)
    clock = story.incident.clocks["eu-gdpr"]
    assert (clock.at, clock.zone, clock.step, clock.by, clock.told) == (
        EARLY.utc, "Europe/Berlin", "duties", "carla", START
    )  # fmt: skip


def test_without_a_moment_it_begins_with_the_answer() -> None:
    """Later than that it cannot have been."""
    story = Office(PLAYBOOK)
    duties(story, since=None)
    assert story.incident.clocks["eu-gdpr"].at == START


def test_an_answer_that_says_no_starts_nothing() -> None:
    """The condition is on the answer's own fields."""
    story = Office(PLAYBOOK)
    duties(story, applies="no")
    story.answers("later.decision.1", by="carla", answer=False, why="It is not ours.")
    assert told(story, ev.ClockStarted) == []


def test_of_two_that_start_one_clock_the_earlier_moment_holds() -> None:
    """A second trigger does not give more time."""
    story = Office(PLAYBOOK)
    duties(story)
    story.waits(hours=1)
    story.answers("later.decision.1", by="carla", answer=True, why="Also there.")
    assert story.incident.clocks["eu-gdpr"].at == EARLY.utc
    assert story.incident.clocks["uk-gdpr"].at == START + timedelta(hours=1)


def test_asked_again_the_newer_answer_corrects_the_clock() -> None:
    """What one step said is corrected by that step alone; both are on the timeline."""
    story = Office(PLAYBOOK)
    duties(story)
    story.tells(ev.RedoOrdered(step="duties", by="carla"))
    assert story.incident.clocks["eu-gdpr"].at == EARLY.utc
    duties(story, since=Instant(START - timedelta(hours=2)), number=2)
    assert story.incident.clocks["eu-gdpr"].at == START - timedelta(hours=2)
    assert len(told(story, ev.ClockStarted)) == 2


def test_a_duty_is_fulfilled_while_its_approval_is_pending() -> None:
    """What was filed was filed; at the moment that the form says."""
    story = Office(PLAYBOOK)
    duties(story)
    file(story)
    assert story.states()["file"] == "awaiting_approval"
    done = story.incident.fulfilled["eu-gdpr.supervisory_authority"]
    assert (done.at, done.step, done.by) == (FILED.utc, "file", "carla")
    story.answers("file.approval.1", verdict="approve")
    assert story.states()["file"] == "done"
    assert len(told(story, ev.StageFulfilled)) == 1


def test_an_answer_that_is_declined_fulfils_nothing_until_it_is_given_again() -> None:
    """The duty is open again, and the second moment counts."""
    story = Office(PLAYBOOK)
    duties(story)
    file(story)
    story.answers("file.approval.1", verdict="decline")
    assert story.incident.fulfilled == {}
    file(story, at=Instant(START + timedelta(hours=3)), number=2)
    assert story.incident.fulfilled["eu-gdpr.supervisory_authority"].at == START + timedelta(hours=3)


def test_an_answer_that_is_replaced_corrects_the_moment() -> None:
    """Also before anybody has approved the first one; what was said before stays on the timeline."""
    story = Office(PLAYBOOK)
    duties(story)
    file(story)
    file(story, at=Instant(START + timedelta(hours=1)))
    assert story.incident.fulfilled["eu-gdpr.supervisory_authority"].at == START + timedelta(hours=1)
    assert len(told(story, ev.StageFulfilled)) == 2
    assert story.open_asks()[-1] == "file.approval.2"


def test_a_duty_that_is_asked_for_again_and_again_stays_fulfilled() -> None:
    """A round that is over holds; only what is declined, or not done after all, does not."""
    rounds = "repeat: {until: 'output.reference == \"last\"', every: 6h, max: 5}"
    story = Office(PLAYBOOK.replace("due: deadline", f"due: deadline\n            {rounds}"))
    duties(story)
    file(story)
    story.answers("file.approval.1", verdict="approve")
    story.waits(hours=7)
    assert "file.task.2" in story.open_asks()
    assert story.incident.fulfilled["eu-gdpr.supervisory_authority"].at == FILED.utc
    story.tells(ev.RedoOrdered(step="duties", by="carla"))
    assert story.incident.clocks["eu-gdpr"].at == EARLY.utc


def test_what_the_law_sets_has_no_time_until_somebody_says_it() -> None:
    """Nothing is guessed; counsel or the owner sets the date by hand, and from then on it can be missed."""
    story = Office(PLAYBOOK)
    duties(story)
    assert story.incident.asks["file.task.1"].due is None
    due = instant_text(START + timedelta(hours=42))
    taken = take(
        story.plan, story.incident, cmd.MoveTarget(step="file", due=due), cmd.Who(person="carla"), now=story.now
    )
    assert isinstance(taken, tuple)
    story.tells(taken[0])
    story.waits(hours=43)
    assert story.incident.asks["file.task.1"].missed


def test_counsel_sets_no_other_target() -> None:
    """Only the date of the law is counsel's."""
    story = Office(PLAYBOOK)
    due = instant_text(START + timedelta(hours=42))
    refused = take(
        story.plan, story.incident, cmd.MoveTarget(step="count", due=due), cmd.Who(person="carla"), now=story.now
    )
    assert isinstance(refused, Refusal)
    assert refused.rule == "not_allowed"


def test_business_days_are_counted_by_the_calendar_that_is_named() -> None:
    """Two days of rest are skipped; a calendar that is gone leaves the organisation's own."""
    assert Office(PLAYBOOK).incident.asks["count.task.1"].due == datetime(2026, 11, 27, 2, 10, tzinfo=UTC)
    assert Story(PLAYBOOK).incident.asks["count.task.1"].due == datetime(2026, 11, 25, 2, 10, tzinfo=UTC)


def test_what_was_recorded_reads_back() -> None:
    """The events keep the moment, its zone and who said so."""
    story = Office(PLAYBOOK)
    duties(story)
    file(story)
    for event in (*told(story, ev.ClockStarted), *told(story, ev.StageFulfilled)):
        assert parse(event.type, event.version, event.content()) == event
