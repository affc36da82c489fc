"""Approvals that nobody gives: further roles are asked, and what follows when they expire."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.conducting.showing import decide_surfaces
from engine.domain.conducting.situation import Perform, Situation
from engine.domain.incident import effect_key
from engine.domain.intake import take
from engine.domain.surfaces import NOTICE, Connected
from engine.domain.waking import CallRule, Waking
from tests.unit.domain.story import Story


class Approvals(Story):
    """An incident with an executive, in which approvals call people."""

    roles: ClassVar = {"commander": ["ana"], "counsel": ["carla"], "executive": ["eva"]}
    waking = Waking(rules=(CallRule((timedelta(minutes=20),)),))


def begun(approve: str, kind: str = 'action: http.request, with: {url: "https://a.example"}') -> Approvals:
    """Begin an incident with one step that is approved."""
    return Approvals(f"""
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles: {{commander: {{}}, counsel: {{}}, executive: {{}}}}
    phases:
      contain:
        steps:
          - {{id: one, title: One, {kind}, approve: {{by: [counsel], {approve}}}}}
      review:
        steps:
          - {{id: sum_up, title: Sum up, task: Write., owner: commander, due: 1h}}
    """)


def approves(told: Story, person: str) -> Refusal | None:
    """Approve as a person; return why that is refused."""
    command = cmd.Answer(target="one", verdict="approve")
    taken = take(told.plan, told.incident, command, cmd.Who(person=person), now=told.now)
    if isinstance(taken, Refusal):
        return taken
    told.tells(taken[0])
    return None


def asked(told: Story, ask: str) -> list[str]:
    """Return the roles that are asked for an approval."""
    return list(told.incident.asks[ask].by)


def test_further_roles_may_approve_once_their_time_has_come() -> None:
    """Before, they are refused like everybody else; the event says since when they are not."""
    told = begun("escalate: {after: 30m, to: [executive]}")
    told.waits(minutes=29)
    refusal = approves(told, "eva")
    assert refusal is not None
    assert refusal.rule == "not_asked"
    told.waits(minutes=1)
    assert ev.AskEscalated(ask="one.approval.1", step="one", to=["executive"]) in told.told
    assert approves(told, "eva") is None
    assert told.states() == {"one": "running"}


def test_the_first_roles_may_still_approve() -> None:
    """An escalation takes nothing from anybody."""
    told = begun("escalate: {after: 30m, to: [executive]}")
    told.waits(minutes=31)
    assert approves(told, "carla") is None


def test_an_approval_is_escalated_once_and_never_when_it_was_given() -> None:
    """A timer that fires later finds nothing to do."""
    told = begun("escalate: {after: 30m, to: [executive]}")
    approves(told, "carla")
    told.waits(minutes=40)
    assert not any(isinstance(event, ev.AskEscalated) for event in told.told)
    told = begun("escalate: {after: 30m, to: [executive]}")
    told.waits(minutes=40)
    told.waits(minutes=40)
    assert sum(isinstance(event, ev.AskEscalated) for event in told.told) == 1


def test_people_of_the_further_roles_are_called_like_the_first_ones() -> None:
    """They come after those who were asked first, in the windows of the house."""
    told = begun("escalate: {after: 15m, to: [executive]}")
    for _ in range(3):
        told.waits(minutes=20)
    called = [event.person for event in told.told if isinstance(event, ev.PersonCalled)]
    assert called == ["carla", "eva", "ana"]


def test_a_notice_is_posted_while_it_is_open() -> None:
    """People read once in the channel who is asked now."""
    told = begun("escalate: {after: 15m, to: [executive]}")
    told.waits(minutes=15)
    assert ("notice", "one.approval.1:escalated:1") in _wanted(told)
    approves(told, "eva")
    assert ("notice", "one.approval.1:escalated:1") not in _wanted(told)


def test_an_act_that_nobody_approves_is_declined_unless_it_is_asked_again() -> None:
    """The playbook says which; without a word it is declined."""
    told = begun("expires: 1h")
    told.waits(hours=1)
    assert told.states()["one"] == "declined"
    told = begun("expires: 1h, on_expiry: ask_again, escalate: {after: 30m, to: [executive]}")
    told.waits(hours=1)
    assert told.open_asks() == ["one.approval.2"]
    assert asked(told, "one.approval.2") == ["counsel"]
    told.waits(minutes=30)
    assert asked(told, "one.approval.2") == ["counsel", "executive"]


def test_an_answer_that_nobody_approves_is_asked_again_unless_it_counts_as_declined() -> None:
    """Declined, it goes back to whoever answered; without a word its approval is asked for again."""
    told = begun("expires: 1h", kind="task: Do it., owner: commander")
    told.answers("one.task.1", verdict="done")
    told.waits(hours=1)
    assert told.open_asks() == ["one.approval.2"]
    told = begun("expires: 1h, on_expiry: decline", kind="task: Do it., owner: commander")
    told.answers("one.task.1", verdict="done")
    told.waits(hours=1)
    assert told.open_asks() == ["one.task.2"]


UNDO = """action: http.request, with: {url: "https://a.example"},
             undo: {action: http.request, with: {url: "https://a.example/undo"}}"""


def test_an_undo_that_nobody_approves_in_time_holds_up_no_cancelling() -> None:
    """It is given up, or asked for again where the playbook says so."""
    told = begun("expires: 1h", kind=UNDO)
    approves(told, "carla")
    told.does("one")
    told.tells(ev.CancelOrdered(reason="false alarm", undo=True, by="ana"))
    assert told.open_asks() == ["one.approval.2"]
    told.waits(hours=1)
    assert told.status() == "cancelled"
    told = begun("expires: 1h, on_expiry: ask_again", kind=UNDO)
    approves(told, "carla")
    told.does("one")
    told.tells(ev.CancelOrdered(reason="false alarm", undo=True, by="ana"))
    told.waits(hours=1)
    assert told.open_asks() == ["one.approval.3"]


def _wanted(told: Story) -> set[tuple[str, str]]:
    """Return what is to be shown and is not, the channel being there."""
    made = ev.EffectDone(key=_channel(told), kind="channel", subject="channel", result={"id": "C1"})
    if _channel(told) not in told.incident.effects:
        told.write(ev.EffectIntended(key=_channel(told), kind="channel", subject="channel"), made)
    situation = Situation(told.plan, told.incident, told.now)
    moves = decide_surfaces(situation, Connected(chat=True))
    return {(move.kind, move.subject) for move in moves if isinstance(move, Perform) and move.kind == NOTICE}


def _channel(told: Story) -> str:
    return effect_key(told.incident.id, "channel", "channel")
