"""The whole grammar of a rehearsal file, as frozen models; each description is what an editor shows for that key.

Rules kept here: unknown keys are refused and types are strict, as in playbooks; spans of time stay text here, the
language reads them. Everything but the names of the rehearsal and its playbook may be left out.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from engine.domain.expected import ExpectModel
from engine.domain.injects import InjectModel, Person, When
from engine.domain.notation import Duration, Id, Line, Name, Part, Prose, Words
from engine.domain.scenario_waking import PagedModel, Percent, WakingModel

_CLOCK, _DAY = r"([01][0-9]|2[0-3]):[0-5][0-9]", r"(mon|tue|wed|thu|fri|sat|sun)"
HOURS_PATTERN = rf"^{_CLOCK}-{_CLOCK} {_DAY}(-{_DAY})?$"
STATES = ("declared", "contained", "resolved", "closed", "cancelled")

HoursText = Annotated[str, StringConstraints(pattern=HOURS_PATTERN)]


def _several(value: object) -> object:
    return [value] if isinstance(value, dict) else value


class SpreadModel(Part):
    """How long something takes: half of the times at most `median`, nine of ten at most `p90`."""

    median: Duration = Field(description="Half of the times it takes at most this long.")
    p90: Duration | None = Field(None, description="Nine times of ten it takes at most this long.")

    @model_validator(mode="before")
    @classmethod
    def _from_median(cls, value: object) -> object:
        return {"median": value} if isinstance(value, str) else value


class AwayModel(Part):
    """A time in which somebody cannot be reached, counted from the beginning."""

    from_: When = Field(alias="from", description="Since when, from the beginning, like 2h.")
    until: When = Field(description="Until when, from the beginning.")


class CastModel(Part):
    """A person who takes part: what they do, when they work, how fast they are."""

    roles: Words = Field(description="The roles they hold; the cast's order is the order of the role.")
    zone: str = Field("UTC", description="Their time zone, like Europe/Berlin.")
    hours: HoursText | None = Field(None, description="When they work, like 09:00-18:00 mon-fri; left out: always.")
    on_call: bool = Field(default=False, description="Whether they can be reached outside their hours too.")
    responds: SpreadModel | None = Field(None, description="How long until they turn to what they are asked.")
    away: tuple[AwayModel, ...] = Field((), description="When they cannot be reached at all, not even by a page.")
    pager: bool = Field(default=True, description="Whether something pages them when they are called.")
    paged: PagedModel = Field(PagedModel(), description="What a page does to them when they sleep or are off duty.")
    forgets: Percent = Field(0, description="Of a hundred asks, how many they forget until they are reminded.")


class EffortModel(Part):
    """How long people work on what they are asked."""

    approval: SpreadModel | None = Field(None, description="On an approval; 3m when left out.")
    decision: SpreadModel | None = Field(None, description="On a decision; 10m when left out.")
    task: SpreadModel | None = Field(None, description="On a task; 30m when left out.")


class AnswerModel(Part):
    """What somebody says to what they are asked."""

    by: Words | None = Field(None, description="People or roles who answer; left out: whoever is first.")
    verdict: Literal["answer", "done", "yes", "no", "approve", "decline", "silence"] | None = Field(
        None, description="What they say, where it is not a form alone; `silence`: nobody answers."
    )
    values: dict[Id, Any] = Field({}, description="What they fill in; the rest of the form is made up.")
    reason: str = Field("", description="Why; an approval that is declined needs one.")
    after: When | None = Field(None, description="How long after it was asked; left out: drawn.")


Answers = Annotated[list[AnswerModel], BeforeValidator(_several)]


class ReplyModel(Part):
    """What a system replies to one request."""

    status: int = Field(200, ge=100, le=599, description="The status of the reply.")
    json_: Any = Field(None, alias="json", description="Its content, as JSON.")
    text: str | None = Field(None, description="Its content, as text.")
    headers: dict[str, str] = Field({}, description="Its headers.")
    fails: Literal["unreachable", "lost"] | None = Field(
        None, description="`unreachable`: nothing is done; `lost`: it may be done, and no reply comes."
    )


class WorldModel(Part):
    """What a system replies, by the requests that it is asked."""

    match: Line = Field(description="Method and address, like `GET */sharing`; * stands for anything.")
    replies: list[ReplyModel] = Field(min_length=1, description="One after the other; the last one stays.")


class Scenario(Part):
    """A rehearsal file."""

    tocsin: Literal[1] = Field(description="The version of this language.")
    rehearsal: Name = Field(description="Its name; the file is named after it.")
    playbook: Name = Field(description="The playbook that is rehearsed.")
    begins_as: Line | None = Field(
        None, description="The file of the version with which it begins, from the folder of this file; as it is else."
    )
    about: Prose | None = Field(None, description="What it shows.")
    starts_at: str = Field("2026-03-03T09:00:00+00:00", description="When it begins, with its zone.")
    ends_after: Duration | None = Field(None, description="When it is stopped at the latest; 400d when left out.")
    seed: int = Field(1, ge=0, description="What is drawn is drawn from this number.")
    inputs: dict[Id, Any] = Field({}, description="What is known at the beginning; the rest is made up.")
    declared_by: str | None = Field(None, description="The person or role who declares it.")
    cast: dict[Person, CastModel] = Field({}, description="Who takes part; left out: two people for each role.")
    waking: WakingModel = Field(WakingModel(), description="Who is reminded and called.")
    effort: EffortModel = Field(EffortModel(), description="How long people work on what they are asked.")
    answers: dict[str, Answers] = Field(
        {},
        description="What people say, by step; approve/STEP for its approval, view/STEP for what those think who are "
        "consulted, ratify/STEP for what somebody did alone. A list is used up in order.",
    )
    world: list[WorldModel] = Field([], description="What other systems reply; the first that matches counts.")
    injects: list[InjectModel] = Field([], description="What happens meanwhile.")
    expect: ExpectModel = Field(ExpectModel(), description="What must have come of it.")
