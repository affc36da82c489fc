"""What a playbook file is written with: names, words and spans of time, and the mapping that every model is.

Rules kept here: a name that expressions read is small letters, digits and _; one word may stand where several may.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.json_schema import WithJsonSchema

from engine.domain.durations import DUE_PATTERN, DURATION_PATTERN

ID_PATTERN = r"^[a-z][a-z0-9_]{0,59}$"
NAME_PATTERN = r"^[a-z][a-z0-9-]{0,59}$"


def as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


_WORDS_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\n]*$")]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=5000)]
Words = Annotated[list[str], BeforeValidator(as_list), WithJsonSchema(_WORDS_SCHEMA)]
Condition = Annotated[str, StringConstraints(min_length=1)]
Duration = Annotated[str, WithJsonSchema({"type": "string", "pattern": f"^({DURATION_PATTERN})$"})]
_SPAN_SCHEMA = {"type": "string", "pattern": f"^({DUE_PATTERN})$"}
Rhythm = Annotated[
    list[str],
    BeforeValidator(as_list),
    WithJsonSchema({"anyOf": [_SPAN_SCHEMA, {"type": "array", "items": _SPAN_SCHEMA, "minItems": 1}]}),
]
DueText = Annotated[str, WithJsonSchema({"type": "string", "pattern": f"^({DUE_PATTERN}|deadline)$"})]
Join = Literal["all", "any"] | Annotated[int, Field(ge=1, le=1000)]
Scalar = str | bool | int | float


class Part(BaseModel):
    """A mapping of the file: frozen, strict, without room for unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=False, defer_build=True)
