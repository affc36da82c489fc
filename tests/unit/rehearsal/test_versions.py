"""Rehearsals in which an incident goes over to another version of its playbook."""

from __future__ import annotations

import asyncio
from textwrap import dedent
from typing import TYPE_CHECKING

from engine.entrypoints.cli.rehearsing import plan_beside, versions_beside
from engine.entrypoints.cli.testing import try_out
from engine.language.scenario import load_scenario
from engine.language.writing import yaml_text
from engine.rehearsal.play import play
from engine.rehearsal.recording import record
from tests.unit.rehearsal.cases import HEAD
from tests.unit.rehearsal.test_play import ASKS

if TYPE_CHECKING:
    from pathlib import Path

UNION = """
- id: union
  title: Tell the union
  task: Tell them.
  owner: counsel
"""
SCENARIO = """
    tocsin: 1
    rehearsal: story-migrated
    playbook: story
    begins_as: older/story.yaml
    cast: {ana: {roles: [commander]}, carla: {roles: [counsel]}}
    answers: {words: {after: 2h}, union: {by: carla, after: 90m}}
    injects:
      - {at: 1h, by: BY, migrate: ../story.yaml, reason: The union has to be told.REFUSED}
    expect: {status: closed, steps: {words: done, union: done}, order: [words, union]}
"""


def rehearsed(home: Path, *, by: str = "ana", refused: str = "") -> tuple[str, ...]:
    """Return what is wrong with a rehearsal whose playbook has two versions."""
    folder = home / "playbooks"
    (folder / "rehearsals" / "older").mkdir(parents=True)
    older = dedent(HEAD) + "".join(f"      {line}\n" for line in ASKS.strip().splitlines())
    newer = older.replace("version: 1", "version: 2") + "".join(
        f"      {line}\n" for line in UNION.strip().splitlines()
    )
    (folder / "rehearsals" / "older" / "story.yaml").write_text(older)
    (folder / "story.yaml").write_text(newer)
    file = folder / "rehearsals" / "story-migrated.yaml"
    file.write_text(dedent(SCENARIO).replace("BY", by).replace("REFUSED", refused))
    return try_out(file).wrong


def test_it_begins_with_one_version_and_goes_on_with_another(home: Path) -> None:
    """What is asked keeps its people and its time; the new step begins at once."""
    assert rehearsed(home) == ()


def test_who_may_not_is_refused(home: Path) -> None:
    """Then the incident stays with its version."""
    wrong = rehearsed(home, by="carla", refused=", refused: not_allowed")
    assert wrong[:2] == ("steps.union: expected done, got waiting", "order: expected words, union, got words")


def test_a_run_that_went_over_is_recorded_with_each_version(home: Path) -> None:
    """It begins with the first one again, goes over when it did, and comes to the same end."""
    assert rehearsed(home) == ()
    file = home / "playbooks" / "rehearsals" / "story-migrated.yaml"
    loaded = load_scenario(file.read_bytes(), path=file.name)
    assert loaded.scenario is not None
    first, others = plan_beside(file, loaded.scenario), versions_beside(file, loaded.scenario)
    run = asyncio.run(play(first, loaded.checked(first, others), sealed=False, others=others))
    plans = {plan.digest: plan for plan in (first, *others.values())}
    recorded = record(plans, run.stage.incident, run.stage.chronicle.entries, name="again")
    assert recorded.versions == {
        "again.versions/1/story.yaml": first.digest,
        "again.versions/2/story.yaml": run.stage.plan.digest,
    }
    again = file.with_name("again.yaml")
    again.write_text(yaml_text(recorded.scenario))
    for name, text in (("1", "older/story.yaml"), ("2", "../story.yaml")):
        copy = file.parent / "again.versions" / name / "story.yaml"
        copy.parent.mkdir(parents=True)
        copy.write_text((file.parent / text).read_text())
    tried = try_out(again)
    assert (tried.name, tried.wrong) == ("again", ())
