"""Slack's mrkdwn as HTML: enough of it to read a message as people would see it."""

import html
import re
from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

EMOJI: Mapping[str, str] = {
    "+1": "👍",
    "alarm_clock": "⏰",
    "arrow_right": "➡️",
    "ballot_box_with_check": "☑️",
    "bell": "🔔",
    "bookmark_tabs": "📑",
    "bulb": "💡",
    "calendar": "📆",
    "clipboard": "📋",
    "eyes": "👀",
    "fire": "🔥",
    "hourglass": "⌛",
    "hourglass_flowing_sand": "⏳",
    "information_source": "ℹ️",  # noqa: RUF001 - the emoji itself
    "large_blue_circle": "🔵",
    "large_green_circle": "🟢",
    "large_yellow_circle": "🟡",
    "link": "🔗",
    "lock": "🔒",
    "memo": "📝",
    "no_entry": "⛔",
    "pushpin": "📌",
    "question": "❓",
    "raised_hand": "✋",
    "red_circle": "🔴",
    "rotating_light": "🚨",
    "scales": "⚖️",
    "shield": "🛡️",
    "speech_balloon": "💬",
    "ticket": "🎫",
    "warning": "⚠️",
    "white_check_mark": "✅",
    "x": "❌",
}

Names = Callable[[str], str]

_CONTROL = re.compile(r"(```.+?```|`[^`\n]+`|<[^<>\n]+>|\bhttps?://[^\s<>|]+[^\s<>|.,;:!?)])", re.DOTALL)
_CONTROLS = ("`", "<", "http://", "https://")
_STYLES = (
    (re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])"), r"<s>\1</s>"),
)
_EMOJI = re.compile(r":([a-z0-9_+-]+):")
_QUOTE = re.compile(r"^&gt; ?(.*)$", re.MULTILINE)


def rendered(text: str, *, names: Names) -> Markup:
    """Render mrkdwn; `names` gives the name of a user or channel id."""
    parts = [
        _control(part, names=names) if part.startswith(_CONTROLS) else _plain(part)
        for part in _CONTROL.split(text)
        if part
    ]
    return Markup("".join(parts))  # noqa: S704 - every part was escaped above


def plain(text: str) -> Markup:
    """Render plain text, with its emoji."""
    return escape(_EMOJI.sub(lambda found: EMOJI.get(found[1], found[0]), text))


def _plain(text: str) -> str:
    escaped = str(plain(html.unescape(text)))
    for pattern, replacement in _STYLES:
        escaped = pattern.sub(replacement, escaped)
    quoted = _QUOTE.sub(r"<span class=quote>\1</span>", escaped)
    return quoted.replace("\n", "<br>")


def _control(part: str, *, names: Names) -> str:
    if part.startswith("```"):
        return f"<pre>{escape(html.unescape(part[3:-3].strip()))}</pre>"
    if part.startswith("`"):
        return f"<code>{escape(html.unescape(part[1:-1]))}</code>"
    if not part.startswith("<"):
        return anchor(html.unescape(part), label=html.unescape(part))
    target, _, label = part[1:-1].partition("|")
    if target[:1] in "@#":
        return f"<span class=mention>{escape(target[0] + names(target[1:]))}</span>"
    if target.startswith("!"):
        return f"<span class=mention>{escape('@' + (label or target[1:]))}</span>"
    return anchor(html.unescape(target), label=html.unescape(label or target))


def anchor(target: str, *, label: str) -> str:
    """Make a link, if the target is one; anything else is shown as text."""
    if not target.startswith(("http://", "https://", "mailto:", "/")):
        return str(escape(label))
    return f'<a href="{escape(target)}">{escape(label)}</a>'
