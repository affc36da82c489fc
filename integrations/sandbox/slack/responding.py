"""Response URLs: how the app answers an interaction without a token.

Five uses within thirty minutes; an answer is shown to the person alone unless it says `in_channel`.
"""

import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from integrations.sandbox.gate import entry_of
from integrations.sandbox.slack.blocks import MESSAGE, checked_blocks
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.records import Channel, Message, ResponseUrl
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject

MAX_USES = 5
LIFETIME_SECONDS = 30 * 60.0


def respond_endpoint(workspace: Workspace) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that answers `/slack/respond/<id>`."""

    async def endpoint(request: Request) -> Response:
        entry = entry_of(request)
        right = workspace.state.response_urls.get(request.path_params["url_id"])
        refusal = _refusal(right, at=workspace.monotonic())
        if right is None or refusal:
            entry.error = refusal
            return JSONResponse({"ok": False, "error": refusal}, status_code=404)
        try:
            _apply(workspace, right=right, answer=_parsed(await request.body()))
        except SlackError as error:
            entry.error = error.code
            return JSONResponse(error.as_json(), status_code=400)
        right.uses += 1
        entry.committed = True
        return PlainTextResponse("ok")

    return endpoint


def say(workspace: Workspace, *, answer: JsonObject, user: str, channel: Channel) -> None:
    """Show an answer, to the person alone unless it is for the channel."""
    message = Message(
        ts=workspace.state.new_ts(workspace.time),
        user=workspace.app.bot_user_id,
        bot_id=workspace.app.bot_id,
        text=str(answer.get("text") or ""),
        blocks=_blocks(workspace, answer=answer),
        thread_ts=answer.get("thread_ts"),
    )
    if not message.text and not message.blocks:
        raise SlackError("no_text")
    if answer.get("response_type") == "in_channel":
        workspace.post(channel, message=message)
        return
    message.only_for = user
    workspace.state.ephemerals.append((channel.id, message))


def _refusal(right: ResponseUrl | None, *, at: float) -> str:
    if right is None:
        return "invalid_url"
    if at - right.minted > LIFETIME_SECONDS:
        return "expired_url"
    return "used_url" if right.uses >= MAX_USES else ""


def _parsed(body: bytes) -> JsonObject:
    try:
        answer = json.loads(body)
    except json.JSONDecodeError as malformed:
        raise SlackError("invalid_payload") from malformed
    if not isinstance(answer, dict):
        raise SlackError("invalid_payload")
    return answer


def _apply(workspace: Workspace, *, right: ResponseUrl, answer: JsonObject) -> None:
    channel = workspace.state.channels[right.channel]
    if answer.get("delete_original"):
        _remove(workspace, channel=channel, ts=right.message_ts)
    elif answer.get("replace_original"):
        _replace(workspace, channel=channel, ts=right.message_ts, answer=answer)
    else:
        say(workspace, answer=answer, user=right.user, channel=channel)


def _replace(workspace: Workspace, *, channel: Channel, ts: str | None, answer: JsonObject) -> None:
    message = _original(workspace, channel=channel, ts=ts)
    message.text = str(answer.get("text") or "")
    message.blocks = _blocks(workspace, answer=answer)
    message.edited_ts = workspace.state.new_ts(workspace.time)


def _remove(workspace: Workspace, *, channel: Channel, ts: str | None) -> None:
    message = _original(workspace, channel=channel, ts=ts)
    kept = [pair for pair in workspace.state.ephemerals if pair[1] is not message]
    workspace.state.ephemerals = kept
    channel.messages = [entry for entry in channel.messages if entry is not message]


def _original(workspace: Workspace, *, channel: Channel, ts: str | None) -> Message:
    shown = [message for _, message in workspace.state.ephemerals]
    for message in [*channel.messages, *shown]:
        if message.ts == ts:
            return message
    raise SlackError("message_not_found")


def _blocks(workspace: Workspace, *, answer: JsonObject) -> list[JsonObject]:
    blocks = checked_blocks(answer.get("blocks"), surface=MESSAGE)
    new_id = workspace.state.new_id
    return [{**block, "block_id": block.get("block_id") or new_id("b")} for block in blocks]
