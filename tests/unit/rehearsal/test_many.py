"""Many runs of one rehearsal, and their picture."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from engine.domain.scenario import Scenario
from engine.entrypoints.cli.chances import chances_of
from engine.entrypoints.cli.rehearsing import quiet, read_plan, read_scenario
from engine.rehearsal.many import Figures, Seen, one_run, together
from engine.rehearsal.picture import picture, section

ROOT = Path(__file__).parents[3]
PLAYBOOK = str(ROOT / "playbooks" / "lost-device.yaml")
PLAN = read_plan(PLAYBOOK)
FILE = ROOT / "playbooks" / "rehearsals" / "lost-device-wiped.yaml"
SCENARIO = read_scenario(FILE, PLAN)[1]


def figures(runs: str) -> list[Figures]:
    """Return what was kept of runs; an x is one in which the target was missed."""
    return [
        Figures("closed", {"contained": 60.0 * number}, {"what_was_on_it": Seen(run == "x", 100.0 * number)})
        for number, run in enumerate(runs, start=1)
    ]


def test_shares_and_times_are_counted_over_the_runs() -> None:
    """How often a target is missed, how sure that is, and the time that half and nine of ten do not exceed."""
    found = together(PLAN, SCENARIO, seed="1", figures=figures(".........x"))
    target = found.targets[0]
    assert (target.runs, target.missed, target.share) == (10, 1, 0.1)
    assert (target.median, target.p90) == (500.0, 900.0)
    assert target.low == pytest.approx(0.0179, abs=0.001)
    assert target.high == pytest.approx(0.4042, abs=0.001)
    assert [(one.state, one.runs, one.median) for one in found.reached] == [
        ("contained", 10, 300.0),
        ("resolved", 0, None),
        ("closed", 0, None),
    ]


def test_the_figures_are_the_same_on_any_number_of_processes() -> None:
    """Run number n draws the same times wherever it is played."""
    alone = chances_of(PLAYBOOK, SCENARIO, FILE, seed="3", runs=12, processes=1)
    both = chances_of(PLAYBOOK, SCENARIO, FILE, seed="3", runs=12, processes=2)
    assert alone == both
    assert alone.runs == 12
    assert alone.exercise


def test_who_is_woken_is_drawn_the_same_everywhere() -> None:
    """People who are called, forget and are reminded make no run depend on the process that plays it."""
    playbook, file = str(ROOT / "playbooks" / "video-leak.yaml"), FILE.parent / "video-leak-second-called.yaml"
    scenario = read_scenario(file, read_plan(playbook))[1]
    forgetful = {name: {**entry.model_dump(by_alias=True), "forgets": 40} for name, entry in scenario.cast.items()}
    scenario = Scenario.model_validate({**scenario.model_dump(by_alias=True), "cast": forgetful}, strict=False)
    alone, both = (
        chances_of(playbook, scenario, file, seed="3", runs=4, processes=processes).as_json() for processes in (1, 2)
    )
    assert json.dumps(alone) == json.dumps(both)
    assert alone["deadlines"]


def test_runs_of_one_rehearsal_differ_from_each_other() -> None:
    """Each has times of its own."""
    with quiet():
        first, second = (one_run(PLAN, SCENARIO, seed="1", number=number) for number in range(2))
    assert first != second


def test_the_picture_says_in_words_what_it_draws() -> None:
    """A bar for what was missed, a count of the rest, no script, no outside reference."""
    made = picture(together(PLAN, SCENARIO, seed="1", figures=figures("x.")))
    drawn = ET.fromstring(made)  # noqa: S314 - it was made here
    assert "What could be read on it?: missed in 1 of 2 runs" in made
    assert "Every target was missed at least once." in made
    assert "Line: between which shares it lies, nineteen times of twenty." in made
    assert drawn.attrib["role"] == "img"
    assert "script" not in made
    assert made.count("http") == 1


def test_the_report_has_a_part_about_many_runs() -> None:
    """The picture and its table, marked as an exercise."""
    made = section(together(PLAN, SCENARIO, seed="1", figures=figures("x.")))
    assert "Over 2 rehearsals (exercise)" in made
    assert "<td>50% (1 of 2)</td>" in made
