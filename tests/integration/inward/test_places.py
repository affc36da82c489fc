"""An engine that was started anew knows every channel and ticket."""

from __future__ import annotations

from pathlib import Path

from engine.domain import timeline as ev
from engine.runtime.inward.places import PARTING, Places, TicketPlace
from tests.integration.inward.rig import house


async def test_channels_and_tickets_are_read_from_the_timelines(home: Path) -> None:
    """Nothing else is needed to find them; what is over is watched for some looks, or while something is asked."""
    async with house(home, engine=False) as made:
        incident = await made.declared()
        async with made.bench.engine():
            channel = await made.channel(incident)
            key = await made.ticket(incident, "warn_hosts.task.1")
            anew = Places(made.bench.ledger)
            assert await anew.incident_in(channel) == incident
            assert await anew.channel_of(incident) == channel
            assert await anew.ticket(key) == TicketPlace(incident, "warn_hosts.task.1")
            assert key in await anew.watched()
            assert (await anew.incident_in("C0NOWHERE"), await anew.incident_in("")) == (None, None)
            assert (await anew.ticket("SEC-99"), await anew.channel_of("INC-99")) == (None, "")
            await made.desk.put(incident, [ev.CancelOrdered(reason="an exercise", by="ana")])
            await made.bench.until(incident, lambda s: s.over)
        looks = [await anew.watched() for _ in range(PARTING + 1)]
        assert (key in looks[0], key in looks[-2], looks[-1]) == (True, True, [])
        assert await Places(made.bench.ledger).watched() == []
