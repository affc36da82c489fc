"""What happens to an approval that nobody gives in time."""

from __future__ import annotations

from typing import ClassVar

from engine.domain.events.shape import Event


class AskEscalated(Event):
    """Nobody gave an approval for a while, so the people of these roles may give it from here on too."""

    type: ClassVar[str] = "ask_escalated"
    ask: str
    step: str
    to: list[str]
