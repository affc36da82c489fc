"""A playbook as a CACAO 2.0 playbook.

Rules kept here: what other tools can follow is in the workflow, in the order of our layers; what has no counterpart is
in our extension, the whole playbook as it was written among it, with the digest of everything else, so that what comes
back unchanged is the same playbook; no secret and nothing of an incident is in it; the same playbook gives the same
bytes. A version is a minute after the one before, since CACAO orders versions by when they were made.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.domain.fields import NOW, FieldSpec
from engine.domain.values import encode
from engine.language.cacao.order import layers
from engine.language.cacao.vocabulary import (
    ACTIVITIES,
    AUTHOR,
    ENGINE,
    EXTENSION,
    SPEC_VERSION,
    TYPES,
    identifier,
    variable,
)
from engine.language.cacao.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.plan import Plan
    from engine.domain.playbook import Playbook

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ABOUT = {
    "type": "extension-definition",
    "name": "Tocsin playbook",
    "description": "The playbook as Tocsin writes it, and of each step what has no counterpart.",
    "created_by": AUTHOR,
    "schema": "playbooks/playbook.schema.json of Tocsin",
    "version": "1.0.0",
}


def exported(playbook: Playbook, plan: Plan) -> dict[str, Any]:
    """Return a playbook as the object of a CACAO file."""
    flow = Workflow(plan)
    start = flow.built(layers(plan))
    activities = _activities(flow)
    types = [kind for kind, activity in ACTIVITIES.items() if activity in activities]
    found: dict[str, Any] = {
        "type": "playbook",
        "spec_version": SPEC_VERSION,
        "id": identifier("playbook", plan.playbook),
        "name": plan.title,
        **({"description": plan.description} if plan.description else {}),
        **({"playbook_types": types, "playbook_activities": activities} if activities else {}),
        "created_by": AUTHOR,
        "created": _instant(BEGIN),
        "modified": _instant(BEGIN + timedelta(minutes=plan.version - 1)),
        "labels": [f"tocsin:{plan.playbook}", f"version:{plan.version}"],
        "playbook_variables": _variables(plan) | flow.variables,
        "workflow_start": start,
        "workflow": flow.steps,
        "agent_definitions": _agents(plan),
        **({"target_definitions": flow.targets} if flow.targets else {}),
        "extension_definitions": {EXTENSION: ABOUT},
    }
    said = playbook.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return found | {"playbook_extensions": {EXTENSION: {"playbook": said, "sha256": digest_of(found)}}}


def digest_of(found: Mapping[str, Any]) -> str:
    """Return the digest of a CACAO playbook without its own extension."""
    rest = {name: value for name, value in found.items() if name != "playbook_extensions"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def written(found: Mapping[str, Any]) -> str:
    """Return the text of a CACAO file."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _activities(flow: Workflow) -> list[str]:
    """Return what the commands of a workflow do: a file names no activity that none of its steps has."""
    commands = [command for step in flow.steps.values() for command in step.get("commands", ())]
    done = {command["playbook_activity"] for command in commands}
    return [activity for activity in ACTIVITIES.values() if activity in done]


def _instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def _variables(plan: Plan) -> dict[str, Any]:
    return {variable(name): _variable(spec) for name, spec in plan.inputs.items()}


def _variable(spec: FieldSpec) -> dict[str, Any]:
    several = "A list, with commas between. " if spec.list else ""
    chosen = f"One of: {', '.join(spec.options)}. " if spec.options else ""
    told = f"{spec.hint} {several}{chosen}".strip()
    given = None if spec.default is None or spec.default is NOW else encode(spec.default)
    return {
        "type": TYPES.get(spec.type, "string") if not spec.list else "string",
        **({"description": told} if told else {}),
        **({"value": given if isinstance(given, str) else json.dumps(given)} if given is not None else {}),
        "external": True,
    }


def _agents(plan: Plan) -> dict[str, Any]:
    roles = {
        identifier("group", plan.playbook, role.id): {
            "type": "group",
            "name": role.title,
            "description": f"Whoever holds the role {role.id}.",
        }
        for role in plan.roles.values()
    }
    engine = {"type": "security-category", "name": "Tocsin", "category": ["orchestrator"]}
    return {ENGINE: engine, **roles}
