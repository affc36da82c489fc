"""What people press and send in Slack reaches the incident, over Socket Mode and over signed HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain import timeline as ev
from engine.domain.lifecycle import StepStatus
from tests.integration.inward.rig import house

FORM = {"anyone_minor": "no", "seen_at": "2026-03-02 03:10", "contact": "U0ANA", "names": "Somebody Shown"}


@pytest.fixture(params=["socket", "http"])
def line(request: pytest.FixtureRequest) -> str:
    """How Slack delivers."""
    return str(request.param)


async def test_an_approval_moves_the_step(home: Path, line: str) -> None:
    """A task is answered in its form, then approved with a button."""
    async with house(home, line=line) as made:
        incident = await made.declared()
        await made.press("ben", "answer", incident=incident, ask="statement.task.1")
        assert (await made.fill("ben", text="We know of a copy."))["result"] == "acknowledged"
        await made.press("carla", "approve", incident=incident, ask="statement.approval.1")
        state = await made.bench.until(incident, lambda s: s.step("statement").status is StepStatus.DONE)
        (approval,) = [ask for ask in state.asks.values() if ask.kind == "approval"]
        assert [(a.by, a.via, a.strength) for a in approval.answers] == [("carla", "slack", "slack-signed")]


async def test_what_is_asked_again_says_why_on_its_card(home: Path) -> None:
    """Whoever writes the text anew need not look for the reason."""
    async with house(home) as made:
        incident = await made.declared()
        await made.press("ben", "answer", incident=incident, ask="statement.task.1")
        await made.fill("ben", text="We know of a copy.")
        await made.press("carla", "decline", incident=incident, ask="statement.approval.1")
        await made.fill("carla", reason="Say nothing of the copy.")
        place = await made.card(incident, "statement.task.2")
        messages = made.sandbox.slack.state.channels[place["channel"]].messages
        (card,) = [message for message in messages if message.ts == place["ts"]]
        assert "*Asked again*\\nDeclined by Carla Weiss at" in str(card.blocks)
        assert ": Say nothing of the copy." in str(card.blocks)


async def test_a_button_says_who_is_on_it(home: Path, line: str) -> None:
    """It stays open; who is not asked is told who is."""
    async with house(home, line=line) as made:
        incident = await made.declared()
        await made.press("ana", "acknowledge", incident=incident, ask="depicted.decision.1")
        state = await made.bench.until(incident, lambda s: s.asks["depicted.decision.1"].on_it is not None)
        assert state.asks["depicted.decision.1"].open
        (said,) = await made.events(incident, "ask_acknowledged")
        assert isinstance(said, ev.AskAcknowledged)
        assert (said.by, said.via, said.strength) == ("ana", "slack", "slack-signed")
        await made.press("ben", "acknowledge", incident=incident, ask="depicted.decision.1")
        assert "Ask Ana Ruiz or Jo Bell." in await made.told("ben", "decides")


async def test_nobody_approves_what_they_wrote(home: Path) -> None:
    """Refused to that person alone, and on the timeline."""
    async with house(home) as made:
        incident = await made.declared()
        await made.press("ben", "answer", incident=incident, ask="statement.task.1")
        await made.fill("ben", text="We know of a copy.")
        await made.press("ben", "approve", incident=incident, ask="statement.approval.1")
        told = await made.told("ben", "never the person who wrote it")
        assert told.startswith("Counsel or Responder approves this, and never the person who wrote it.")
        assert (await made.human("carla").get("/ephemerals"))["messages"] == []
        (refused,) = await made.events(incident, "answer_refused")
        assert isinstance(refused, ev.AnswerRefused)
        assert (refused.rule, refused.by, refused.via) == ("own_change", "ben", "slack")


async def test_somebody_who_is_not_asked_is_told_who_is(home: Path) -> None:
    """No form opens for them."""
    async with house(home) as made:
        incident = await made.declared()
        await made.press("ben", "answer", incident=incident, ask="depicted.decision.1")
        assert "Incident commander decides this. Ask Ana Ruiz or Jo Bell." in await made.told("ben", "decides")
        assert (await made.human("ben").get("/modals"))["modals"] == []
        assert [e.rule for e in await made.events(incident, "answer_refused") if isinstance(e, ev.AnswerRefused)] == [
            "not_asked"
        ]


async def test_an_error_stands_at_its_field_and_what_was_typed_stays(home: Path, line: str) -> None:
    """Corrected, the form is taken: people by our ids, moments in the person's own zone, facts revised."""
    async with house(home, line=line) as made:
        incident = await made.declared()
        await made.press("ana", "answer", incident=incident, ask="depicted.decision.1")
        form = await made.form("ana")
        assert form["title"]["text"] == f"{incident}: decide"
        refused = await made.fill("ana", **{**FORM, "seen_at": "soon"})
        assert refused["result"] == "errors"
        assert list(refused["errors"]) == ["seen_at"]
        assert refused["errors"]["seen_at"].startswith("'soon' is not")
        assert len(refused["modals"]) == 1
        assert (await made.fill("ana", **FORM))["result"] == "acknowledged"
        state = await made.bench.until(incident, lambda s: s.step("depicted").status is StepStatus.DONE)
        assert state.step("depicted").output == {
            "anyone_minor": "no",
            "seen_at": {"$instant": "2026-03-02T02:10:00Z", "zone": "Europe/Berlin"},
            "contact": "ana",
            "names": "Somebody Shown",
        }
        assert state.fact("anyone_minor") == "no"
        await made.idle()
        assert await made.outcomes() == ["a form was offered", "done"]


async def test_an_account_that_is_nobodys_cannot_be_chosen(home: Path) -> None:
    """The error stands at the field of the person."""
    async with house(home) as made:
        incident = await made.declared()
        await made.press("ana", "answer", incident=incident, ask="depicted.decision.1")
        refused = await made.fill("ana", **{**FORM, "contact": "U0TOCSIN"})
        assert list(refused["errors"]) == ["contact"]


async def test_what_was_answered_is_shown_again_but_not_what_is_restricted(home: Path) -> None:
    """The form starts from the known fact; after the answer, names are asked anew."""
    async with house(home) as made:
        incident = await made.declared()
        await made.press("ben", "answer", incident=incident, ask="statement.task.1")
        await made.fill("ben", text="We know of a copy.")
        await made.card(incident, "statement.approval.1")
        await made.press("ben", "answer", incident=incident, ask="statement.task.1")
        form = await made.form("ben")
        assert [block["element"].get("initial_value") for block in form["blocks"] if block["type"] == "input"] == [
            "We know of a copy."
        ]
        await made.press("carla", "answer", incident=incident, ask="file_authority.task.1")
        names = next(block for block in (await made.form("carla"))["blocks"] if block["block_id"] == "names")
        assert names["hint"]["text"] == "(Kept out of channels and tickets.)"
        assert "initial_value" not in names["element"]


async def test_declining_asks_why_in_a_form(home: Path) -> None:
    """The reason is on the timeline and the text comes back to its author."""
    async with house(home) as made:
        incident = await made.declared()
        await made.press("ben", "answer", incident=incident, ask="statement.task.1")
        await made.fill("ben", text="Hackers posted it.")
        await made.press("carla", "decline", incident=incident, ask="statement.approval.1")
        assert (await made.fill("carla", reason="It guesses who."))["result"] == "acknowledged"
        state = await made.bench.until(incident, lambda s: "statement.task.2" in s.asks)
        assert state.asks["statement.approval.1"].answers[-1].reason == "It guesses who."


async def test_the_second_answer_is_told_who_was_first_and_when(home: Path) -> None:
    """In a form it stands in the form; with a button it is said in private."""
    async with house(home) as made:
        incident = await made.declared()
        for handle in ("ana", "jo"):
            await made.press(handle, "answer", incident=incident, ask="depicted.decision.1")
            await made.form(handle)
        await made.fill("ana", **FORM)
        await made.bench.until(incident, lambda s: s.step("depicted").status is StepStatus.DONE)
        late = await made.fill("jo", **{**FORM, "anyone_minor": "yes"})
        assert late["result"] == "errors"
        assert late["errors"]["anyone_minor"].startswith("Ana Ruiz answered this at ")
        await made.press("jo", "answer", incident=incident, ask="depicted.decision.1")
        assert "(Europe/Berlin); nothing was changed now." in await made.told("jo", "Ana Ruiz answered this at ")
        assert len(await made.events(incident, "ask_answered")) == 1


async def test_who_is_not_in_the_people_file_only_reads(home: Path) -> None:
    """They are told so, and nothing happens."""
    async with house(home) as made:
        incident = await made.declared()
        seed = made.sandbox.world.seed.person("emi")
        people = made.worker.handlers["slack"].conversation.identities.people  # type: ignore[attr-defined] # the handler of this house
        people.people.pop("emi")
        channel = await made.channel(incident)
        made.sandbox.slack.state.channels[channel].members.append(seed.slack_id)
        place = await made.card(incident, "warn_hosts.task.1")
        await made.human("emi").post("/actions", action_id="done", **place)
        await made.told("emi", "Tocsin does not know you")
        await made.human("emi").post("/commands", channel=channel, command="/incident", text="status")
        assert "asked: Warn the hosts [warn_hosts]" in await made.told("emi", f"{incident} A small leak")
        assert await made.events(incident, "ask_answered") == []
        await made.idle()
        assert set(await made.outcomes()) == {"from nobody in the people file"}
