"""views.*: modals on a person's screen.

Rules: a trigger opens one modal, within three seconds, for the person it was made for; a stack holds
three views at most; an update with an outdated hash is refused, and a field for files of an app that may read none.
"""

from integrations.sandbox.slack.blocks import checked_view
from integrations.sandbox.slack.call import Call
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.records import Trigger, View
from integrations.sandbox.slack.shapes import view_shape
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject

TRIGGER_SECONDS = 3.0
MAX_DEPTH = 3
FILES = "files:read"
"""The scope of an app whose modals ask for files."""


def open_view(call: Call) -> JsonObject:
    """Open a modal for the person behind the trigger; it covers what they had open."""
    content = _content(call)
    trigger = _spend(call)
    drop_stack(call.workspace, user=trigger.user)
    view = show_view(call.workspace, content=content, user=trigger.user)
    return {"view": view_shape(view, workspace=call.workspace)}


def push_view(call: Call) -> JsonObject:
    """Put a modal on top of the one the trigger came from."""
    content = _content(call)
    trigger = _spend(call)
    below = call.workspace.state.views.get(trigger.view_id or "")
    if below is None:
        raise SlackError("not_found")
    view = push_on(call.workspace, content=content, below=below)
    return {"view": view_shape(view, workspace=call.workspace)}


def update_view(call: Call) -> JsonObject:
    """Replace what a modal shows."""
    content = _content(call)
    view = _addressed(call)
    given = call.maybe("hash")
    if given and given != view.hash:
        raise SlackError("hash_conflict")
    replace_content(call.workspace, view=view, content=content)
    return {"view": view_shape(view, workspace=call.workspace)}


def push_on(workspace: Workspace, *, content: JsonObject, below: View) -> View:
    """Stack a view on another, or refuse when the stack is full."""
    if len(stack_of(workspace, user=below.user)) >= MAX_DEPTH:
        raise SlackError("push_limit_reached")
    return show_view(workspace, content=content, user=below.user, below=below)


def show_view(workspace: Workspace, *, content: JsonObject, user: str, below: View | None = None) -> View:
    """Put a new view on a person's screen."""
    view_id = workspace.state.new_id("V")
    view = View(
        id=view_id,
        user=user,
        content=with_block_ids(content, workspace=workspace),
        hash=workspace.state.new_ts(workspace.time),
        root_id=below.root_id if below else view_id,
        previous_id=below.id if below else None,
    )
    workspace.state.views[view_id] = view
    return view


def replace_content(workspace: Workspace, *, view: View, content: JsonObject) -> None:
    """Show something else in the same view."""
    view.content = with_block_ids(content, workspace=workspace)
    view.hash = workspace.state.new_ts(workspace.time)
    view.errors = {}


def stack_of(workspace: Workspace, *, user: str) -> list[View]:
    """Return a person's open views, the top one last."""
    return [view for view in workspace.state.views.values() if view.user == user]


def drop_stack(workspace: Workspace, *, user: str) -> None:
    """Close everything a person has open."""
    for view in stack_of(workspace, user=user):
        del workspace.state.views[view.id]


def with_block_ids(content: JsonObject, *, workspace: Workspace) -> JsonObject:
    """Return the view with an id on each block, as Slack assigns them."""
    blocks = [
        {**block, "block_id": block.get("block_id") or workspace.state.new_id("b")} for block in content["blocks"]
    ]
    return {**content, "blocks": blocks}


def _content(call: Call) -> JsonObject:
    content = checked_view(call.structure("view", otherwise="invalid_arguments"))
    if any(block.get("element", {}).get("type") == "file_input" for block in content["blocks"]):
        call.need(FILES)
    return content


def _spend(call: Call) -> Trigger:
    trigger = call.workspace.state.triggers.get(call.text("trigger_id"))
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if call.workspace.monotonic() - trigger.minted > TRIGGER_SECONDS:
        raise SlackError("expired_trigger_id")
    trigger.used = True
    return trigger


def _addressed(call: Call) -> View:
    views = call.workspace.state.views
    external = call.maybe("external_id")
    for view in views.values():
        if external and view.content.get("external_id") == external:
            return view
    view_id = call.maybe("view_id")
    if not view_id or view_id not in views:
        raise SlackError("not_found")
    return views[view_id]
