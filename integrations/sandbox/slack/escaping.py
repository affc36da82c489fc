"""What Slack makes of a slash command's text where the app's manifest says `should_escape`.

Source: Slack's reference of slash commands ("Escape channels, users, and links sent to your app"). A name that nobody
in the workspace has, and everything else, stays as it was typed.
"""

import re
from collections.abc import Mapping

_MENTION = re.compile(r"(?<![\w./<])@(?P<name>[\w.-]*\w)")
_CHANNEL = re.compile(r"(?<![\w<])#(?P<name>[\w-]+)")
_LINK = re.compile(r"https?://[^\s<>|]+")


def escaped_command(text: str, *, users: Mapping[str, str], channels: Mapping[str, str]) -> str:
    """Return the text as the app gets it; `users` and `channels` are ids by name."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    linked = _LINK.sub(lambda found: f"<{found[0]}>", plain)
    named = _MENTION.sub(lambda found: _wrapped("@", found, users), linked)
    return _CHANNEL.sub(lambda found: _wrapped("#", found, channels), named)


def _wrapped(sign: str, found: re.Match[str], known: Mapping[str, str]) -> str:
    name = found["name"]
    return f"<{sign}{known[name]}|{name}>" if name in known else found[0]
