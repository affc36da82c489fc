"""Every file that Tocsin writes holds what the closed model names and nothing else, and a changed one is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache, reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from engine.language.cacao.exporting import exported
from tests.unit.domain.playbooks import playbooks
from tests.unit.language.cacao.closed import refused
from tests.unit.language.cacao.test_export import PLAYBOOKS, SCHEMAS, plan_of, small

NO_SCHEMAS = "CACAO_SCHEMAS does not name the folder of the published schemas"
CARRIED = "playbook_extensions"
"""What stands below it is ours to shape; only that it is an object is anybody's business."""
OTHERS: tuple[Any, ...] = (None, 7, 7.5, True, "", "other", [], ["other"], {}, {"other": 1})
"""What stands in the place of a value."""
CALLING = """\
tocsin: 1
playbook: calling
title: Only a call
version: 1
inputs: {url: {type: url}}
roles: {commander: {}, responder: {}, counsel: {}}
phases:
  contain:
    steps:
      - {id: remove, title: Have it removed, call: takedown, with: {url: "{{ inputs.url }}", kind: impersonation}}
"""
MOST = 400
"""So many changes of one file are compared with the published schemas, spread over all of it."""
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=20)


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_playbook_that_comes_with_tocsin_is_exported_as_named(path: Path) -> None:
    """No key, no type and no kind of identifier that is not in the model."""
    assert refused(exported(*plan_of(path.read_text(encoding="utf-8"), path.stem))) == []


@given(playbooks())
def test_every_playbook_at_all_is(text: str) -> None:
    """Whatever its steps are, and in whatever order."""
    assert refused(exported(*plan_of(text, "story"))) == []


@given(TEXTS, TEXTS, st.sampled_from(["https://a.example:8443/x", "http://127.0.0.1/", "{{ inputs.url }}/x"]), TEXTS)
def test_every_request_is(title: str, word: str, url: str, header: str) -> None:
    """Words, addresses and headers are text in the file, whatever stands in them."""
    step = {
        "id": "ask",
        "title": f"T{title}",
        "action": "http.request",
        "with": {
            "method": "POST",
            "url": url,
            "headers": {"X-Word": f"x{header}".replace("{", ""), "Authorization": {"secret": "REC_TOKEN"}},
            "json": {"word": word.replace("{", ""), "url": "{{ inputs.url }}", "none": None},
        },
        "when": f"inputs.kind == {json.dumps(word.replace('{', ''), ensure_ascii=False)}",
        "timeout": "20s",
        "approve": {"by": ["commander"]},
    }
    written = {
        "tocsin": 1,
        "playbook": "asking",
        "title": f"T{title}",
        "version": 1,
        "roles": {"commander": {}},
        "inputs": {"url": {"type": "url", "hint": word}, "kind": {"type": "text", "default": word}},
        "phases": {"harden": {"steps": [step]}},
    }
    assert refused(exported(*plan_of(json.dumps(written, ensure_ascii=False), "asking"))) == []


def test_a_playbook_that_only_calls_names_no_activity() -> None:
    """Each activity that is listed is one of a command, and here there is no command."""
    found = exported(*plan_of(CALLING, "calling"))
    assert refused(found) == []
    assert "playbook_activities" not in found


def changes(found: Any, *, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:  # noqa: ANN401 - any JSON value
    """Yield each place, what is done to it, and what stands there then: gone, another value, a further key, a slip."""
    inside = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, value in inside:
        here = (*path, key)
        if isinstance(found, dict):
            yield here, "gone", None
            yield here, "renamed", f"{key}x"
        for other in OTHERS:
            if other != value or type(other) is not type(value):
                yield here, "other", other
        if isinstance(value, str):
            yield here, "other", f"{value}!"
            yield here, "other", value[:-1]
        if isinstance(value, list):
            yield here, "other", [*value, 7]
        if isinstance(value, dict):
            yield here, "other", {**value, "other_key": "x"}
        if CARRIED not in here:
            yield from changes(value, path=here)


def changed(found: dict[str, Any], path: tuple[str | int, ...], how: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return a copy of a file with one change."""
    copy: dict[str, Any] = json.loads(json.dumps(found))
    holder: Any = copy
    for key in path[:-1]:
        holder = holder[key]
    match how:
        case "gone":
            del holder[path[-1]]
        case "renamed":
            holder[value] = holder.pop(path[-1])
        case _:
            holder[path[-1]] = value
    return copy


@cache
def theirs() -> Callable[[Mapping[str, Any]], bool]:
    """Return whether the published schemas refuse a file, as draft-07, which they say they are."""
    loaded = [json.loads(file.read_text(encoding="utf-8")) for file in SCHEMAS.rglob("*.json")]
    known = [(one["$id"], Resource.from_contents(one, default_specification=DRAFT7)) for one in loaded]
    schema = json.loads((SCHEMAS / "playbook.json").read_text(encoding="utf-8"))
    validator = Draft7Validator(schema, registry=Registry().with_resources(known))
    return lambda found: not validator.is_valid(found)


SOMETIMES = {"description", "delay", "timeout", "headers", "content", "value", "external", "due", "stops", "controls"}
LISTED = {"step_extensions", "targets", "out_args"}


def needed(path: tuple[str | int, ...], how: str) -> bool:
    """Return whether a key that goes must be missed: not one that is written only where there is something to say."""
    if "headers" in path[:-1]:
        return False
    if how == "renamed":
        return True
    unused = len(path) == 2 and path[0] in ("agent_definitions", "playbook_variables")
    return not unused and path[-1] not in SOMETIMES | LISTED


def test_a_file_that_is_changed_anywhere_is_refused() -> None:
    """A key that goes or is spelt otherwise; an identifier with a slip; a value of another kind."""
    found = small()
    assert refused(found) == []
    let_through = [
        (path, how)
        for path, how, value in changes(found)
        if how in ("gone", "renamed") and needed(path, how) and CARRIED not in path[:1]
        if not refused(changed(found, path, how, value))
    ]
    assert let_through == []
    wrong = [
        (path, value)
        for path, how, value in changes(found)
        if how == "other" and type(value) is not type(at(found, path)) and not refused(changed(found, path, how, value))
    ]
    assert wrong == []
    for path, value in ids(found):
        assert refused(changed(found, path, "other", f"{value[:-1]}g")), path


def at(found: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - any JSON value
    """Return what stands at a place."""
    return reduce(lambda holder, key: holder[key], path, found)


def ids(found: Any, *, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:  # noqa: ANN401 - any JSON value
    """Yield every identifier that stands as a value."""
    inside = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, value in inside:
        if isinstance(value, str) and "--" in value and path[:1] != (CARRIED,):
            yield (*path, key), value
        yield from ids(value, path=(*path, key))


@pytest.mark.parametrize("path", [None, *PLAYBOOKS], ids=lambda path: path.stem if path else "small")
def test_what_the_published_schemas_refuse_is_refused_here(path: Path | None) -> None:
    """Each place of a file, changed in each way; the model may refuse more, and does."""
    if not SCHEMAS.is_dir():
        pytest.skip(NO_SCHEMAS)
    found = exported(*plan_of(path.read_text(encoding="utf-8"), path.stem)) if path else small()
    every = list(changes(found))
    some = every[:: max(1, len(every) // MOST)]
    refused_there = [change for change in some if theirs()(changed(found, *change))]
    assert [change for change in refused_there if not refused(changed(found, *change))] == []
    assert len(refused_there) > len(some) // 10
