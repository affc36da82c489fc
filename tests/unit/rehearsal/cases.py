"""Rehearsals of small playbooks, played in the test."""

from __future__ import annotations

import asyncio
from textwrap import dedent
from typing import TYPE_CHECKING

from engine.actions.registry import REGISTRY
from engine.domain.catalogs import NO_CATALOGS, Catalogs
from engine.language.api import compile_playbook, facts_of
from engine.language.scenario import load_scenario
from engine.rehearsal.outcome import Outcome, outcome
from engine.rehearsal.play import Played, play

if TYPE_CHECKING:
    from engine.domain.plan import Plan

ACTIONS = facts_of(REGISTRY)
HEAD = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    inputs:
      urls: {type: url, list: true, min: 1}
      minor: {type: choice, options: ["no", "yes", unknown], default: unknown}
    roles:
      commander: {required: true, title: Incident commander}
      counsel: {required: true, title: Counsel}
    phases:
      contain:
        steps:
"""
SCENARIO = """
    tocsin: 1
    rehearsal: story
    playbook: story
    starts_at: 2026-03-03T09:00:00+00:00
    cast:
      ana: {roles: [commander], responds: 5m}
      carla: {roles: [counsel], responds: 5m}
"""


def plan_of(steps: str, *, head: str = HEAD, catalogs: Catalogs = NO_CATALOGS) -> Plan:
    """Return the plan of a playbook with these steps."""
    text = dedent(head) + "".join(f"      {line}\n" for line in dedent(steps).strip().splitlines())
    return compile_playbook(text.encode(), path="story.yaml", actions=ACTIONS, catalogs=catalogs)


def played(steps: str, more: str = "", *, scenario: str = SCENARIO, head: str = HEAD) -> Played:
    """Play these steps with what is added to the scenario."""
    plan = plan_of(steps, head=head)
    text = dedent(scenario) + dedent(more)
    return asyncio.run(play(plan, load_scenario(text.encode(), path="story.test.yaml").checked(plan)))


def came(steps: str, more: str = "", *, scenario: str = SCENARIO, head: str = HEAD) -> Outcome:
    """Return what came of these steps."""
    return outcome(played(steps, more, scenario=scenario, head=head))


def states(found: Played) -> dict[str, str]:
    """Return the state of each step that something has happened to."""
    return {step.id: step.status.value for step in found.stage.incident.steps.values()}
