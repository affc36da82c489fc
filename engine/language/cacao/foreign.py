"""What stands around the steps of a foreign file: its variables as inputs, its agents as roles.

Rules kept here: a constant is put where it is read and is no input; a variable that steps set is an input that may stay
unknown; an authentication is never taken over, nor anything that looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.language.cacao.checks import mapping
from engine.language.cacao.names import Names, harmless, line
from engine.language.cacao.vocabulary import EXTENSION, VARIABLE

COMMANDER = "commander"
PEOPLE = ("individual", "group", "organization", "sector", "location")
"""Agents that stand for people."""
SECRET = re.compile(r"authorization|cookie|token|secret|api-?key|password", re.IGNORECASE)
"""Names of variables and headers whose values are not taken over."""
TYPES = {"bool": "boolean", "integer": "number", "long": "number", "float": "number", "uri": "url"}


@dataclass(frozen=True, slots=True)
class Lost:
    """Something of a file that ours does not have. `place` is the step or key it stood in."""

    place: str
    what: str


@dataclass
class Foreign:
    """A foreign file and what was found in it so far."""

    found: Mapping[str, Any]
    lost: list[Lost] = field(default_factory=list)
    inputs: dict[str, Any] = field(default_factory=dict)
    roles: dict[str, Any] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    """Variable -> its value."""
    known: dict[str, str] = field(default_factory=dict)
    """Variable -> the input that stands for it."""
    agents: dict[str, str] = field(default_factory=dict)
    """Agent -> the role that stands for it."""

    def __post_init__(self) -> None:
        """Read variables and agents."""
        self.roles[COMMANDER] = {"required": True}
        names = Names()
        for name, spec in mapping(self.found.get("playbook_variables")).items():
            self._variable(name, mapping(spec), names)
        names = Names(COMMANDER)
        for name, agent in mapping(self.found.get("agent_definitions")).items():
            if mapping(agent).get("type") in PEOPLE:
                title = line(str(mapping(agent).get("name", "")), most=60) or "Role"
                self.agents[name] = role = names.fresh(title, otherwise="role")
                self.roles[role] = {"title": title, "else": COMMANDER}
        for name in mapping(self.found.get("authentication_info_definitions")):
            self.lose(name, "an authentication is not taken over: name its secret in the steps that need it")
        for name in mapping(self.found.get("playbook_extensions")):
            if name == EXTENSION:
                continue
            self.lose(name, "an extension that Tocsin does not know")
        for key in ("signatures", "data_marking_definitions", "workflow_exception", "valid_until"):
            if self.found.get(key):
                self.lose(key, "it has no counterpart")

    def lose(self, place: str, what: str) -> None:
        """Note that something has no counterpart."""
        self.lost.append(Lost(place, what))

    def role(self, agent: object) -> str:
        """Return the role of an agent; the commander's where it stands for no people."""
        return self.agents.get(str(agent), COMMANDER)

    def templated(self, text: str) -> str | None:
        """Return a text with inputs in place of variables; None where it holds what we would work out."""
        if "{{" in text or "{%" in text or "{#" in text:
            return None
        return VARIABLE.sub(self._read, text.replace("__:value", "__"))

    def plain(self, text: str) -> str:
        """Return a text for people, constants filled in."""
        filled = VARIABLE.sub(lambda found: self.constants.get(found[0], found[0]), text.replace("__:value", "__"))
        return harmless(filled)

    def _read(self, found: re.Match[str]) -> str:
        name = found[0]
        if name in self.constants:
            value = self.constants[name]
            return value if "{" not in value else name
        return f"{{{{ inputs.{self.known[name]} }}}}" if name in self.known else name

    def _variable(self, name: str, spec: Mapping[str, Any], names: Names) -> None:
        value = spec.get("value")
        if spec.get("constant") is True and isinstance(value, str):
            self.constants[name] = value
            return
        if SECRET.search(name):
            self.lose(name, "a secret is no input: write {secret: NAME} where it is needed")
            return
        kind = TYPES.get(str(spec.get("type")), "text")
        self.known[name] = given = names.fresh(name.strip("_"), otherwise="input")
        hint = line(str(spec.get("description") or ""), most=300)
        default = {"default": value} if isinstance(value, str) and value and kind == "text" else {}
        optional = {"optional": True} if spec.get("external") is not True and not default else {}
        self.inputs[given] = {"type": kind, **default, **optional, **({"hint": hint} if hint else {})}
