"""A pin or an hourglass puts a message on the timeline, once, in the name of whoever put it there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.domain import timeline as ev
from engine.domain.surfaces import LIVING
from engine.runtime.inward.worker import TRIES
from integrations.sandbox import Fault, FaultKind
from tests.integration.inward.rig import House, house


async def taken(made: House, count: int) -> list[str]:
    """Wait until so many rows of the inbox have been taken; return what became of each."""
    async with asyncio.timeout(20):
        while len(outcomes := [one for one in await made.outcomes() if one != "None"]) < count:  # noqa: ASYNC110 - it is in a database
            await asyncio.sleep(0.02)
    await made.idle()
    return outcomes


async def notes(made: House, incident: str) -> list[ev.NoteAdded]:
    """Return the notes of an incident."""
    return [event for event in await made.events(incident, "note_added") if isinstance(event, ev.NoteAdded)]


async def place(made: House, *handles: str) -> tuple[str, str]:
    """Declare an incident and bring people into its channel; return both ids."""
    incident = await made.declared()
    channel = await made.channel(incident)
    members = made.sandbox.slack.state.channels[channel].members
    members += [f"U0{handle.upper()}" for handle in handles if f"U0{handle.upper()}" not in members]
    return incident, channel


@pytest.mark.parametrize("line", ["socket", "http"])
async def test_a_marked_message_becomes_a_note_once(home: Path, line: str) -> None:
    """Written by Ana, marked by Ben with an hourglass and by Carla with a pin: one note, by Ben."""
    async with house(home, line=line) as made:
        incident, channel = await place(made, "ana", "ben", "carla")
        text = "Seen at <https://a.example/?a=1&amp;b=2|the forum> by <@U0EMI>, 3 &lt; 4"
        said = await made.human("ana").post("/messages", channel=channel, text=text)
        at = {"channel": channel, "ts": said["ts"]}
        made.sandbox.faults.add(Fault(kind=FaultKind.DUPLICATE_DELIVERY, match="reaction_added"))
        await made.human("ben").post("/reactions", name="hourglass_flowing_sand", **at)
        assert await taken(made, 1) == ["noted"]
        await made.human("carla").post("/pins", **at)
        await taken(made, 2)
        (note,) = await notes(made, incident)
        assert (note.by, note.via, note.sensitivity) == ("ben", "slack", "internal")
        assert note.text.startswith("Message by Ana Ruiz at ")
        assert note.text.endswith(": Seen at the forum (https://a.example/?a=1&b=2) by @Emi Sato, 3 < 4")
        await made.human("ben").post("/reactions", name="hourglass_flowing_sand", remove=True, **at)
        await made.human("ben").post("/reactions", name="hourglass", **at)
        await taken(made, 3)
        assert len(await notes(made, incident)) == 1


async def test_a_mark_waits_for_its_turn(home: Path) -> None:
    """Slack asks to slow down more often than a fault would be tolerated; the note comes all the same."""
    async with house(home) as made:
        incident, channel = await place(made, "ana", "ben")
        said = await made.human("ana").post("/messages", channel=channel, text="hi")
        made.sandbox.faults.add(Fault(kind=FaultKind.RATE_LIMITED, match="conversations.history", count=TRIES))
        await made.human("ben").post("/pins", channel=channel, ts=said["ts"])
        assert await taken(made, 1) == ["noted"]
        assert len(await notes(made, incident)) == 1


async def test_a_reply_in_a_thread_can_be_marked(home: Path) -> None:
    """It is not in the channel's own history."""
    async with house(home) as made:
        incident, channel = await place(made, "ana", "ben")
        root = await made.human("ana").post("/messages", channel=channel, text="Where?")
        reply = await made.human("ben").post("/messages", channel=channel, text="On a forum.", thread_ts=root["ts"])
        await made.human("ana").post("/pins", channel=channel, ts=reply["ts"])
        assert await taken(made, 1) == ["noted"]
        (note,) = await notes(made, incident)
        assert note.by == "ana"
        assert note.text.startswith("Message by Ben Osei at ")


async def test_other_marks_other_channels_and_what_apps_wrote_are_left_alone(home: Path) -> None:
    """Nothing is noted, and eyes are not even kept."""
    async with house(home) as made:
        incident, channel = await place(made, "ana", "ben")
        card = await made.card(incident, LIVING, kind=LIVING)
        said = await made.human("ana").post("/messages", channel=channel, text="hi")
        security = next(c for c in made.sandbox.slack.state.channels.values() if c.name == "security")
        elsewhere = await made.human("ana").post("/messages", channel=security.id, text="hi")
        await made.human("ben").post("/reactions", channel=channel, ts=said["ts"], name="eyes")
        await made.human("ben").post("/reactions", channel=channel, ts=card["ts"], name="pushpin")
        await made.human("ben").post("/reactions", channel=security.id, ts=elsewhere["ts"], name="pushpin")
        assert sorted(await taken(made, 2)) == ["in no incident's channel", "written by an app"]
        assert await notes(made, incident) == []


async def test_a_stranger_is_told_why_nothing_is_noted(home: Path) -> None:
    """Whoever is in no people file reads along and nothing else."""
    async with house(home) as made:
        incident, channel = await place(made, "ana", "kim")
        people = made.worker.handlers["slack"].conversation.identities  # type: ignore[attr-defined] # of the house
        known = people.people
        said = await made.human("ana").post("/messages", channel=channel, text="hi")
        people.people = _Without(known, "U0KIM")
        await made.human("kim").post("/pins", channel=channel, ts=said["ts"])
        assert await taken(made, 1) == ["from nobody in the people file"]
        await made.told("kim", "Tocsin does not know you")
        assert await notes(made, incident) == []


class _Without:
    """A people file that lacks somebody."""

    def __init__(self, people: object, user: str) -> None:
        self._people = people
        self._user = user

    def __getattr__(self, name: str) -> object:
        return getattr(self._people, name)

    def by_slack(self, user_id: str, mail: str = "") -> object:
        return None if user_id == self._user else self._people.by_slack(user_id, mail)  # type: ignore[attr-defined] # as above
