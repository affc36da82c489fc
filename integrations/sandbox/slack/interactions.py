"""What a person's Slack client does with the app's answer.

The app has three seconds. If it does not answer, the person is told so and nothing is tried again.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field

from integrations.sandbox.slack.blocks import checked_view, elements_of
from integrations.sandbox.slack.delivery import NotDeliveredError
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.inputs import (
    ImpossibleError,
    action_id_of,
    client_errors,
    view_state,
    with_files,
)
from integrations.sandbox.slack.methods.views import (
    drop_stack,
    push_on,
    replace_content,
)
from integrations.sandbox.slack.payloads import (
    action_of,
    action_payload,
    closed_payload,
    command_payload,
    submission_payload,
    view_action_payload,
)
from integrations.sandbox.slack.records import Channel, Message, User, View
from integrations.sandbox.slack.responding import say
from integrations.sandbox.slack.shapes import given_shape
from integrations.sandbox.slack.wishes import Clicking
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject

TROUBLE = "We had some trouble connecting. Try again?"


class Outcome(BaseModel):
    """What the person is shown after doing something."""

    result: Literal["acknowledged", "failed", "errors", "not_sent"]
    message: str = ""
    errors: dict[str, str] = Field(default_factory=dict)


async def run_command(
    workspace: Workspace, *, user: User, channel: Channel, command: str, text: str, base_url: str
) -> Outcome:
    """Type a slash command."""
    if command not in workspace.app.commands:
        return Outcome(result="not_sent", message=f"{command} is not a valid command.")
    payload = command_payload(workspace, user=user, channel=channel, command=command, text=text, base_url=base_url)
    try:
        answer = await workspace.deliveries.ask("slash_commands", payload=payload)
        if answer:
            say(workspace, answer=answer, user=user.id, channel=channel)
    except NotDeliveredError:
        return Outcome(result="failed", message=f"{command} failed because the app did not respond.")
    except SlackError as refusal:
        return Outcome(result="failed", message=f"{command} failed: {refusal.code}.")
    return Outcome(result="acknowledged")


async def click(
    workspace: Workspace, *, user: User, place: tuple[Channel, Message] | View, wish: Clicking, base_url: str
) -> Outcome:
    """Press a button, or choose something, in a message or a modal."""
    if isinstance(place, View):
        blocks = place.content["blocks"]
        values = view_state(place.content, values=wish.values)
        payload = view_action_payload(workspace, user=user, view=place, values=values)
    else:
        channel, message = place
        blocks = message.blocks
        payload = action_payload(workspace, user=user, channel=channel, message=message, base_url=base_url)
        payload["state"]["values"] = view_state({"blocks": blocks}, values=wish.values)
    block, element = _element(blocks, action_id=wish.action_id, block_id=wish.block_id)
    action_ts = workspace.state.new_ts(workspace.time)
    action = action_of(element, block=block, value=wish.value, action_ts=action_ts)
    try:
        await workspace.deliveries.ask("interactive", payload={**payload, "actions": [action]})
    except NotDeliveredError:
        return Outcome(result="failed", message="This app did not respond. The click was lost.")
    return Outcome(result="acknowledged")


async def submit(workspace: Workspace, *, user: User, view: View, values: Mapping[str, object]) -> Outcome:
    """Submit a modal; what the client itself refuses never reaches the app."""
    chosen = view_state(view.content, values=values)
    state = with_files(chosen, given=lambda file_id: _given(workspace, file_id, user=user))
    view.errors = client_errors(view.content, state=state)
    if view.errors:
        return Outcome(result="not_sent", errors=view.errors)
    payload = submission_payload(workspace, user=user, view=view, values=state)
    try:
        answer = await workspace.deliveries.ask("interactive", payload=payload)
        return _obey(workspace, view=view, answer=answer)
    except (NotDeliveredError, SlackError):
        return Outcome(result="failed", message=TROUBLE)


async def close(workspace: Workspace, *, user: User, view: View) -> Outcome:
    """Close a modal; the app hears of it only if it asked to."""
    if view.content.get("clear_on_close"):
        drop_stack(workspace, user=user.id)
    workspace.state.views.pop(view.id, None)
    if view.content.get("notify_on_close"):
        payload = closed_payload(workspace, user=user, view=view)
        try:
            await workspace.deliveries.ask("interactive", payload=payload)
        except NotDeliveredError:
            return Outcome(result="failed", message=TROUBLE)
    return Outcome(result="acknowledged")


def _obey(workspace: Workspace, *, view: View, answer: JsonObject) -> Outcome:
    match answer.get("response_action"):
        case None:
            workspace.state.views.pop(view.id, None)
        case "clear":
            drop_stack(workspace, user=view.user)
        case "errors":
            view.errors = _known_errors(view, errors=answer.get("errors"))
            return Outcome(result="errors", errors=view.errors)
        case "update":
            content = checked_view(answer.get("view"))
            replace_content(workspace, view=view, content=content)
        case "push":
            push_on(workspace, content=checked_view(answer.get("view")), below=view)
        case _:
            raise SlackError("invalid_arguments")
    return Outcome(result="acknowledged")


def _known_errors(view: View, *, errors: object) -> dict[str, str]:
    inputs = {b["block_id"] for b in view.content["blocks"] if b["type"] == "input"}
    if not isinstance(errors, dict) or not errors or errors.keys() - inputs:
        raise SlackError("invalid_arguments")
    return {str(block_id): str(text) for block_id, text in errors.items()}


def _given(workspace: Workspace, file_id: str, *, user: User) -> JsonObject:
    file = workspace.state.files.get(file_id)
    if file is None or file.owner != user.id:
        message = f"{file_id} is no file that {user.name} has chosen"
        raise ImpossibleError(message)
    return given_shape(file, workspace=workspace)


def _element(blocks: list[JsonObject], *, action_id: str, block_id: str | None) -> tuple[JsonObject, JsonObject]:
    for block in blocks:
        for element in elements_of(block):
            named = action_id_of(element, block=block) == action_id
            if named and block_id in (None, block["block_id"]):
                return block, element
    offered = [action_id_of(e, block=b) for b in blocks for e in elements_of(b)]
    message = f"nothing here is called {action_id}; there is {offered}"
    raise ImpossibleError(message)
