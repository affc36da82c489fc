"""Clocks of law and contract in words: what everybody reads, and what is not told to everybody."""

from __future__ import annotations

import pytest

from engine.domain import timeline as ev
from engine.ports.records import Entry
from engine.reports.clocks import clock_line
from engine.reports.reader import Reader
from engine.reports.status import status
from engine.reports.timeline import line
from tests.unit.domain.story import START, Story
from tests.unit.domain.test_clocks import EARLY, FILED, PLAYBOOK, duties, file


def words(story: Story, kind: type[ev.Event], *, restricted: bool = False) -> str:
    """Return the last event of a kind in words."""
    event = next(event for event in reversed(story.told) if isinstance(event, kind))
    entry = Entry(1, START, START, "engine", event, "0" * 64)
    return line(entry, Reader(story.plan, str.title, restricted)).text


@pytest.fixture
def filed() -> Story:
    """A clock that began, and a duty that was fulfilled."""
    story = Story(PLAYBOOK)
    duties(story)
    file(story)
    return story


def test_the_timeline_says_what_began_and_what_was_done(filed: Story) -> None:
    """With the name of the law, the moment in its zone, and who said so."""
    began = "The clock of EU GDPR began Sun 22 Nov 2026, 21:10 (Europe/Berlin), as Carla said: Which law applies?"
    assert words(filed, ev.ClockStarted) == began
    done = "For EU GDPR, done Tue 24 Nov 2026, 04:10 (UTC): notice to the supervisory authority, as Carla said: "
    assert words(filed, ev.StageFulfilled) == f"{done}File with the authority."


def test_the_status_names_the_clock_its_duties_and_that_the_law_sets_the_time() -> None:
    """In plain words where no time is known, and the duty as done once it is."""
    story = Story(PLAYBOOK)
    duties(story)
    found = status(story.plan, story.incident, now=story.now)
    ask = next(ask for ask in found["asks"] if ask["step"] == "file")
    assert (ask["due"], ask["due_text"]) == (None, "set by law, counsel says when")
    assert [clock_line(clock, moment=str) for clock in found["clocks"]] == [
        "EU GDPR: clock began 2026-11-22T20:10:00.000000Z; notice to the supervisory authority not done yet"
    ]
    file(story)
    (clock,) = status(story.plan, story.incident, now=story.now)["clocks"]
    assert clock["duties"][0]["fulfilled"] == "2026-11-24T04:10:00.000000Z"


def test_a_duty_that_the_answers_do_not_ask_for_is_not_owed() -> None:
    """A step that its condition leaves out owes nothing; left out by hand, its duty is still not done."""
    for by_hand, said in ((False, "not asked for"), (True, "not done yet")):
        condition = "" if by_hand else '\n            when: steps.duties.output.applies == "no"'
        story = Story(PLAYBOOK.replace("title: File with the authority", f"title: File with the authority{condition}"))
        duties(story)
        if by_hand:
            story.tells(ev.SkipOrdered(by="carla", step="file", reason="They file it themselves."))
        (clock,) = status(story.plan, story.incident, now=story.now)["clocks"]
        assert clock["duties"][0]["asked_for"] is by_hand
        assert clock_line(clock, moment=str).endswith(f"notice to the supervisory authority {said}")


def test_a_law_that_a_restricted_step_names_is_not_named_to_everybody() -> None:
    """That there is a duty would say what nobody is to know."""
    closed = PLAYBOOK.replace(
        "title: Which law applies?", "title: Which law applies?\n            sensitivity: restricted"
    )
    story = Story(closed)
    duties(story)
    assert words(story, ev.ClockStarted) == "A clock began, as Carla said: a restricted step."
    assert "EU GDPR" in words(story, ev.ClockStarted, restricted=True)
    assert status(story.plan, story.incident, now=story.now)["clocks"] == []


def test_a_clock_that_few_may_see_is_not_said_to_have_begun_nor_not_to_have() -> None:
    """Everybody reads that the duty is done; whether the clock began is said to those who may see it alone."""
    closed = PLAYBOOK.replace(
        "title: Which law applies?", "title: Which law applies?\n            sensitivity: privileged"
    )
    lines = []
    for begun in (False, True):
        story = Story(closed)
        duties(story, applies="applies" if begun else "no")
        file(story)
        found = status(story.plan, story.incident, now=story.now)
        lines += [clock_line(clock, moment=lambda _: "then") for clock in found["clocks"]]
    said = "EU GDPR: whether its clock began is shown to few; notice to the supervisory authority done then"
    assert lines == [said, said]


FILING = """
    tocsin: 1
    playbook: filing
    title: Filing
    version: 1
    roles: {commander: {}, counsel: {}}
    deadlines: [uk-gdpr]
    phases:
      legal:
        steps:
          - id: since
            title: Since when?
            decision: Say since when we know.
            by: counsel
            form: {at: {type: datetime}}
            starts: {regimes: uk-gdpr, at: at}
          - id: file
            title: File it
            task: File it.
            owner: counsel
            needs: [since]
            stops: uk-gdpr.ico
            form: {submitted_at: {type: datetime}}
"""
CALLING = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles: {commander: {}, counsel: {}}
    phases:
      legal:
        steps:
          - {id: filing, title: File where it applies, call: filing, SEEN}
"""


def called(seen: str = "follow_up: false") -> Story:
    """An incident that calls a playbook which starts a clock and stops it."""
    kind: type[Story] = type("Called", (Story,), {"called": {"filing": FILING}})
    story = kind(CALLING.replace("SEEN", seen))
    story.answers("filing/since.decision.1", by="carla", at=EARLY)
    return story


def test_a_duty_of_a_called_playbook_is_told_before_it_is_fulfilled() -> None:
    """With the name of its law, which only the called playbook names."""
    story = called()
    (clock,) = status(story.plan, story.incident, now=story.now)["clocks"]
    assert (clock["name"], clock["step"]) == ("UK GDPR", "filing/since")
    assert [(duty["stage"], duty["fulfilled"]) for duty in clock["duties"]] == [("ico", None)]
    story.answers("filing/file.task.1", by="carla", verdict="done", submitted_at=FILED)
    (clock,) = status(story.plan, story.incident, now=story.now)["clocks"]
    assert [duty["step"] for duty in clock["duties"]] == ["filing/file"]


def test_a_restricted_call_tells_nobody_else_of_its_law() -> None:
    """What is called is at least as restricted as the call."""
    story = called("sensitivity: restricted")
    assert status(story.plan, story.incident, now=story.now)["clocks"] == []


def test_a_clock_of_which_nobody_can_tell_whether_it_began_needs_a_person() -> None:
    """Nothing is started, or denied, by a guess; asked again, with what was missing, it is said."""
    text = PLAYBOOK.replace("roles:", "inputs: {kind: {type: text, optional: true}}\n    roles:", 1)
    told = Story(text.replace("when: answer", 'when: inputs.kind == "video"'))

    def needed() -> list[str]:
        items = status(told.plan, told.incident, now=told.now)["attention"]
        return [item["text"] for item in items if item["kind"] == "clock"]

    told.answers("later.decision.1", by="carla", answer=True, why="Perhaps.")
    again = "`tocsin redo INC-1 'later' --reason ...` asks it again."
    assert needed() == [
        f"“And the other one?” does not say whether the clock of {law} began (inputs.kind is not known). {again}"
        for law in ("EU GDPR", "UK GDPR")
    ]
    told.tells(ev.FactRevised(name="kind", value="letter", by="carla", reason="It is one."))
    assert needed() == []
    told.tells(ev.FactRevised(name="kind", value="video", by="carla", reason="It is a film."))
    assert [text.partition(" (")[2] for text in needed()] == [f"by what is known now it would have). {again}"] * 2
    told.tells(ev.RedoOrdered(step="later", by="carla"))
    told.answers("later.decision.2", by="carla", answer=True, why="It is.")
    assert needed() == []
    assert set(told.incident.clocks) == {"eu-gdpr", "uk-gdpr"}
