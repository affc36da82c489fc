"""Records as the Web API shows them."""

from urllib.parse import quote

from integrations.sandbox.slack.records import Bookmark, Channel, Message, StoredFile, User, View
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject


def user_shape(user: User, *, workspace: Workspace, with_email: bool) -> JsonObject:
    """Show a user; the address only to tokens that may see it."""
    profile = {"real_name": user.real_name, "display_name": user.name, "title": user.title}
    if with_email and user.email:
        profile["email"] = user.email
    return {
        "id": user.id,
        "team_id": workspace.app.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deactivated,
        "is_bot": user.is_bot,
        "is_restricted": user.guest,
        "tz": user.timezone,
        "profile": profile,
    }


def channel_shape(channel: Channel, *, user: str) -> JsonObject:
    """Show a channel as this user sees it."""
    if channel.kind == "im":
        other = next((member for member in channel.members if member != user), user)
        return {"id": channel.id, "is_im": True, "user": other, "created": channel.created}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_private": channel.kind == "private",
        "is_im": False,
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "is_member": user in channel.members,
        "created": channel.created,
        "creator": channel.creator,
        "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": channel.creator, "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": channel.creator, "last_set": 0},
    }


def message_shape(message: Message, *, channel: Channel, workspace: Workspace, metadata: bool = False) -> JsonObject:
    """Show a message; its metadata only when asked for."""
    shape: JsonObject = {
        "type": "message",
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "team": workspace.app.team_id,
    }
    if message.bot_id:
        shape |= {"bot_id": message.bot_id, "app_id": workspace.app.app_id}
    if message.blocks:
        shape["blocks"] = message.blocks
    if message.subtype:
        shape["subtype"] = message.subtype
    if metadata and message.metadata:
        shape["metadata"] = message.metadata
    if message.edited_ts:
        shape["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.reactions:
        shape["reactions"] = [{**r.model_dump(), "count": len(r.users)} for r in message.reactions]
    if message.ts in channel.pins:
        shape["pinned_to"] = [channel.id]
    if message.file_ids:
        files = workspace.state.files
        shape["files"] = [file_shape(files[file_id]) for file_id in message.file_ids]
    return shape | _thread_shape(message, channel=channel)


def file_shape(file: StoredFile) -> JsonObject:
    """Show a file."""
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "size": file.length,
        "user": file.owner,
        "channels": file.channels,
    }


def given_shape(file: StoredFile, *, workspace: Workspace) -> JsonObject:
    """Show a file as a modal's field holds it, with the addresses that hand it out to the app's token."""
    name, base_url = quote(file.name, safe=""), workspace.address
    return {
        **file_shape(file),
        "mimetype": file.mimetype,
        "filetype": extension(file.name),
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "url_private": f"{base_url}/slack/files/{file.id}/{name}",
        "url_private_download": f"{base_url}/slack/files/{file.id}/download/{name}",
    }


def extension(name: str) -> str:
    """Return the ending of a file's name, without its dot and in small letters."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def bookmark_shape(bookmark: Bookmark, *, channel: Channel) -> JsonObject:
    """Show a bookmark."""
    return {
        "id": bookmark.id,
        "channel_id": channel.id,
        "title": bookmark.title,
        "link": bookmark.link,
        "emoji": bookmark.emoji,
        "type": "link",
    }


def view_shape(view: View, *, workspace: Workspace) -> JsonObject:
    """Show a modal with the state its fields start with."""
    defaults = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
    }
    return {
        **defaults,
        **view.content,
        "id": view.id,
        "team_id": workspace.app.team_id,
        "app_id": workspace.app.app_id,
        "bot_id": workspace.app.bot_id,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "state": {"values": {}},
    }


def _thread_shape(message: Message, *, channel: Channel) -> JsonObject:
    if message.thread_ts:
        return {"thread_ts": message.thread_ts}
    replies = [m for m in channel.messages if m.thread_ts == message.ts]
    if not replies:
        return {}
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "latest_reply": replies[-1].ts,
        "reply_users": sorted({reply.user for reply in replies}),
    }
