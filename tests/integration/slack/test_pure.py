"""Commands, signatures and the app's manifest, without any Slack."""

import ast
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import integrations.slack
from engine.ports.acts import ActKind
from integrations.sandbox.slack.catalog import METHODS as LOCAL_METHODS
from integrations.sandbox.slack.delivery import SCOPES as EVENT_SCOPES
from integrations.sandbox.values import hex_hmac
from integrations.slack import (
    MANIFEST,
    app_manifest,
    challenge,
    install_link,
    interpret,
    unpack,
    verify_signature,
)
from integrations.slack.markup import plain
from integrations.slack.methods import EVENTS, METHODS, needed_scopes
from integrations.slack.reception import source_id
from tests.architecture.sources import ROOT

WORDS = (
    *("type", "user", "id", "view", "state", "values", "value", "actions", "action_id", "event", "event_id", "item"),
    *("channel", "ts", "container", "authorizations", "message", "callback_id", "selected_option", "hash", "reaction"),
)
NOW = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
EVENT = b'{"type": "event_callback", "event": {"type": "message"}, "event_id": "Ev1"}'
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)
BODY = b"payload=%7B%7D\xff"


@pytest.mark.parametrize(
    ("text", "action", "rest"),
    [
        ("", "declare", ""),
        ("declare", "declare", ""),
        (" status ", "status", ""),
        ("add https://a.example/?a=1&b=2", "add", "https://a.example/?a=1&b=2"),
        ("add <https://a.example/?a=1&amp;b=2|a.example>", "add", "https://a.example/?a=1&b=2"),
        ("add INC-3 <https://a.example|a.example>", "add", "INC-3 https://a.example"),
        ("declare lost-device", "declare", "lost-device"),
        ("help", "help", ""),
        ("Note  two words ", "note", "two words"),
        ("done file_authority", "done", "file_authority"),
        ("done", "done", ""),
        ("ad https://a.example", "ad", "https://a.example"),
        ("note\nTwo lines", "note", "Two lines"),
        (
            "note a &lt; b &amp; <#C1|general>, <mailto:a@b.example|a@b.example>",
            "note",
            "a < b & #general, a@b.example",
        ),
        ("assign commander <@U1|ana>", "assign", "commander <@U1|ana>"),
    ],
)
def test_a_command_is_read(text: str, action: str, rest: str) -> None:
    """The first word says what, the rest to what, as it was typed; mentions stay, since they name accounts."""
    payload = {"command": "/incident", "text": text, "user_id": "U1", "channel_id": "C1", "trigger_id": "T1"}
    act = interpret(payload)
    assert act is not None
    assert (act.kind, act.action, act.text) == (ActKind.COMMAND, action, rest)
    assert (act.user, act.channel, act.trigger) == ("U1", "C1", "T1")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "event_callback", "event": {"type": "message"}},
        {"type": "block_actions", "actions": [{"type": "static_select"}]},
        {"type": "view_submission", "view": {"callback_id": "somebody-elses"}},
    ],
)
def test_what_is_nobodys_act_is_none(payload: dict[str, object]) -> None:
    """Events, menus and forms of others are left alone."""
    assert interpret(payload) is None


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"command": "/incident", "trigger_id": "T1"}, "command/T1"),
        ({"type": "block_actions", "trigger_id": "T1", "actions": [{"action_ts": "1.2"}]}, "click/T1/1.2"),
        ({"type": "view_submission", "view": {"id": "V1", "hash": "h"}}, "form/V1/h"),
        ({"type": "event_callback", "event_id": "Ev1"}, "event/Ev1"),
        ({"type": "else"}, "envelope/e-1"),
    ],
)
def test_an_act_has_one_id_over_all_deliveries(payload: dict[str, object], expected: str) -> None:
    """The envelope changes with each delivery, the act does not."""
    assert source_id(payload, envelope="e-1") == expected


def signed(timestamp: str) -> dict[str, str]:
    """Sign as Slack does."""
    digest = hex_hmac("s", message=b"v0:" + timestamp.encode() + b":" + BODY)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def test_a_signed_request_is_accepted_for_five_minutes() -> None:
    """Over raw bytes, whatever they are."""
    at = int(NOW.timestamp())
    accepted = [verify_signature("s", body=BODY, headers=signed(str(at + s)), real_now=NOW) for s in (-300, 0, 300)]
    refused = [verify_signature("s", body=BODY, headers=signed(str(at + s)), real_now=NOW) for s in (-301, 301)]
    assert (accepted, refused) == ([True] * 3, [False] * 2)


def test_a_request_that_was_changed_is_refused() -> None:
    """Another secret, another body, a header too few."""
    headers = signed(str(int(NOW.timestamp())))
    assert not verify_signature("other", body=BODY, headers=headers, real_now=NOW)
    assert not verify_signature("s", body=BODY + b"x", headers=headers, real_now=NOW)
    assert not verify_signature("", body=BODY, headers=headers, real_now=NOW)
    for missing in headers:
        rest = {name: value for name, value in headers.items() if name != missing}
        assert not verify_signature("s", body=BODY, headers=rest, real_now=NOW)


@given(st.text(), st.text())
def test_no_header_ends_in_an_error(timestamp: str, signature: str) -> None:
    """Anything at all in the headers is a no."""
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature}
    assert verify_signature("s", body=BODY, headers=headers, real_now=NOW) is False


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (EVENT, json.loads(EVENT)),
        (b"payload=%7B%22type%22%3A%20%22view_closed%22%7D", {"type": "view_closed"}),
        (b"command=%2Fincident&text=&user_id=U1", {"command": "/incident", "text": "", "user_id": "U1"}),
        (b"payload=%5B%5D", None),
        (b"a=b", None),
        (b'{"type": "event_callback"}', None),
        (b'{"type": "event_callback", "event": [], "event_id": "Ev1"}', None),
        (b"payload=%7B%22type%22%3A%20%22block_actions%22%7D", None),
        (b'{"type": "view_submission", "user": {}, "view": {}}', None),
        (b'{"command": "/incident", "type": "x"}', None),
        (b'{"type": 5}', None),
        (b'{"type": "x", "a": NaN}', None),
        (b'{"type": "x", "a": "\\ud800"}', None),
        (b"{", None),
        (b'{"a": ' + b"[" * 100_000, None),
        (b"\xff", None),
    ],
)
def test_a_delivery_over_http_is_taken_apart_or_refused(body: bytes, expected: dict[str, str] | None) -> None:
    """Events, interactions and commands come in three wrappings; anything else is none of them."""
    assert unpack(body) == expected


@given(
    st.dictionaries(st.sampled_from(WORDS), JSON, max_size=6),
    st.sampled_from(["block_actions", "view_submission", "event_callback", "view_closed"]),
    st.sampled_from(["pin_added", "reaction_added", "message"]),
)
def test_whatever_a_payload_holds_it_is_read_or_left_alone(payload: dict[str, Any], kind: str, event: str) -> None:
    """No shape of its parts ends in an error, nor do those of our own forms."""
    payload["type"] = kind
    if isinstance(payload.get("event"), dict):
        payload["event"]["type"] = event
    if isinstance(payload.get("view"), dict):
        payload["view"]["callback_id"] = "tocsin.form"
    assert unpack(json.dumps(payload).encode()) in (payload, None)
    act = interpret(payload)
    assert act is None or isinstance(act.kind, ActKind)
    assert "/" in source_id(payload, envelope="e-1")


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ({"type": "reaction_added", "reaction": "hourglass"}, "hourglass"),
        ({"type": "reaction_added", "reaction": "pushpin::skin-tone-2"}, "pushpin::skin-tone-2"),
        ({"type": "pin_added", "channel_id": "C1"}, "pin"),
        ({"type": "reaction_added", "reaction": "eyes"}, None),
        ({"type": "reaction_removed", "reaction": "hourglass"}, None),
        ({"type": "reaction_added", "reaction": "hourglass", "user": "U0TOCSIN"}, None),
        ({"type": "pin_added", "item": {"type": "file", "channel": "C1"}}, None),
    ],
)
def test_a_mark_is_read(event: dict[str, Any], action: str | None) -> None:
    """Of a pin and of the chosen reactions; other marks, and those of the app itself, are none."""
    item = {"type": "message", "channel": "C1", "ts": "1.2"}
    payload = {
        "type": "event_callback",
        "event_id": "Ev1",
        "event": {"user": "U1", "item": item, **event},
        "authorizations": [{"user_id": "U0TOCSIN", "is_bot": True}],
    }
    act = interpret(payload)
    assert (act and act.action) == action
    if act is not None:
        assert (act.kind, act.user, act.channel, act.message) == (ActKind.MARK, "U1", "C1", "1.2")
    assert interpret(payload, reactions=["eyes"]) is None or event.get("reaction") == "eyes" or action == "pin"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a &lt; b &amp; c", "a < b & c"),
        ("<https://a.example/?a=1&amp;b=2>", "https://a.example/?a=1&b=2"),
        ("<https://a.example|a.example>", "https://a.example"),
        ("<https://a.example/x|the forum>", "the forum (https://a.example/x)"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<@U1> and <@U2> and <@U3|emi>", "@Ana Ruiz and @U2 and @emi"),
        ("<#C1|security> <#C2>", "#security #C2"),
        ("<!here> <!subteam^S1|@team> <!date^1^x|today>", "@here @team today"),
    ],
)
def test_what_people_wrote_is_plain_text_with_its_links(text: str, expected: str) -> None:
    """Nothing of Slack's markup is left, and no address is lost."""
    assert plain(text, names={"U1": "Ana Ruiz"}) == expected


def test_only_a_verification_is_answered_with_its_challenge() -> None:
    """Slack asks once, when the address is set."""
    assert challenge({"type": "url_verification", "challenge": "abc"}) == "abc"
    assert challenge({"type": "event_callback", "challenge": "abc"}) is None


def test_every_method_that_is_called_is_in_the_table_and_the_other_way_round() -> None:
    """The scopes asked for are those of what the code calls."""
    called = set()
    for path in Path(integrations.slack.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                first = node.args[0]
                if node.func.attr in ("call", "call_with_headers") and isinstance(first, ast.Constant):
                    called.add(first.value)
    assert called == set(METHODS)


def test_the_page_on_slack_says_what_each_scope_is_for() -> None:
    """No more and no fewer than the app asks for."""
    table = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8").partition("| scope | for |")[2]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(scope.strip("` ") for row in rows for scope in row.split(",")) == list(needed_scopes())


def test_the_manifest_leads_to_one_of_the_two_ways_in() -> None:
    """Socket Mode needs no address; signed requests have the same one in each place, and no socket."""
    socket, http = app_manifest(), app_manifest(request_url="https://tocsin.example/slack/events")
    assert socket["settings"]["socket_mode_enabled"] is True
    assert "tocsin.example" not in json.dumps(socket)
    assert http["settings"]["socket_mode_enabled"] is False
    assert json.dumps(http).count("https://tocsin.example/slack/events") == 3


def test_the_scopes_are_those_that_the_methods_need() -> None:
    """Each method's scope is the one that the local Slack demands, for private channels."""
    for name, method in METHODS.items():
        local = LOCAL_METHODS[name]
        wanted = local.scope or local.by_kind.get("private")
        assert wanted is None or wanted in method.scopes, name
        assert method.writes == (local.writes or False), name
        assert not local.per_minute or method.rate.per_minute <= local.per_minute, name
    assert app_manifest()["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)
    assert {EVENT_SCOPES[event] for event in EVENTS} == {scope for scopes in EVENTS.values() for scope in scopes}
    used = {scope for method in METHODS.values() for scope in method.scopes}
    assert set(needed_scopes()) == {"commands", "files:read", "pins:read", "reactions:read", *used}
    assert app_manifest()["oauth_config"]["scopes"]["bot"] == list(needed_scopes())
    assert "channels:manage" not in needed_scopes()
    assert install_link(name="IR").startswith("https://api.slack.com/apps?new_app=1&manifest_json=%7B")
    assert MANIFEST.name == "slack"
