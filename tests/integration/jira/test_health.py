"""What the doctor finds in Jira: every right, one line each, by calls that change nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.ports.checks import Check
from engine.ports.people import Person
from integrations.jira import JiraPool, JiraTracker, Setting, health
from integrations.sandbox import Seed
from tests.integration.jira.rig import ANA, EPIC_KEY, KEY, START, HandClock, Rig, ticket

BEN = Person(id="ben", name="Ben Osei", jira="ben.osei")
NOBODY = Person(id="zed", name="Zed Void", jira="zed.void")
UNKNOWN = Person(id="zoe", name="Zoe Void", mail="zoe@example.com")


NOTHING = Setting()


async def found(rig: Rig, setting: Setting = NOTHING) -> Mapping[str, Check]:
    """Ask, and return the checks by name; a name that comes twice keeps the last."""
    return {one.name: one for one in await health(rig.pool, site=rig.site, clock=rig.clock, setting=setting)}


async def test_everything_is_right(rig: Rig) -> None:
    """Nothing is made or moved by asking."""
    before = rig.sandbox.jira.state.model_dump_json()
    told = await found(rig, Setting(people=(BEN, ANA), hooks=True, token_ends=START.date() + timedelta(days=200)))
    assert [one.name for one in told.values() if not one.ok or one.odd] == []
    assert told["jira project"].says == "SEC, Security incidents"
    assert told["jira permissions"].says == "all 10"
    assert "whether we may move there" in told["jira transitions"].says
    assert told["jira people"].says == "2 of 2 can be given tickets"
    assert told["jira token"].says == "ends on 2027-06-12, in 200 days"
    assert rig.sandbox.jira.state.model_dump_json() == before


async def test_ways_are_seen_at_our_own_tickets(rig: Rig) -> None:
    """One that is open can be closed, one that is closed can be opened again."""
    tracker = JiraTracker(rig.site, clock=rig.clock, pool=rig.pool)
    open_ = await tracker.create_ticket(ticket(), key=KEY)
    closed = await tracker.create_ticket(ticket(), key=EPIC_KEY)
    await tracker.close(closed.key, done=True)
    told = (await found(rig))["jira transitions"]
    assert told.says == f"{open_.key} can be closed; {closed.key} can be opened again"


async def test_people_who_can_be_given_no_tickets_are_named(rig: Rig) -> None:
    """Each once, as a warning: their tickets have no assignee."""
    setting = Setting(people=(BEN, NOBODY, UNKNOWN))
    told = await health(rig.pool, site=rig.site, clock=rig.clock, setting=setting)
    said = [one.says for one in told if one.name == "jira people"]
    assert said == [
        "1 of 3 can be given tickets",
        "Zed Void: there is no account zed.void",
        "Zoe Void: nobody with the mail zoe@example.com can be given tickets",
    ]


@pytest.mark.parametrize(("days", "ok", "odd"), [(-1, False, False), (30, True, True), (31, True, False)])
async def test_the_end_of_a_token_is_told_in_time(rig: Rig, days: int, *, ok: bool, odd: bool) -> None:
    """Thirty days before; afterwards it is an error."""
    told = (await found(rig, Setting(token_ends=START.date() + timedelta(days=days))))["jira token"]
    assert (told.ok, told.odd) == (ok, odd)


async def test_a_project_that_is_not_seen_is_said_with_those_that_are(rig: Rig) -> None:
    """Whoever mistyped it sees the right one."""
    site = replace(rig.site, project="SECC")
    async with JiraPool(site, clock=rig.clock) as pool:
        told = {one.name: one for one in await health(pool, site=site, clock=rig.clock)}
    assert not told["jira project"].ok
    assert "It sees: SEC." in told["jira project"].hint
    assert told["jira clock"].ok


async def test_a_project_that_is_not_seen_is_no_fault_of_anybody_else(rig: Rig) -> None:
    """Rights, types and people are looked at when it is there; nobody is told to correct them."""
    site = replace(rig.site, project="SECC")
    async with JiraPool(site, clock=rig.clock) as pool:
        told = await health(pool, site=site, clock=rig.clock, setting=Setting(people=(BEN, ANA)))
    assert [one.name for one in told if not one.ok] == ["jira project"]
    assert "jira people" not in {one.name for one in told}
    assert "jira token" in {one.name for one in told}


async def test_a_wrong_token_is_said_once(rig: Rig) -> None:
    """What everything else would answer the same is not asked."""
    site = replace(rig.site, token="wrong")
    async with JiraPool(site, clock=rig.clock) as pool:
        told = await health(pool, site=site, clock=HandClock())
    assert [one.ok for one in told] == [False]
    assert "TOCSIN_JIRA_TOKEN" in told[0].hint


async def test_a_token_that_has_ended_says_so_where_nobody_is_let_in(rig: Rig) -> None:
    """Jira's answer is the same as to a wrong one."""
    site = replace(rig.site, token="ended")
    async with JiraPool(site, clock=rig.clock) as pool:
        ended = Setting(token_ends=START.date() - timedelta(days=1))
        told = await health(pool, site=site, clock=HandClock(), setting=ended)
    assert [one.name for one in told] == ["jira", "jira token"]
    assert told[1].says.startswith("ended on ")


class TestAnAccountWithFewRights:
    """It may neither transition nor look people up."""

    @pytest.fixture
    def seed(self, seed: Seed) -> Seed:
        refused = ("TRANSITION_ISSUES", "USER_PICKER")
        return seed.model_copy(update={"jira": seed.jira.model_copy(update={"refused_permissions": refused})})

    async def test_what_is_missing_is_named(self, rig: Rig) -> None:
        """With where to give it."""
        told = (await found(rig))["jira permissions"]
        assert (told.ok, told.says) == (False, "missing: Transition Issues")
        assert "permission scheme of SEC" in told.hint


class TestAnAccountThatMayNotLookPeopleUp:
    """It has what is needed in the project."""

    @pytest.fixture
    def seed(self, seed: Seed) -> Seed:
        return seed.model_copy(update={"jira": seed.jira.model_copy(update={"refused_permissions": ("USER_PICKER",)})})

    async def test_it_is_a_warning(self, rig: Rig) -> None:
        """Ids in people.yaml do without it."""
        told = (await found(rig))["jira permissions"]
        assert (told.ok, told.odd) == (True, True)


class TestAProjectWithoutTasks:
    """Its issue types are others."""

    @pytest.fixture
    def seed(self, seed: Seed) -> Seed:
        return seed.model_copy(update={"jira": seed.jira.model_copy(update={"issue_types": ("Epic", "Story")})})

    async def test_the_types_that_there_are_are_listed(self, rig: Rig) -> None:
        """So that one of them can be named."""
        told = (await found(rig))["jira task"]
        assert not told.ok
        assert "Epic, Story" in told.hint


async def test_restricted_playbooks_want_a_level(rig: Rig) -> None:
    """Without one it is a warning that names those there are; a level that is not there is an error."""
    told = (await found(rig, Setting(restricted=True)))["jira security"]
    assert (told.ok, told.odd) == (True, True)
    assert "Incident team only" in told.says
    site = replace(rig.site, security_level="Nobody")
    told = next(one for one in await health(rig.pool, site=site, clock=rig.clock) if one.name == "jira security")
    assert not told.ok
