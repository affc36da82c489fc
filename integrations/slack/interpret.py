"""What a person did in Slack, read from a payload of the inbox. Pure.

Rule kept here: what is nobody's act is `None`; a command is its first word and what follows, whether there is such a
word or not; nothing is an error.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from engine.ports.acts import Act, ActKind
from integrations.slack.forms import CALLBACK, chosen_files, chosen_people, filled_values
from integrations.slack.shape import objects, part

REASON: Final = "reason"
PIN: Final = "pin"
REACTIONS: Final = frozenset({"hourglass", "hourglass_flowing_sand", "pushpin"})
"""Reactions that put a message on the timeline, unless others are chosen."""
_ADDRESS: Final = re.compile(r"<(?:mailto:)?(?P<address>(?:https?://|(?<=mailto:))[^|>]*)(?:\|[^>]*)?>")
_CHANNEL: Final = re.compile(r"<#[A-Z0-9]+\|(?P<name>[^>]*)>")


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
    word, *rest = str(payload.get("text") or "").split(maxsplit=1) or ("declare",)
    action, text = word.lower(), _as_typed("".join(rest).strip())
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
        files=chosen_files(view),
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


def _as_typed(text: str) -> str:
    """Return a command's text as it was typed; mentions stay as Slack wraps them, since they name accounts."""
    plain = _CHANNEL.sub(r"#\g<name>", _ADDRESS.sub(r"\g<address>", text))
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
