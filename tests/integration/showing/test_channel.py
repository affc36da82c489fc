"""What stands around the messages of an incident's channel: links at its top, and who could not be brought in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.surfaces import EPIC, LIVING, made
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
          - {id: tell, title: Tell the host, task: Call them., owner: counsel, due: 1h}
      review:
        steps:
          - {id: ask, title: Ask how it went, action: review.collect}
"""


async def test_links_lead_to_the_epic_the_pinned_message_and_the_review(on_stage: Stage) -> None:
    """Each once, also when the mirror begins anew; bookmarks of people stay."""
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await on_stage.until(incident, lambda s: made(s, EPIC, EPIC) and made(s, LIVING, LIVING))
        bookmarks = on_stage.channel().bookmarks
        await until(lambda: {b.title for b in bookmarks} >= {"Jira epic", "Where it stands"})
        await on_stage.answer(incident, "tell", "carla", "done")
        await until(lambda: len(bookmarks) == 3)
        links = {bookmark.title: bookmark.link for bookmark in bookmarks}
        assert set(links) == {"Jira epic", "Where it stands", "Review"}
        assert "/browse/SEC-" in links["Jira epic"]
        assert links["Where it stands"].endswith(f"/p{on_stage.channel().pins[0].replace('.', '')}")
        bookmarks[0].link = "https://moved.example"
        await on_stage.bench.ledger.remember(incident, "mirror:bookmarks", {"digest": ""})
        on_stage.mirror._said.clear()
        assert await on_stage.mirror.show(incident)
        assert {bookmark.title: bookmark.link for bookmark in bookmarks} == links


async def test_who_cannot_be_brought_in_is_shown_and_holds_nobody_up(on_stage: Stage) -> None:
    """The pinned message says so, until it works."""
    users = on_stage.sandbox.slack.state.users
    users["U0CARLA"].guest = True
    async with on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK)
        await on_stage.until(incident, lambda s: made(s, LIVING, LIVING))

        def page() -> str:
            messages = {message.ts: message for message in on_stage.channel().messages}
            return str(messages[on_stage.channel().pins[0]].blocks) if on_stage.channel().pins else ""

        await until(lambda: "Carla Weiss could not be brought into this channel" in page())
        assert "user_is_restricted" in page()
        assert "U0ANA" in on_stage.channel().members
        users["U0CARLA"].guest = False
        await on_stage.bench.ledger.remember(incident, "mirror:people", {"digest": ""})
        on_stage.mirror._said.clear()
        assert await on_stage.mirror.show(incident)
        assert "U0CARLA" in on_stage.channel().members
        await until(lambda: "could not be brought" not in page())
