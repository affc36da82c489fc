"""An HTTP request of a step as a CACAO command and its target.

Rules kept here: a secret is a variable without a value; `{{ inputs.x }}` is the variable of that input, and every other
expression stands as we write it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from engine.domain.templates import is_secret
from engine.language.cacao.vocabulary import variable

if TYPE_CHECKING:
    from engine.domain.plan import StepPlan
    from engine.domain.values import Json

READ = re.compile(r"\{\{\s*(?:inputs\.)?(\w+)\s*\}\}")
IPV4 = re.compile(r"(\d{1,3}\.){3}\d{1,3}")
PORTS = {"http": "80", "https": "443"}


def request(step: StepPlan) -> tuple[dict[str, Any], dict[str, Any] | None, list[str]]:
    """Return a request's command, its target (None where its host is not written out), and the secrets in it."""
    given: Mapping[str, Any] = step.with_.source if step.with_ and isinstance(step.with_.source, Mapping) else {}
    address = _text(given.get("url", ""))
    parts = urlsplit(address)
    rest = address[len(f"{parts.scheme}://{parts.netloc}") :] if parts.netloc else address
    headers = {name: [_text(value)] for name, value in dict(given.get("headers", {})).items()}
    content = _content(given)
    command = {
        "type": "http-api",
        "command": f"{given.get('method', 'GET')} {rest or '/'} HTTP/1.1",
        **({"headers": headers} if headers else {}),
        **({"content": content} if content else {}),
    }
    return command, _target(parts.scheme, parts.netloc), list(step.with_.secrets) if step.with_ else []


def texts(tree: Json) -> Iterator[str]:
    """Yield what an action is given, as texts; a secret is only named."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield f"{name}: {_text(value)}"


def _target(scheme: str, netloc: str) -> dict[str, Any] | None:
    host, _, port = netloc.rpartition("@")[2].partition(":")
    if not host or "__" in host or "{" in host:
        return None
    kind = "ipv4" if IPV4.fullmatch(host) else "dname"
    name = f"{host}:{port}" if port else host
    return {"type": "http-api", "name": name, "address": {kind: [host]}, "port": port or PORTS.get(scheme, "80")}


def _content(given: Mapping[str, Any]) -> str:
    if "json" in given:
        return json.dumps(_told(given["json"]), ensure_ascii=False)
    return _text(given["body"]) if "body" in given else ""


def _told(tree: Json) -> Json:
    match tree:
        case str():
            return _text(tree)
        case Mapping() if is_secret(tree):
            return _text(tree)
        case Mapping():
            return {name: _told(value) for name, value in tree.items()}
        case list() | tuple():
            return [_told(value) for value in tree]
        case _:
            return tree


def _text(value: Json) -> str:
    """Return a value as text in which variables stand for inputs and secrets."""
    if isinstance(value, Mapping) and is_secret(value):
        return f"{value.get('prefix', '')}{variable(str(value['secret']))}:value"
    if isinstance(value, str):
        return READ.sub(lambda found: f"{variable(found[1])}:value", value)
    return json.dumps(_told(value), ensure_ascii=False)
