"""What newcomers write who know other tools: each is told what to write, and that is then right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.domain.approval_parts import ApproveModel
from engine.domain.playbook import FieldModel, OutputModel, PhaseModel, PhasesModel, Playbook, RoleModel, StepModel
from engine.domain.step_parts import KeepModel
from engine.language.api import Checked, check
from engine.language.render import as_text
from engine.language.slips.keys import KEYS, instead
from tests.unit.language.cases import CALLED, GOLDENS
from tests.unit.language.facts import ACTIONS, CATALOGS

HEAD = """\
tocsin: 1
playbook: bad
title: A leak
version: 1
inputs:
  urls: {type: url, list: true}
  kind: {type: choice, options: [video, other], default: other}
  page: {type: text, optional: true}
roles: {commander: {required: true}, counsel: {}}
deadlines: [eu-gdpr]
phases:
  contain:
    steps:
      - {id: look, title: Look, task: Look at it., owner: counsel, form: {found: {type: text}}}
      - id: it
        title: Lock it
"""
ABOUT_LAW = ("PB302", "PB411", "PB412")
"""Warnings that these small playbooks have without any slip."""
MODELS = (*(Playbook, PhasesModel, PhaseModel, StepModel, FieldModel, OutputModel, RoleModel, ApproveModel, KeepModel),)


@dataclass(frozen=True)
class Slip:
    """What was written, what is said of it, and what is right."""

    name: str
    written: str
    said: str
    right: str


def slips(path: Path) -> list[Slip]:
    """Read the slips of a file: `== name`, then what was written, said and right, each under its line."""
    parts = re.split(r"^== (\S+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [
        Slip(name, *re.split(r"^-- \w+\n", body, flags=re.MULTILINE)[1:])
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    ]


def whole(fragment: str) -> str:
    """Return a playbook: the fragment itself, or a small one that ends with it, the keys of its last step."""
    lines = fragment.splitlines()
    return fragment if fragment.startswith("tocsin:") else HEAD + "".join(f"        {line}\n" for line in lines)


def checked(fragment: str) -> Checked:
    """Check what was written."""
    return check(whole(fragment).encode(), path="bad.yaml", actions=ACTIONS, catalogs=CATALOGS, library=CALLED)


def said(fragment: str) -> str:
    """Return what is said of it, without what is said of every such playbook."""
    return as_text([item for item in checked(fragment).problems if item.rule not in ABOUT_LAW])


EVERY = slips(GOLDENS / "slips.txt")


@pytest.mark.parametrize("slip", EVERY, ids=lambda slip: slip.name)
def test_a_slip_is_told_with_what_to_write_instead(slip: Slip) -> None:
    """At its place, in words that can be followed."""
    assert said(slip.written) == slip.said
    assert "hint: " in slip.said


@pytest.mark.parametrize("slip", EVERY, ids=lambda slip: slip.name)
def test_what_is_right_instead_is_right(slip: Slip) -> None:
    """Whoever follows the hint has no problem left."""
    assert said(slip.right) == ""


def test_no_key_of_the_language_is_a_slip() -> None:
    """A key that is added to the language has to leave the table."""
    for model in MODELS:
        names = [field.alias or name for name, field in model.model_fields.items()]
        assert [name for name in names if instead(name, model.__name__)] == []
    assert set(KEYS) <= {model.__name__ for model in MODELS}


@pytest.mark.parametrize("word", ["dependsOn", "depends-on", "depends_on", "DEPENDS ON"])
def test_a_word_is_known_however_it_is_joined(word: str) -> None:
    """Tools differ in how they write two words as one."""
    assert instead(word, "StepModel").startswith("Write needs:")
