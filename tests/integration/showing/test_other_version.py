"""Another version of a playbook, seen by everybody: in the channel, in the pinned message and in the epic."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.authority import Refusal
from engine.domain.surfaces import EPIC, LIVING, NOTICE, made
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
          - {id: later, title: Look again, task: Look., owner: counsel, needs: [call], tickets: all}
"""
NEXT = PLAYBOOK.replace("version: 1", "version: 2") + (
    "          - {id: union, title: Tell the union, task: Tell them., owner: commander}\n"
)
ANA = cmd.Who(person="ana", via="slack", strength="slack-signed", zone="Europe/Berlin")


async def test_everybody_sees_who_did_it_and_what_is_different(on_stage: Stage) -> None:
    """One post says it; the pinned message and the epic say which version it is; the new step gets its ticket."""
    issues = on_stage.sandbox.jira.state.issues
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        there = ((EPIC, EPIC), (LIVING, LIVING))
        state = await on_stage.until(incident, lambda state: all(made(state, *one) for one in there))
        await on_stage.until(incident, lambda state: bool(state.step("call").ask))
        assert "Playbook: version" not in on_stage.living()
        gone = dedent(NEXT.replace("id: later", "id: last"))
        refused = await on_stage.desk.give(incident, cmd.MigrateIncident(text=gone, reason="x"), ANA)
        assert isinstance(refused, Refusal)
        assert refused.fields == (("step later (step_gone)", "it has a ticket, so it stays in the playbook"),)
        command = cmd.MigrateIncident(text=dedent(NEXT), reason="the union has to be told")
        assert not isinstance(await on_stage.desk.give(incident, command, ANA), Refusal)
        state = await on_stage.until(incident, lambda state: made(state, NOTICE, "playbook:migrated:1"))
        assert state.playbook_version == 2
        await on_stage.seen(
            lambda texts: any(
                text.startswith(
                    "Ana Ruiz took INC-1 from version 1 of its playbook to version 2. The union has to be told."
                )
                and text.endswith("What is different: step union: added.")
                for text in texts
            )
        )
        await until(lambda: "Playbook: version 2 since" in on_stage.living())
        await until(lambda: any("Playbook: version 2 since" in (one.description or "") for one in issues.values()))
        await until(lambda: any("Tell the union" in one.summary for one in issues.values()))
