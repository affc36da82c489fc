"""docs/first-playbook.md is typed along, from the first line to the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.architecture.sources import ROOT
from tests.integration.setup.page import blocks, reader

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "docs/first-playbook.md"


@pytest.mark.timeout(900)
def test_the_page_is_as_it_says(tmp_path: Path) -> None:
    """Files, changes and commands in turn, in the sandbox too; the picture on it is the one that is made."""
    somebody = reader(tmp_path / "desk", root=ROOT)
    made, drawn = somebody.folder / "plan.svg", ""
    try:
        for block in blocks(PAGE.read_text(encoding="utf-8")):
            somebody.follow(block)
            drawn = made.read_text(encoding="utf-8") if made.exists() else drawn
    finally:
        somebody.leave()
    assert drawn == (ROOT / "docs/pictures/first-playbook.svg").read_text(encoding="utf-8")
