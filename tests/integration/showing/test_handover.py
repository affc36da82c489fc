"""An offer of the command in the channel: with buttons until it is answered, and with what became of it afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.surfaces import HANDOVER, LIVING, made
from tests.integration.sandbox.clients import until

if TYPE_CHECKING:
    from tests.integration.showing.stage import Stage

PLAYBOOK = """
    tocsin: 1
    playbook: bench
    title: On the bench
    version: 1
    inputs: {}
    roles: {commander: {required: true, title: Commander}, counsel: {title: Counsel}}
    phases:
      contain:
        steps:
          - {id: call, title: Call the host, task: Call them., owner: counsel}
"""


def who(person: str) -> cmd.Who:
    """Somebody in Slack."""
    return cmd.Who(person=person, via="slack", strength="slack-signed", zone="Europe/Berlin")


def offers(stage: Stage) -> list[str]:
    """The messages about the command, oldest first."""
    shown = [json.dumps(message.blocks, ensure_ascii=False) for message in stage.channel().messages]
    return [text for text in shown if "What Ana Ruiz wants you to know" in text]


async def test_an_offer_is_shown_with_buttons_until_it_is_answered(on_stage: Stage) -> None:
    """Whoever is offered it is brought in; the first offer is replaced by the second, which is accepted."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await on_stage.until(incident, lambda state: made(state, LIVING, LIVING))
        await on_stage.desk.give(
            incident, cmd.OfferHandover(to="kim", note="Call <https://a.example> & wait"), who("ana")
        )
        await on_stage.until(incident, lambda state: made(state, HANDOVER, "handover:1"))
        (first,) = offers(on_stage)
        assert all(part in first for part in ("Accept", "Decline", "hxxps://a[.]example", "State: declared; began"))
        await until(lambda: "U0KIM" in on_stage.channel().members)
        await until(lambda: "Command offered to Kim Tran at" in on_stage.living())
        await on_stage.desk.give(incident, cmd.OfferHandover(to="jo", note="second"), who("ana"))
        await on_stage.until(incident, lambda state: made(state, HANDOVER, "handover:2"))
        await until(lambda: "No longer offered" in offers(on_stage)[0] and "button" not in offers(on_stage)[0])
        await on_stage.desk.give(incident, cmd.AcceptHandover(number=2), who("jo"))
        await until(lambda: "Jo Bell has the command of INC-1" in offers(on_stage)[1])
        assert "button" not in offers(on_stage)[1]
        await until(lambda: "commander: Jo Bell, Ana Ruiz" in on_stage.living())
    assert len(offers(on_stage)) == 2
