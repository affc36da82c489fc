"""The rotas of people.yaml, each with where it is kept."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain.errors import ConfigError, IntegrationError
from engine.ports.checks import Check
from engine.ports.web import HttpRequest
from engine.runtime.choosing import Choosing
from engine.settings.people import FILE, read_people
from engine.settings.rotas import FileRota
from integrations.system.clock import SystemClock
from integrations.web.client import WebClient
from integrations.web.guard import AllowList, host_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.ports.oncall import Rota
    from engine.ports.web import Secrets
    from engine.settings.people import Directory
    from engine.settings.rotas import RotaEntry
    from engine.settings.values import Settings

OK = 200
LARGEST = 5_000_000
"""Bytes of a calendar."""


def choosing_of(settings: Settings, people: Directory, *, secrets: Secrets) -> Choosing:
    """Return what chooses who holds a role. Nothing is asked yet."""
    rotas: Mapping[str, Rota] = {name: _rota(entry, settings, secrets=secrets) for name, entry in people.rotas.items()}
    return Choosing(people=people, rota_of=people.on_call, rotas=rotas)


async def rota_checks(settings: Settings, *, secrets: Secrets) -> list[Check]:
    """Return what each role's rota says now; a people file that is wrong is a finding of its own."""
    try:
        people = read_people(settings.config / FILE)
    except ConfigError:
        return []
    choosing = choosing_of(settings, people, secrets=secrets)
    asked = [choice.on_call for choice in await choosing.choose(people.on_call, at=SystemClock().now())]
    found = {one.rota: one for one in asked if one is not None}
    return [
        Check(f"rota {name}", ok=bool(one.person), says=f"{one.person} is on call" if one.person else one.trouble)
        for name, one in found.items()
    ]


def _rota(entry: RotaEntry, settings: Settings, *, secrets: Secrets) -> Rota:
    if entry.file:
        return FileRota(settings.config / entry.file)
    if entry.pagerduty and entry.secret:
        from integrations.oncall.pagerduty import PagerDutyRota  # noqa: PLC0415 - not everybody has one

        url = settings.pagerduty_api_url
        return PagerDutyRota(
            schedule=entry.pagerduty,
            secret=entry.secret,
            url=url,
            http=WebClient(AllowList.parse([host_of(url)])),
            secrets=secrets,
        )
    from integrations.oncall.calendar import CalendarRota  # noqa: PLC0415 - as above

    return CalendarRota(partial(_calendar, entry, settings, secrets))


async def _calendar(entry: RotaEntry, settings: Settings, secrets: Secrets) -> bytes:
    """Return the bytes of a calendar: from the config folder, or from its address."""
    place = secrets.resolve(entry.ics_secret) if entry.ics_secret else entry.ics or ""
    if place.startswith(("http://", "https://")):
        answer = await WebClient(AllowList.parse([host_of(place)])).fetch(
            HttpRequest("GET", place, {"Accept": "text/calendar"}, max_bytes=LARGEST)
        )
        if answer.status != OK or answer.truncated:
            raise IntegrationError(
                f"The calendar's address answered {answer.status}.", hint="Check the rota's address."
            )
        return answer.body
    path = settings.config / Path(place)
    try:
        return await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise ConfigError(f"{path}: it cannot be read: {error.strerror}.", hint="Check the rota's `ics`.") from None
