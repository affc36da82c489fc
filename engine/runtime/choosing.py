"""Who holds a role: whoever is on call in its rota, then the people of its list.

Rules kept here: a rota that does not answer in time, cannot be read, or names nobody who is known here leaves the role
to the list, and that is said; several roles of one rota ask it once. An excluded person is nobody.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.domain.errors import TocsinError
from engine.domain.events.shape import OnCall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from engine.ports.oncall import Rota
    from engine.ports.people import People

PATIENCE = 3.0
"""Real seconds that a rota has, since an incident waits for it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who holds a role, the first one first; `on_call` says what came of its rota, where it has one."""

    role: str
    people: tuple[str, ...]
    on_call: OnCall | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """Chooses by rotas and lists; `rota_of` names the rota of a role."""

    people: People
    rota_of: Mapping[str, str] = field(default_factory=dict)
    rotas: Mapping[str, Rota] = field(default_factory=dict)
    patience: float = PATIENCE

    async def choose(self, roles: Iterable[str], *, at: datetime) -> Sequence[Choice]:
        """Return who holds each role at an instant."""
        wanted = list(roles)
        names = list(dict.fromkeys(self.rota_of[role] for role in wanted if role in self.rota_of))
        asked = await asyncio.gather(*(self._ask(name, at) for name in names))
        came = dict(zip(names, asked, strict=True))
        return [self._choice(role, came) for role in wanted]

    def _choice(self, role: str, came: Mapping[str, OnCall]) -> Choice:
        listed = self.people.holders(role)
        on_call = came.get(self.rota_of.get(role, ""))
        first = [on_call.person] if on_call is not None and on_call.person else []
        return Choice(role, tuple(dict.fromkeys([*first, *listed])), on_call)

    async def _ask(self, name: str, at: datetime) -> OnCall:
        try:
            async with asyncio.timeout(self.patience):
                called = await self.rotas[name].on_call(at)
        except TocsinError as error:
            return OnCall(rota=name, trouble=error.message)
        except TimeoutError:
            return OnCall(rota=name, trouble=f"it gave no answer within {self.patience:g} s")
        if not called:
            return OnCall(rota=name, trouble="nobody is on call")
        known = next((found for text in called if (found := self._known(text))), None)
        return OnCall(rota=name, person=known) if known else OnCall(rota=name, trouble=_unknown(called))

    def _known(self, text: str) -> str | None:
        """Return the person whom an id, a mail or a name means."""
        wanted = text.strip().casefold()
        for person in self.people.everyone():
            if wanted in (person.id, person.mail.casefold(), person.name.casefold()) and self.people.admits(person.id):
                return person.id
        return None


def _unknown(called: Sequence[str]) -> str:
    return f"whom it names is nobody in people.yaml, or is excluded: {', '.join(called)}"
