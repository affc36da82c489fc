"""Going ahead alone as the channel shows it: a button once the wait is over, then a question to the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.authority import Refusal
from engine.domain.lifecycle import StepStatus
from engine.domain.surfaces import CARD, made
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
          - id: lock
            title: Close every link
            action: http.request
            with: {method: POST, url: "http://127.0.0.1:PORT/lock"}
            undo: {action: http.request, with: {method: POST, url: "http://127.0.0.1:PORT/unlock"}}
            approve: {by: [counsel], break_glass: {after: 1s}}
      review:
        steps:
          - {id: sum_up, title: Sum up, task: Write., owner: commander}
"""
APPROVAL, RATIFICATION = "lock.approval.1", "lock.ratification.1"


def who(person: str) -> cmd.Who:
    """Somebody in Slack."""
    return cmd.Who(person=person, via="slack", strength="slack-signed", zone="Europe/Berlin")


def card(stage: Stage, part: str) -> str:
    """The blocks of the message that holds these words, empty while there is none."""
    shown = [json.dumps(message.blocks, ensure_ascii=False) for message in stage.channel().messages]
    return next((text for text in shown if part in text), "")


async def test_a_button_appears_after_the_wait_and_others_are_asked_at_once(on_stage: Stage) -> None:
    """The card says from when; afterwards who went ahead and why, and the pinned message an objection."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await on_stage.until(incident, lambda state: made(state, CARD, APPROVAL))
        assert "on one person may go ahead alone, with a written reason." in card(on_stage, "To approve:")
        await until(lambda: "Go ahead alone" in card(on_stage, "To approve:"))
        taken = await on_stage.desk.give(
            incident, cmd.BreakGlass(target="lock", reason="Counsel is asleep."), who("ana")
        )
        assert not isinstance(taken, Refusal)
        await on_stage.until(incident, lambda state: state.step("lock").status is StepStatus.DONE)
        await until(lambda: "Done alone, without approval, by Ana Ruiz at" in card(on_stage, "Counsel is asleep"))
        await on_stage.until(incident, lambda state: made(state, CARD, RATIFICATION))
        asked = card(on_stage, "To ratify:")
        assert all(part in asked for part in ("Ratify", "Object", "Counsel is asleep", "Close every link"))
        assert "Go ahead alone" not in asked
        await on_stage.answer(incident, "lock", "carla", "decline", reason="The wrong page.")
        await until(lambda: "Objected to by Carla" in card(on_stage, "The wrong page"))
        await until(lambda: "was done alone, and Carla" in on_stage.living())
