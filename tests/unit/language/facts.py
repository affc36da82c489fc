"""Facts of a few actions, in the shape that the registry gives them, so that these tests know the language alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.domain.catalogs import Catalogs, Control, Regime, Stage
from engine.domain.plan import ActionTraits, Reach
from engine.language.api import ActionFacts


class SecretValue(BaseModel):
    """A secret by its name."""

    model_config = ConfigDict(extra="forbid")

    secret: str
    prefix: str = ""


class HttpParams(BaseModel):
    """What http.request takes."""

    model_config = ConfigDict(extra="forbid")

    method: Literal["GET", "HEAD", "POST", "PUT", "DELETE"] = "GET"
    url: str = Field(min_length=1)
    headers: dict[str, str | SecretValue] = {}
    body: object = Field(None, alias="json")
    tries: int = Field(1, ge=1)
    tags: list[str] = []


class PostParams(BaseModel):
    """What slack.post takes."""

    model_config = ConfigDict(extra="forbid")

    text: str
    channel: str | None = None


class CaptureParams(BaseModel):
    """What evidence.capture takes."""

    model_config = ConfigDict(extra="forbid")

    url: str


class DisableParams(BaseModel):
    """What identity.disable takes."""

    model_config = ConfigDict(extra="forbid")

    account: str


class CollectParams(BaseModel):
    """What review.collect takes."""

    model_config = ConfigDict(extra="forbid")

    anonymous: Literal["allowed", "refused"] = "allowed"


def _facts(
    name: str, params: type[BaseModel], traits: ActionTraits, *, outputs: set[str] | None = None, generic: bool = False
) -> ActionFacts:
    kept = None if outputs is None else frozenset(outputs)
    return ActionFacts(name, params, traits, outputs=kept, summary=f"Does {name}.", generic=generic)


ACTIONS = {
    facts.name: facts
    for facts in (
        replace(
            _facts(
                "http.request", HttpParams, ActionTraits(writes=True, reach=Reach.INWARD, findable=True), generic=True
            ),
            results=("status", "headers", "json", "text"),
        ),
        _facts("slack.post", PostParams, ActionTraits(writes=True, reach=Reach.OUTWARD), outputs={"ts"}),
        _facts(
            "evidence.capture",
            CaptureParams,
            ActionTraits(writes=True, reach=Reach.NONE, minor_gate=True),
            outputs={"outcome", "sha256"},
        ),
        _facts(
            "identity.disable",
            DisableParams,
            ActionTraits(writes=True, reach=Reach.INWARD, destructive=True),
            outputs={"disabled"},
        ),
        _facts(
            "review.collect",
            CollectParams,
            ActionTraits(writes=False, reach=Reach.NONE),
            outputs={"questions", "anonymous"},
        ),
    )
}


def _regime(name: str, *stages: Stage, title: str, in_force: bool = True, status: str = "in force") -> Regime:
    return Regime(name, title, in_force=in_force, status=status, stages={stage.id: stage for stage in stages})


REGIMES = (
    _regime(
        "eu-gdpr",
        Stage("supervisory_authority", "notice to the supervisory authority", counted=True),
        Stage("data_subjects", "notice to the people affected"),
        title="EU GDPR",
    ),
    _regime("uk-gdpr", Stage("ico", "notice to the ICO", counted=True), title="UK GDPR"),
    _regime(
        "us-circia",
        Stage("incident", "incident report to CISA", counted=True),
        title="CIRCIA",
        in_force=False,
        status="pending commencement",
    ),
)
CATALOGS = Catalogs(
    regimes={regime.id: regime for regime in REGIMES},
    controls={
        name: Control(name, title, "ISO/IEC 27001:2022, Annex A")
        for name, title in (
            ("iso-27001-2022.A.5.24", "Incident management is planned and prepared"),
            ("iso-27001-2022.A.5.28", "Evidence is collected"),
        )
    },
    calendars=frozenset({"default", "us-federal"}),
)
"""Enough of the catalogs to be named."""
