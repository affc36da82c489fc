"""Slack behind the Chat port, with the genuine client; what people do there goes through the inbox."""

from dataclasses import dataclass
from typing import Final

from integrations.slack.api import RefusedError, SlackApi
from integrations.slack.chat import SlackChat
from integrations.slack.delivery import challenge, unpack
from integrations.slack.doctor import Health, health
from integrations.slack.files import SlackFiles
from integrations.slack.interpret import interpret
from integrations.slack.manifest import app_manifest, install_link
from integrations.slack.pacing import Pace
from integrations.slack.reception import Reception
from integrations.slack.signature import verify_signature
from integrations.slack.socket import SlackSocket

__all__ = [
    "MANIFEST",
    "Health",
    "Manifest",
    "Pace",
    "Reception",
    "RefusedError",
    "SlackApi",
    "SlackChat",
    "SlackFiles",
    "SlackSocket",
    "app_manifest",
    "challenge",
    "health",
    "install_link",
    "interpret",
    "unpack",
    "verify_signature",
]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an integration is and which settings it needs."""

    name: str
    kind: str
    needs: tuple[str, ...]


MANIFEST: Final = Manifest(
    name="slack",
    kind="chat",
    needs=("TOCSIN_SLACK_BOT_TOKEN", "TOCSIN_SLACK_APP_TOKEN"),
)
