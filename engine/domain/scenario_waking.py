"""The part of a rehearsal file that says who is reminded and called, and what a page does to people.

Rule kept here: the words are those of `config/escalation.yaml`; spans stay text, as in the rest of the file.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic.json_schema import WithJsonSchema

from engine.domain.durations import DURATION_PATTERN
from engine.domain.notation import Duration, Part

Percent = Annotated[int, Field(ge=0, le=100)]
Share = Annotated[int, Field(ge=1, le=99)]
Window = Annotated[str, WithJsonSchema({"type": "string", "pattern": f"^({DURATION_PATTERN}|0s)$"})]


class PagedModel(Part):
    """What a page does: how often it wakes somebody, and how soon they look."""

    wakes: Percent = Field(90, description="Of a hundred pages, how many wake them.")
    median: Duration = Field("3m", description="Half of the times they look within this.")
    p90: Duration | None = Field("10m", description="Nine times of ten they look within this.")

    @model_validator(mode="before")
    @classmethod
    def _from_wakes(cls, value: object) -> object:
        return {"wakes": value} if isinstance(value, int) and not isinstance(value, bool) else value


class CallModel(Part):
    """Which asks call people, and after how long. What is left out fits everything."""

    windows: list[Window] = Field(
        min_length=1, description="How long each level has before the next person is called; the last one for the rest."
    )
    phases: list[Literal["contain", "legal", "communicate", "harden", "review"]] = Field(
        [], description="Asks of these phases."
    )
    kinds: list[Literal["task", "decision", "approval", "view"]] = Field([], description="Asks of these kinds.")
    severities: list[str] = Field([], description="Incidents this bad.")


class WakingModel(Part):
    """Who is reminded and called."""

    reminders: list[Share] | None = Field(
        None, description="In percent of the time to a due; left out: as the organisation has it."
    )
    calls: list[CallModel] | None = Field(
        None, description="Which asks call people, the first that fits; left out: as the organisation has it."
    )
