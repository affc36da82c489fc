"""Small CACAO files, put together of steps."""

from __future__ import annotations

import json
import uuid
from typing import Any

from engine.actions.registry import REGISTRY
from engine.language.api import facts_of
from engine.language.cacao.importing import Imported, imported

ACTIONS = facts_of(REGISTRY)
NAMESPACE = uuid.UUID("00000000-0000-4000-8000-000000000000")


def ref(name: str) -> str:
    """Return the identifier of a step, an agent or a target that is written as `action:one`."""
    kind, _, rest = name.partition(":")
    return f"{kind}--{uuid.uuid5(NAMESPACE, rest)}"


def file_of(steps: dict[str, dict[str, Any]], *, start: str = "start:s", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - keys of the file
    """Return a CACAO file with these steps; what they lead to is written as `action:one`."""
    workflow = {
        ref(name): {"type": name.partition(":")[0], **{key: _linked(key, value) for key, value in step.items()}}
        for name, step in steps.items()
    }
    return {
        "type": "playbook",
        "spec_version": "cacao-2.0",
        "id": ref("playbook:p"),
        "name": "Block an address",
        "created_by": ref("identity:i"),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "workflow_start": ref(start),
        "workflow": workflow,
        **more,
    }


def chain(*commands: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - keys of the file
    """Return a CACAO file of one action with these commands."""
    action = {"name": "Do it", "commands": list(commands), "on_completion": "end:e", "agent": ref("group:g")}
    steps = {"start:s": {"on_completion": "action:a"}, "action:a": {**action, **more.pop("step", {})}, "end:e": {}}
    agents = {ref("group:g"): {"type": "group", "name": "The desk"}}
    return file_of(steps, agent_definitions=agents, **more)


def read(found: Any) -> Imported:  # noqa: ANN401 - any JSON value
    """Import a file."""
    return imported(json.dumps(found).encode(), path="file.json", actions=ACTIONS)


def _linked(key: str, value: Any) -> Any:  # noqa: ANN401 - a value of a step
    match value:
        case str() if key.startswith("on_"):
            return ref(value)
        case list() if key in ("next_steps", "targets"):
            return [ref(one) for one in value]
        case dict() if key == "cases":
            return {case: ref(one) for case, one in value.items()}
        case _:
            return value
