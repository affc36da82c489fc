"""Roles from rotas: at the declaring, when a role is given to whoever is on call, and when a rota is away."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from engine.bootstrap.rotas import choosing_of
from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.reports.reader import Reader
from engine.reports.status import status
from engine.reports.timeline import lines
from engine.runtime.desk import Desk, Playbook
from engine.settings.people import read_people
from engine.settings.read import settings_of
from integrations.sandbox import Fault, FaultKind, Sandbox, default_seed, run_sandbox
from integrations.sandbox.rotas import API_TOKEN
from integrations.system.clock import SystemClock
from integrations.system.secrets import EnvironmentSecrets
from tests.integration.inward.rig import CONFIG
from tests.integration.runtime.bench import Bench, Counterpart
from tests.integration.waking.rig import PLAYBOOK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BEN = cmd.Who(person="ben", zone="Europe/Berlin")
ROTAS = {
    "file": "rotas: {primary: {file: turns.yaml}}",
    "ics file": "rotas: {primary: {ics: rota.ics}}",
    "ics address": 'rotas: {primary: {ics: "URL/rota.ics"}}',
    "ics secret": "rotas: {primary: {ics_secret: ROTA}}",
    "pagerduty": "rotas: {primary: {pagerduty: PSANDBX, secret: API}}",
}
TURNS = "- {from: 2020-01-01T00:00Z, until: 2050-01-01T00:00Z, person: jo}\n"
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20200101T000000Z\r\n"
    "DTEND:20500101T000000Z\r\nSUMMARY:Jo Bell\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@asynccontextmanager
async def office(home: Path, rota: str) -> AsyncIterator[tuple[Desk, Bench, Sandbox]]:
    """Open a desk whose commander has a rota; nobody is on its list but Ana."""
    async with run_sandbox(default_seed(), now=SystemClock().now) as sandbox:
        sandbox.world.rotas.oncalls = [("x@example.com", "X", 2), ("jo.bell@example.com", "Jo", 1)]
        sandbox.world.rotas.calendar = CALENDAR
        text = (CONFIG / "people.yaml").read_text(encoding="utf-8")
        text = text.replace("commander: [ana, jo]", "commander: {on_call: primary, then: [ana]}")
        config = home / "config"
        config.mkdir()
        wanted = ROTAS[rota].replace("URL", sandbox.pagers_url)
        (config / "people.yaml").write_text(f"{text}\n{wanted}\n", encoding="utf-8")
        (config / "turns.yaml").write_text(TURNS, encoding="utf-8")
        (config / "rota.ics").write_text(CALENDAR, encoding="utf-8", newline="")
        people = read_people(config / "people.yaml")
        settings = settings_of(
            {
                "TOCSIN_HOME": str(home),
                "TOCSIN_CONFIG": str(config),
                "TOCSIN_PAGERDUTY_API_URL": f"{sandbox.pagers_url}/pagerduty",
            }
        )
        secrets = {"TOCSIN_SECRET_ROTA": f"{sandbox.pagers_url}/rota.ics", "TOCSIN_SECRET_API": API_TOKEN}
        choosing = choosing_of(settings, people, secrets=EnvironmentSecrets(secrets))
        bench = Bench(home, system=Counterpart(port=9))
        async with bench.ledger:
            desk = Desk(
                ledger=bench.ledger,
                standings=bench.shop.standings,
                plans=bench.shop.plans,
                people=people,
                clock=bench.clock,
                choosing=choosing,
            )
            yield desk, bench, sandbox


async def declared(desk: Desk) -> str:
    """Declare an incident."""
    playbook = Playbook(dedent(PLAYBOOK).encode(), "leak.yaml")
    made = await desk.declare(playbook, {"summary": "A link", "urls": ["https://a.example/1"]}, BEN)
    return made.incident


@pytest.mark.parametrize("rota", ROTAS)
async def test_whoever_is_on_call_holds_the_role_from_the_declaring(home: Path, rota: str) -> None:
    """From every kind of rota; the timeline says from which."""
    async with office(home, rota) as (desk, bench, _):
        incident = await declared(desk)
        look = await desk.look(incident)
        assert look.incident.roles["commander"] == ("jo", "ana")
        reader = Reader(look.plan, name=lambda person: person.capitalize())
        (first, *_) = lines(await bench.ledger.entries(incident), reader)
        assert first.text.endswith("Jo is on call for the role commander (rota primary).")
        seen = status(look.plan, look.incident, now=look.now)
        assert seen["on_call"] == {"commander": {"rota": "primary", "person": "jo", "trouble": ""}}


async def test_a_rota_that_cannot_be_asked_leaves_the_list_and_that_is_said(home: Path) -> None:
    """In what needs a person, until somebody gives the role."""
    async with office(home, "pagerduty") as (desk, _, sandbox):
        sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="/pagers/*", status=503))
        incident = await declared(desk)
        look = await desk.look(incident)
        assert look.incident.roles["commander"] == ("ana",)
        (need,) = [
            need for need in status(look.plan, look.incident, now=look.now)["attention"] if need["kind"] == "rota"
        ]
        assert "Rota primary did not say who is on call for commander (PagerDuty answered 503)" in need["text"]
        ana = cmd.Who(person="ana")
        came = await desk.give(incident, cmd.AssignRole(role="commander", people=[]), ana)
        assert not isinstance(came, Refusal)
        (event,) = came
        assert isinstance(event, ev.RoleAssigned)
        assert (event.people, event.on_call and event.on_call.person) == (["jo", "ana"], "jo")
        look = await desk.look(incident)
        assert not [n for n in status(look.plan, look.incident, now=look.now)["attention"] if n["kind"] == "rota"]
        await desk.give(incident, cmd.AssignRole(role="commander", people=["ana"]), ana)
        assert (await desk.look(incident)).incident.on_call == {}


async def test_a_role_is_given_to_nobody_only_when_there_is_somebody(home: Path) -> None:
    """Without a rota the list holds; where that is empty too it is refused."""
    async with office(home, "file") as (desk, _, sandbox):
        del sandbox
        incident = await declared(desk)
        bare = replace(desk, choosing=replace(desk.choosing, rota_of={}, people=replace(desk.people, roles={})))  # type: ignore[type-var] # both are dataclasses here
        came = await bare.give(incident, cmd.AssignRole(role="commander", people=[]), cmd.Who(person="jo"))
        assert isinstance(came, Refusal)
        assert came.message == "Nobody is on call or listed for commander."


async def test_an_answer_that_is_none_of_pagerduty_is_no_answer(home: Path) -> None:
    """Something else stands at that address."""
    async with office(home, "pagerduty") as (desk, _, sandbox):
        sandbox.world.rotas.oncalls = [("jo.bell@example.com", "Jo", "one")]  # type: ignore[list-item] # no level at all
        assert desk.choosing is not None
        (choice,) = await desk.choosing.choose(["commander"], at=datetime(2026, 11, 24, tzinfo=UTC))
        assert choice.on_call is not None
        assert choice.on_call.trouble == "PagerDuty's answer is not one of its on-calls."


async def test_rotas_are_asked_at_the_instant_that_is_meant(home: Path) -> None:
    """Before its first turn nobody is on call."""
    async with office(home, "ics address") as (desk, _, sandbox):
        del sandbox
        assert desk.choosing is not None
        (early,) = await desk.choosing.choose(["commander"], at=datetime(2019, 1, 1, tzinfo=UTC))
        assert early.people == ("ana",)
        assert early.on_call is not None
        assert early.on_call.trouble == "nobody is on call"
