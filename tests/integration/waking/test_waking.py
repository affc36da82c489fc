"""Somebody wakes up: reminders, calls and pages, from the clock to the far side and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.surfaces import CALL, CARD, PAGE, PAGE_ENDED, PAGE_TAKEN, REMINDER, made
from engine.reports.status import status
from integrations.sandbox import Fault, FaultKind
from tests.integration.waking.rig import ASK, PAGES, PLAYBOOK, woken

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 75
ANA, JO = (cmd.Who(person=person, via="slack", strength="slack-signed") for person in ("ana", "jo"))


async def test_an_ask_nobody_acknowledges_pages_the_first_then_the_second_who_is_on_it(home: Path) -> None:
    """The second presses the button: both pages are acknowledged, no third is called, and the answer ends them."""
    async with woken(home) as world:
        incident = await world.house.declared(PLAYBOOK)
        await world.until(incident, lambda state: made(state, CARD, ASK))
        world.passes(minutes=16)
        await world.until(incident, lambda state: made(state, PAGE, f"{ASK}#1:duty"))
        (first,) = world.alerts()
        assert (first.service, first.state, first.sent) == ("pagerduty", "open", 1)
        assert first.body["payload"]["severity"] == "critical"
        assert "a decision waits for Ana Ruiz" in first.body["payload"]["summary"]
        assert first.body["links"][0]["href"].startswith("http")
        await world.said("<@U0ANA>")
        world.passes(minutes=11)
        await world.until(incident, lambda state: made(state, PAGE, f"{ASK}#2:phones"))
        assert await world.said("Called: Jo Bell, level 2; nobody has answered since")
        await world.until(incident, lambda state: made(state, CALL, f"{ASK}#2"))
        await world.house.press("jo", "acknowledge", incident=incident, ask=ASK)
        state = await world.until(incident, lambda state: made(state, PAGE_TAKEN, f"{ASK}#2:phones"))
        await world.until(incident, lambda state: made(state, PAGE_TAKEN, f"{ASK}#1:duty"))
        assert [alert.state for alert in world.alerts()] == ["acknowledged", "acknowledged"]
        await world.said("Jo Bell is on it since")
        world.passes(minutes=66)
        state = await world.until(incident, lambda state: state.asks[ASK].reminded == SECOND)
        assert [call.person for call in state.asks[ASK].calls] == ["ana", "jo"]
        await world.house.desk.give(incident, cmd.Answer(target=ASK, verdict="no", reason="nobody"), JO)
        state = await world.until(incident, lambda state: made(state, PAGE_ENDED, f"{ASK}#2:phones"))
        await world.until(incident, lambda state: made(state, PAGE_ENDED, f"{ASK}#1:duty"))
        assert [(alert.service, alert.state, alert.sent) for alert in world.alerts()] == [
            ("pagerduty", "ended", 1),
            ("opsgenie", "ended", 1),
        ]


async def test_a_reminder_calls_those_asked_once_and_waits_for_work_to_begin(home: Path) -> None:
    """At 04:15 in Berlin only containment reminds; a target of the same time waits, and is then past its due."""
    async with woken(home, escalation="reminders: [50, 75, 90]") as world:
        incident = await world.house.declared(PLAYBOOK)
        await world.until(incident, lambda state: made(state, CARD, ASK))
        world.passes(minutes=61)
        await world.until(incident, lambda state: made(state, REMINDER, f"{ASK}:50"))
        assert "<@U0ANA>" in await world.said("50 % of the time has passed for “Who is shown?”")
        world.passes(minutes=48)
        state = await world.until(incident, lambda state: made(state, REMINDER, f"{ASK}:90"))
        assert [reminder.share for reminder in state.asks[ASK].reminders] == [50, 90]
        assert state.asks["words.task.1"].reminders == ()
        assert world.alerts() == []


FAULTS = {
    "ok": None,
    "429": Fault(kind=FaultKind.RATE_LIMITED, match="/pagers/*", seconds=1),
    "500": Fault(kind=FaultKind.SERVER_ERROR, match="/pagers/*"),
    "committed, then 500": Fault(kind=FaultKind.SERVER_ERROR, match="/pagers/*", after_commit=True),
    "committed, then dropped": Fault(kind=FaultKind.DROP_REPLY, match="/pagers/*", after_commit=True),
    "no answer": Fault(kind=FaultKind.HANG, match="/pagers/*"),
    "committed, then no answer": Fault(kind=FaultKind.HANG, match="/pagers/*", after_commit=True),
    "twice dropped": Fault(kind=FaultKind.DROP_REPLY, match="/pagers/*", after_commit=True, count=2),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("pager", ["duty", "phones", "bridge"])
async def test_whatever_goes_wrong_there_is_one_alert_and_it_ends(home: Path, pager: str, fault: str) -> None:
    """Each pager tells by the key what it knows already; the end of a page survives the same faults."""
    escalation = PAGES.replace("people: {ana: [duty], jo: [phones], ben: [bridge]}", f"people: {{ana: [{pager}]}}")
    async with woken(home, escalation=escalation.replace("[15m, 10m]", "[at once, 2h]")) as world:
        wrong = FAULTS[fault]
        if wrong is not None:
            world.house.sandbox.faults.add(wrong)
        incident = await world.house.declared(PLAYBOOK)
        await world.until(incident, lambda state: made(state, PAGE, f"{ASK}#1:{pager}"))
        (alert,) = world.alerts()
        assert alert.state == "open"
        if wrong is not None:
            world.house.sandbox.faults.add(wrong)
        await world.house.desk.give(incident, cmd.Answer(target=ASK, verdict="no", reason="nobody"), ANA)
        state = await world.until(incident, lambda state: made(state, PAGE_ENDED, f"{ASK}#1:{pager}"))
        assert [(alert.key, alert.state) for alert in world.alerts()] == [(alert.key, "ended")]
        done = [entry.event for entry in await world.house.bench.ledger.entries(incident)]
        ended = [event for event in done if isinstance(event, ev.EffectDone) and event.kind in (PAGE, PAGE_ENDED)]
        assert [event.kind for event in ended] == [PAGE, PAGE_ENDED]
        assert all(effect.status == "done" for effect in state.effects.values() if effect.kind in (PAGE, PAGE_ENDED))


async def test_a_page_of_unknown_outcome_wakes_nobody_once_it_is_answered(home: Path) -> None:
    """While the pager is away the ask is answered: what may have gone out is ended, and nothing is sent."""
    escalation = PAGES.replace("[15m, 10m]", "[at once, 2h]")
    async with woken(home, escalation=escalation) as world:
        world.house.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="/pagers/*", count=None))
        incident = await world.house.declared(PLAYBOOK)
        subject = f"{ASK}#1:duty"

        def unsure(state: object) -> bool:
            effects = getattr(state, "effects", {}).values()
            return any(effect.kind == PAGE and effect.unsure for effect in effects)

        await world.until(incident, unsure)
        look = await world.house.desk.look(incident)
        needs = [need["kind"] for need in status(look.plan, look.incident, now=look.now)["attention"]]
        assert {"called", "not_shown"} <= set(needs)
        await world.house.desk.give(incident, cmd.Answer(target=ASK, verdict="no", reason="nobody"), ANA)
        world.house.sandbox.faults.clear()
        state = await world.until(incident, lambda state: made(state, PAGE_ENDED, subject))
        assert world.alerts() == []
        (page,) = [effect for effect in state.effects.values() if effect.kind == PAGE]
        assert page.result["withheld"] is True


async def test_an_engine_that_ends_while_it_pages_pages_once(home: Path) -> None:
    """The next one sends the page again under the same key: there is one alert."""
    escalation = PAGES.replace("[15m, 10m]", "[at once, 2h]")
    async with woken(home, escalation=escalation) as world:
        world.house.sandbox.faults.add(
            Fault(kind=FaultKind.DROP_REPLY, match="/pagers/*", after_commit=True, count=None)
        )
        incident = await world.house.declared(PLAYBOOK)
        await world.paged(lambda alerts: len(alerts) == 1)
        await world.ends()
        world.house.sandbox.faults.clear()
        async with world.house.bench.engine("engine-2"):
            await world.until(incident, lambda state: made(state, PAGE, f"{ASK}#1:duty"))
        (alert,) = world.alerts()
        assert alert.state == "open"


async def test_the_channel_and_the_shell_say_who_is_on_it(home: Path) -> None:
    """A command by its step, refused in private to who is not asked; the status in the channel names them."""
    async with woken(home, escalation="reminders: []") as world:
        incident = await world.house.declared(PLAYBOOK)
        channel = await world.house.channel(incident)
        ana, carla = world.house.human("ana"), world.house.human("carla")
        await ana.post("/commands", command="/incident", text="ack depicted", channel=channel)
        state = await world.until(incident, lambda state: state.asks[ASK].on_it is not None)
        assert state.asks[ASK].open
        await ana.post("/commands", command="/incident", text="status", channel=channel)
        assert "you are on it since" in await world.house.told("ana", "asked: Who is shown?")
        await world.house.chat.invite(channel, [world.house.desk.people.person("carla") or pytest.fail("no Carla")])
        await carla.post("/commands", command="/incident", text="ack depicted", channel=channel)
        assert "Ask Ana Ruiz or Jo Bell." in await world.house.told("carla", "decides")
        look = await world.house.desk.look(incident)
        (asked, _) = status(look.plan, look.incident, now=look.now)["asks"]
        assert asked["on_it"]["person"] == "ana"


async def test_what_is_refused_is_said_and_restricted_words_stay_in_the_house(home: Path) -> None:
    """A wrong key is named with its variable; a page of a restricted step holds no title."""
    escalation = PAGES.replace("secret: DUTY", "secret: BRIDGE").replace("[15m, 10m]", "[at once, 2h]")
    hidden = PLAYBOOK.replace("title: Who is shown?,", "title: Secret canary, sensitivity: restricted,")
    async with woken(home, escalation=escalation.replace("ana: [duty]", "ana: [duty, bridge]")) as world:
        incident = await world.house.declared(hidden)
        await world.until(incident, lambda state: made(state, PAGE, f"{ASK}#1:bridge"))
        await world.until(incident, lambda state: any(e.message for e in state.effects.values() if e.kind == PAGE))
        (alert,) = world.alerts()
        assert alert.service == "webhook"
        assert "canary" not in json.dumps(alert.body)
        assert alert.body["person"]["mail"] == "ana.ruiz@example.com"
        look = await world.house.desk.look(incident)
        attention = status(look.plan, look.incident, now=look.now)["attention"]
        assert any("Pager duty answered 400" in need["text"] for need in attention)
