"""Reminders, calls and pages reach the people of a rehearsal."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from engine.domain.waking import CallRule, Waking
from engine.language.scenario import load_scenario
from engine.rehearsal.expecting import differences
from engine.rehearsal.outcome import Outcome, outcome
from engine.rehearsal.play import play
from tests.unit.rehearsal.cases import came, plan_of, played

STEPS = """
- id: words
  title: Which words?
  decision: Say which.
  by: [counsel]
  due: 1h
"""
NIGHT = """
    tocsin: 1
    rehearsal: night
    playbook: story
    starts_at: 2026-03-03T03:00:00+01:00
    effort: {decision: 5m}
    cast:
      ana: {roles: [commander], zone: Europe/Berlin}
      carla: {roles: [counsel], zone: Europe/Berlin, hours: 09:00-17:00 mon-fri, CARLA}
      cem: {roles: [counsel], zone: Europe/Berlin, hours: 09:00-17:00 mon-fri, CEM}
"""
SURE = "paged: {wakes: 100, median: 2m, p90: 2m}"
CALLS = "    waking: {reminders: [], calls: [{windows: [10m, 5m]}]}\n"


def night(carla: str = SURE, cem: str = SURE, more: str = CALLS) -> Outcome:
    """What comes of a question to counsel at night."""
    return came(STEPS, scenario=NIGHT.replace("CARLA", carla).replace("CEM", cem) + more)


def told(found: Outcome, *kinds: str) -> list[tuple[float, str, str]]:
    """When, who, and what of lines of these kinds."""
    return [(line["since"], line["who"], line["text"]) for line in found.timeline if line["kind"] in kinds]


def test_a_page_wakes_who_is_off_duty_and_the_timeline_says_why() -> None:
    """The first of the list is called, wakes, says to be on it and answers; nobody else is called."""
    found = night()
    assert told(found, "person_called", "woken", "ask_acknowledged") == [
        (600, "", "Called carla (level 1, paged by pager), since nobody has answered or is on it: Which words?"),
        (720, "carla", "Was woken by the page: Which words?"),
        (720, "carla", "Is on it: Which words?"),
    ]
    words = found.targets[0]
    assert words.by == ("carla",)
    assert words.answered is not None
    assert words.answered < 3600
    assert found.shown["page"] == 1


def test_who_sleeps_through_the_page_is_followed_by_the_next() -> None:
    """The second in the list is called when the first has had their time, and answers."""
    found = night(carla="paged: 0")
    assert told(found, "slept_through") == [(600, "carla", "Slept through the page: Which words?")]
    assert [text for _, _, text in told(found, "person_called")][1].startswith("Called cem (level 2")
    assert told(found, "woken") == [(1020, "cem", "Was woken by the page: Which words?")]
    assert found.targets[0].by == ("cem",)


def test_a_message_in_the_chat_wakes_nobody() -> None:
    """Who has no pager is called in the chat and reads it when work begins; why they were late is said."""
    found = night(carla="pager: false", cem="pager: false")
    words = found.targets[0]
    assert next(text for _, _, text in told(found, "person_called")).startswith("Called carla (level 1), since")
    assert words.answered is not None
    assert words.answered > 6 * 3600
    assert told(found, "woken", "slept_through") == []
    assert words.why[0] == "carla was off duty until Tue 03 Mar 2026, 09:00."
    assert found.shown["page"] == 1, "the commander's, who is called last and has no say in it"


def test_without_calls_nobody_is_woken() -> None:
    """An organisation that has said nothing reminds and calls nobody."""
    found = night(more="")
    assert told(found, "person_called", "woken") == []
    assert found.targets[0].missed


def test_who_is_asleep_on_call_is_woken_and_who_is_away_is_not() -> None:
    """A page reaches a sleeper; it does not reach somebody who cannot be reached at all."""
    asleep = "    injects: [{at: 0s, asleep: carla, until: 5h}]\n"
    found = night(carla=f"on_call: true, {SURE}", more=CALLS + asleep)
    assert told(found, "woken") == [(720, "carla", "Was woken by the page: Which words?")]
    gone = night(carla=f"{SURE}, away: [{{from: 0s, until: 9h}}]")
    assert told(gone, "not_reached") == [(600, "carla", "Could not be reached by the page: Which words?")]
    assert gone.targets[0].by == ("cem",)


def test_who_was_woken_turns_to_everything_urgent_and_goes_to_sleep_again() -> None:
    """What else waits for them is done too; what is asked hours later wakes them again, or waits."""
    more = """
    - id: also
      title: What else?
      decision: Say what.
      by: [counsel]
      due: 2h
    - id: later
      title: What then?
      decision: Say what.
      by: [counsel]
      due: 1h
      needs: [pause]
    - id: pause
      title: A pause
      wait: 4h
    """
    rules = "    waking: {reminders: [], calls: [{windows: [10m, 10h]}]}\n"
    scenario = NIGHT.replace("CARLA", SURE).replace("CEM", "pager: false") + rules
    found = came(f"{STEPS}{more}".replace("\n    ", "\n"), scenario=scenario)
    answers = {target.step: target.answered or 0.0 for target in found.targets}
    assert answers["also"] < 2 * 3600
    assert [since for since, _, _ in told(found, "woken")] == [720, 4 * 3600 + 720]


def test_who_says_to_be_on_it_ends_the_calling_until_the_target() -> None:
    """Whoever works past the target is joined by the next, and says again to be on it."""
    found = night(more=CALLS + "    answers: {words: {by: carla}}\n")
    assert len(told(found, "person_called")) == 1
    slow = NIGHT.replace("decision: 5m", "decision: {median: 4h, p90: 4h}")
    found = came(STEPS, scenario=slow.replace("CARLA", SURE).replace("CEM", SURE) + CALLS)
    assert [(since, text.partition(" (")[0]) for since, _, text in told(found, "person_called")] == [
        (600, "Called carla"),
        (3600, "Called cem"),
    ]
    assert [(since, who) for since, who, _ in told(found, "ask_acknowledged")] == [(720, "carla"), (3600, "carla")]


def test_a_page_waits_while_the_pager_is_down() -> None:
    """It is sent again, and wakes when it arrives."""
    found = night(cem="pager: false", more=f"{CALLS}    injects: [{{at: 5m, outage: pager, until: 25m}}]\n")
    assert told(found, "woken") == [(25 * 60 + 120, "carla", "Was woken by the page: Which words?")]


FORGETFUL = """
    tocsin: 1
    rehearsal: day
    playbook: story
    seed: SEED
    starts_at: 2026-03-03T09:00:00+00:00
    cast:
      ana: {roles: [commander], responds: 1m, forgets: PERCENT}
      carla: {roles: [counsel], responds: 1m, forgets: PERCENT}
"""


def day(percent: int, *, seed: int = 1, steps: str = STEPS, more: str = "") -> Outcome:
    """What comes of a question to people who forget."""
    return came(steps, scenario=FORGETFUL.replace("PERCENT", str(percent)).replace("SEED", str(seed)) + more)


def test_a_reminder_makes_who_forgot_look_again() -> None:
    """In some seed of a few they forget it and are reminded of it by the first reminder."""
    found = next(one for seed in range(30) if told(one := day(50, seed=seed), "thought_of"))
    (forgot, _, first), (thought, who, again) = told(found, "forgot", "thought_of")
    assert first == "Forgot about it: Which words?"
    assert (who, again) == ("carla", "Thought of it again, when reminded: Which words?")
    reminded = [since for since, _, _ in told(found, "ask_reminded")]
    assert forgot < 1800
    assert any(since < thought for since in reminded)
    assert told(day(50), "ask_reminded") == told(day(50), "ask_reminded")


def test_who_forgets_every_reminder_thinks_of_it_when_the_target_was_missed() -> None:
    """The notice of that is not forgotten, and the forgetting is why they were late."""
    found = day(100)
    assert [text for _, _, text in told(found, "thought_of")] == [
        "Thought of it again, when its target was missed: Which words?"
    ]
    assert found.targets[0].missed
    assert any(why.startswith("carla forgot about it at Tue 03 Mar 2026, 09:0") for why in found.targets[0].why)
    assert found.status == "closed"


def test_what_has_no_target_is_thought_of_a_day_later() -> None:
    """Nobody is reminded of it, and it is not lost."""
    found = day(100, steps=STEPS.replace("due: 1h", ""))
    (at, _, text), *_ = told(found, "thought_of")
    assert text == "Thought of it again, by themselves: Which words?"
    assert 86_400 < at < 90_000
    assert found.status == "closed"


@pytest.mark.parametrize("scenario", [NIGHT.replace("CARLA", "paged: 50").replace("CEM", SURE) + CALLS,
                                      FORGETFUL.replace("PERCENT", "60").replace("SEED", "4")])  # fmt: skip
def test_times_are_the_same_where_nothing_is_shown(scenario: str) -> None:
    """Many runs, in which nobody looks at the timeline, wake and remind people at the same instants."""
    plan, loaded = plan_of(STEPS), load_scenario(scenario.replace("\n    ", "\n").encode(), path="x.yaml")
    shown, unshown = (
        outcome(asyncio.run(play(plan, loaded.checked(plan), sealed=sealed)), told=False) for sealed in (True, False)
    )
    assert shown.targets == unshown.targets
    assert shown.moments == unshown.moments


def test_the_rules_are_those_of_the_organisation_where_the_scenario_has_none() -> None:
    """What a scenario says takes their place."""
    house = Waking(shares=(40,), rules=(CallRule((timedelta(minutes=20),), pagers=frozenset({"phones"})),))

    def called(more: str) -> list[Any]:
        text = (NIGHT.replace("CARLA", SURE).replace("CEM", SURE) + more).replace("\n    ", "\n")
        plan = plan_of(STEPS)
        found = asyncio.run(play(plan, load_scenario(text.encode(), path="x.yaml").checked(plan), house=house))
        return [row[0] for row in told(outcome(found), "person_called")]

    assert called("") == [1200]
    assert called(CALLS) == [600]
    assert called("    waking: {calls: []}\n") == []


def test_a_rehearsal_may_expect_who_is_called_and_who_is_woken() -> None:
    """What comes otherwise is told beside it."""
    text = NIGHT.replace("CARLA", "paged: 0").replace("CEM", SURE) + CALLS
    assert differences(played(STEPS, scenario=text + "    expect: {called: [carla, cem], woken: [cem]}\n")) == []
    wrong = differences(played(STEPS, scenario=text + "    expect: {called: [cem], woken: []}\n"))
    assert [one.told() for one in wrong] == [
        "called: expected cem, got carla, cem",
        "woken: expected nothing, got cem",
    ]
