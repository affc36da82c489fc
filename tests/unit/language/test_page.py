"""The page for authors: each of its examples is a playbook, or a part of one, that lint has nothing against."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from engine.bootstrap import action_facts, catalogs
from engine.domain.playbook import Playbook
from engine.entrypoints.reference.actions import page as actions_page
from engine.entrypoints.reference.language import MARK
from engine.language.api import check
from engine.language.load import load
from engine.language.render import as_text
from tests.unit.language.cases import CALLED

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/language.md").read_text(encoding="utf-8")
HEAD = """\
tocsin: 1
playbook: example
title: An example
version: 1
"""
PARTS = {
    "inputs": """\
inputs:
  urls: {type: url, list: true, min: 1}
  aware_at: {type: datetime, default: now}
  anyone_minor: {type: choice, options: ["no", "yes", unknown], default: unknown}
  recording: {type: text, optional: true}
""",
    "roles": """\
roles:
  commander: {required: true}
  counsel: {}
  comms: {}
  liaison: {}
  responder: {}
""",
    "phases": """\
phases:
  contain:
    steps:
      - {id: look, title: Look, task: Look., owner: commander}
""",
}
STEPS = """\
phases:
  contain:
    steps:
"""


def blocks(text: str) -> list[str]:
    """Return the examples of a page."""
    return re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def whole(block: str) -> str:
    """Return a playbook around an example: it is one, or some of its steps, or some of its keys."""
    if block.startswith("tocsin:"):
        return block
    if block.startswith("- "):
        return HEAD + PARTS["inputs"] + PARTS["roles"] + STEPS + textwrap.indent(block, "      ")
    return HEAD + block + "".join(part for key, part in PARTS.items() if f"{key}:" not in block.splitlines())


@pytest.mark.parametrize("block", blocks(TEXT) + blocks(actions_page(head="")))
def test_an_example_is_good(block: str) -> None:
    """Lint says nothing of it, not even a warning about style."""
    data = whole(block).encode()
    checked = check(data, path="<example>", actions=action_facts(), catalogs=catalogs(), library=CALLED)
    assert as_text(checked.problems, source=whole(block)) == ""
    assert checked.plan is not None


def test_every_key_has_an_example() -> None:
    """What the grammar knows, the page shows at work."""
    shown: set[str] = set()
    for block in blocks(TEXT.partition(MARK)[0]):
        document = load(whole(block).encode(), path="<example>").document
        assert document is not None
        shown |= set(re.findall(r"(?:^|[\s{])([a-z_]+):", block))
    schema = Playbook.model_json_schema(by_alias=True)
    keys = {key for part in (schema, *schema["$defs"].values()) for key in part.get("properties", {})}
    assert keys - shown - NOT_SHOWN == set()


NOT_SHOWN = {
    "description",
    "legal",
    "communicate",
    "attempts",
    "duration",
    "tickets",
    "step",
}
"""Keys that explain themselves, that only have a short form in the examples, or that are said in prose."""


def test_links_lead_somewhere() -> None:
    """Each page that is linked is there, and each part of this one."""
    for target in re.findall(r"\]\(([^)#]*)(?:#[^)]*)?\)", TEXT):
        assert not target or target.startswith("https://") or (ROOT / "docs" / target).exists(), target
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-")
        for head in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", TEXT)) <= anchors
