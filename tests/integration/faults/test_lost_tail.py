"""The end of SQLite's write-ahead log is lost, as a disk that lies about its flushes loses it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from engine.domain import timeline as ev
from tests.integration.faults.rig import rig

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.faults.rig import Rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PAGE = 4096
RECOVER = ("recover", "INC-1", "--accept-loss", "--reason", "The disk lied.")
WAY_ON = "Put the newer database back, or run `tocsin recover INC-1 --accept-loss --reason ...`."
KEEP = "Stop writing, keep a copy of the data folder, and run `tocsin verify`."


async def test_a_lost_end_is_noticed_and_the_incident_goes_on_once_a_person_accepts_it(home: Path) -> None:
    """The log was cut in the middle of a page: what the timeline no longer tells is looked up, not done again."""
    async with rig(home) as house:
        await died_in_its_second_act(house)
        log = home / "tocsin.db-wal"
        with log.open("r+b") as file:
            file.truncate(log.stat().st_size - PAGE // 2)
        refused = await house.ended("serve", "--port", "0")
        assert refused.code == 3
        assert refused.said.splitlines() == [
            "error: event 8 of INC-1 is known outside the database and missing in it",
            f"hint: {KEEP} {WAY_ON}",
        ]
        assert (await house.ended("verify")).code == 3
        assert (await house.ended("recover", "INC-1", "--reason", "The disk lied.")).code == 3
        assert (await house.ended(*RECOVER)).code == 0
        await house.serve()
        entries = await house.closed()
        [accepted] = [entry.event for entry in entries if isinstance(entry.event, ev.LossAccepted)]
        assert (accepted.known_seq, accepted.reason, accepted.by) == (8, "The disk lied.", "ana")
        assert dict(house.system.asked) == {"/one": 1, "/two": 1, "/three": 1}


async def test_an_incident_of_which_nothing_is_left_is_missed_until_a_person_accepts_it(home: Path) -> None:
    """The log was deleted, and all was in it: who accepted that and why is kept, and the number is not given again."""
    async with rig(home) as house:
        await died_in_its_second_act(house)
        (home / "tocsin.db-wal").unlink()
        refused = await house.ended("serve", "--port", "0")
        assert refused.code == 3
        assert refused.said.splitlines()[1:] == [f"hint: {KEEP} {WAY_ON}"]
        assert (await house.ended("verify")).code == 3
        assert (await house.ended("verify", "INC-1")).code == 3
        assert (await house.ended("trigger", "acts")).said.splitlines()[1:] == [f"hint: {WAY_ON}"]
        assert (await house.ended(*RECOVER)).code == 0
        [loss] = map(json.loads, (home / "losses").read_text(encoding="utf-8").splitlines())
        assert (loss["incident"], loss["events"], loss["by"], loss["reason"]) == ("INC-1", 8, "ana", "The disk lied.")
        assert (await house.ended(*RECOVER)).code == 3
        await house.serve()
        assert (await house.run("trigger", "acts"))["incident"] == "INC-2"
        await house.until(lambda: house.system.did["/three"])
        assert dict(house.system.did) == {"/one": 2, "/two": 2, "/three": 1}
        assert (await house.ended("verify")).code == 0


async def died_in_its_second_act(house: Rig) -> None:
    """Have an engine killed that knows its first act is done and waits for the answer to the second."""
    house.system.faults["/two"] = ["hang"]
    await house.serve()
    await house.triggered()
    await house.asked("/two")
    await house.kill()
    house.let_through()
