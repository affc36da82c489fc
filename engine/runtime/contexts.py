"""What an action may know and touch, made from the incident and the ports this engine has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from engine.actions.interface import ActionContext
from engine.domain.minors import minor_shown
from engine.runtime.performing import since

if TYPE_CHECKING:
    from engine.domain.conducting.situation import Perform
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.ports.chat import Chat
    from engine.ports.reports import ReportWriter
    from engine.ports.time import Clock
    from engine.ports.vault import EvidenceVault
    from engine.ports.web import Http, Secrets

CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortContexts:
    """Contexts over one set of ports."""

    http: Http
    vault: EvidenceVault
    secrets: Secrets
    clock: Clock
    chat: Chat | None = None
    reports: ReportWriter | None = None

    def context(self, plan: Plan, incident: Incident, move: Perform) -> ActionContext:
        """Return the context of one move; what is not known about minors is `unknown`."""
        minor = minor_shown(plan, incident, move.subject)
        return ActionContext(
            incident=incident.id,
            title=incident.title,
            step=move.subject,
            key=move.key,
            started_at=since(incident, move.key, now=self.clock.real_now()),
            exercise=incident.exercise,
            minor=cast('Literal["no", "yes", "unknown"]', minor or "unknown"),
            channel=_channel(incident),
            roles=incident.roles,
            http=self.http,
            vault=self.vault,
            secrets=self.secrets,
            clock=self.clock,
            chat=self.chat,
            reports=self.reports,
        )


def _channel(incident: Incident) -> str | None:
    made = next((e for e in incident.effects.values() if e.kind == CHANNEL and e.status == "done"), None)
    return str(made.result["id"]) if made else None
