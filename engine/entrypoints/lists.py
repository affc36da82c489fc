"""A page of the list of incidents, the same for the command line and the API.

Rule kept here: a page names the incident that the next one begins after, so that it stays whole while others arrive.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypedDict

from engine.domain.chain import instant_text
from engine.domain.errors import UnknownIncidentError
from engine.domain.lifecycle import RUNNING

if TYPE_CHECKING:
    from engine.ports.ledger import Ledger

PAGE, LARGEST = 50, 500
NAMED = re.compile(r"INC-([0-9]{1,9})")


class Page(TypedDict):
    """A page: incidents, the newest first; `next` is what the next page is `before`, None on the last one."""

    incidents: list[dict[str, Any]]
    next: str | None


async def page(ledger: Ledger, *, limit: int, before: str, running: bool) -> Page:
    """Return a page of the list: of incidents older than `before` where it names one, and not over where `running`.

    Raises:
        UnknownIncidentError: what it shall begin after is no incident's name.
    """
    named = NAMED.fullmatch(before)
    if before and named is None:
        raise UnknownIncidentError(f"There is no incident {before}.")
    below = int(named[1]) if named else None
    rows = await ledger.incidents(limit=limit + 1, below=below, states=RUNNING if running else None)
    shown = [
        {
            "incident": row.incident,
            "title": row.title,
            "playbook": row.playbook,
            "state": row.state,
            "exercise": row.exercise,
            "declared_at": instant_text(row.declared_at),
            "open_asks": row.open_asks,
        }
        for row in rows[:limit]
    ]
    return Page(incidents=shown, next=rows[limit - 1].incident if len(rows) > limit else None)
