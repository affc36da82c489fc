"""Files of other tools become playbooks that pass lint; what does not fit is listed or refused by name."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.errors import PlaybookError
from engine.language.cacao.checks import CacaoError
from engine.language.cacao.importing import imported
from tests.unit.language.cacao.files import ACTIONS, chain, file_of, read, ref

MANUAL = {"type": "manual", "command": "Call them."}
DONE = {"commands": [MANUAL], "agent": ref("group:g")}
AGENTS: dict[str, Any] = {"agent_definitions": {ref("group:g"): {"type": "group", "name": "The desk"}}}
HOST = {"type": "http-api", "name": "t", "address": {"dname": ["t.example"]}}
TARGET: dict[str, Any] = {"target_definitions": {ref("http-api:t"): HOST}}
AFTER = {"on_completion": "end:e"}


def steps_of(found: Any, *, phase: str = "contain") -> dict[str, dict[str, Any]]:  # noqa: ANN401 - a CACAO file
    """The steps that a file gives, by id."""
    made = yaml.safe_load(read(found).text)["phases"][phase]["steps"]
    return {step.pop("id"): step for step in made}


def test_a_manual_command_becomes_a_task_of_its_agents_role() -> None:
    """The role is declared, and the commander does its work while it is vacant."""
    found = read(chain(MANUAL))
    made = yaml.safe_load(found.text)
    assert made["roles"] == {"commander": {"required": True}, "the_desk": {"title": "The desk", "else": "commander"}}
    assert made["phases"]["contain"]["steps"] == [
        {"id": "do_it", "title": "Do it", "task": "Call them.", "owner": "the_desk"}
    ]
    assert (found.name, found.lost, found.ours) == ("block-an-address", (), False)


def test_a_request_becomes_one_that_somebody_approves() -> None:
    """Its address comes from its target, its variables are inputs, and the value of a secret header is left behind."""
    command = {
        "type": "http-api",
        "command": "POST /block/__ip__:value HTTP/1.1",
        "headers": {"Accept": ["text/plain"], "Authorization": ["Bearer abc"]},
        "content": '{"why": "__why__:value"}',
    }
    variables = {
        "__ip__": {"type": "ipv4-addr", "external": True, "description": "What to block"},
        "__why__": {"type": "string", "value": "leak", "constant": True},
        "__api_token__": {"type": "string", "external": True},
    }
    found = chain(command, step={"targets": ["http-api:t"]}, playbook_variables=variables, **TARGET)
    assert steps_of(found)["do_it"] == {
        "title": "Do it",
        "action": "http.request",
        "with": {
            "method": "POST",
            "url": "https://t.example/block/{{ inputs.ip }}",
            "body": '{"why": "leak"}',
            "headers": {"Accept": "text/plain"},
        },
        "approve": {"by": ["commander"]},
        "undo": {"none": "It came from another tool, which names no way back."},
    }
    lost = {one.what for one in read(found).lost}
    assert lost == {
        "header Authorization: its value is not taken over; write {secret: NAME}",
        "a secret is no input: write {secret: NAME} where it is needed",
    }
    assert "abc" not in read(found).text


@pytest.mark.parametrize(
    "kind",
    ["bash", "ssh", "powershell", "caldera-cmd", "elastic", "jupyter", "kestrel", "openc2-http", "sigma", "yara", "x"],
)
def test_every_other_command_is_a_task_that_shows_its_text(kind: str) -> None:
    """Also where it is written as base64; nothing of it can be carried out."""
    coded = b64encode(b"rm -rf /srv\necho {{ done }}").decode()
    found = read(chain({"type": kind, "command_b64": coded}))
    step = yaml.safe_load(found.text)["phases"]["contain"]["steps"][0]
    assert step["task"] == (
        f"Not carried out by Tocsin: a command of type {kind}. Decide by whom and whether it is run:\n"
        "rm -rf /srv\necho { { done } }"
    )
    assert [one.what for one in found.lost] == [f"a command of type {kind} is not carried out: a task shows its text"]


@pytest.mark.parametrize("command", ["TRACE / HTTP/1.1", "GET /{{ inputs.x }}", "GET /", "not a request"])
def test_a_request_that_cannot_be_ours_is_a_task(command: str) -> None:
    """Another method, a template of ours in a foreign text, no host, no request at all."""
    assert "task" in steps_of(chain({"type": "http-api", "command": command}))["do_it"]


def test_branches_side_by_side_are_needed_by_what_follows() -> None:
    """What stands after a parallel step waits for the last step of each branch."""
    found = file_of(
        {
            "start:s": {"on_completion": "parallel:p"},
            "parallel:p": {"next_steps": ["action:a", "action:b"], "on_completion": "action:c"},
            "action:a": {"name": "A", "on_completion": "action:a2", **DONE},
            "action:a2": {"name": "A two", "on_completion": "end:e", **DONE},
            "action:b": {"name": "B", "on_completion": "end:e", **DONE},
            "action:c": {"name": "C", "on_completion": "end:f", **DONE},
            "end:e": {},
            "end:f": {},
        },
        **AGENTS,
    )
    assert {name: step.get("needs", []) for name, step in steps_of(found).items()} == {
        "a": [],
        "a_two": ["a"],
        "b": [],
        "c": ["a_two", "b"],
    }


def test_a_condition_on_an_input_is_ours_and_any_other_is_asked() -> None:
    """Both branches stand under it, and what follows stands under neither."""
    steps: dict[str, dict[str, Any]] = {
        "start:s": {"on_completion": "if-condition:i"},
        "if-condition:i": {
            "name": "Which?",
            "condition": "__kind__:value = 'video'",
            "on_true": "action:a",
            "on_false": "action:b",
            "on_completion": "action:c",
        },
        "action:a": {"name": "A", "on_completion": "end:e", **DONE},
        "action:b": {"name": "B", "on_completion": "end:e", **DONE},
        "action:c": {"name": "C", "on_completion": "end:e", **DONE},
        "end:e": {},
    }
    known: dict[str, Any] = {"playbook_variables": {"__kind__": {"type": "string", "external": True}}}
    ours = steps_of(file_of(steps, **AGENTS, **known))
    assert (ours["a"]["when"], ours["b"]["when"]) == ('inputs.kind == "video"', 'inputs.kind != "video"')
    assert (ours["c"]["needs"], "when" in ours["c"]) == (["a", "b"], False)
    asked = steps_of(file_of(steps, **AGENTS))
    assert asked["which"]["decision"] == "Is this so? __kind__ = 'video'"
    assert asked["a"]["when"] == 'steps.which.output.so == "yes"'
    assert asked["b"]["when"] == 'steps.which.output.so == "no"'
    assert asked["a"]["needs"] == ["which"]


def test_a_switch_is_asked_and_a_loop_is_done_once() -> None:
    """Both are listed, since people have to do what the file said a machine does."""
    found = file_of(
        {
            "start:s": {"on_completion": "switch-condition:w"},
            "switch-condition:w": {
                "name": "Where",
                "switch": "__place__:value",
                "cases": {"web": "action:a", "chat": "action:b"},
                "on_completion": "while-condition:l",
            },
            "action:a": {"name": "A", "on_completion": "end:e", **DONE},
            "action:b": {"name": "B", "on_completion": "end:e", **DONE},
            "while-condition:l": {"name": "Still there", "condition": "x", "on_true": "action:c", **AFTER},
            "action:c": {"name": "C", "on_completion": "while-condition:l", **DONE},
            "end:e": {},
        },
        **AGENTS,
    )
    made = steps_of(found)
    assert made["where"]["form"]["so"]["options"] == ["web", "chat"]
    assert made["b"]["when"] == 'steps.where.output.so == "chat"'
    assert made["c"]["when"] == 'steps.still_there.output.so == "yes"'


def test_what_a_failure_leads_to_runs_only_then() -> None:
    """It is the handler of the step that failed."""
    found = file_of(
        {
            "start:s": {"on_completion": "action:a"},
            "action:a": {"name": "A", "on_success": "end:e", "on_failure": "action:b", **DONE},
            "action:b": {"name": "B", "on_completion": "end:e", **DONE},
            "end:e": {},
        },
        **AGENTS,
    )
    made = steps_of(found)
    assert made["a"]["on_failure"] == ["b"]
    assert "needs" not in made["b"]


def test_a_step_that_several_lead_to_is_made_once() -> None:
    """It needs all of them, whatever the conditions of their branches."""
    found = file_of(
        {
            "start:s": {"on_completion": "parallel:p"},
            "parallel:p": {"next_steps": ["action:a", "action:b"], "on_completion": "end:e"},
            "action:a": {"name": "A", "on_completion": "action:c", **DONE},
            "action:b": {"name": "B", "on_completion": "action:c", **DONE},
            "action:c": {"name": "C", "on_completion": "end:e", **DONE},
            "end:e": {},
        },
        **AGENTS,
    )
    assert steps_of(found)["c"]["needs"] == ["a", "b"]


def test_branches_that_meet_again_and_again_are_refused() -> None:
    """A workflow that is short to write and endless to follow is named, not followed."""
    steps: dict[str, dict[str, Any]] = {"start:s": {"on_completion": "if-condition:0"}, "end:e": {}}
    for number in range(40):
        following = f"if-condition:{number + 1}" if number < 39 else "end:e"
        steps[f"if-condition:{number}"] = {"condition": "x", "on_true": following, "on_false": following}
    with pytest.raises(CacaoError) as error:
        read(file_of(steps))
    assert error.value.faults[0].rule == "tangled"


BROKEN: tuple[tuple[str, Any], ...] = (
    ("not_a_playbook", []),
    ("missing", {"type": "playbook"}),
    ("spec_version", {**chain(MANUAL), "spec_version": "1.1"}),
    ("timestamp", {**chain(MANUAL), "created": "2026-01-01T00:00:00+01:00"}),
    ("identifier", {**chain(MANUAL), "id": "playbook--1"}),
    ("workflow", {**chain(MANUAL), "workflow": {}}),
    ("step", {**chain(MANUAL), "workflow": {ref("start:s"): "x"}}),
    ("step_type", file_of({"start:s": {}, "loop:l": {}})),
    ("commands", chain({"command": "x"})),
    ("end", file_of({"start:s": {"on_completion": "end:e"}, "end:e": {"on_completion": "end:e"}})),
    ("dangling", file_of({"start:s": {"on_completion": "end:gone"}, "end:e": {}})),
    ("dangling", chain(MANUAL, step={"agent": ref("group:gone")})),
    ("unreachable", file_of({"start:s": {"on_completion": "end:e"}, "end:e": {}, "end:f": {}})),
    (
        "circle",
        file_of(
            {
                "start:s": {"on_completion": "action:a"},
                "action:a": {"on_completion": "action:b", **DONE},
                "action:b": {"on_completion": "action:a", **DONE},
            },
            **AGENTS,
        ),
    ),
)


@pytest.mark.parametrize(("rule", "found"), BROKEN)
def test_what_is_wrong_is_refused_by_name(rule: str, found: Any) -> None:  # noqa: ANN401 - any JSON value
    """Nothing is made of it."""
    with pytest.raises(CacaoError) as error:
        read(found)
    assert rule in {fault.rule for fault in error.value.faults}


@pytest.mark.parametrize("data", [b"", b"\xff", b"{", b"[" * 100_000, b" " * 2_000_001])
def test_bytes_that_are_no_file_are_refused(data: bytes) -> None:
    """Whatever they are."""
    with pytest.raises(CacaoError):
        imported(data, path="x", actions=ACTIONS)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
KEYS = ("type", "name", "commands", "on_completion", "on_true", "condition", "next_steps", "agent", "cases", "targets")
LINKS = st.sampled_from([ref("end:e"), ref("action:a"), ref("start:s"), "gone"])
TOP = ("playbook_variables", "agent_definitions", "playbook_types", "target_definitions", "description", "name")
VALUES = st.recursive(
    SCALARS | LINKS,
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.sampled_from(KEYS), some, max_size=4),
    max_leaves=8,
)


@settings(max_examples=max(150, settings.default.max_examples if settings.default else 0), deadline=None)
@given(
    changes=st.dictionaries(st.sampled_from([*KEYS, "headers", "step_variables"]), VALUES, max_size=5),
    top=st.dictionaries(st.sampled_from(TOP), VALUES, max_size=3),
)
def test_any_file_gives_a_playbook_or_a_refusal(changes: dict[str, Any], top: dict[str, Any]) -> None:
    """Never a traceback, whatever stands where."""
    found = chain(MANUAL, {"type": "http-api", "command": "GET https://a.example/"}, step={})
    found["workflow"][ref("action:a")] |= changes
    try:
        made = imported(json.dumps(found | top).encode(), path="x.json", actions=ACTIONS)
    except PlaybookError:
        return
    assert made.text
