"""What CACAO 2.0 calls things: identifiers, variables, types (OASIS Committee Specification 01 of 2023-11-27).

Rules kept here: an identifier is a type, two hyphens and a UUID that is made from what it stands for, so that the same
playbook gives the same file: of version 5 for a playbook, and for everything else of version 4, which the specification
demands of steps; a variable's name stands between two underscores on each side.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import Final

from engine.domain.fields import FieldType

NAMESPACE: Final = uuid.UUID("6d1c1d7e-6f5b-5c1f-9b0e-3a0f2c4b7d55")
"""Ours: everything is named within it."""
PLAYBOOK: Final = "playbook"
SPEC_VERSION: Final = "cacao-2.0"
IDENTIFIER: Final = re.compile(
    r"[a-z][a-z0-9-]+[a-z0-9]--[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
)
TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
VARIABLE: Final = re.compile(r"__[a-zA-Z_][a-zA-Z0-9_-]{0,199}?__")
STEP_TYPES: Final = (
    "start",
    "end",
    "action",
    "playbook-action",
    "parallel",
    "if-condition",
    "while-condition",
    "switch-condition",
)
REQUIRED: Final = (
    "type",
    "spec_version",
    "id",
    "name",
    "created_by",
    "created",
    "modified",
    "workflow_start",
    "workflow",
)
"""What every CACAO playbook has."""
TYPES_OF_PHASES: Final = {
    "contain": "mitigation",
    "legal": "notification",
    "communicate": "notification",
    "harden": "remediation",
    "review": "prevention",
}
"""What a phase is for, in their words."""
ACTIVITIES: Final = {
    "mitigation": "restrict-access",
    "notification": "deliver-content",
    "remediation": "eliminate-risk",
    "prevention": "analyze-collected-data",
}
"""What is done for that."""
TYPES: Final = {
    FieldType.NUMBER: "float",
    FieldType.BOOLEAN: "bool",
    FieldType.URL: "uri",
}
"""What an input is as a variable; everything else is a string."""


def identifier(kind: str, *names: str) -> str:
    """Return the identifier of something, by its kind and what it is called."""
    name = "/".join((kind, *names))
    if kind == PLAYBOOK:
        return f"{kind}--{uuid.uuid5(NAMESPACE, name)}"
    # A digest in the place of chance: nobody can tell the two apart, and the same step is the same again.
    return f"{kind}--{uuid.UUID(bytes=hashlib.sha256(f'{NAMESPACE}/{name}'.encode()).digest()[:16], version=4)}"


def variable(name: str) -> str:
    """Return the name of a variable."""
    return f"__{name}__"


EXTENSION: Final = identifier("extension-definition", "tocsin", "1")
"""What of a playbook has no counterpart stands under this identifier."""
AUTHOR: Final = identifier("identity", "tocsin")
ENGINE: Final = identifier("security-category", "tocsin")
"""Whoever carries out what no person does."""
