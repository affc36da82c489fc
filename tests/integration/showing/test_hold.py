"""An incident on hold, seen by everybody: in the channel, in the epic, and by the systems that are not called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.lifecycle import StepStatus
from engine.domain.surfaces import EPIC, NOTICE, made
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
          - {id: lock, title: Lock it, action: http.request, with: {method: POST, url: "http://127.0.0.1:PORT/lock"}}
          - {id: next, title: Next, needs: [lock], action: http.request,
             with: {method: POST, url: "http://127.0.0.1:PORT/next"}}
          - {id: call, title: Call the host, needs: [lock], task: Call them., owner: counsel}
"""
BEN = cmd.Who(person="ben", via="slack", strength="slack-signed", zone="Europe/Berlin")


async def test_a_hold_stops_what_is_automatic_and_everybody_sees_it(on_stage: Stage) -> None:
    """What is under way ends, a task opens, nothing is called; after the release the rest is done once."""
    system = on_stage.bench.system
    system.faults["/lock"] = ["hang"]
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await until(lambda: system.asked["/lock"] == 1)
        await on_stage.desk.give(incident, cmd.HoldIncident(reason="wrong number"), BEN)
        system.gate.set()
        await on_stage.until(incident, lambda state: bool(state.step("call").ask))
        await on_stage.until(incident, lambda state: made(state, NOTICE, "hold:held:1") and made(state, EPIC, EPIC))
        await until(lambda: "by Ben Osei: nothing automatic begins. Wrong number." in on_stage.living())
        assert f"{incident}|hold" in on_stage.living()  # the button that releases it
        issues = on_stage.sandbox.jira.state.issues
        await until(lambda: any("On hold since" in (issue.description or "") for issue in issues.values()))
        await until(lambda: on_stage.channel().topic.startswith("ON HOLD · "))
        state = await on_stage.until(incident, lambda state: state.step("lock").status is StepStatus.DONE)
        assert (state.step("next").status, dict(system.asked)) == (StepStatus.WAITING, {"/lock": 1})
        await on_stage.desk.give(incident, cmd.ReleaseIncident(), BEN)
        await on_stage.until(incident, lambda state: state.step("next").status is StepStatus.DONE)
        await until(lambda: "On hold" not in on_stage.living())
        await on_stage.seen(lambda texts: "Ben Osei released INC-1: what waited goes on." in texts)
    assert dict(system.asked) == {"/lock": 1, "/next": 1}


async def test_an_act_whose_engine_dies_under_a_hold_is_looked_up_after_the_release(on_stage: Stage) -> None:
    """The next engine leaves it alone until then, and goes on with what people are shown."""
    system = on_stage.bench.system
    system.faults["/lock"] = ["hang"]
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await until(lambda: system.asked["/lock"] == 1)
        await on_stage.desk.give(incident, cmd.HoldIncident(), BEN)
    system.gate.set()
    async with on_stage.engine("engine-2"):
        state = await on_stage.until(incident, lambda state: made(state, NOTICE, "hold:held:1"))
        assert (state.step("lock").status, system.asked["/lock"]) == (StepStatus.RUNNING, 1)
        await on_stage.desk.give(incident, cmd.ReleaseIncident(), BEN)
        await on_stage.until(incident, lambda state: state.step("lock").status is StepStatus.UNCONFIRMED)
    assert system.asked["/lock"] == 1
