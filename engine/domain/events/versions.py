"""What says that an incident follows another text than the one it was declared with."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.domain.events.shape import InputEvent


class IncidentMigrated(InputEvent):
    """The incident follows another version of its playbook from here on."""

    type: ClassVar[str] = "incident_migrated"
    from_digest: str
    to_digest: str
    from_version: int
    to_version: int
    reason: str
    changes: list[str] = Field(default_factory=list)
    """What is different, by id: `step notify_union: added`."""
    forgotten: list[str] = Field(default_factory=list)
    """Steps of which the state knows nothing any more: they are gone, or what they are done for is counted anew."""
