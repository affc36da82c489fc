"""A whole incident on the page, with a real `tocsin serve` beside it: nothing but clicks and typing."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from integrations.sandbox import Sandbox, default_seed, run_sandbox
from integrations.system.clock import SystemClock
from tests.integration.runtime.bench import counterpart
from tests.integration.sandbox.browser import tab_on
from tests.integration.serve.house import House, beside, surroundings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

PATIENCE = 60_000
"""Milliseconds that something may take to appear."""
PLAYBOOK = """
    tocsin: 1
    playbook: video-leak
    title: A small leak
    version: 1
    inputs:
      summary: {type: text, max: 300, hint: One sentence.}
      urls: {type: url, list: true, min: 1}
    roles:
      commander: {required: true, title: Incident commander}
      responder: {required: true, title: Responder}
      counsel: {required: true, title: Counsel}
    phases:
      contain:
        steps:
          - {id: warn_hosts, title: Warn the hosts, task: Tell every host., owner: responder, due: 1h}
          - id: statement
            title: Draft the statement
            task: Write what may be said.
            owner: responder
            due: 2h
            approve: {by: [counsel]}
            form: {text: {type: text}}
      review:
        steps:
          - {id: collect, title: Ask everyone, action: review.collect}
          - {id: meeting, title: Hold the review, task: Talk., owner: responder, needs: [collect], due: 5bd}
          - {id: compile, title: Compile the report, action: review.compile, needs: [meeting]}
"""
SAID = "We know of a copy, and we are on it."
HELPED = "The night desk called at once."


@dataclass
class Visitor:
    """Somebody in front of the page, who sees what stands there and clicks it."""

    page: Page

    async def becomes(self, handle: str) -> None:
        """Act as somebody else."""
        async with self.page.expect_navigation():
            await self.page.get_by_label("Act as").select_option(handle)

    async def goes_to(self, name: str) -> None:
        """Follow a link beside the page, once it is there."""
        link = self.page.locator("#side").get_by_role("link", name=name)
        await expect(link.first).to_be_visible(timeout=PATIENCE)
        await link.first.click()

    async def sees(self, text: str) -> None:
        """Wait until something stands on the page."""
        await expect(self.page.locator("#main").get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    def message(self, text: str) -> Locator:
        """Return the message that holds some words."""
        return self.page.locator("article.message").filter(has_text=text)

    async def presses(self, name: str, *, under: str) -> None:
        """Press a button under a message, once it is there."""
        button = self.message(under).get_by_role("button", name=name, exact=True)
        await expect(button.first).to_be_visible(timeout=PATIENCE)
        await button.first.click()

    async def types(self, text: str) -> None:
        """Send something in the channel that is open."""
        await self.page.get_by_role("textbox", name="Message").fill(text)
        await self.page.get_by_role("button", name="Send").click()

    async def fills_in(self, **values: str) -> None:
        """Fill in the form that opens, by the names of its fields, and send it."""
        form = self.page.locator("form.modal")
        await expect(form).to_be_visible(timeout=PATIENCE)
        for name, value in values.items():
            await form.locator(f"[name={name}]").fill(value)
        await form.locator("footer button.primary").click()
        await expect(form).to_have_count(0, timeout=PATIENCE)


@asynccontextmanager
async def beside_an_engine(home: Path, playbooks: Path) -> AsyncIterator[Sandbox]:
    """Run a sandbox, and `tocsin serve` as a process beside it."""
    playbooks.mkdir()
    (playbooks / "video-leak.yaml").write_text(dedent(PLAYBOOK), encoding="utf-8")
    async with counterpart() as system, run_sandbox(default_seed(), now=SystemClock().now) as sandbox:
        environment = {**surroundings(home, playbooks, system=system), **beside(sandbox, patience=2)}
        house = House(environment, system)
        await house.serve()
        try:
            yield sandbox
        finally:
            await house.kill()


async def test_a_person_leads_an_incident_from_its_form_to_its_review(home: Path, tmp_path: Path) -> None:
    """Ben declares it and answers, Carla approves, a ticket is closed in Jira, and the review is filled in."""
    async with beside_an_engine(home, tmp_path / "playbooks") as sandbox, tab_on(sandbox.url) as page:
        await led(Visitor(page))
        incident = next(iter(sandbox.jira.state.issues.values()))
        assert incident.summary.startswith("INC-1: ")
        assert sandbox.faults.listed() == []
        done = [issue for issue in sandbox.jira.state.issues.values() if issue.resolution_id is not None]
        assert sorted(issue.summary.partition(" ")[2] for issue in done) == [
            "A small leak",
            "Draft the statement",
            "Hold the review",
            "Warn the hosts",
        ]


async def led(ben: Visitor) -> None:
    """Lead an incident to its end on the page."""
    await ben.becomes("ben")
    await ben.goes_to("security")
    await ben.types("/incident")
    await ben.fills_in(summary="A link to a recording", urls="https://a.example/1")
    await ben.goes_to("inc-1")
    await ben.presses("Answer", under="Draft the statement")
    await ben.fills_in(text=SAID)
    await ben.becomes("carla")
    await ben.presses("Approve", under="To approve: Draft the statement")
    await ben.sees("Approved by Carla Weiss at")
    await ben.becomes("ben")
    await ben.goes_to("Warn the hosts")
    await ben.page.get_by_role("button", name="Done", exact=True).click()
    await expect(ben.page.get_by_role("button", name="Reopen")).to_be_visible(timeout=PATIENCE)
    await ben.goes_to("inc-1")
    await ben.presses("Give my view", under="Review: what should we keep")
    await ben.fills_in(helped=HELPED)
    await ben.sees("1 answer so far.")
    await ben.presses("Done", under="Hold the review")
    await ben.sees("The review is over: 1 answered.")
