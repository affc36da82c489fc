"""Plays what a release can do and stores the ledgers it wrote: `python -m tests.goldens.ledgers.record`."""

from __future__ import annotations

import asyncio
import json
import tempfile
from importlib.metadata import version
from pathlib import Path

from engine.entrypoints.demo.demo import Choices, demo
from engine.reports.review.markdown import markdown
from engine.reports.review.report import report
from tests.goldens.ledgers.replay import case_of, replayed
from tests.goldens.ledgers.shelf import SHELF, GoldenLedger, definition, stored
from tests.goldens.ledgers.steered import steered

PLAYED = ("video-leak", "lost-device")
BY_HAND = "steered"


def main() -> None:
    """Write the folder of this release; refuse to write over one that is there."""
    folder = SHELF / version("tocsin")
    folder.mkdir()
    for name in (*PLAYED, BY_HAND):
        with tempfile.TemporaryDirectory(prefix="tocsin-golden-") as scratch:
            home = Path(scratch) / "home"
            home.mkdir()
            asyncio.run(demo(Choices(home=home, playbook=name, json=True)) if name in PLAYED else steered(home))
            keep(home / "tocsin.db", folder / f"{name}.jsonl")


def keep(database: Path, path: Path) -> None:
    """Write what a database holds beside what is found in it."""
    lines = (json.dumps(event, ensure_ascii=False, sort_keys=True) for event in stored(database))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.with_suffix(".yaml").write_text(definition(database), encoding="utf-8")
    golden = GoldenLedger(path)
    found = json.dumps(replayed(golden), indent=2, ensure_ascii=False, sort_keys=True)
    path.with_suffix(".expected.json").write_text(found + "\n", encoding="utf-8")
    path.with_suffix(".report.md").write_text(markdown(report(case_of(golden))), encoding="utf-8")


if __name__ == "__main__":
    main()
