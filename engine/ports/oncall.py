"""Rotas: who is on call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class Rota(Protocol):
    """A rota of on-call turns, wherever it is kept."""

    async def on_call(self, at: datetime) -> Sequence[str]:
        """Return what the rota calls whoever is on call: ids, mails or names, the likeliest first; empty for nobody.

        Raises:
            IntegrationError: it cannot be asked now.
            ConfigError: it cannot be read as it is.
        """
