"""A run as a rehearsal: the same path, and nobody and nothing named."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain import timeline as ev
from engine.domain.scenario import Scenario
from engine.entrypoints.cli.rehearsing import quiet, read_plan, read_scenario
from engine.language.scenario import load_scenario
from engine.language.writing import yaml_text
from engine.rehearsal.drawing import span, spelled
from engine.rehearsal.expecting import differences
from engine.rehearsal.play import Played, play
from engine.rehearsal.recording import record
from tests.unit.rehearsal.cases import played
from tests.unit.rehearsal.test_play import ACTS, ASKS

PLAYBOOKS = Path(__file__).parents[3] / "playbooks"
FILES = sorted((PLAYBOOKS / "rehearsals").glob("*.yaml"))


def recorded(run: Played) -> str:
    """Return what a run is recorded as."""
    stage = run.stage
    plans = {stage.plan.digest: stage.plan}
    return yaml_text(record(plans, stage.incident, stage.chronicle.entries, name="recorded").scenario)


def scenario_of(text: str) -> Scenario:
    """Return what was recorded, read again."""
    scenario = load_scenario(text.encode(), path="r.yaml").scenario
    assert scenario is not None
    return scenario


def again(run: Played, text: str) -> Played:
    """Play what was recorded."""
    return asyncio.run(play(run.stage.plan, load_scenario(text.encode(), path="r.yaml").checked(run.stage.plan)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_recorded_comes_to_the_same_end(path: Path) -> None:
    """Each rehearsal that there is, taken for a run, recorded and played again."""
    scenario = load_scenario(path.read_bytes(), path=path.name)
    plan = read_plan(str(PLAYBOOKS / f"{scenario.playbook()}.yaml"))
    with quiet():
        run = asyncio.run(play(plan, read_scenario(path, plan)[1], sealed=False))
        assert [one.told() for one in differences(again(run, recorded(run)))] == []


def test_nobody_is_named_and_no_address_or_text_is_kept() -> None:
    """People become their roles, addresses examples, texts placeholders; what was equal stays equal."""
    run = played(
        ASKS + ACTS,
        """
        inputs: {urls: ["https://secret.example.org/a", "https://secret.example.org/b"]}
        answers:
          words: {by: ana, after: 4m, values: {text: Ana Ferro wrote it., kind: second}}
          approve/lock: {by: carla, verdict: decline, reason: Not while Ana is away.}
        injects: [{at: 1m, add: {urls: "https://secret.example.org/c"}}]
        """,
    )
    text = recorded(run)
    for word in ("ana", "carla", "Ferro", "secret.example.org", "a.example", "away"):
        assert word not in text
    assert "site1.example/page1" in text
    assert "site1.example/page3" in text
    assert "by: commander.1" in text
    assert "kind: second" in text
    assert "Recorded text 1." in text


def test_what_was_never_answered_stays_unanswered() -> None:
    """Nobody answers it in the rehearsal either, which stops where the record did."""
    run = played(ASKS, "answers: {words: {verdict: silence}}\nends_after: 3h\n")
    text = recorded(run)
    assert "verdict: silence" in text
    assert again(run, text).stage.incident.status.value == "declared"


def test_replies_are_known_by_the_address_that_the_playbook_writes() -> None:
    """In their order, a lost one and a refusal too."""
    run = played(
        ACTS,
        """
        world: [{match: "POST */lock", replies: [{status: 403}, {fails: lost}]}]
        injects:
          - {at: 5h, retry: lock}
          - {at: 9h, resolve: {step: lock, outcome: done, reason: Seen there.}}
        """,
    )
    text = recorded(run)
    entry = next(one for one in scenario_of(text).world if one.match == "POST https://a.example/lock")
    assert [(reply.status, reply.fails) for reply in entry.replies] == [(403, None), (200, "lost")]
    assert again(run, text).stage.incident.step("lock").status.value == "done"


def test_a_restricted_answer_is_kept_only_where_the_path_says_it_anyway() -> None:
    """A choice that a condition reads; never a number, and never a text."""
    steps = """
    - id: who
      title: Who is it?
      decision: Say who.
      by: [commander]
      sensitivity: restricted
      form:
        cut: {type: boolean}
        kind: {type: choice, options: [first, second]}
        name: {type: text}
        count: {type: number}
    - id: then
      title: Then
      task: Do it.
      owner: commander
      needs: [who]
      when: steps.who.output.cut
    """
    given = "answers: {who: {values: {cut: false, kind: second, name: Ana, count: 7}}}"
    text = recorded(played(steps, given))
    assert "cut: false" in text
    for word in ("second", "Ana", "count", "7}"):
        assert word not in text


@pytest.mark.parametrize("text", ["0s", "5s", "1h30m5s", "2d", "400d1s"])
def test_a_span_is_written_as_it_is_read(text: str) -> None:
    """From large to small, each unit once."""
    assert spelled(span(text)) == text


def test_an_approval_that_a_shell_was_refused_is_an_approval_again() -> None:
    """There the step alone was named; only an approval is refused to whoever wrote what it is about."""
    steps = """
    - id: words
      title: The statement
      task: Write it.
      owner: commander
      form: {text: {type: text}}
      approve: {by: [commander, counsel]}
    """
    more = """
    answers:
      words: {by: ana, after: 1m, values: {text: We look into it.}}
      approve/words: {by: carla, after: 1h}
    injects: [{at: 5m, by: ana, answer: approve/words, refused: own_change}]
    """
    run = played(steps, more)
    chronicle = run.stage.chronicle
    typed = [
        replace(entry, event=entry.event.model_copy(update={"step": "words", "ask": None}))
        if isinstance(entry.event, ev.AnswerRefused)
        else entry
        for entry in chronicle.entries
    ]
    plans = {run.stage.plan.digest: run.stage.plan}
    text = yaml_text(record(plans, run.stage.incident, typed, name="recorded").scenario)
    assert "answer: approve/words" in text
    assert differences(again(run, text)) == []
