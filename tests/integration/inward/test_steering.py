"""Steering from Slack: hold and release, hand over, assign, change a fact, note, and see what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.surfaces import HANDOVER, NOTICE, made
from tests.integration.inward.rig import House, house

if TYPE_CHECKING:
    from pathlib import Path

    from engine.domain.incident import Incident


async def typed(made: House, handle: str, text: str, *, channel: str) -> None:
    """Type the command."""
    told = await made.human(handle).post("/commands", channel=channel, command="/incident", text=text)
    assert told["result"] == "acknowledged"


async def pressed(made: House, handle: str, action: str, incident: str, subject: str) -> None:
    """Press a button under an offer of the command."""
    place = await made.card(incident, subject, kind=HANDOVER)
    await made.human(handle).post("/actions", action_id=action, **place)


def inputs(form: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The elements of a form's fields, by field."""
    return {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}


async def test_an_incident_is_held_and_released_from_its_channel(home: Path) -> None:
    """By anybody who takes part; released by them or the commander, and told to whoever may not."""
    async with house(home) as at:
        incident = await at.declared()
        channel = await at.channel(incident)
        await typed(at, "kim", f"hold {incident}", channel="#security")
        state = await at.bench.until(incident, lambda s: s.hold is not None)
        await typed(at, "kim", "release", channel=channel)
        state = await at.bench.until(incident, lambda s: s.hold is None)
        await typed(at, "ben", "hold the number is wrong, says @ana.ruiz and @ana", channel=channel)
        state = await at.bench.until(incident, lambda s: s.hold is not None)
        assert state.hold is not None
        assert (state.hold.by, state.hold.reason) == ("ben", "the number is wrong, says @ana.ruiz and @Ana Ruiz")
        await at.bench.until(incident, lambda s: made(s, NOTICE, "hold:held:2"))
        await typed(at, "ben", "status", channel=channel)
        assert "On hold since" in await at.told("ben", f"{incident} A small leak: declared")
        await typed(at, "carla", "release", channel=channel)
        await at.told(
            "carla", "The commander, or whoever put it on hold, releases it. Ask Ana Ruiz, Ben Osei or Jo Bell."
        )
        await typed(at, "ana", "release it is right", channel=channel)
        state = await at.bench.until(incident, lambda s: s.hold is None)
        assert (state.holds[-1].released_by, state.holds[-1].because) == ("ana", "it is right")


async def test_the_command_is_handed_over_with_what_the_next_one_needs(home: Path) -> None:
    """A form with the state as it is; the next one accepts with a button, once; the one before stays until then."""
    async with house(home) as at:
        incident = await at.declared()
        channel = await at.channel(incident)
        await at.card(incident, "warn_hosts.task.1")
        await typed(at, "ben", "handover @carla", channel=channel)
        await at.told("ben", "The commander decides this.")
        await typed(at, "ana", "handover @jo The host answers at eight.", channel=channel)
        form = inputs(await at.form("ana"))
        assert (form["to"]["initial_user"], form["note"]["initial_value"]) == ("U0JO", "The host answers at eight.")
        assert "Open: Warn the hosts, Ben Osei, Ivo Marek" in form["summary"]["initial_value"].splitlines()
        assert (await at.fill("ana", to="U0KIM", summary="All is quiet.\n"))["result"] == "acknowledged"
        state = await at.bench.until(incident, lambda s: s.handover is not None)
        assert state.handover is not None
        assert (state.handover.to, state.handover.summary) == ("kim", ("All is quiet.",))
        await at.told("kim", f"Ana Ruiz offers you the command of {incident}.")
        await pressed(at, "carla", "accept", incident, "handover:1")
        await at.told("carla", "Only the person to whom the command is offered answers that. Ask Kim Tran.")
        await typed(at, "kim", "tasks", channel="#security")
        await at.told("kim", f"{incident} offered: the command (you, by Ana Ruiz at")
        await pressed(at, "kim", "accept", incident, "handover:1")
        state = await at.bench.until(incident, lambda s: s.handover is None)
        assert state.roles["commander"] == ("kim", "ana", "jo")
        await pressed(at, "kim", "accept", incident, "handover:1")
        await at.told("kim", "This handover has been accepted already.")
        assert len(await at.events(incident, "handover_accepted")) == 1


async def test_an_offer_is_declined_with_a_reason(home: Path) -> None:
    """The commander keeps the command; somebody who does not know the account's person is told who there is."""
    async with house(home) as at:
        incident = await at.declared()
        channel = await at.channel(incident)
        await typed(at, "ana", "handover @nobody", channel=channel)
        await at.told("ana", "Nobody here is called @nobody. There are: @ben (Ben Osei)")
        await typed(at, "ana", "handover", channel=channel)
        assert "initial_user" not in inputs(await at.form("ana"))["to"]
        refused = await at.fill("ana", to="U0ANA")
        assert refused["errors"] == {"to": "That person has the command already. Offer it to somebody else."}
        await at.fill("ana", to="U0JO")
        await pressed(at, "jo", "decline", incident, "handover:1")
        await at.fill("jo", reason="On a train.")
        state = await at.bench.until(incident, lambda s: bool(s.handovers and s.handovers[-1].outcome))
        assert (state.handovers[-1].outcome, state.handovers[-1].reason) == ("declined", "On a train.")
        assert state.roles["commander"][0] == "ana"


async def test_roles_are_assigned_to_whoever_is_mentioned(home: Path) -> None:
    """By Slack's mention, by a typed name, in either order; what is missing is said."""
    async with house(home) as at:
        incident = await at.declared()
        channel = await at.channel(incident)
        await typed(at, "ana", "assign responder @hana @Kim", channel=channel)
        await at.bench.until(incident, lambda s: s.roles["responder"] == ("hana", "kim"))
        await typed(at, "ana", f"assign {incident} @dev counsel", channel="#security")
        await at.bench.until(incident, lambda s: s.roles["counsel"] == ("dev",))
        await typed(at, "ana", "assign", channel=channel)
        await at.told("ana", "`/incident assign ROLE @PERSON`")
        await typed(at, "ana", "assign counsel", channel=channel)
        await at.told("ana", "Roles: commander, responder, counsel, compliance.")
        await typed(at, "ana", "assign consul @dev", channel=channel)
        await at.told("ana", "There is no role consul; did you mean counsel?")
        await typed(at, "dev", f"assign {incident} counsel @dev", channel="#security")
        await at.told("dev", "The commander decides this.")


async def test_somebody_is_kept_out_of_the_incident(home: Path) -> None:
    """By the commander, with a reason that stands nowhere in the chat; let in again they can be given their role."""
    async with house(home) as at:
        incident = await at.declared()
        channel = await at.channel(incident)
        await typed(at, "ana", "exclude @carla it is about a meeting of hers", channel=channel)
        state = await at.bench.until(incident, lambda s: bool(s.excluded))
        assert state.excluded["carla"].reason == "it is about a meeting of hers"
        assert "carla" not in state.roles.get("counsel", ())
        await at.told("ana", f"Carla Weiss is kept out of {incident}.")
        await typed(at, "carla", f"hold {incident}", channel="#security")
        await at.told("carla", "You take no part in this incident.")
        await typed(at, "ana", "assign counsel @carla", channel=channel)
        await at.told("ana", "carla is kept out of this incident.")
        await typed(at, "ana", "admit @carla", channel=channel)
        await typed(at, "ana", "assign counsel @carla", channel=channel)
        await at.bench.until(incident, lambda s: not s.excluded and s.roles.get("counsel") == ("carla",))


async def test_a_fact_is_changed_in_a_form_that_says_what_is_wrong(home: Path) -> None:
    """It begins with what was typed or is known; who may not change it gets no form."""
    async with house(home) as at:
        incident = await at.declared()
        channel = await at.channel(incident)
        await typed(at, "ana", "fact anyone_minor no", channel=channel)
        form = inputs(await at.form("ana"))
        assert form["value"]["initial_option"]["value"] == "no"
        assert (await at.fill("ana", reason="from the invitation"))["result"] == "acknowledged"
        state = await at.bench.until(incident, lambda s: s.fact("anyone_minor") == "no")
        (revised,) = await at.events(incident, "fact_revised")
        assert isinstance(revised, ev.FactRevised)
        assert (revised.reason, revised.by, revised.via) == ("from the invitation", "ana", "slack")
        await typed(at, "carla", "fact summary", channel=channel)
        assert inputs(await at.form("carla"))["value"]["initial_value"] == state.fact("summary")
        await typed(at, "dev", f"fact {incident} summary", channel="#security")
        await at.told("dev", "The commander or counsel revises facts.")
        await typed(at, "ana", "fact urls", channel=channel)
        await at.told("ana", "urls is a list: it grows, nothing is taken out. Use `/incident add`.")
        await typed(at, "ana", "fact anyon_minor", channel=channel)
        await at.told("ana", "There is no fact anyon_minor; did you mean anyone_minor?")


async def test_a_note_without_words_is_asked_for_with_who_may_read_it(home: Path) -> None:
    """So that what is privileged is never typed where it is shown."""
    async with house(home) as at:
        incident = await at.declared()
        channel = await at.channel(incident)
        await typed(at, "carla", "note", channel=channel)
        await at.fill("carla", note="Counsel's view.", openness="privileged")
        await at.idle()
        (note,) = await at.events(incident, "note_added")
        assert isinstance(note, ev.NoteAdded)
        assert (note.text, note.sensitivity, note.by) == ("Counsel's view.", "privileged", "carla")


async def test_what_is_open_is_listed_with_ones_own_first(home: Path) -> None:
    """In the channel everything, elsewhere one's own of every incident; slips are answered."""
    async with house(home) as at:
        incident = await at.declared()
        channel = await at.channel(incident)
        await at.card(incident, "file_authority.task.1")
        await typed(at, "carla", "tasks", channel=channel)
        lines = (await at.told("carla", "asked: File with the authority")).splitlines()
        assert lines[0] == "asked: File with the authority [file_authority] (you)"
        assert "asked: Warn the hosts [warn_hosts] (Ben Osei, Ivo Marek)" in lines
        await typed(at, "kim", "tasks", channel="#security")
        await at.told("kim", "Nothing waits for you.")
        await typed(at, "carla", "taks", channel=channel)
        await at.told("carla", "Did you mean `/incident tasks`?")


ALONE = """
    tocsin: 1
    playbook: leak
    title: A small leak
    version: 1
    inputs:
      summary: {type: text, max: 300}
      urls: {type: url, list: true, min: 1}
    roles: {commander: {required: true, title: Incident commander}, counsel: {title: Counsel}}
    phases:
      contain:
        steps:
          - {id: lock, title: Close every link, action: http.request, with: {url: "https://a.example"},
             undo: {action: http.request, with: {url: "https://a.example/undo"}},
             approve: {by: [counsel], break_glass: {after: 1s}}}
"""


def waited(state: Incident) -> bool:
    """Whether the approval was waited for long enough."""
    return any(timer.fired for name, timer in state.timers.items() if name.startswith("glass:"))


async def test_somebody_goes_ahead_alone_with_a_written_reason(home: Path) -> None:
    """After the wait, by whoever may; others are asked, and the one who did not wait is not."""
    async with house(home) as at:
        incident = await at.declared(ALONE)
        channel = await at.channel(incident)
        await at.bench.until(incident, waited)
        await typed(at, "ana", "break-glass lock", channel=channel)
        await at.told("ana", "Going ahead alone needs a written reason.")
        await typed(at, "kim", f"break-glass {incident} lock it spreads", channel="#security")
        await at.told("kim", "Counsel or the commander goes ahead with this alone.")
        await typed(at, "ana", "break-glass lock It spreads, says @Carla.", channel=channel)
        state = await at.bench.until(incident, lambda s: "lock.ratification.1" in s.asks)
        broken = state.asks["lock.approval.1"].broken
        assert broken is not None
        assert (broken.by, broken.reason) == ("ana", "It spreads, says @Carla.")
        await at.press("ana", "approve", incident=incident, ask="lock.ratification.1")
        await at.told("ana", "ratifies this, and never the person who went ahead alone, or wrote it.")
        await at.press("carla", "approve", incident=incident, ask="lock.ratification.1")
        state = await at.bench.until(incident, lambda s: not s.asks["lock.ratification.1"].open)
        assert state.asks["lock.ratification.1"].outcome == "approved"
