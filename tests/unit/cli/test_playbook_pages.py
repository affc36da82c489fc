"""The page of a playbook: what it asks for, who takes part, and every step in the words of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.entrypoints.docs import ROOT
from engine.entrypoints.playbook_pages import index, page
from tests.unit.playbooks.cases import FILES, plan_of

SMALL = """\
tocsin: 1
playbook: small
title: A *small* thing
version: 2
description: What it | is for.
sensitivity: restricted
inputs:
  where: {type: url, list: true, hint: Where it is.}
  loud: {type: boolean, default: false}
roles:
  commander: {required: true, title: Incident commander}
  desk: {title: Service desk, else: commander}
deadlines: [eu-gdpr]
phases:
  contain:
    steps:
      - id: look
        title: Look at it
        why: Someone has to.
        task: Look.
        owner: desk
        for_each: inputs.where
        when: inputs.loud or "a" in "a|b"
        due: 15m
        approve: {by: [commander, desk], quorum: 2, text: exact}
        repeat: {until: output.ended, every: 6h, max: 3}
        form: {ended: {type: boolean}}
      - id: done
        title: Is it done?
        decision: Say so.
        by: [commander]
        needs: [look]
        marks: contained
        due: 1d
        follow_up: true
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return the file of a small playbook."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return file


def test_a_page_says_what_the_plan_says(small: Path) -> None:
    """Nothing in the file is taken for markup, and what has to be given is in the command."""
    told = page(small, head="Made.")
    assert told.startswith("# A \\*small\\* thing\n\nMade.\n\nWhat it \\| is for.\n\nVersion 2 of [small.yaml]")
    assert "Its incidents are restricted" in told
    assert "tocsin trigger small -i where=...\n" in told
    assert "| `where` | Where it is. (url, once or more) | required |\n| `loud` | (boolean) | else no |" in told
    assert "| `desk` | Service desk | `commander` does its work |" in told
    assert "EU GDPR (`eu-gdpr`)." in told
    assert (
        "| `look` | **Look at it**<br>Someone has to. | `desk` | 15m |"
        ' when `inputs.loud or "a" in "a\\|b"`; for each of `inputs.where`;'
        " again every 6h until `output.ended`, 3 times at most;"
        " approved by 2 of `commander`, `desk`, these exact words |"
    ) in told
    assert "| `commander` | 1d, a follow-up | after `look`; a yes makes the incident contained |" in told


def test_the_index_links_every_page(small: Path) -> None:
    """With how much of it is people's work."""
    assert "| [A \\*small\\* thing](small.md) | What it \\| is for. | 2 | 2 | 2 |" in index([small], head="Made.")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_step_is_left_out(file: Path) -> None:
    """Each stands on its page once, under its phase."""
    told = (ROOT / "docs/playbooks" / f"{file.stem}.md").read_text(encoding="utf-8")
    for step in plan_of(file.stem).steps:
        assert told.count(f"\n| `{step}` | **") == 1, step
