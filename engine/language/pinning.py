"""A playbook and those that it calls as one text, which an incident is pinned to (docs/adr/0017-call.md).

Rules kept here: a playbook that calls none is its own text, byte for byte; the others follow it as comments, so that
whatever reads the text as YAML reads the first; what was put together comes apart the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

MARK = b"# Pinned with it: the playbooks that it calls. Made by Tocsin; do not edit."
_NAME, _LINE = b"#: ", b"#|"


def digest(data: bytes) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def pinned(data: bytes, called: Mapping[str, bytes]) -> bytes:
    """Return one text of a playbook and those that it calls, by name."""
    if not called:
        return data
    parts = [data.removesuffix(b"\n"), MARK]
    for name in sorted(called):
        parts.append(_NAME + name.encode())
        parts += [_LINE + line for line in called[name].split(b"\n")]
    return b"\n".join(parts) + b"\n"


def taken_apart(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Return the playbook of a text, and those that are pinned with it, by name."""
    head, mark, rest = data.partition(b"\n" + MARK + b"\n")
    if not mark:
        return data, {}
    found: dict[str, list[bytes]] = {}
    lines: list[bytes] = []
    for line in rest.removesuffix(b"\n").split(b"\n"):
        if line.startswith(_NAME):
            lines = found.setdefault(line.removeprefix(_NAME).decode(errors="replace"), [])
        elif line.startswith(_LINE):
            lines.append(line.removeprefix(_LINE))
    return head + b"\n", {name: b"\n".join(text) for name, text in found.items()}
