"""The Slack app that a customer makes for Tocsin, as a manifest to paste into Slack's page for new apps.

Rule kept here: its scopes and events are those of `methods.py` and no more.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from integrations.slack.methods import EVENTS, needed_scopes

COMMAND = "/incident"


def app_manifest(*, name: str = "Tocsin", command: str = COMMAND, request_url: str = "") -> dict[str, Any]:
    """Return the app's manifest: a bot, one slash command, buttons and forms, marks on messages.

    They come over Socket Mode, or as signed requests to `request_url` (`https://tocsin.example/slack/events`).
    """
    place = {"request_url": request_url} if request_url else {}
    slash = {
        "command": command,
        **({"url": request_url} if request_url else {}),
        "description": "Declare or steer an incident",
        "usage_hint": "[status | tasks | add URL | note | hold | help]",
        "should_escape": True,  # so that a mention names an account, and not only what somebody is called today
    }
    return {
        "display_information": {"name": name, "description": "Runs incident-response playbooks"},
        "features": {
            "bot_user": {"display_name": name.lower(), "always_online": True},
            "slash_commands": [slash],
        },
        "oauth_config": {"scopes": {"bot": list(needed_scopes())}},
        "settings": {
            "socket_mode_enabled": not request_url,
            "interactivity": {"is_enabled": True, **place},
            "event_subscriptions": {**place, "bot_events": sorted(EVENTS)},
            "org_deploy_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def install_link(**options: str) -> str:
    """Return the address that opens Slack's page for new apps with the manifest filled in."""
    return f"https://api.slack.com/apps?new_app=1&manifest_json={quote(json.dumps(app_manifest(**options)))}"
