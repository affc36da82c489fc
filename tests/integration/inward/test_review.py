"""The review is answered in Slack, with one's name or without it anywhere."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import text

from engine.domain import timeline as ev
from engine.domain.surfaces import REVIEW_CARD
from integrations.storage.schema import METADATA
from tests.integration.inward.rig import House, house

HELPED = "The night desk called at once."


async def asked(made: House, incident: str) -> dict[str, str]:
    """Wait until the review is asked for; return where its button is."""
    return await made.card(incident, "collect", kind=REVIEW_CARD)


def rows(made: House) -> set[str]:
    """Return every row of every table, each as one text."""
    with made.bench.ledger._engine.connect() as connection:
        return {
            json.dumps([table, *row], default=lambda value: bytes(value).decode("latin-1"))
            for table in METADATA.tables
            for row in connection.execute(text(f"select * from {table}"))  # noqa: S608 - a table of ours
        }


async def test_an_anonymous_answer_keeps_no_name_in_any_table(home: Path) -> None:
    """Neither with the answer, nor with the click, nor in what came in."""
    async with house(home) as made:
        incident = await made.declared()
        place = await asked(made, incident)
        await made.card(incident, "file_authority.task.1")
        before = rows(made)
        await made.human("kim").post("/actions", action_id="review", **place)
        form = await made.form("kim")
        shown = [block["block_id"] for block in form["blocks"] if block["type"] == "input"]
        assert (len(shown), shown[-1]) == (13, "signed")
        assert (await made.fill("kim", helped=HELPED, signed="anonymously"))["result"] == "acknowledged"
        await made.idle()
        (answered,) = await made.events(incident, "review_answered")
        assert isinstance(answered, ev.ReviewAnswered)
        assert (answered.by, answered.strength, answered.answers) == ("anonymous", "", {"helped": HELPED})
        fresh = rows(made) - before
        assert any(HELPED in row for row in fresh)
        assert [row for row in fresh if "kim" in row.lower()] == []


async def test_a_signed_answer_may_be_given_again(home: Path) -> None:
    """The later one takes the place of the one before."""
    async with house(home) as made:
        incident = await made.declared()
        place = await asked(made, incident)
        for said in ("At first.", HELPED):
            await made.human("kim").post("/actions", action_id="review", **place)
            await made.fill("kim", helped=said)
            await made.idle()
        state = await made.bench.state(incident)
        assert [(review.by, review.answers) for review in state.reviews] == [("kim", {"helped": HELPED})]


async def test_an_empty_review_is_asked_for_one_answer(home: Path) -> None:
    """The error stands in the form."""
    async with house(home) as made:
        incident = await made.declared()
        place = await asked(made, incident)
        await made.human("kim").post("/actions", action_id="review", **place)
        refused = await made.fill("kim")
        assert refused["errors"] == {
            "helped": "Nothing was answered. Answer at least one question; every other may stay open."
        }
