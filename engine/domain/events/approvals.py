"""What happens when an approval is not given in time: further roles are asked, or somebody goes ahead alone."""

from __future__ import annotations

from typing import ClassVar

from engine.domain.events.shape import Event, InputEvent


class AskEscalated(Event):
    """Nobody gave an approval for a while, so the people of these roles may give it from here on too."""

    type: ClassVar[str] = "ask_escalated"
    ask: str
    step: str
    to: list[str]


class GlassBroken(InputEvent):
    """A person went ahead alone, without the approval; others are asked to ratify it."""

    type: ClassVar[str] = "glass_broken"
    ask: str
    step: str
    reason: str
