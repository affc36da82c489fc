"""The site that the Jira adapter works on: settings and `jira.yaml` put together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.domain.plan import PHASES
from integrations.jira.site import FieldValue, JiraSite

if TYPE_CHECKING:
    from engine.settings.tracker import FieldEntry, JiraEntry


def mapped(site: JiraSite, entry: JiraEntry) -> JiraSite:
    """Return the site as the mapping says; what it leaves out stays as it is."""
    components = {phase: entry.component_of(phase) for phase in PHASES}
    priority = entry.priority
    return replace(
        site,
        epic_type=entry.types.epic,
        ticket_type=entry.types.ticket,
        sub_task_type=entry.types.sub_task or "",
        components={phase: name for phase, name in components.items() if name},
        priority_by=priority.by if priority else "",
        priorities=priority.of if priority else {},
        priority_else=(priority.otherwise or "") if priority else "",
        mapped=tuple(_field(name, value) for name, value in entry.fields.items()),
        transitions=entry.transitions,
        transition_fields=entry.transition_fields,
        resolutions_done=entry.resolutions.done or site.resolutions_done,
        resolutions_declined=entry.resolutions.declined or site.resolutions_declined,
        security_level=entry.security.level or "",
        closed=entry.security.project == "closed",
    )


def _field(name: str, entry: FieldEntry) -> FieldValue:
    return FieldValue(
        field=name,
        value=entry.value,
        source=entry.from_ or "",
        epics=entry.on != "tickets",
        tickets=entry.on != "epic",
    )
