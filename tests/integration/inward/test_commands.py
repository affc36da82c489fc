"""`/incident`: an incident is declared, grows, gets remarks and says where it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain import timeline as ev
from engine.domain.lifecycle import StepStatus
from engine.domain.surfaces import LEFT_OUT, NOTICE
from engine.domain.surfaces import made as shown
from engine.runtime.inward.chat import ChatActs
from engine.runtime.inward.words import KEPT_OUT
from engine.settings.people import Directory
from tests.integration.inward.rig import House, house

LOCK = """
    tocsin: 1
    playbook: leak
    title: A lock
    version: 1
    inputs:
      summary: {type: text, max: 300}
      urls: {type: url, list: true, min: 1}
    roles: {commander: {required: true, title: Incident commander}}
    phases:
      contain:
        steps:
          - id: close
            title: Close the link
            action: http.request
            with: {method: POST, url: "https://nowhere.example/lock", find: {url: "https://nowhere.example/looked"}}
          - {id: look, title: Look at it, task: Look., owner: commander}
    """
FACTS = {"summary": "A link to a recording", "urls": "https://a.example/1\nhttps://a.example/2"}


async def typed(made: House, handle: str, text: str, *, channel: str = "#security") -> None:
    """Type the command."""
    told = await made.human(handle).post("/commands", channel=channel, command="/incident", text=text)
    assert told["result"] == "acknowledged"


@pytest.mark.parametrize("line", ["socket", "http"])
async def test_the_form_of_the_command_declares_one_incident(home: Path, line: str) -> None:
    """Errors stand at their fields; sent right, there is one incident, by whoever sent it."""
    async with house(home, line=line) as made:
        await typed(made, "ben", "")
        form = await made.form("ben")
        assert "Playbook: A small leak (leak)." in form["blocks"][0]["text"]["text"]
        assert "Others: other." in form["blocks"][0]["text"]["text"]
        refused = await made.fill("ben", **{**FACTS, "urls": "https://a.example/1\nsomewhere"})
        assert list(refused["errors"]) == ["urls"]
        assert await made.bench.ledger.incidents() == []
        assert (await made.fill("ben", **FACTS))["result"] == "acknowledged"
        await made.idle()
        (row,) = await made.bench.ledger.incidents()
        state = await made.bench.state(row.incident)
        assert (state.declared_by, state.zone, state.fact("urls")) == (
            "ben",
            "Europe/Berlin",
            ["https://a.example/1", "https://a.example/2"],
        )
        assert state.fact("anyone_minor") == "unknown"
        await made.told("ben", f"{row.incident} is declared.")


async def test_a_trigger_that_is_taken_twice_is_one_incident(home: Path) -> None:
    """The process ends after the incident is written and before its row is finished."""
    async with house(home, engine=False) as made:
        await typed(made, "ben", "declare other")
        await made.fill("ben", device="A phone")
        command, form = await made.bench.ledger.pending(limit=9)
        handler = made.worker.handlers["slack"]
        assert await handler.take(command) == "a form was offered"
        assert [await handler.take(form), await handler.take(form)] == ["declared INC-1"] * 2
        assert [row.playbook for row in await made.bench.ledger.incidents()] == ["other"]
        await made.asides.settle()


async def test_an_unknown_playbook_is_answered_with_those_there_are(home: Path) -> None:
    """No form opens."""
    async with house(home) as made:
        await typed(made, "ben", "declare laek")
        assert "Did you mean leak?" in await made.told("ben", "There is no playbook laek.")


async def test_in_its_channel_an_incident_grows_and_gets_remarks(home: Path) -> None:
    """The channel says which incident; elsewhere its number does."""
    async with house(home) as made:
        incident = await made.declared()
        channel = await made.channel(incident)
        await typed(made, "ben", "add https://b.example/2", channel=channel)
        await typed(made, "ben", f"add {incident} https://b.example/3")
        await typed(made, "carla", "note The host has answered.", channel=channel)
        state = await made.bench.until(incident, lambda s: len(s.fact("urls")) == 3)
        await made.idle()
        assert state.fact("urls") == ["https://a.example/1", "https://b.example/2", "https://b.example/3"]
        (note,) = await made.events(incident, "note_added")
        assert isinstance(note, ev.NoteAdded)
        assert (note.text, note.by, note.via) == ("The host has answered.", "carla", "slack")
        await typed(made, "ben", "add https://b.example/2", channel=channel)
        await made.told("ben", "urls holds that already.")
        await typed(made, "ben", "add somewhere", channel=channel)
        await made.told("ben", "is not an http or https address")


async def test_done_settles_a_step_or_opens_its_form(home: Path) -> None:
    """A task without a form is done at once; one with a form is asked for it; an unknown one is named."""
    async with house(home) as made:
        incident = await made.declared()
        channel = await made.channel(incident)
        await made.card(incident, "warn_hosts.task.1")
        await typed(made, "ben", "done warn_hosts", channel=channel)
        await made.bench.until(incident, lambda s: s.step("warn_hosts").status is StepStatus.DONE)
        await typed(made, "ben", "done statement", channel=channel)
        assert [block["block_id"] for block in (await made.form("ben"))["blocks"] if block["type"] == "input"] == [
            "text"
        ]
        await typed(made, "ben", "done warn_host", channel=channel)
        await made.told("ben", "There is no step warn_host; did you mean warn_hosts?")


async def test_status_says_where_it_stands_and_what_waits_for_whom(home: Path) -> None:
    """In the channel about the incident, elsewhere about all that are open; help and slips are answered with help."""
    async with house(home) as made:
        incident = await made.declared()
        channel = await made.channel(incident)
        await made.card(incident, "warn_hosts.task.1")
        await typed(made, "ben", "status", channel=channel)
        lines = (await made.told("ben", f"{incident} A small leak: declared")).splitlines()
        assert "contain: open, 0 of 3 done or skipped" in lines
        assert "asked: Warn the hosts [warn_hosts] (you, Ivo Marek)" in lines
        await made.bench.ledger.remember(incident, LEFT_OUT, {"carla": "Slack says user_is_restricted"})
        await typed(made, "ana", "status", channel=channel)
        await made.told("ana", "not in the channel: Carla Weiss, Slack says user_is_restricted")
        await typed(made, "carla", "status")
        await made.told("carla", f"{incident} A small leak: declared, 4 asked")
        await typed(made, "carla", "halp")
        assert len((await made.told("carla", "Did you mean `/incident help`?")).splitlines()) == 1
        await typed(made, "carla", "perhaps")
        await made.told("carla", "`/incident add URL`")
        await typed(made, "carla", "note Nowhere")
        await made.told("carla", "put its number behind the word: `/incident note INC-1`.")


async def test_a_number_behind_a_word_counts_more_than_the_channel(home: Path) -> None:
    """Whoever names another incident in a channel never stops or changes the one that they stand in."""
    async with house(home) as made:
        here, other = await made.declared(), await made.declared()
        channel = await made.channel(here)
        await typed(made, "ben", f"hold {other} wrong number", channel=channel)
        held = await made.bench.until(other, lambda s: s.hold is not None)
        assert held.hold is not None
        assert held.hold.reason == "wrong number"
        await made.told("ben", f"{other} is on hold. `/incident release {other}` ends that.")
        await typed(made, "ben", "status INC-99", channel=channel)
        await made.told("ben", "There is no incident INC-99.")
        await typed(made, "ben", f"note {other} is the same copy", channel=channel)
        await made.told("ben", f"Noted on the timeline of {here}.")
        assert (await made.bench.state(here)).hold is None


async def test_what_was_taken_is_said_where_it_shows_nowhere(home: Path) -> None:
    """To whoever typed it alone; nothing of what was typed is repeated."""
    async with house(home) as made:
        incident = await made.declared()
        channel = await made.channel(incident)
        await made.card(incident, "warn_hosts.task.1")
        for handle, text, said in (
            ("ben", "add https://b.example/2", f"Added in {incident}: urls."),
            ("ana", "assign counsel @jo", f"Counsel of {incident}: Jo Bell."),
            ("ben", "ack warn_hosts", f"You are on it in {incident}: Warn the hosts."),
            ("ben", "done warn_hosts", f"Done in {incident}: Warn the hosts."),
        ):
            await typed(made, handle, text, channel=channel)
            assert await made.told(handle, said) == said
        await typed(made, "ivo", "done warn_hosts", channel=channel)
        await made.told("ivo", "Ben Osei answered this at")


async def test_somebody_who_is_excluded_is_told_nothing_even_in_the_channel(home: Path) -> None:
    """Where others who are in no people file may read along."""
    async with house(home) as made:
        incident = await made.declared()
        channel = await made.channel(incident)
        acts = made.worker.handlers["slack"]
        assert isinstance(acts, ChatActs)
        identities = acts.conversation.identities
        assert isinstance(identities.people, Directory)
        identities.people = replace(identities.people, excluded=frozenset({"carla"}))
        await typed(made, "carla", "status", channel=channel)
        assert await made.told("carla", "You have no part in this.") == KEPT_OUT


async def test_a_number_that_is_no_incident_is_said_to_be_none(home: Path) -> None:
    """The row is finished, and the person told."""
    async with house(home) as made:
        await typed(made, "ben", "note INC-99 Hello")
        await made.told("ben", "There is no incident INC-99. `/incident status` in another channel shows")
        await made.idle()
        assert await made.outcomes() == ["refused: UnknownIncidentError"]


async def test_what_became_of_a_step_is_said_without_a_shell(home: Path) -> None:
    """With a reason; how it is typed is said to whoever leaves something out. What fails again is told again."""
    async with house(home) as made:
        incident = await made.declared(LOCK)
        channel = await made.channel(incident)
        await made.bench.until(incident, lambda s: s.step("close").status is StepStatus.FAILED)
        await typed(made, "ana", "resolve close done", channel=channel)
        await made.told("ana", "`/incident resolve STEP done/failed/retry WHY`")
        await made.bench.until(incident, lambda s: shown(s, NOTICE, "close:failed:1"))
        await typed(made, "ana", "resolve close retry The host is up again.", channel=channel)
        await made.bench.until(incident, lambda s: shown(s, NOTICE, "close:failed:1.1"))
        await typed(made, "ana", "resolve close done I closed it by hand", channel=channel)
        await made.bench.until(incident, lambda s: s.step("close").status is StepStatus.DONE)
        await made.told("ana", f"Counts as done in {incident}: Close the link.")
        _, resolved = await made.events(incident, "step_resolved")
        assert isinstance(resolved, ev.StepResolved)
        assert (resolved.reason, resolved.by, resolved.via) == ("I closed it by hand", "ana", "slack")


async def test_a_restricted_incident_is_not_told_to_who_takes_no_part(home: Path) -> None:
    """Neither its title in the list nor where it stands; in its channel everybody reads it anyway."""
    async with house(home) as made:
        incident = await made.declared(LOCK.replace("version: 1", "version: 1\n    sensitivity: restricted"))
        await made.channel(incident)
        for text in (f"status {incident}", f"tasks {incident}"):
            await typed(made, "kim", text)
            assert await made.told("kim", "is restricted") == (
                f"{incident} is restricted: who takes no part in it is not told what it is about."
            )
        await typed(made, "kim", "status")
        await made.told("kim", f"{incident} restricted incident: declared")
        await typed(made, "ana", f"status {incident}")
        await made.told("ana", f"{incident} A lock: declared")
        said = [message["text"] for message in (await made.human("kim").get("/ephemerals"))["messages"]]
        assert not any("A lock" in text or "Look at it" in text for text in said)


async def test_what_was_declined_is_asked_again_without_a_shell(home: Path) -> None:
    """By whoever may have it tried again."""
    async with house(home) as made:
        approved = LOCK.replace("action: http.request", "action: http.request\n            approve: {by: [commander]}")
        incident = await made.declared(approved)
        channel = await made.channel(incident)
        await made.press("ana", "decline", incident=incident, ask="close.approval.1")
        await made.fill("ana", reason="Not yet.")
        await made.bench.until(incident, lambda s: s.step("close").status is StepStatus.DECLINED)
        await typed(made, "ana", "resolve close retry Now it may.", channel=channel)
        await made.told("ana", f"Tried again in {incident}: Close the link.")
        await made.bench.until(incident, lambda s: "close.approval.2" in s.asks)
