"""Triggers from Prefect's pages, on the engine's side: what is offered, what a flow run comes to. It knows no Prefect.

Rules kept here: a trigger goes through the same desk as every other, on behalf of the one person who answers for it. A
flow run stands for one incident, by its id, whatever happened in between; what it has declared is looked up before
anything is judged anew. Only what is wrong with the trigger itself is told as its end: what is wrong with the ledger
passes, and the run is taken again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from engine.domain.errors import ConfigError, InputError, PlaybookError
from engine.runtime.prefect.offers import offer, told_too_much, withheld

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from engine.domain.commands import Who
    from engine.runtime.desk import Desk
    from engine.runtime.inward.library import Library
    from engine.runtime.prefect.offers import Offer

VIA, STRENGTH = "prefect", "prefect-api"
GONE = "Its playbook is not offered here any more."
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CameTo:
    """What a flow run came to: an incident, or why there is none."""

    incident: str = ""
    problem: str = ""


class Triggers:
    """Called in the engine's loop; `who` is the person on whose behalf everything from Prefect is done."""

    def __init__(self, desk: Desk, library: Library, who: Who) -> None:
        self._desk = desk
        self._library = library
        self._who = who
        self._withheld: Mapping[str, str] = {}

    def now(self) -> datetime:
        """Return the real instant; any thread may ask."""
        return self._desk.clock.real_now()

    async def offers(self) -> Sequence[Offer]:
        """Return what may be triggered from Prefect now; what may not is said in the log, once."""
        offered, kept = [], {}
        for name in await self._library.names():
            try:
                _, plan = await self._library.read(name)
            except PlaybookError:
                kept[name] = f"{name} cannot be triggered from Prefect: it has errors, see `tocsin lint`."
                continue
            except ConfigError as error:
                kept[name] = error.message
                continue
            if why := withheld(name, plan):
                kept[name] = why
            else:
                offered.append(offer(name, plan))
        for name, why in kept.items():
            if self._withheld.get(name) != why:
                log.warning("not_offered_in_prefect", playbook=name, why=why)
        self._withheld = kept
        return offered

    async def notes(self) -> list[str]:
        """Return in words which playbooks are not offered, and why."""
        await self.offers()
        return list(self._withheld.values())

    async def take(self, flow_run: str, playbook: str, parameters: Mapping[str, Any]) -> CameTo:
        """Return what a flow run comes to, which may have been taken before; without a playbook, what it came to."""
        key = f"{VIA}/{flow_run}"
        known = await self._desk.ledger.declared_by(key)
        if known is not None:
            return CameTo(incident=known)
        if not playbook:
            return CameTo(problem=GONE)
        try:
            text, plan = await self._library.read(playbook)
        except ConfigError as error:
            return CameTo(problem=f"{GONE} {error.message}")
        except PlaybookError as error:
            return CameTo(problem=f"{error.message} {error.hint()}")
        if why := withheld(playbook, plan) or told_too_much(plan, parameters):
            return CameTo(problem=why)
        try:
            declared = await self._desk.declare(text, parameters, self._who, dedup_key=key)
        except InputError as error:
            return CameTo(problem=error.message)
        log.info("declared_from_prefect", incident=declared.incident, flow_run=flow_run)
        return CameTo(incident=declared.incident)
