"""What a person did in Slack, read from a payload of the inbox. Pure.

Rule kept here: what is not understood is `None` or a command called `unknown`, never a guess and never an error.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from engine.ports.acts import Act, ActKind
from integrations.slack.forms import CALLBACK, chosen_people, filled_values
from integrations.slack.shape import objects, part

REASON: Final = "reason"
PIN: Final = "pin"
REACTIONS: Final = frozenset({"hourglass", "hourglass_flowing_sand", "pushpin"})
"""Reactions that put a message on the timeline, unless others are chosen."""
_COMMANDS: Final[Mapping[str, bool]] = {
    "declare": False,
    "status": False,
    "help": False,
    "add": True,
    "note": True,
    "done": True,
    "ack": True,
    "hold": False,
    "release": False,
}
"""Words after `/incident`, and whether they need something after them."""


def interpret(payload: Mapping[str, Any], *, reactions: Collection[str] = REACTIONS) -> Act | None:
    """Return what a person did; None for payloads that are nobody's act."""
    if "command" in payload:
        return _command(payload)
    match payload.get("type"):
        case "block_actions":
            return _button(payload)
        case "view_submission":
            return _form(payload)
        case "event_callback":
            return _mark(payload, reactions)
        case _:
            return None


def _command(payload: Mapping[str, Any]) -> Act:
    word, _, rest = str(payload.get("text") or "").strip().partition(" ")
    action, text = word.lower() or "declare", rest.strip()
    if action not in _COMMANDS or (_COMMANDS[action] and not text):
        action, text = "unknown", str(payload.get("text") or "").strip()
    if action == "add":
        text = " ".join(_unwrapped(part) for part in text.split())
    return Act(
        user=str(payload.get("user_id") or ""),
        kind=ActKind.COMMAND,
        action=action,
        text=text,
        channel=str(payload.get("channel_id") or ""),
        trigger=str(payload.get("trigger_id") or ""),
    )


def _button(payload: Mapping[str, Any]) -> Act | None:
    pressed = next((action for action in objects(payload, "actions") if action.get("type") == "button"), None)
    if pressed is None:
        return None
    container = part(payload, "container")
    return Act(
        user=_user(payload),
        kind=ActKind.BUTTON,
        action=str(pressed.get("action_id") or "").partition(":")[0],
        token=str(pressed.get("value") or ""),
        channel=str(part(payload, "channel").get("id") or container.get("channel_id") or ""),
        message=str(container.get("message_ts") or ""),
        trigger=str(payload.get("trigger_id") or ""),
    )


def _form(payload: Mapping[str, Any]) -> Act | None:
    view = part(payload, "view")
    if view.get("callback_id") != CALLBACK:
        return None
    values = filled_values(view)
    reason = values.get(REASON)
    return Act(
        user=_user(payload),
        kind=ActKind.FORM,
        action="submit",
        token=str(view.get("private_metadata") or ""),
        values=values,
        people=chosen_people(view),
        reason=reason if isinstance(reason, str) else "",
        trigger=str(payload.get("trigger_id") or ""),
    )


def _mark(payload: Mapping[str, Any], reactions: Collection[str]) -> Act | None:
    """Return that somebody pinned a message or put one of these reactions under it; None when the app itself did."""
    event = part(payload, "event")
    item = part(event, "item")
    match event.get("type"):
        case "pin_added":
            action, message = PIN, part(item, "message").get("ts") or item.get("ts")
        case "reaction_added" if str(event.get("reaction") or "").partition("::")[0] in reactions:
            action, message = str(event["reaction"]), item.get("ts")
        case _:
            return None
    user = str(event.get("user") or "")
    ours = {entry.get("user_id") for entry in objects(payload, "authorizations") if entry.get("is_bot")}
    channel = str(item.get("channel") or event.get("channel_id") or "")
    if item.get("type") != "message" or not (user and channel and message) or user in ours:
        return None
    return Act(user=user, kind=ActKind.MARK, action=action, channel=channel, message=str(message))


def _user(payload: Mapping[str, Any]) -> str:
    return str(part(payload, "user").get("id") or "")


def _unwrapped(text: str) -> str:
    """Return the address out of Slack's `<address|shown>`, which it makes of links when it escapes a command."""
    address = text.removeprefix("<").removesuffix(">").partition("|")[0] if text.startswith("<") else text
    return address.replace("&amp;", "&")
