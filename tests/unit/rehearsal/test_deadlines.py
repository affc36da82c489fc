"""What law or contract sets a time for, over many runs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from engine.domain.catalogs import Catalogs, Regime, Stage
from engine.entrypoints.cli.rehearsing import read_plan
from engine.language.scenario import load_scenario
from engine.rehearsal.deadlines import kept_in
from engine.rehearsal.many import Chances, Figures, one_run, together
from engine.rehearsal.picture import picture, section
from engine.rehearsal.play import play
from engine.settings.catalogs import read_regimes
from tests.unit.rehearsal.cases import HEAD, SCENARIO, plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.plan import Plan

ROOT = Path(__file__).parents[3]
LAWS = read_regimes(ROOT / "config" / "catalogs" / "regimes.yaml")
NAMED = ("eu-gdpr", "eu-dora", "us-ca", "eu-nis2")
STEPS = """
- id: applies
  title: Does it apply?
  decision: Say since when.
  by: [counsel]
  due: 1h
  form: {applies: {type: choice, options: ["yes", "no"]}, began: {type: datetime}}
  starts: [{regimes: [eu-gdpr, us-ca], at: began, when: 'applies == "yes"'}]
- id: file
  title: File it
  task: File it.
  owner: counsel
  when: steps.applies.output.applies == "yes"
  stops: eu-gdpr.supervisory_authority
  due: deadline
  form: {sent: {type: datetime}}
- id: tell
  title: Tell the residents
  task: Tell them.
  owner: counsel
  needs: [applies]
  stops: us-ca.residents
  due: deadline
  form: {sent: {type: datetime}}
- id: warn
  title: Warn the office
  task: Warn it.
  owner: counsel
  needs: [applies]
  stops: eu-nis2.early_warning
  due: deadline
  form: {sent: {type: datetime}}
"""


def plan(laws: Mapping[str, Regime] = LAWS, *, steps: str = STEPS) -> Plan:
    """A playbook with its duties, its laws as the catalog has them."""
    head = HEAD.replace("phases:", f"deadlines: [{', '.join(NAMED)}]\n    phases:")
    return plan_of(steps, head=head, catalogs=Catalogs(regimes=laws).lenient())


def chances(answers: str, *, runs: int = 4, more: str = "") -> Chances:
    """What runs come to, with these answers."""
    text = f"{SCENARIO}    answers: {{applies: {answers}}}\n{more}".replace("\n    ", "\n")
    told = plan()
    scenario = load_scenario(text.encode(), path="x.yaml").checked(told)
    figures = [one_run(told, scenario, seed="1", number=number) for number in range(runs)]
    return together(told, scenario, seed="1", figures=figures)


def nothing(told: Plan, text: str = SCENARIO) -> Chances:
    """What a run comes to in which no clock began."""
    scenario = load_scenario(text.replace("\n    ", "\n").encode(), path="x.yaml").checked(told)
    return together(told, scenario, seed="1", figures=[Figures("closed", {}, {})])


def test_hours_are_counted_from_when_people_said_that_the_clock_began() -> None:
    """72 hours and some minutes are too late, as long as they are not; how long it took is since the clock began."""
    late = chances('{after: 5m, values: {applies: "yes", began: "2026-02-28T08:00:00Z"}}').deadlines[0]
    early = chances('{after: 5m, values: {applies: "yes", began: "2026-03-02T08:00:00Z"}}').deadlines[0]
    assert (late.stops, late.runs, late.missed, late.share) == ("eu-gdpr.supervisory_authority", 4, 4, 1.0)
    assert (early.runs, early.missed, early.share, early.law) == (4, 0, 0.0, "72 hours")
    assert late.median is not None
    assert 73 * 3600 < late.median < 90 * 3600
    assert late.no_instant == early.no_instant == ""


def test_what_cannot_be_counted_has_a_row_that_says_why() -> None:
    """Days are not counted, and a clock that began nowhere gives no instant; nothing is left out."""
    found = {one.stops: one for one in chances('{after: 5m, values: {applies: "yes"}}').deadlines}
    assert list(found) == ["eu-gdpr.supervisory_authority", "us-ca.residents", "eu-nis2.early_warning"]
    assert found["us-ca.residents"].unknown == (
        "no instant yet (California, Civil Code 1798.82: 30 calendar days; only hours are counted here)"
    )
    assert found["eu-nis2.early_warning"].unknown == "no instant yet (NIS2: 24 hours, and its clock began in no run)"
    assert found["eu-nis2.early_warning"].share is None


def test_a_duty_that_does_not_apply_is_not_counted() -> None:
    """Its clock does not begin, and its step is skipped."""
    found = chances('{after: 5m, values: {applies: "no"}}').deadlines
    assert {one.stops: one.runs for one in found}["eu-gdpr.supervisory_authority"] == 0


def test_what_is_never_done_is_missed_once_its_time_has_passed_and_not_before() -> None:
    """A run that ends with time left says nothing of it."""
    silent = '{after: 5m, values: {applies: "yes"}}, file: {verdict: silence}'
    assert chances(silent, more="    ends_after: 4d\n").deadlines[0].missed == 4
    assert {one.stops: one.runs for one in chances(silent, more="    ends_after: 2d\n").deadlines} == {
        "eu-gdpr.supervisory_authority": 0,
        "us-ca.residents": 0,
        "eu-nis2.early_warning": 0,
    }


def test_the_catalog_says_what_can_be_counted() -> None:
    """Hours alone, from the trigger or from the stage before; not days, no second limit, no other event."""
    hours = {
        f"{regime}.{stage.id}": (stage.hours, stage.after)
        for regime, stages in (("eu-gdpr", ()), ("eu-dora", ()), ("us-hipaa", ()), ("us-circia", ()))
        for stage in LAWS[regime].stages.values()
        if stage.hours is not None or stages
    }
    assert hours == {
        "eu-gdpr.supervisory_authority": (72, ""),
        "eu-dora.intermediate": (72, "initial"),
        "us-circia.incident": (72, ""),
    }
    assert LAWS["eu-dora"].stages["initial"].law == "4 hours, with a second limit"
    assert LAWS["eu-dora"].stages["final"].law == "1 month from intermediate"
    assert LAWS["eu-gdpr"].stages["data_subjects"].law == ""


def test_a_stage_after_another_is_counted_from_when_that_was_done() -> None:
    """The moment is the one in the form, not that of the answer."""
    steps = """
    - id: first
      title: The first notice
      task: Send it.
      owner: counsel
      stops: eu-dora.initial
      due: deadline
      form: {sent: {type: datetime}}
    - id: second
      title: The second notice
      task: Send it.
      owner: counsel
      needs: [first]
      stops: eu-dora.intermediate
      due: deadline
      form: {sent: {type: datetime}}
    """
    made = plan(steps=steps)
    text = (
        SCENARIO
        + """
    answers:
      first: {after: 5m, values: {sent: "2026-03-01T10:00:00Z"}}
      second: {after: 5m, values: {sent: "2026-03-04T11:00:00Z"}}
    """
    )
    scenario = load_scenario(text.replace("\n    ", "\n").encode(), path="x.yaml").checked(made)
    found = asyncio.run(play(made, scenario, sealed=False))
    kept = kept_in(made, found.stage.incident, until=found.until)
    assert [(name, one.missed, one.took) for name, one in kept.items()] == [
        ("second eu-dora.intermediate", True, 73 * 3600)
    ]


def test_words_picture_and_data_say_the_same() -> None:
    """A bar where there is a share, else that there is no instant yet; the report has the same rows."""
    found = chances('{after: 5m, values: {applies: "yes", began: "2026-02-28T08:00:00Z"}}')
    made, rows = picture(found), section(found)
    ET.fromstring(made)  # noqa: S314 - it was made here
    assert "File it (EU GDPR): missed in 4 of 4 runs" in made
    assert "no instant yet: 24 hours, and its clock began in no run" in made
    assert "<td>File it (EU GDPR), 72 hours</td><td>100% (4 of 4)</td>" in rows
    assert 'colspan="3">no instant yet (NIS2: ' in rows
    assert "counsel says when something is due" in rows
    data = json.loads(json.dumps(found.as_json()))["deadlines"]
    assert [(one["stops"], one["share"]) for one in data] == [
        ("eu-gdpr.supervisory_authority", 1.0),
        ("us-ca.residents", None),
        ("eu-nis2.early_warning", None),
    ]


def test_a_law_that_the_catalog_does_not_have_says_so() -> None:
    """A playbook may have been written where it was known."""
    bare = {**LAWS, "eu-gdpr": Regime("eu-gdpr", "EU GDPR", stages={"other": Stage("other", "other")})}
    row = next(one for one in nothing(plan(bare)).deadlines if one.stops.startswith("eu-gdpr"))
    assert row.unknown == "no instant yet (EU GDPR: the catalog of laws does not have it)"


def test_the_library_names_its_deadlines() -> None:
    """Each step of the leaked recording that stops a deadline has its row, those of called playbooks too."""
    told = read_plan(str(ROOT / "playbooks" / "video-leak.yaml"))
    stops = {name for step in told.steps.values() for name in step.stops}
    found = nothing(told, "tocsin: 1\nrehearsal: x\nplaybook: video-leak\n").deadlines
    assert {one.stops for one in found} == stops
