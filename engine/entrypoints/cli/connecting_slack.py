"""What `tocsin connect slack` asks, and how each answer is tried.

Rule kept here: a token is tried by Slack itself before the next thing is asked; what is wrong is said in words.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from engine.bootstrap.connecting import app_tried, bot_tried, slack_manifest, slack_page
from engine.entrypoints.cli.keeping_settings import Changes, Present
from engine.settings.values import Settings, variable

if TYPE_CHECKING:
    from engine.entrypoints.cli.terminal import Terminal
    from engine.ports.checks import Check

SHOWN: Final = ("slack_bot_token", "slack_app_token", "slack_signing_secret", "slack_base_url")
_SECRET = re.compile(r"[0-9a-f]{32}")


def steps(terminal: Terminal, present: Present, *, http: str = "") -> Changes:
    """Ask for everything, and return what is to be written."""
    told = slack_manifest(http=http)
    terminal.say("Slack now:", *(present.told(name) for name in SHOWN), "")
    if terminal.asks and not present.value("slack_bot_token"):
        _app(terminal, slack_page(told))
    url = present.value("slack_base_url") or str(Settings.model_fields["slack_base_url"].default)
    changes = Changes()
    if url != Settings.model_fields["slack_base_url"].default:
        changes.settings["slack_base_url"] = url
    changes.secret("slack_bot_token", _bot(terminal, present, url=url))
    by_http = bool(http) or bool(present.value("slack_signing_secret") and not present.value("slack_app_token"))
    if by_http:
        changes.secret("slack_signing_secret", _signing(terminal, present))
        if present.value("slack_app_token"):
            changes.secret("slack_app_token", "")  # set to nothing: otherwise both ways in would be used
    else:
        changes.secret("slack_app_token", _socket(terminal, present, url=url))
    return changes


def _app(terminal: Terminal, page: str) -> None:
    terminal.say(
        "1. Make the app. Open this page, choose your workspace, press Next and Create:",
        "",
        page,
        "",
        "   Then: Install App, Install to Workspace, Allow.",
        "",
        "2. On the app's page under OAuth & Permissions: copy the Bot User OAuth Token (xoxb-...).",
    )


def _bot(terminal: Terminal, present: Present, *, url: str) -> str:
    found: list[Check] = []

    def wrong(token: str) -> str:
        found[:] = asyncio.run(bot_tried(token, url=url))
        if not found[0].ok:
            return _why(found[0])
        _say(terminal, found)
        return ""

    name = variable("slack_bot_token")
    token = terminal.until(
        lambda: terminal.secret("Bot token", variable=name, now=present.value("slack_bot_token")), wrong=wrong
    )
    while terminal.asks and not all(one.ok for one in found):
        if not terminal.agrees("Look again, when that is done (no: go on without)?"):
            break
        terminal.say(wrong(token))
    return token


def _socket(terminal: Terminal, present: Present, *, url: str) -> str:
    if terminal.asks and not present.value("slack_app_token"):
        terminal.say(
            "",
            "3. On the app's page under Basic Information, App-Level Tokens: Generate Token, any name,",
            "   add the scope connections:write, Generate; copy the token (xapp-...).",
        )

    def wrong(token: str) -> str:
        tried = asyncio.run(app_tried(token, url=url))
        if not tried.ok:
            return _why(tried)
        _say(terminal, [tried])
        return ""

    name, now = variable("slack_app_token"), present.value("slack_app_token")
    return terminal.until(lambda: terminal.secret("App-level token", variable=name, now=now), wrong=wrong)


def _signing(terminal: Terminal, present: Present) -> str:
    if terminal.asks and not present.value("slack_signing_secret"):
        terminal.say(
            "", "3. On the app's page under Basic Information, App Credentials: show and copy the Signing Secret."
        )

    def wrong(secret: str) -> str:
        if secret.startswith(("xoxb-", "xapp-")):
            return "This is a token; the signing secret is 32 digits and letters a to f."
        if not _SECRET.fullmatch(secret):
            terminal.say("  It does not look like Slack's (32 digits and letters a to f); taken all the same.")
        return ""

    name, now = variable("slack_signing_secret"), present.value("slack_signing_secret")
    return terminal.until(lambda: terminal.secret("Signing secret", variable=name, now=now), wrong=wrong)


def _say(terminal: Terminal, found: list[Check]) -> None:
    for one in found:
        mark = "ok" if one.ok else "not yet"
        terminal.say(
            f"  {mark:<7}  {one.name}: {one.says}", *([f"           {one.hint}"] if one.hint and not one.ok else [])
        )


def _why(check: Check) -> str:
    return " ".join(filter(None, (check.says, check.hint)))
