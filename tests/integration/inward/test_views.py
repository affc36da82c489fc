"""A consulted role gives its view in Slack; whoever decides reads it on their card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.lifecycle import StepStatus
from engine.reports.reader import Reader
from engine.reports.timeline import lines
from engine.runtime.showing.words.asking import card
from engine.runtime.showing.words.scene import Scene
from engine.settings.people import read_people
from tests.integration.inward.rig import CONFIG, house

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
      counsel: {required: true, title: Counsel}
      compliance: {title: Compliance}
    phases:
      contain:
        steps:
          - id: notify
            title: Do we notify?
            decision: Decide whether people are told.
            by: [commander]
            consult: [counsel, compliance]
    """
VIEW, OTHER, DECISION = "notify.view_counsel.1", "notify.view_compliance.1", "notify.decision.1"


async def test_a_view_is_given_in_slack_and_read_where_it_is_decided(home: Path) -> None:
    """With a button and a form; the one that is missing is named on the card and on the timeline."""
    people = read_people(CONFIG / "people.yaml")
    async with house(home) as made:
        incident = await made.declared(PLAYBOOK)
        await made.press("carla", "answer", incident=incident, ask=VIEW)
        form = await made.form("carla")
        assert form["title"]["text"] == f"{incident}: your view"
        assert [block["block_id"] for block in form["blocks"] if block["type"] == "input"] == ["view"]
        assert (await made.fill("carla", view="Yes: names are shown."))["result"] == "acknowledged"
        state = await made.bench.until(incident, lambda s: not s.asks[VIEW].open)
        look = await made.desk.look(incident)
        shown = card(Scene(look.plan, state, people, look.now), state.asks[DECISION])
        views = next(section.lines for section in shown.sections if section.heading == "Views")
        assert views[0].startswith("Counsel, Carla Weiss at ")
        assert views[0].endswith(": Yes: names are shown.")
        assert views[1] == "Compliance: waits for Kim Tran"
        await made.press("ben", "answer", incident=incident, ask=OTHER)
        assert "Compliance gives a view on this." in await made.told("ben", "gives a view")
        await made.press("ana", "answer", incident=incident, ask=DECISION)
        await made.fill("ana", answer="yes", why="Counsel is for it")
        state = await made.bench.until(incident, lambda s: s.step("notify").status is StepStatus.DONE)
        shown = card(Scene(look.plan, state, people, look.now), state.asks[DECISION])
        assert shown.sections[0].lines[0].endswith(", without the view of Compliance")
        entries = await made.bench.ledger.entries(incident)
        told = [line.text for line in lines(entries, Reader(look.plan, str.title))]
        assert "Gave the view of Counsel on Do we notify?: Yes: names are shown." in told
        assert any(text.endswith("It was decided without the view of Compliance.") for text in told)
        assert not [effect for effect in state.effects.values() if effect.kind == "ticket" and "view" in effect.subject]
