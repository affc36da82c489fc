"""Every example of docs/actions.md, played by the same engine as a real incident."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

from engine.actions.registry import REGISTRY
from engine.entrypoints.reference.actions import example
from tests.terminal import Run
from tests.unit.language.test_page import HEAD, PARTS, STEPS


def test_the_examples_of_all_actions_are_done_in_an_incident(tocsin: Run, tmp_path: Path) -> None:
    """They are approved, carried out and done as they stand in the reference, the one after the other."""
    steps = [line for name, action in sorted(REGISTRY.items()) for line in example(name, action)]
    playbook, scenario = tmp_path / "example.yaml", tmp_path / "examples.yaml"
    text = HEAD + PARTS["inputs"] + PARTS["roles"] + STEPS + textwrap.indent("\n".join(steps), "      ") + "\n"
    playbook.write_text(text, encoding="utf-8")
    played = {
        "tocsin": 1,
        "rehearsal": "examples",
        "playbook": "example",
        "starts_at": "2026-03-03T09:30:00+01:00",
        "seed": 1,
        "inputs": {"urls": ["https://video.example/watch/4711"], "anyone_minor": "no"},
    }
    scenario.write_text(json.dumps(played), encoding="utf-8")
    ran = tocsin("rehearse", str(playbook), "--scenario", str(scenario), "--json")
    assert (ran.code, ran.err) == (0, "")
    done = {row["step"] for row in ran.json["timeline"] if row["kind"] == "effect_done"}
    assert ran.json["status"] == "closed"
    assert done >= {name.partition(".")[2] for name in REGISTRY}
