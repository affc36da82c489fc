"""A CACAO 2.0 file as a playbook of ours, and what was lost on the way.

Rules kept here: a file of our own that nobody changed gives the playbook it was made from; what is wrong with a file is
named all at once and nothing is made; what comes out has passed lint; no command but a request is ever carried out, and
a request only after somebody approved it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from engine.domain.catalogs import NO_CATALOGS, Catalogs
from engine.domain.errors import PlaybookError
from engine.language.api import ActionFacts, check
from engine.language.cacao.branches import Branches
from engine.language.cacao.checks import CacaoError, Fault, faults, mapping
from engine.language.cacao.exporting import digest_of, exported
from engine.language.cacao.foreign import Foreign, Lost
from engine.language.cacao.names import harmless, line, slug
from engine.language.cacao.vocabulary import EXTENSION
from engine.language.library import NOTHING, Library

LARGEST = 2_000_000
"""Bytes of a file that is read."""
OTHERWISE = (
    "this Tocsin would write another workflow for this playbook: an older or newer one wrote it, or the two do not "
    "belong together; read both"
)
"""What is said of a file whose two parts do not agree."""
PHASES = {"notification": "communicate", "remediation": "harden", "prevention": "harden"}
"""Types of playbooks that are not about containing; the first type of a file counts."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A playbook's name and text, what was lost, and whether it is one of ours, unchanged."""

    name: str
    text: str
    lost: tuple[Lost, ...]
    ours: bool


def imported(
    data: bytes,
    *,
    path: str,
    actions: Mapping[str, ActionFacts],
    catalogs: Catalogs = NO_CATALOGS,
    library: Library = NOTHING,
    name: str = "",
) -> Imported:
    """Return the playbook that a CACAO file gives; `library` is where those are that it may call.

    `name` is what a playbook of others is to be called, else it is named after its title.

    Raises:
        CacaoError: the file is none, or its workflow leads nowhere or in a circle; every fault is named.
        PlaybookError: what it gives does not pass lint.
    """
    found = _read(data, path=path)
    wrong = faults(found)
    if wrong:
        raise CacaoError(wrong, path=path)
    ours = mapping(mapping(found.get("playbook_extensions")).get(EXTENSION))
    changed = bool(ours) and ours.get("sha256") != digest_of(found)
    if ours and not changed and isinstance(ours.get("playbook"), Mapping):
        made, lost = dict(ours["playbook"]), []
    else:
        foreign = Foreign(found)
        if changed:
            foreign.lose(EXTENSION, "the file was changed after Tocsin wrote it, so its Tocsin part is not used")
        made, lost = _made(foreign, path=path), foreign.lost
        made["playbook"] = slug(name, mark="-") or made["playbook"]
    text = yaml.dump(made, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    called = str(made.get("playbook"))
    checked = check(text.encode(), path=f"{called}.yaml", actions=actions, catalogs=catalogs, library=library)
    if checked.playbook is None or checked.plan is None:
        told = checked.errors[0].message if checked.errors else "it is none"
        raise PlaybookError(checked.errors, message=f"{path}: what it gives does not pass lint: {told}")
    if ours and not changed and digest_of(exported(checked.playbook, checked.plan)) != digest_of(found):
        lost.append(Lost(EXTENSION, OTHERWISE))
    return Imported(called, text, tuple(lost), ours=bool(ours) and not changed)


def _read(data: bytes, *, path: str) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise CacaoError([Fault("size", "the file", f"it has more than {LARGEST} bytes")], path=path)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise CacaoError([Fault("not_json", "the file", "this is not JSON")], path=path) from None
    if not isinstance(found, dict):
        raise CacaoError([Fault("not_a_playbook", "the file", "this is no CACAO playbook")], path=path)
    return found


def _made(foreign: Foreign, *, path: str) -> dict[str, Any]:
    found = foreign.found
    title = line(str(found["name"]), most=200) or "Imported playbook"
    branches = Branches(foreign, path=path)
    branches.walk(str(found["workflow_start"]), needs=[], when=())
    types = found.get("playbook_types")
    first = str(types[0]) if isinstance(types, list) and types else ""
    told = harmless(str(found.get("description") or ""))[:5000]
    return {
        "tocsin": 1,
        "playbook": slug(title, mark="-") or "imported",
        "title": title,
        "version": 1,
        **({"description": told} if told else {}),
        **({"inputs": foreign.inputs} if foreign.inputs else {}),
        "roles": foreign.roles,
        "phases": {PHASES.get(first, "contain"): {"steps": branches.steps}},
    }


class _Dumper(yaml.SafeDumper):
    """Writes lists under their key as people do, and never an alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - PyYAML's own signature
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's own signature
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
