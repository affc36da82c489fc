"""What the doctor finds in Slack: every right, one line each, by calls that change nothing."""

import pytest

from engine.ports.people import Person
from integrations.sandbox import Sandbox, Seed
from integrations.sandbox.faults import Fault, FaultKind
from integrations.slack import SlackApi
from integrations.slack.checks import checks, purpose
from integrations.slack.methods import needed_scopes
from integrations.system.clock import SystemClock
from tests.integration.slack.persons import ANA, BEN

NOBODY = Person(id="zed", name="Zed Void", mail="zed@example.com")


def test_every_scope_has_a_reason() -> None:
    """Whoever is asked for a right is told what for."""
    assert [scope for scope in needed_scopes() if not purpose(scope)] == []


async def found(
    sandbox: Sandbox, *, bot: str = "", app: str = "", signed: bool = False, people: tuple[Person, ...] = ()
) -> dict[str, tuple[bool, bool, str, str]]:
    """Ask, and return ok, odd, what it says and the hint by name; a name that comes twice keeps the last."""
    bot = bot or sandbox.slack_bot_token
    api = SlackApi(bot_token=bot, base_url=sandbox.slack_base_url, timeout=5)
    told = await checks(api, bot_token=bot, app_token=app, signed=signed, clock=SystemClock(), people=people)
    assert not any(bot in f"{one.says}{one.hint}" for one in told)
    return {one.name: (one.ok, one.odd, one.says, one.hint) for one in told}


async def test_everything_is_right(sandbox: Sandbox) -> None:
    """Nothing is made, opened or posted by asking."""
    before = sandbox.slack.state.model_dump_json()
    told = await found(sandbox, app=sandbox.slack_app_token, signed=True, people=(BEN, ANA))
    assert all(ok for ok, *_ in told.values())
    assert [name for name, (_, odd, *_) in told.items() if odd] == []
    assert told["slack"][2] == "Example Org, as tocsin"
    assert told["slack socket"][2].startswith("may be opened; none was opened")
    assert told["slack people"][2] == "2 of 2 found"
    assert sandbox.slack.state.model_dump_json() == before
    assert sandbox.slack.sockets.connected == 0


async def test_a_wrong_token_hides_nothing_of_the_other(sandbox: Sandbox) -> None:
    """The app-level token is looked at although the bot's is refused."""
    told = await found(sandbox, bot="xoxb-wrong", app="xapp-wrong")
    assert told["slack"][0] is False
    assert told["slack socket"][0] is False
    assert "TOCSIN_SLACK_BOT_TOKEN" in told["slack"][3]
    assert "TOCSIN_SLACK_APP_TOKEN" in told["slack socket"][3]


async def test_tokens_of_the_wrong_kind_are_told_apart(sandbox: Sandbox) -> None:
    """Swapped, a person's, one that is rotated: each is said in words."""
    swapped = await found(sandbox, bot=sandbox.slack_app_token, app=sandbox.slack_bot_token)
    assert "app-level token" in swapped["slack"][3]
    assert "no app-level token" in swapped["slack socket"][3]
    assert "token rotation" in (await found(sandbox, bot="xoxe.xoxb-1"))["slack"][3]
    assert "no bot token" in (await found(sandbox, bot="xoxp-sandbox-ben"))["slack"][3]


async def test_without_a_way_in_nothing_arrives(sandbox: Sandbox) -> None:
    """Neither Socket Mode nor signed requests: that is an error."""
    told = await found(sandbox)
    assert told["slack socket"][0] is False
    assert "tocsin connect slack" in told["slack socket"][3]


class TestAnAppWithOtherScopes:
    """Two are missing, one is more than needed."""

    @pytest.fixture
    def seed(self, seed: Seed) -> Seed:
        scopes = (*(one for one in needed_scopes() if one not in ("pins:write", "groups:write")), "team:read")
        return seed.model_copy(update={"slack": seed.slack.model_copy(update={"scopes": scopes})})

    async def test_missing_ones_are_named_with_what_they_are_for(self, sandbox: Sandbox) -> None:
        """And the right to make channels is refused by the very call."""
        told = await found(sandbox)
        assert told["slack scopes"][0] is False
        assert "pins:write (pinning the living message)" in told["slack scopes"][2]
        assert "Reinstall" in told["slack scopes"][3]
        assert told["slack channels"][0] is False
        assert "missing_scope" in told["slack channels"][2]


class TestAnAppWithMoreScopes:
    """One is more than needed."""

    @pytest.fixture
    def seed(self, seed: Seed) -> Seed:
        scopes = (*needed_scopes(), "team:read")
        return seed.model_copy(update={"slack": seed.slack.model_copy(update={"scopes": scopes})})

    async def test_it_is_named_and_no_error(self, sandbox: Sandbox) -> None:
        """It works; whoever wants less risk takes it away."""
        told = await found(sandbox)
        assert told["slack scopes"][0] is True
        assert "not needed: team:read" in told["slack scopes"][2]


class TestAWorkspaceThatLetsNoChannelsBeMade:
    """A preference of the workspace forbids it."""

    @pytest.fixture
    def seed(self, seed: Seed) -> Seed:
        return seed.model_copy(update={"slack": seed.slack.model_copy(update={"channels_restricted": True})})

    async def test_it_is_found_before_an_incident_needs_one(self, sandbox: Sandbox) -> None:
        """The hint says whom to ask."""
        told = await found(sandbox)
        assert told["slack channels"][0] is False
        assert "workspace administrator" in told["slack channels"][3]


async def test_people_who_cannot_be_found_are_named(sandbox: Sandbox) -> None:
    """Each once, as a warning: the incident runs without them there."""
    told = await found(sandbox, people=(BEN, NOBODY))
    assert told["slack people"] == (
        True,
        True,
        "Zed Void: nobody has the mail zed@example.com",
        "Correct zed in people.yaml; until then they are not invited, and this is shown.",
    )


async def test_a_slack_that_wants_less_is_not_pressed(sandbox: Sandbox) -> None:
    """What is asked about people ends at the first refusal of that kind."""
    sandbox.faults.add(Fault(kind=FaultKind.RATE_LIMITED, match="users.*", seconds=30, count=None))
    told = await found(sandbox, people=(BEN, ANA, NOBODY))
    assert "slow down" in told["slack people"][2]
    assert len(sandbox.log.calls("users.info")) + len(sandbox.log.calls("users.lookupByEmail")) == 1


async def test_a_connection_that_was_just_asked_for_is_no_error(sandbox: Sandbox) -> None:
    """Slack lets that be asked once a minute; it is said, and nothing is called wrong."""
    sandbox.faults.add(Fault(kind=FaultKind.RATE_LIMITED, match="apps.connections.open", seconds=60, count=None))
    told = await found(sandbox, app=sandbox.slack_app_token)
    assert told["slack socket"][:2] == (True, True)


async def test_a_slack_that_is_away_is_said(sandbox: Sandbox) -> None:
    """The hint says what to look at."""
    api = SlackApi(bot_token="xoxb-1", base_url="http://127.0.0.1:9/")
    told = await checks(api, bot_token="xoxb-1", app_token="", signed=True, clock=SystemClock())
    assert [(one.name, one.ok) for one in told] == [("slack", False), ("slack http", True)]
    assert "network" in told[0].hint
