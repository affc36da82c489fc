"""`tocsin lint --explain`: what a rule watches, why, and an example that breaks it beside what to write."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from engine.language import examples
from engine.language.catalog import PASSING, RULES
from engine.language.examples import example_of
from tests.terminal import Run

ROOT = Path(__file__).parents[3]


def test_a_rule_is_explained_with_an_example(tocsin: Run) -> None:
    """What it watches, why, what is said of the bad one, and the lines to write instead."""
    ran = tocsin("lint", "--explain", "pb203")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(
        "PB203 (error): A step that is named exists.\n\nA step that waits for a step that is not there"
    )
    assert "19:17  There is no step 'loook'.\n    hint: Did you mean look?\n" in ran.out
    assert "\n-         needs: [loook]\n+ " in ran.out


def test_programs_get_the_whole_of_both(tocsin: Run) -> None:
    """An editor can show them side by side."""
    found = tocsin("lint", "--explain", "PB203", "--format", "json").json
    assert found.keys() == {"rule", "severity", "summary", "why", "said", "bad", "good"}
    assert "loook" in found["bad"]
    assert "loook" not in found["good"]


@pytest.mark.parametrize("rule", sorted(set(RULES) - set(PASSING)))
def test_every_rule_can_be_explained(rule: str) -> None:
    """Each has an example, with what is said of it, and no control character in what is shown."""
    example = example_of(rule)
    assert example is not None
    assert example.said
    assert all(line.isprintable() for line in example.change())


def test_an_unknown_rule_is_named_with_the_nearest(tocsin: Run) -> None:
    """One that is retired says so."""
    tocsin("lint", "--explain", "PB20").said(2, "There is no rule PB20.", "Did you mean PB")
    tocsin("lint", "--explain", "PB605").said(2, "PB605 is retired")


def test_without_its_examples_a_rule_is_still_named(tocsin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever installed it without them reads the sentence."""
    monkeypatch.setattr(examples, "FOLDERS", ())
    assert tocsin("lint", "--explain", "PB203").out == "PB203 (error): A step that is named exists.\n"


def test_the_examples_are_installed_with_the_package() -> None:
    """The build puts them where they are looked for."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    placed = wheel["wheel"]["force-include"]
    folder = examples.FOLDERS[0].relative_to(ROOT).as_posix()
    shown = {source: place for source, place in placed.items() if source.startswith("tests/")}
    assert shown == {f"tests/goldens/playbooks/{kind}": f"{folder}/{kind}" for kind in ("bad", "fixed")}
