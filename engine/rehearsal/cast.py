"""The cast as the people port: who there is, by name and identity, as chat and tracker would know them.

Rule kept here: everybody of the cast is admitted, and nobody else is anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.ports.people import Person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.rehearsal.players import Player


@dataclass(frozen=True, slots=True)
class Cast:
    """Implements `engine.ports.people.People`."""

    players: Mapping[str, Player]

    def person(self, person_id: str) -> Person | None:
        """Return somebody of the cast."""
        player = self.players.get(person_id)
        return Person(player.id, player.id, slack=player.id, jira=player.id, zone=player.zone) if player else None

    def admits(self, person_id: str) -> bool:
        """Return whether somebody is of the cast."""
        return person_id in self.players

    def everyone(self) -> Sequence[Person]:
        """Return the cast, in its order."""
        return tuple(person for name in self.players if (person := self.person(name)))

    def holders(self, role: str) -> Sequence[str]:
        """Return who holds a role, in the order of the cast."""
        return tuple(player.id for player in self.players.values() if role in player.roles)

    def by_slack(self, user_id: str, mail: str = "") -> Person | None:
        """Return the person of an identity, which is their name here."""
        del mail
        return self.person(user_id)

    def by_jira(self, account: str, mail: str = "") -> Person | None:
        """Return the person of an identity, which is their name here."""
        del mail
        return self.person(account)

    def keeps_out(self, account: str, mail: str = "") -> bool:
        """Return that nobody is kept out."""
        del account, mail
        return False

    def by_login(self, login: str) -> Person | None:
        """Return the person of an identity, which is their name here."""
        return self.person(login)
