"""The app's manifest as somebody pastes it into Slack's page for new apps, for either way in.

Rule kept here: with signed HTTP all that people do arrives at one address, which Slack itself wants to be https.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, urlsplit

from engine.domain.errors import ConfigError
from integrations.slack.manifest import app_manifest

PATH = "/slack/events"
"""Where `tocsin serve` takes signed requests."""
LONGEST_NAME = 35
_COMMAND = re.compile(r"/[a-z0-9_-]{1,31}")
NEW_APP = "https://api.slack.com/apps?new_app=1"


def manifest(*, http: str = "", **options: str) -> dict[str, Any]:
    """Return the manifest: Socket Mode, or signed requests to an address of ours.

    Raises:
        ConfigError: Slack would refuse the address, the name or the command.
    """
    told = app_manifest(**options)
    _accepted(name=told["display_information"]["name"], command=told["features"]["slash_commands"][0]["command"])
    if not http:
        return told
    url = request_url(http)
    settings = {**told["settings"], "socket_mode_enabled": False}
    settings["interactivity"] = {**settings["interactivity"], "request_url": url}
    if settings.get("event_subscriptions"):
        settings["event_subscriptions"] = {"request_url": url, **settings["event_subscriptions"]}
    commands = [{**one, "url": url} for one in told["features"]["slash_commands"]]
    return {**told, "features": {**told["features"], "slash_commands": commands}, "settings": settings}


def _accepted(*, name: str, command: str) -> None:
    if not 0 < len(name) <= LONGEST_NAME:
        raise ConfigError(
            f"Slack takes no app called {name!r}.", hint=f"Give a name of at most {LONGEST_NAME} characters."
        )
    if not _COMMAND.fullmatch(command):
        raise ConfigError(
            f"Slack takes no command called {command!r}.",
            hint="Begin it with / and go on with at most 31 small letters, digits, - or _, like /incident.",
        )


def request_url(http: str) -> str:
    """Return the address of requests: what was given, with our path where it has none."""
    parts = urlsplit(http)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ConfigError(
            f"Slack sends nothing to {http}.",
            hint="Give the https:// address at which `tocsin serve` is reached from outside.",
        )
    return f"https://{parts.netloc}{parts.path.rstrip('/') or PATH}"


def link(told: dict[str, Any]) -> str:
    """Return the address that opens Slack's page for new apps with a manifest filled in."""
    return f"{NEW_APP}&manifest_json={quote(json.dumps(told, separators=(',', ':')), safe='')}"
