"""What `approve` holds: who approves, until when, who else is asked, and whether one may go ahead alone.

Rule kept here: a shorthand becomes its long form before it is checked, so that there is one form inside.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from engine.domain.notation import Duration, Part, Words


class EscalateModel(Part):
    """Who else may approve when nobody does for a while."""

    after: Duration = Field(description="How long nobody has, like 30m.")
    to: Words = Field(min_length=1, description="The roles that may approve from then on too.")


class BreakGlassModel(Part):
    """After how long without an approval one person may go ahead alone; `true` is 15 minutes."""

    after: Duration = Field("15m", description="How long the approval is waited for first.")

    @model_validator(mode="before")
    @classmethod
    def _from_true(cls, value: object) -> object:
        return {} if value is True else value


class ApproveModel(Part):
    """Who must approve the exact content before it takes effect."""

    by: Words = Field(min_length=1, description="The roles that may approve.")
    quorum: int = Field(1, ge=1, le=10, description="How many distinct people must.")
    expires: Duration | None = Field(None, description="How long it is asked for.")
    on_expiry: Literal["decline", "ask_again"] | None = Field(
        None, description="What follows then: it counts as declined, or it is asked for again."
    )
    escalate: EscalateModel | None = Field(None, description="Who else may approve when nobody does for a while.")
    text: Literal["exact"] | None = Field(None, description="`exact` approves these bytes; any edit voids it.")
    break_glass: Annotated[BreakGlassModel | None, BeforeValidator(lambda value: None if value is False else value)] = (
        Field(None, description="Whether, and after how long, one person may go ahead alone with a written reason.")
    )
