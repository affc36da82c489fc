"""A playbook that is called for each copy, from the alarm to the end: its steps have cards and tickets."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.lifecycle import IncidentStatus, StepStatus
from engine.domain.surfaces import CARD, TICKET_CLOSE, made, ticket_of
from engine.language.pinning import pinned
from engine.reports.reader import Reader
from engine.reports.review.writer import FileReportWriter
from engine.reports.status import status
from engine.reports.timeline import lines
from integrations.storage.vault import FileVault

if TYPE_CHECKING:
    from pathlib import Path

    from engine.domain.incident import Incident
    from tests.integration.showing.stage import Stage

TAKEDOWN = """
    tocsin: 1
    playbook: takedown
    title: Takedown
    version: 3
    inputs:
      url: {type: url}
      note: {type: text, optional: true}
    roles: {commander: {}, counsel: {}}
    phases:
      legal:
        steps:
          - id: ask
            title: Ask the host
            action: http.request
            with: {method: POST, url: "http://127.0.0.1:PORT/ask", json: {copy: "{{ inputs.url }}"}}
            undo: {none: It was asked.}
          - {id: send, title: Send the notice, task: Send it., owner: counsel, due: 1h, needs: [ask],
             form: {reference: {type: text}}}
    outputs:
      reference: {type: text, from: steps.send.output.reference}
"""
PLAYBOOK = """
    tocsin: 1
    playbook: bench
    title: On the bench
    version: 1
    inputs: {urls: {type: url, list: true, min: 1}}
    roles: {commander: {required: true, title: Commander}, counsel: {title: Counsel}}
    phases:
      contain:
        steps:
          - {id: takedown, title: Have each copy removed, call: takedown, for_each: inputs.urls,
             with: {url: "{{ item }}"}}
          - {id: sum_up, title: Sum up, task: Sum it up., owner: commander, due: 1h, needs: [takedown]}
"""
COPIES = ["https://a.example/v/1", "https://b.example/v/2"]
SENT = [f"takedown[{number}]/send.task.1" for number in (1, 2)]


def shown(state: Incident) -> bool:
    """Whether both notices have their card and ticket."""
    return all(made(state, CARD, ask) and ticket_of(state, ask) for ask in SENT)


async def test_a_call_with_two_elements_runs_to_its_end(on_stage: Stage, tmp_path: Path) -> None:
    """Each copy has its own notice in Slack and Jira, named after what it belongs to; answered, the caller goes on."""
    called = dedent(TAKEDOWN).replace("PORT", str(on_stage.bench.system.port)).encode()
    text = pinned(dedent(PLAYBOOK).encode(), {"takedown": called}).decode()
    async with on_stage.engine():
        incident = await on_stage.declare(text, urls=COPIES)
        await on_stage.until(incident, shown)
        summaries = sorted(issue.summary for issue in on_stage.sandbox.jira.state.issues.values())
        assert summaries == [
            f"{incident}: On the bench",
            f"[{incident}] Have each copy removed (1): Send the notice",
            f"[{incident}] Have each copy removed (2): Send the notice",
        ]
        await on_stage.seen(lambda texts: any("Have each copy removed (2): Send the notice" in text for text in texts))
        await on_stage.answer(incident, "takedown[2]/send", "carla", "done", reference="B-2")
        await on_stage.answer(incident, SENT[0], "carla", "done", reference="A-1")
        state = await on_stage.until(incident, lambda now: made(now, TICKET_CLOSE, SENT[1]))
        assert [state.step(f"takedown[{number}]").output for number in (1, 2)] == [
            {"reference": "A-1"},
            {"reference": "B-2"},
        ]
        await on_stage.answer(incident, "sum_up", "ana", "done")
        state = await on_stage.until(incident, lambda now: now.status is IncidentStatus.CLOSED)
    assert all(step.status is StepStatus.DONE for step in state.steps.values())
    assert on_stage.bench.system.asked["/ask"] == len(COPIES)
    await told_of(on_stage, incident, state)
    assert "Have each copy removed (2): Send the notice" in await report_of(on_stage, incident, tmp_path)


async def report_of(on_stage: Stage, incident: str, home: Path) -> str:
    """Return the review report of an incident, as Markdown."""
    bench = on_stage.bench
    writer = FileReportWriter(
        ledger=bench.ledger,
        vault=FileVault(home / "vault"),
        clock=bench.clock,
        plan_of=lambda digest, playbook: on_stage.desk.plans.of(digest, playbook=playbook),
        name=on_stage.desk.called,
        folder=home / "reports",
    )
    return await writer.render(incident, "md")


async def told_of(on_stage: Stage, incident: str, state: Incident) -> None:
    """Check that status and timeline name what is done inside a call behind what it belongs to."""
    plan = await on_stage.desk.plans.of(state.digest, playbook=state.playbook)
    (phase,) = status(plan, state, now=on_stage.bench.clock.now())["phases"]
    assert [step["id"] for step in phase["steps"]] == [
        "takedown[1]", "takedown[1]/ask", "takedown[1]/send",
        "takedown[2]", "takedown[2]/ask", "takedown[2]/send", "sum_up",
    ]  # fmt: skip
    assert phase["steps"][5]["title"] == "Have each copy removed (2): Send the notice"
    entries = await on_stage.bench.ledger.entries(incident)
    began = [entry.event for entry in entries if isinstance(entry.event, ev.CallBegan)]
    assert [(event.step, event.playbook_version) for event in began] == [("takedown[1]", 3), ("takedown[2]", 3)]
    told = [line.text for line in lines(entries, Reader(plan, name=str))]
    assert "Began Have each copy removed (2): playbook takedown, version 3." in told
    assert "Done: Have each copy removed (1): Ask the host." in told
    assert "Answered Have each copy removed (2): Send the notice: reference: B-2." in told
