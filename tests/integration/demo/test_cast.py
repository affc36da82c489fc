"""The cast of the demo at their screens: they press again where Slack gave up, and give files where files are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.entrypoints.demo.cast import Cast
from engine.entrypoints.demo.person import Person
from integrations.sandbox import Fault, FaultKind
from tests.integration.inward.rig import House, house
from tests.integration.inward.test_attached import CLOSER, OPEN
from tests.integration.inward.test_files import ASK, PLAYBOOK, answer, answered

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "File it"
OPTIONAL = PLAYBOOK.replace("max: 1000}", "max: 1000, optional: true, sensitivity: restricted}").replace(
    "            form:\n", "            form:\n              reference: {type: text}\n"
)


def cast(made: House) -> Cast:
    """Return Ben at his screen."""
    people = {name: Person(name, made.session, made.sandbox.url) for name in ("ben", "ana")}
    return Cast(people=people, now=lambda: "2026-03-02T03:10+0100")


async def test_a_form_that_did_not_open_is_asked_for_again(home: Path) -> None:
    """As whoever sits before Slack does: a trigger lasts three seconds, and a slow machine may miss it."""
    async with house(home) as made:
        incident = await made.declared(OPEN)
        ben = cast(made)
        await ben.find_channel("ben")
        made.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="views.open"))
        await ben.answer("ben", TITLE, {})
        assert (await answered(made, incident))["receipt"]["name"] == "receipt.pdf"
        assert len([entry for entry in made.sandbox.log.entries if entry.name == "views.open"]) == 2


async def test_a_file_is_attached_where_the_ticket_asks_for_it(home: Path) -> None:
    """What the script does not know of is made up, as every other field."""
    async with house(home) as made:
        incident = await made.declared(OPEN)
        await made.ticket(incident, ASK)
        await cast(made).close("ben", TITLE, {"secrets": "what was sent.pdf"})
        values = await answered(made, incident)
        assert (values["receipt"]["name"], values["secrets"][0]["name"]) == ("receipt.pdf", "what was sent.pdf")
        assert (await answer(made, incident)).via == "jira"


async def test_a_file_that_does_not_belong_into_a_ticket_is_given_in_slack(home: Path) -> None:
    """Where it may be left out and the script has none, the ticket is enough."""
    async with house(home) as made:
        for playbook, given, way in (
            (CLOSER, {}, "slack"),
            (OPTIONAL, {"receipt": "receipt.pdf"}, "slack"),
            (OPTIONAL, {}, "jira"),
        ):
            incident = await made.declared(playbook)
            await made.ticket(incident, ASK)
            ben = cast(made)
            ben.channel = await made.channel(incident)
            issue = next(
                one for one in await ben.people["ben"].open_tickets() if f"[{incident}] {TITLE}" in str(one["fields"])
            )
            await ben.work_on("ben", issue, given)
            assert (await answer(made, incident)).via == way
            assert ("receipt" in await answered(made, incident)) is (way == "slack")
