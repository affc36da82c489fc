"""`tocsin connect slack`, as somebody with a new workspace types it."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from integrations.sandbox import Sandbox, Seed
from integrations.slack.methods import needed_scopes
from tests.architecture.sources import ROOT
from tests.integration.setup.box import settings_of
from tests.integration.setup.keyboard import at_the_keyboard
from tests.terminal import Run


@pytest.fixture
def place(home: Path, config: Path, box: Sandbox) -> Mapping[str, str]:
    """Folders of this test's own, and where Slack is; no token."""
    home.chmod(0o700)
    folders = {"TOCSIN_HOME": str(home), "TOCSIN_CONFIG": str(config), "TOCSIN_PLAYBOOKS": str(ROOT / "playbooks")}
    return {**folders, "TOCSIN_SLACK_BASE_URL": box.slack_base_url}


def test_from_the_page_to_the_doctor(place: Mapping[str, str], box: Sandbox, home: Path, config: Path) -> None:
    """A wrong token and a swapped one are said in words; what is written is for its owner alone, and shown nowhere."""
    before = (config / "settings.toml").read_text(encoding="utf-8")
    with at_the_keyboard("connect", "slack", environment=place) as keys:
        keys.expect("https://api.slack.com/apps?new_app=1&manifest_json=%7B")
        keys.type("xoxb-mistyped", after="Bot token:")
        keys.expect("invalid_auth")
        keys.type(box.slack_app_token, after="Bot token:")
        keys.expect("This is the app-level token")
        keys.type(box.slack_bot_token, after="Bot token:")
        keys.expect("Example Org, as tocsin")
        keys.expect("App-Level Tokens: Generate Token")
        keys.type("xapp-mistyped", after="App-level token:")
        keys.expect("invalid_auth")
        keys.type(box.slack_app_token, after="App-level token:")
        keys.expect("TOCSIN_SLACK_BOT_TOKEN, TOCSIN_SLACK_APP_TOKEN (not shown)")
        keys.expect(f'+slack_base_url = "{box.slack_base_url}"')
        keys.type("y", after="Write this? [Y/n]:")
        code = keys.end()
    assert (code, "Connected." in keys.shown) == (0, True), keys.shown
    assert box.slack_bot_token not in keys.shown
    assert box.slack_app_token not in keys.shown
    assert "mistyped" not in keys.shown
    assert (config / "settings.toml").read_text(
        encoding="utf-8"
    ) == f'{before}slack_base_url = "{box.slack_base_url}"\n'
    kept = home / "secrets.env"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert f"TOCSIN_SLACK_BOT_TOKEN={box.slack_bot_token}\n" in kept.read_text(encoding="utf-8")


def test_it_can_be_run_again_and_left_at_any_time(place: Mapping[str, str], box: Sandbox, home: Path) -> None:
    """Enter keeps what is set; Ctrl-C and a no leave every file as it was."""
    kept = home / "secrets.env"
    with at_the_keyboard("connect", "slack", environment=place) as keys:
        keys.type(box.slack_bot_token, after="Bot token:")
        keys.interrupt(after="App-level token:")
        assert keys.end() == 130
    assert not kept.exists()
    with at_the_keyboard("connect", "slack", environment=place) as keys:
        keys.type(box.slack_bot_token, after="Bot token:")
        keys.type(box.slack_app_token, after="App-level token:")
        keys.type("n", after="Write this?")
        assert keys.end() == 0
    assert not kept.exists()
    kept.write_text(
        f"TOCSIN_SLACK_BOT_TOKEN={box.slack_bot_token}\nTOCSIN_SLACK_APP_TOKEN=xapp-old\n", encoding="utf-8"
    )
    kept.chmod(0o600)
    with at_the_keyboard("connect", "slack", environment=place) as keys:
        assert "manifest_json" not in keys.expect(f"set, {kept}:1")
        keys.type("", after="Bot token (Enter keeps it):")
        keys.type("", after="App-level token (Enter keeps it):")
        keys.expect("invalid_auth")
        keys.type(box.slack_app_token, after="App-level token (Enter keeps it):")
        keys.type("", after="Write this?")
        assert keys.end() == 0
    assert kept.read_text(encoding="utf-8").splitlines() == [
        f"TOCSIN_SLACK_BOT_TOKEN={box.slack_bot_token}",
        f"TOCSIN_SLACK_APP_TOKEN={box.slack_app_token}",
    ]


class TestAnAppWithTooFewScopes:
    """It was made by hand, without two of them."""

    @pytest.fixture
    def seed(self, seed: Seed) -> Seed:
        scopes = tuple(one for one in needed_scopes() if one not in ("pins:write", "users:read.email"))
        return seed.model_copy(update={"slack": seed.slack.model_copy(update={"scopes": scopes})})

    def test_they_are_named_with_what_they_are_for(self, place: Mapping[str, str], box: Sandbox) -> None:
        """Whoever adds them has it looked at again; whoever goes on is told at the end, exit code 4."""
        with at_the_keyboard("connect", "slack", environment=place) as keys:
            keys.type(box.slack_bot_token, after="Bot token:")
            keys.expect("missing: pins:write (pinning the living message)")
            keys.expect("users:read.email (finding people by their mail)")
            keys.type("y", after="Look again, when that is done")
            keys.expect("missing: pins:write")
            keys.type("n", after="Look again, when that is done")
            keys.type(box.slack_app_token, after="App-level token:")
            keys.type("y", after="Write this?")
            assert keys.end() == 4
        assert "Connected, with something left to do" in keys.shown


def test_slack_calls_in_where_that_is_wanted(place: Mapping[str, str], box: Sandbox, home: Path) -> None:
    """The manifest is one for signed requests, and the signing secret is asked for."""
    http = ("--http", "https://tocsin.example")
    with at_the_keyboard("connect", "slack", *http, environment=place) as keys:
        keys.expect("https%3A%2F%2Ftocsin.example%2Fslack%2Fevents")
        keys.type(box.slack_bot_token, after="Bot token:")
        keys.type("xapp-1", after="Signing secret:")
        keys.expect("This is a token")
        keys.type("0123456789abcdef0123456789abcdef", after="Signing secret:")
        keys.type("y", after="Write this?")
        assert keys.end() == 0
    assert "TOCSIN_SLACK_SIGNING_SECRET=0123" in (home / "secrets.env").read_text(encoding="utf-8")


def test_a_slack_that_is_away_is_said(place: Mapping[str, str], home: Path) -> None:
    """Nothing is written."""
    away = {**place, "TOCSIN_SLACK_BASE_URL": "http://127.0.0.1:9/"}
    with at_the_keyboard("connect", "slack", environment=away) as keys:
        for _ in range(5):
            keys.type("xoxb-1", after="Bot token:")
            keys.expect("Slack cannot be reached")
        assert keys.end() == 2
    assert not (home / "secrets.env").exists()


def test_scripts_take_everything_from_the_environment(
    tocsin: Run, box: Sandbox, home: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked; what is not there is an error that names it, and a second run changes nothing."""
    given = settings_of(box)
    monkeypatch.setenv("TOCSIN_SLACK_BASE_URL", given["TOCSIN_SLACK_BASE_URL"])
    tocsin_ran = tocsin("connect", "slack", "--no-input")
    assert tocsin_ran.code == 2
    assert "Set TOCSIN_SLACK_BOT_TOKEN" in tocsin_ran.err
    monkeypatch.setenv("TOCSIN_SLACK_BOT_TOKEN", "xoxb-wrong")
    assert tocsin("connect", "slack", "--no-input").code == 2
    assert not (home / "secrets.env").exists()
    for name in ("TOCSIN_SLACK_BOT_TOKEN", "TOCSIN_SLACK_APP_TOKEN"):
        monkeypatch.setenv(name, given[name])
    ran = tocsin("connect", "slack", "--from-env", "--no-input")
    assert (ran.code, ran.out.endswith("Connected.\n")) == (0, True), ran
    assert box.slack_bot_token not in ran.out
    for name in ("TOCSIN_SLACK_BOT_TOKEN", "TOCSIN_SLACK_APP_TOKEN", "TOCSIN_SLACK_BASE_URL"):
        monkeypatch.delenv(name)
    assert "nothing is written" in tocsin("connect", "slack", "--no-input").out
    assert "slack people" in tocsin("doctor", "--connect").out
    assert "slack_base_url" in (config / "settings.toml").read_text(encoding="utf-8")


def test_the_manifest_asks_for_what_is_used(tocsin: Run) -> None:
    """As JSON, as a link, and for signed requests; an address that Slack would refuse is refused."""
    told = tocsin("slack", "manifest").json
    assert told["oauth_config"]["scopes"]["bot"] == list(needed_scopes())
    assert told["settings"]["socket_mode_enabled"] is True
    by_http = tocsin("slack", "manifest", "--http", "https://tocsin.example/").json
    url = "https://tocsin.example/slack/events"
    assert by_http["settings"]["socket_mode_enabled"] is False
    assert by_http["settings"]["interactivity"] == {"is_enabled": True, "request_url": url}
    assert [one["url"] for one in by_http["features"]["slash_commands"]] == [url]
    assert by_http["settings"].get("event_subscriptions", {"request_url": url})["request_url"] == url
    assert tocsin("slack", "manifest", "--link").out.startswith(
        "https://api.slack.com/apps?new_app=1&manifest_json=%7B"
    )
    tocsin("slack", "manifest", "--http", "http://tocsin.example").said(2, "Slack sends nothing to", "https://")
    tocsin("slack", "manifest", "--name", "An incident response tool of our own").said(2, "no app called", "35")
    for command in ("incident", "/Incident", "/an incident", f"/{'x' * 32}"):
        tocsin("slack", "manifest", "--command", command).said(2, "no command called", "/incident")
    assert "manifest" in tocsin("slack").out
