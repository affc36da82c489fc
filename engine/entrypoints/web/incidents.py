"""Incidents over HTTP: declare, look, command. The same desk and the same rules as everywhere.

Rule kept here: a trigger is answered as soon as the incident is on disk; nothing else is done before the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from engine.domain.authority import Refusal
from engine.domain.commands import AnyCommand
from engine.entrypoints.lists import LARGEST, PAGE, Page, page
from engine.reports.status import status

if TYPE_CHECKING:
    from engine.entrypoints.web.parts import WebParts


class Asked(BaseModel):
    """Which page of the list is wanted."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=PAGE, ge=1, le=LARGEST)
    before: str = ""
    """Only incidents older than this one."""
    open: bool = False
    """Only incidents that are not over."""


class Trigger(BaseModel):
    """What declares an incident."""

    model_config = ConfigDict(extra="forbid")

    playbook: str
    inputs: dict[str, Any] = Field(default_factory=dict)
    dedup_key: str | None = None


class Command(BaseModel):
    """One command, told apart by its `kind`."""

    model_config = ConfigDict(extra="forbid")

    command: AnyCommand


def routes(parts: WebParts) -> APIRouter:
    """Return the routes under `/api/v1/incidents`."""
    router = APIRouter(prefix="/api/v1/incidents")

    @router.post("")
    async def declare(trigger: Trigger) -> Response:
        playbook, _ = await parts.library.read(trigger.playbook)
        declared = await parts.desk.declare(playbook, trigger.inputs, parts.who, dedup_key=trigger.dedup_key)
        body = {"incident": declared.incident, "created": declared.created}
        return JSONResponse(body, status_code=201 if declared.created else 200)

    @router.get("", response_model=None)
    async def listed(asked: Annotated[Asked, Query()]) -> Page:
        return await page(parts.ledger, limit=asked.limit, before=asked.before, running=asked.open)

    @router.get("/{incident}")
    async def one(incident: str) -> dict[str, Any]:
        look = await parts.desk.look(incident)
        return status(look.plan, look.incident, now=look.now)

    @router.post("/{incident}/commands")
    async def give(incident: str, given: Command) -> Response:
        taken = await parts.desk.give(incident, given.command, parts.who)
        if isinstance(taken, Refusal):
            refused = {"rule": taken.rule, "error": taken.message, "hint": taken.advice(), "fields": dict(taken.fields)}
            return JSONResponse(refused, status_code=403)
        return JSONResponse({"accepted": [event.type for event in taken]})

    return router
