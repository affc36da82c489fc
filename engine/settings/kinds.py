"""Kinds of values that several files of the configuration use: days of the week, and zones by name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from engine.domain.values import zone_named

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _zone(name: str) -> str:
    zone_named(name)
    return name


Zone = Annotated[str, AfterValidator(_zone)]
