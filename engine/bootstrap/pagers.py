"""The pagers of escalation.yaml, each with its integration."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from integrations.paging import Opsgenie, PagerDuty, Webhook
from integrations.paging.asking import PATIENCE, Line
from integrations.web.client import WebClient
from integrations.web.guard import AllowList, host_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.ports.paging import Pager
    from engine.ports.time import Clock
    from engine.ports.web import Secrets
    from engine.settings.escalation import Escalation, PagerEntry
    from engine.settings.values import Settings


def pagers_of(
    settings: Settings, escalation: Escalation, *, clock: Clock, secrets: Secrets, patience: float = PATIENCE
) -> Mapping[str, Pager]:
    """Return every pager by its name, each with so many seconds for an answer. Nothing is called yet."""
    entries = escalation.pagers
    http = WebClient(AllowList.parse([host_of(_url(entry, settings)) for entry in entries.values()]))
    lines = {
        name: Line(name=name, http=http, secrets=secrets, secret=entry.secret, patience=patience)
        for name, entry in entries.items()
    }
    return {name: _pager(entry, settings, line=lines[name], clock=clock) for name, entry in entries.items()}


def _pager(entry: PagerEntry, settings: Settings, *, line: Line, clock: Clock) -> Pager:
    url = _url(entry, settings)
    match entry.kind:
        case "pagerduty":
            return PagerDuty(line, url)
        case "opsgenie":
            return Opsgenie(line, url)
        case "webhook":
            return Webhook(line, url, clock)
        case _:
            assert_never(entry.kind)


def _url(entry: PagerEntry, settings: Settings) -> str:
    if entry.url is not None:
        return entry.url
    return settings.pagerduty_events_url if entry.kind == "pagerduty" else settings.opsgenie_url
