"""What a look-up by idempotency key answers: found, surely absent, or cannot tell.

Rule kept here: an answer is never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """It is there: this is it."""

    value: T


@dataclass(frozen=True, slots=True)
class Absent:
    """It is surely not there."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """It cannot be told whether it is there, and why."""

    why: str
