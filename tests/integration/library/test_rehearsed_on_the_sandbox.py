"""What a rehearsal shows in memory, a strict Slack and Jira take: every message, form and ticket of the library."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.entrypoints.cli.rehearsing import plan_beside, quiet, read_days, versions_beside
from engine.language.scenario import load_scenario
from engine.rehearsal.play import Played, play
from engine.runtime.inward.forms import answer_form, declare_form, decline_form, review_form
from integrations.jira import JiraPool, JiraSite, JiraTracker
from integrations.sandbox import Sandbox, default_seed, run_sandbox
from integrations.sandbox.slack.blocks import MESSAGE, checked_blocks, checked_view
from integrations.slack.blocks import fallback, laid_out
from integrations.slack.forms import form_view
from tests.integration.jira.rig import HandClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from engine.ports.shown import Form, Message

FILES = sorted((Path(__file__).parents[3] / "playbooks" / "rehearsals").glob("*.yaml"))
LEVEL = "Incident team only"
MAX_MESSAGE = 4000
CUT = "… cut here"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A local Jira with a level for restricted tickets."""
    async with run_sandbox(default_seed(), now=HandClock()) as running:
        yield running


@pytest.fixture
async def tracker(sandbox: Sandbox) -> AsyncIterator[JiraTracker]:
    """The genuine adapter in front of it."""
    email, token = sandbox.jira_login
    clock = HandClock()
    site = JiraSite(
        url=sandbox.jira_url, email=email, token=token, project="SEC", workers=2, timeout=(5, 5), security_level=LEVEL
    )
    async with JiraPool(site, clock=clock) as pool:
        yield JiraTracker(site, clock=clock, pool=pool)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_whatever_a_rehearsal_shows_could_be_shown(path: Path, sandbox: Sandbox, tracker: JiraTracker) -> None:
    """In Slack's blocks and forms, and as issues of Jira, with no form or summary cut off."""
    with quiet():
        played = await rehearsed(path)
    assert played.stage.chat.posts
    for message in messages(played):
        blocks = laid_out(message)
        for one in (blocks.blocks, *blocks.further):
            checked_blocks(one, surface=MESSAGE)
        assert 0 < len(fallback(message)) <= MAX_MESSAGE
    for form in forms(played):
        view = form_view(form)
        checked_view(view)
        assert CUT not in json.dumps(view, ensure_ascii=False)
    made: dict[str, str] = {}
    for key, name in played.stage.tracker.made.items():
        draft = played.stage.tracker.tickets[name].draft
        parent = made[draft.parent] if draft.parent else None
        create = tracker.create_ticket if parent else tracker.create_epic
        made[name] = (await create(replace(draft, parent=parent), key=key)).key
    issues = {issue.key: issue for issue in sandbox.jira.state.issues.values()}
    assert {key: issues[key].summary for key in made.values()} == {
        made[name]: ticket.draft.summary for name, ticket in played.stage.tracker.tickets.items()
    }


async def rehearsed(path: Path) -> Played:
    """Play one rehearsal, with everything that people would see."""
    loaded = load_scenario(path.read_bytes(), path=str(path))
    assert loaded.scenario is not None
    plan, others = plan_beside(path, loaded.scenario), versions_beside(path, loaded.scenario)
    return await play(plan, loaded.checked(plan, others), days=read_days(), others=others)


def messages(played: Played) -> Iterator[Message]:
    """Give each message as it stands at the end."""
    yield from (post.message for post in played.stage.chat.posts.values())


def forms(played: Played) -> Iterator[Form]:
    """Give the form of everything that was asked, that of the review, and that with which it begins."""
    plan, incident = played.stage.plan, played.stage.incident
    for ask in incident.asks.values():
        yield decline_form(plan, incident, ask) if ask.kind == "approval" else answer_form(plan, incident, ask)
    yield review_form(plan, incident)
    yield declare_form(plan, name=plan.playbook, others=())
