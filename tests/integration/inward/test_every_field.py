"""Every type of field in the forms that people see in Slack, and what is said under one that does not fit."""

from __future__ import annotations

import asyncio
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from engine.domain.fields import FieldType
from tests.integration.inward.playbooks import playbooks
from tests.integration.inward.rig import House, house

if TYPE_CHECKING:
    from pathlib import Path

PLAYBOOK = """
    tocsin: 1
    playbook: every
    title: Every field
    version: 1
    inputs:
      a_text: {type: text, max: 300, hint: In a few words}
      texts: {type: text, list: true, optional: true}
      a_number: {type: number, min: 1, max: 9}
      numbers: {type: number, list: true, optional: true}
      a_boolean: {type: boolean}
      booleans: {type: boolean, list: true, optional: true}
      a_datetime: {type: datetime, default: now}
      datetimes: {type: datetime, list: true, optional: true}
      a_url: {type: url}
      urls: {type: url, list: true, min: 1}
      a_person: {type: person}
      people: {type: person, list: true, optional: true}
      a_choice: {type: choice, options: [low, high], default: low}
      choices: {type: choice, list: true, options: [red, blue], optional: true}
      a_table: {type: table, columns: {place: {}, seen_at: {type: datetime}, count: {type: number, optional: true}}}
    roles: {commander: {required: true}, counsel: {title: Counsel}}
    phases:
      contain:
        steps: [{id: look, title: Look, task: Look., owner: commander}]
    """
GOOD: dict[str, Any] = {
    "a_text": "A link",
    "texts": "one\ntwo",
    "a_number": "3.5",
    "numbers": "1, 2",
    "a_boolean": "yes",
    "booleans": ["yes"],
    "a_datetime": "2026-11-24 03:10",
    "datetimes": "2026-11-24 03:10\n2026-11-24T03:10Z",
    "a_url": "https://a.example/1",
    "urls": "https://a.example/1\nhttps://a.example/2",
    "a_person": "U0CARLA",
    "people": ["U0ANA", "U0JO"],
    "a_choice": "high",
    "choices": ["red", "blue"],
    "a_table": "Forum | 2026-11-24 03:10 | 3\nMirror | 2026-11-24T03:10Z |",
}
LATER = {FieldType.FILE}
"""Asked for in forms of steps only, see `test_files`."""


async def typed(made: House, handle: str, text: str) -> None:
    """Type the command."""
    await made.human(handle).post("/commands", channel="#security", command="/incident", text=text)


def put(home: Path) -> None:
    """Put the playbook beside the others."""
    (playbooks(home) / "every.yaml").write_text(dedent(PLAYBOOK), encoding="utf-8")


async def test_the_form_of_a_playbook_takes_every_type_of_field(home: Path) -> None:
    """What does not fit is said under its own field, all at once; corrected, it is taken with its types."""
    put(home)
    async with house(home) as at:
        await typed(at, "ben", "declare every")
        form = await at.form("ben")
        assert {block["block_id"] for block in form["blocks"] if block["type"] == "input"} == set(GOOD)
        wrong = {
            "numbers": "1, many",
            "a_datetime": "soon",
            "datetimes": "2026-11-24 03:10\nlater",
            "urls": "https://a.example/1\nsomewhere",
            "a_table": "Forum | soon | 3",
            "a_person": "U0TOCSIN",
            "people": ["U0ANA", "U0TOCSIN"],
        }
        refused = await at.fill("ben", **GOOD | wrong)
        assert set(refused["errors"]) == {"a_person", "people"}
        assert refused["errors"]["a_person"].startswith("That account belongs to nobody in the people file.")
        refused = await at.fill("ben", **GOOD | {name: wrong[name] for name in wrong if "p" not in name[:3]})
        assert set(refused["errors"]) == {"numbers", "a_datetime", "datetimes", "urls", "a_table"}
        assert "soon" in refused["errors"]["a_datetime"]
        assert (await at.fill("ben", **GOOD))["result"] == "acknowledged"
        await at.idle()
        (row,) = await at.bench.ledger.incidents()
        facts = (await at.bench.state(row.incident)).facts
        assert set(facts) == set(GOOD)
        assert facts["people"].value == ["ana", "jo"]
        assert facts["a_person"].value == "carla"
        assert facts["a_boolean"].value is True
        assert refused["errors"]["a_table"].startswith("Row 1, seen_at: 'soon' is not a date and time.")
        mirror = {"place": "Mirror", "seen_at": {"$instant": "2026-11-24T03:10:00Z", "zone": "UTC"}}
        assert facts["a_table"].value[1:] == [mirror]


async def test_a_fact_of_any_type_begins_with_what_is_known(home: Path) -> None:
    """A typed value that does not fit is left out; in the form it is refused at its field."""
    put(home)
    async with house(home) as at:
        await typed(at, "ben", "declare every")
        await at.fill("ben", **GOOD)
        await at.idle()
        began = {
            "a_text": ("initial_value", "A link"),
            "a_number": ("initial_value", "3.5"),
            "a_datetime": ("initial_value", "2026-11-24T03:10:00+01:00"),
            "a_url": ("initial_value", "https://a.example/1"),
            "a_person": ("initial_user", "U0CARLA"),
            "a_table": (
                "initial_value",
                "Forum | 2026-11-24T03:10:00+01:00 | 3\nMirror | 2026-11-24T03:10:00+00:00 | ",
            ),
        }
        for name, (key, value) in began.items():
            await typed(at, "ana", f"fact INC-1 {name} ")
            assert await opened(at, name) == {key: value}
        for name, option in (("a_boolean", "yes"), ("a_choice", "high")):
            await typed(at, "ana", f"fact INC-1 {name}")
            assert (await opened(at, name))["initial_option"]["value"] == option
        await typed(at, "ana", "fact INC-1 a_datetime whenever")
        assert await opened(at, "a_datetime") == {"initial_value": "2026-11-24T03:10:00+01:00"}
        refused = await at.fill("ana", value="whenever", reason="I was told")
        assert set(refused["errors"]) == {"value"}
        assert (await at.fill("ana", value="2026-11-24 04:00", reason="by the log"))["result"] == "acknowledged"
        state = await at.bench.until("INC-1", lambda s: s.facts["a_datetime"].given == 2)
        assert "2026-11-24T03:00" in str(state.fact("a_datetime"))


def test_every_type_is_in_the_form() -> None:
    """A new one has to be shown here."""
    assert {kind.value for kind in FieldType if kind not in LATER} <= {
        part.partition("}")[0].partition(",")[0] for part in PLAYBOOK.split("type: ")[1:]
    }


async def opened(made: House, name: str) -> dict[str, Any]:
    """Wait for the form of a fact; return how its value begins."""
    async with asyncio.timeout(10):
        while (form := await made.form("ana"))["private_metadata"] != f"INC-1|{name}|fact":
            continue  # the look itself goes over the network
    element = next(block["element"] for block in form["blocks"] if block["block_id"] == "value")
    return {key: value for key, value in element.items() if key.startswith("initial_")}
