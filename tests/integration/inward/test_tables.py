"""A table is filled in by Slack's form or by comments in Jira, and shown as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.lifecycle import StepStatus
from engine.reports.reader import Reader
from engine.reports.tables import filled_tables
from engine.runtime.showing.words.asking import card
from engine.runtime.showing.words.scene import Scene
from engine.settings.people import read_people
from tests.integration.inward.rig import CONFIG, house
from tests.integration.inward.test_tracker import _opened_again

if TYPE_CHECKING:
    from pathlib import Path

PLAYBOOK = """
    tocsin: 1
    playbook: leak
    title: A small leak
    version: 1
    inputs:
      summary: {type: text, max: 300}
      urls: {type: url, list: true, min: 1}
    roles:
      commander: {required: true, title: Incident commander}
      responder: {required: true, title: Responder}
      counsel: {required: true, title: Counsel}
    phases:
      contain:
        steps:
          - id: places
            title: List the places
            task: Look where it is.
            owner: responder
            form:
              places:
                type: table
                columns: {place: {}, kind: {type: choice, options: [copy, link]}, count: {type: number}}
          - id: each
            title: Report it
            task: Report it.
            owner: responder
            for_each: steps.places.output.places
            when: item.count > 1
"""
WRONG = "Forum | copy | many\nMirror | link | 1"
RIGHT = "Forum | copy | 3\nMirror | link | 1"


async def test_a_table_in_slack_is_rows_of_cells(home: Path) -> None:
    """A wrong cell is named at the field; the card shows the rows; a step is done for each that its `when` takes."""
    async with house(home) as made:
        incident = await made.declared(PLAYBOOK)
        await made.press("ben", "answer", incident=incident, ask="places.task.1")
        (block,) = [block for block in (await made.form("ben"))["blocks"] if block["type"] == "input"]
        assert block["element"]["placeholder"]["text"] == "one row per line: place | kind | count"
        refused = await made.fill("ben", places=WRONG)
        assert refused["errors"]["places"].startswith("Row 1, count: 'many' is not a number.")
        assert (await made.fill("ben", places=RIGHT))["result"] == "acknowledged"
        state = await made.bench.until(incident, lambda s: s.step("each[1]").status is StepStatus.AWAITING_PERSON)
        assert state.step("each[2]").status is StepStatus.SKIPPED
        plan = (await made.desk.look(incident)).plan
        shown = card(
            Scene(plan, state, read_people(CONFIG / "people.yaml"), state.declared_at), state.asks["places.task.1"]
        )
        assert ("Places (place | kind | count):", "• Forum | copy | 3", "• Mirror | link | 1") in [
            section.lines for section in shown.sections
        ]
        (table,) = filled_tables(plan, state, may_see=Reader(plan, str).may_see)
        assert table.rows == (("Forum", "copy", "3"), ("Mirror", "link", "1"))


async def test_a_table_in_jira_is_lines_of_comments(home: Path) -> None:
    """Each line `places: a | b | c` is a row; what is wrong with one is said where the ticket is opened again."""
    async with house(home) as made:
        incident = await made.declared(PLAYBOOK)
        key = await made.ticket(incident, "places.task.1")
        issue = made.sandbox.jira.state.with_key(key)
        assert issue is not None
        assert "places (table, a line for each row: place | kind: copy/link | count: number)" in str(
            issue.description
        ).replace("\\", "")
        await made.close("ben", key, comment="\n".join(f"places: {row}" for row in WRONG.splitlines()))
        state = await made.bench.until(incident, _opened_again)
        await made.bench.until(incident, lambda s: len(s.unaccepted) == 1)
        assert "row 1, count: 'many' is not a number." in str(state.unaccepted)
        await made.close("ben", key, comment="\n".join(f"places: {row}" for row in RIGHT.splitlines()))
        state = await made.bench.until(incident, lambda s: s.step("places").status is StepStatus.DONE)
        assert len((state.step("places").output or {})["places"]) == 2
