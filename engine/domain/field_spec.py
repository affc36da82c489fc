"""What a field is: its type, its bounds, who may see it. `engine.domain.fields` reads what people type into one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Final

from engine.domain.sensitivity import Sensitivity

if TYPE_CHECKING:
    from decimal import Decimal

    from engine.domain.values import Value


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    URL = "url"
    CHOICE = "choice"
    PERSON = "person"
    TABLE = "table"
    FILE = "file"


class Now(Enum):
    """The one default that is not a value: the moment at which it is asked for."""

    NOW = "now"


NOW: Final = Now.NOW


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field. `min` and `max` bound a list's length, a text's length or a number; `revises` names an input."""

    name: str
    type: FieldType
    list: bool = False
    optional: bool = False
    default: Value | Now = None
    options: tuple[str, ...] = ()
    min: Decimal | None = None
    max: Decimal | None = None
    hint: str = ""
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    revises: str | None = None
    columns: tuple[FieldSpec, ...] = ()
    """Of a table: the type of each column, in their order."""
