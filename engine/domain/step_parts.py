"""What stands in a step as a mapping: needs, waits, retries, rounds, the way back and the clocks it starts.

Rule kept here: a shorthand becomes its long form before it is checked, so that there is one form inside.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from engine.domain.durations import MOST_ATTEMPTS, split_retry
from engine.domain.notation import Condition, Duration, Id, Part, Prose, Rhythm, Words
from engine.domain.sensitivity import Sensitivity


def as_starts(value: object) -> object:
    """Return the regimes that a step starts as a list of mappings, however short they are written."""
    listed = [value] if isinstance(value, str | dict) else value
    if not isinstance(listed, list):
        return listed
    return [{"regimes": [item]} if isinstance(item, str) else item for item in listed]


class NeedModel(Part):
    """A step that must have settled first."""

    step: str = Field(description="The id of the step.")
    is_: Literal["settled"] | None = Field(
        None, alias="is", description="`settled` accepts every end, also a failed one."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_id(cls, value: object) -> object:
        return {"step": value} if isinstance(value, str) else value


class WaitModel(Part):
    """What a step waits for: exactly one of the three."""

    duration: Duration | None = Field(None, description="How long, like 24h.")
    until: Condition | None = Field(None, description="An expression that gives a date and time.")
    known: Condition | None = Field(None, description="An expression; the step is done once it is known and true.")

    @model_validator(mode="before")
    @classmethod
    def _from_duration(cls, value: object) -> object:
        return {"duration": value} if isinstance(value, str) else value


class RetryModel(Part):
    """How often and how long an action is tried, and after which failures."""

    attempts: int = Field(ge=1, le=MOST_ATTEMPTS, description="How often it is tried; the first time counts.")
    within: Duration = Field(description="Over how long the attempts are spread, like 1m.")
    if_: Condition | None = Field(
        None,
        alias="if",
        description="After which failures it is tried again; reads error.message, error.status and attempt.",
    )

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        attempts, within = split_retry(value)
        return {"attempts": attempts, "within": within}


class RepeatModel(Part):
    """Until when a step is done again and again."""

    until: Condition = Field(description="What ends it; reads output (this round's), inputs and steps.")
    every: Rhythm = Field(
        min_length=1,
        description="How long after a round the next begins: 6h, 1bd, or a list like [1h, 4h, 1d] whose last holds.",
    )
    max: int = Field(ge=1, le=100, description="After how many rounds it has failed.")


class ConsultModel(Part):
    """Whose view is asked for before something is decided."""

    roles: Words = Field(min_length=1, description="The roles that are asked for their view.")
    first: Duration | None = Field(
        None, description="How long their views are waited for before the decision opens; it opens sooner with all."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_roles(cls, value: object) -> object:
        return {"roles": value} if isinstance(value, str | list) else value


class UndoModel(Part):
    """How the step is taken back when someone asks for it, or why it cannot be."""

    action: str | None = Field(None, description="The action that takes it back.")
    with_: dict[str, Any] = Field({}, alias="with", description="What that action is given.")
    none: Prose | None = Field(None, description="Why it cannot be taken back.")


class StartModel(Part):
    """Regimes whose clocks an answer starts: from when, and when it does."""

    regimes: Words = Field(min_length=1, description="The regimes whose clocks start.")
    at: Id | None = Field(None, description="The field of the form with the moment; else it is that of the answer.")
    when: Condition | None = Field(
        None, description='A condition on the answer, like applies == "yes"; fields are read by their names.'
    )


KeepType = Literal["text", "number", "boolean", "datetime", "url"]


class KeepModel(Part):
    """A part of an action's result that is kept: where it stands, what it is, and who may see it."""

    from_: str = Field(alias="from", description="Its place in the result, like json.items[0].id.")
    type: KeepType | None = Field(None, description="What it is; what does not fit is not kept, and the step says so.")
    list: bool = Field(default=False, description="Whether it holds several.")
    sensitivity: Sensitivity = Field(Sensitivity.INTERNAL, description="Who may see it.")

    @model_validator(mode="before")
    @classmethod
    def _from_place(cls, value: object) -> object:
        return {"from": value} if isinstance(value, str) else value
