"""files.*: the three calls of an upload (reserve, send the bytes, complete); none is atomic."""

from integrations.sandbox.slack.call import Call
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.records import Message, StoredFile
from integrations.sandbox.slack.shapes import file_shape
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject

MAX_BYTES = 1_000_000_000


def reserve_upload(call: Call) -> JsonObject:
    """Hand out an address for the bytes of one file."""
    length = call.number("length", default=0, high=MAX_BYTES)
    name = call.text("filename")
    if not length:
        raise SlackError("missing_argument")
    file_id = call.workspace.state.new_id("F")
    call.workspace.state.files[file_id] = StoredFile(id=file_id, name=name, length=length, owner=call.bot)
    return {"upload_url": f"{call.base_url}/slack/upload/{file_id}", "file_id": file_id}


def complete_upload(call: Call) -> JsonObject:
    """Share uploaded files, in a channel when one is named."""
    listed = call.structure("files", otherwise="invalid_arguments")
    if not isinstance(listed, list) or not listed:
        raise SlackError("invalid_arguments")
    files = [_uploaded(call.workspace, entry=entry) for entry in listed]
    channel_id = call.maybe("channel_id")
    if channel_id:
        channel = call.writable("channel_id")
        comment = call.maybe("initial_comment") or ""
        thread_ts = call.maybe("thread_ts")
        share(call.workspace, files=files, channel_id=channel.id, user=call.bot, text=comment)
        channel.messages[-1].thread_ts = thread_ts
    for file in files:
        file.complete = True
    return {"files": [file_shape(file) for file in files]}


def share(workspace: Workspace, *, files: list[StoredFile], channel_id: str, user: str, text: str) -> Message:
    """Post a message that carries the files."""
    for file in files:
        file.channels.append(channel_id)
    message = Message(
        ts=workspace.state.new_ts(workspace.time),
        user=user,
        bot_id=workspace.app.bot_id if user == workspace.app.bot_user_id else None,
        text=text,
        file_ids=[file.id for file in files],
    )
    return workspace.post(workspace.state.channels[channel_id], message=message)


def _uploaded(workspace: Workspace, *, entry: object) -> StoredFile:
    file_id = entry.get("id") if isinstance(entry, dict) else None
    file = workspace.state.files.get(str(file_id))
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    if file.complete:
        raise SlackError("file_already_completed")
    if isinstance(entry, dict) and entry.get("title"):
        file.title = str(entry["title"])
    return file
