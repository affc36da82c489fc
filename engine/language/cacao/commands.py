"""A command of a foreign file as the rest of a step.

Rules kept here: a manual command is a task; an HTTP request is `http.request`, which somebody approves first; every
other command is a task that shows its text and is carried out by nobody but a person. So is a request that cannot be
written as one of ours.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.language.cacao.checks import mapping
from engine.language.cacao.foreign import COMMANDER, SECRET

if TYPE_CHECKING:
    from engine.language.cacao.foreign import Foreign

MANUAL, HTTP = "manual", "http-api"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
REQUEST = re.compile(r"([A-Z]+)\s+(\S+)(?:\s+HTTP/?[\d.]+)?\s*")
BODILESS = ("GET", "HEAD")
MOST = 4000
"""Characters of a command's text that a task shows."""


def step_of(command: Mapping[str, Any], step: Mapping[str, Any], foreign: Foreign, *, place: str) -> dict[str, Any]:
    """Return the keys of the step that does what a command says."""
    kind = str(command.get("type"))
    if kind == MANUAL:
        text = foreign.plain(text_of(command, step)) or str(
            step.get("description") or step.get("name") or "Do this step."
        )
        return {"task": text[:MOST], "owner": foreign.role(step.get("agent"))}
    if kind == HTTP:
        found = _request(command, step, foreign, place=place)
        if found is not None:
            return found
    foreign.lose(place, f"a command of type {kind} is not carried out: a task shows its text")
    shown = foreign.plain(text_of(command, step))[:MOST]
    told = f"Not carried out by Tocsin: a command of type {kind}. Decide by whom and whether it is run:\n{shown}"
    return {"task": told, "owner": foreign.role(step.get("agent"))}


def text_of(command: Mapping[str, Any], step: Mapping[str, Any]) -> str:
    """Return a command's text, also where it is written as base64, with the constants of its step filled in."""
    text = command.get("command")
    coded = command.get("command_b64")
    if not isinstance(text, str):
        text = _decoded(coded) if isinstance(coded, str) else ""
    for name, spec in mapping(step.get("step_variables")).items():
        value = mapping(spec).get("value")
        if mapping(spec).get("constant") is True and isinstance(value, str):
            text = text.replace(f"{name}:value", value).replace(name, value)
    return text


def _decoded(coded: str) -> str:
    try:
        return base64.b64decode(coded, validate=True).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return coded


def _request(
    command: Mapping[str, Any], step: Mapping[str, Any], foreign: Foreign, *, place: str
) -> dict[str, Any] | None:
    found = REQUEST.fullmatch(text_of(command, step).strip())
    address = _address(found[2], step, foreign) if found else None
    if found is None or address is None or found[1] not in METHODS:
        return None
    given: dict[str, Any] = {"method": found[1], "url": address}
    headers = _headers(command, foreign, place=place)
    body = command.get("content")
    if not isinstance(body, str) and isinstance(command.get("content_b64"), str):
        body = _decoded(command["content_b64"])
    if isinstance(body, str) and body and found[1] not in BODILESS:
        given["body"] = foreign.templated(body)
    if headers is None or None in (given["url"], given.get("body", "")):
        return None
    if headers:
        given["headers"] = headers
    kept = {"undo": {"none": "It came from another tool, which names no way back."}} if found[1] not in BODILESS else {}
    return {"action": "http.request", "with": given, "approve": {"by": [COMMANDER]}, **kept}


def _address(path: str, step: Mapping[str, Any], foreign: Foreign) -> str | None:
    if path.startswith(("http://", "https://")):
        return foreign.templated(path)
    targets = step.get("targets")
    names = [str(name) for name in targets] if isinstance(targets, Sequence) and not isinstance(targets, str) else []
    known = mapping(foreign.found.get("target_definitions"))
    target = next((mapping(known[name]) for name in names if name in known), {})
    address = mapping(target.get("address"))
    first = next((found[0] for key in ("url", "dname", "ipv4") if (found := address.get(key))), None)
    if not isinstance(first, str):
        return None
    if "://" in first:
        base = first.rstrip("/")
    else:
        port = str(target.get("port") or "")
        scheme = "http" if port == "80" else "https"
        base = f"{scheme}://{first}{f':{port}' if port not in ('', '80', '443') else ''}"
    return foreign.templated(f"{base}/{path.lstrip('/')}")


def _headers(command: Mapping[str, Any], foreign: Foreign, *, place: str) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for name, values in mapping(command.get("headers")).items():
        if SECRET.search(name):
            foreign.lose(place, f"header {name}: its value is not taken over; write {{secret: NAME}}")
            continue
        listed = values if isinstance(values, Sequence) and not isinstance(values, str) else [values]
        text = foreign.templated(", ".join(map(str, listed)))
        if text is None:
            return None
        found[name] = text
    return found
