"""issue/{key}/attachments and attachment/...: files of issues.

Rules, as Jira keeps them: Cloud leads to another host for the bytes unless the call says `redirect=false`, and its
`content` is an address of the API; a Server hands them out at `secure/attachment`, and knows no `attachment/content`.
Names are kept as they were sent.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from integrations.sandbox.jira.call import Call, Elsewhere
from integrations.sandbox.jira.changes import keep, tell_file
from integrations.sandbox.jira.errors import JiraError
from integrations.sandbox.jira.records import Attachment, Issue
from integrations.sandbox.jira.shapes import attachment_shape
from integrations.sandbox.jira.state import JiraState, Site
from integrations.sandbox.values import JsonObject, pseudonym

GONE = "The attachment with id '{}' does not exist"


def attach(call: Call) -> list[JsonObject]:
    """Add the uploaded files to an issue."""
    if not call.uploads:
        raise JiraError(400, "No file was sent; use the multipart field 'file'.")
    most = call.site.seed.largest_file
    if any(len(upload.content) > most for upload in call.uploads):
        raise JiraError(413, f"The file exceeds its maximum permitted size of {most} bytes.")
    draft = call.issue.model_copy(deep=True)
    added = [
        Attachment(
            id=call.state.new_id(),
            name=upload.name,
            author=call.account.key,
            created=call.time,
            media_type=upload.media_type,
            content=upload.content,
        )
        for upload in call.uploads
    ]
    draft.attachments.extend(added)
    keep(draft, call=call)
    for file in added:
        tell_file(call, event="attachment_created", file=file)
    return [attachment_shape(attachment, call=call) for attachment in added]


def limits(call: Call) -> JsonObject:
    """Say whether files can be attached, and how large ones."""
    return {"enabled": True, "uploadLimit": call.site.seed.largest_file}


def get(call: Call) -> JsonObject:
    """Show a file without its bytes."""
    return attachment_shape(_attachment(call)[1], call=call)


def content(call: Call) -> Attachment | Elsewhere:
    """Return a file's bytes, or where they are."""
    if not call.site.is_cloud:
        raise JiraError(404, "null for uri: attachment/content")
    file = _attachment(call)[1]
    if call.query.get("redirect", "true") == "false":
        return file
    return Elsewhere(f"{call.base_url}/media/{file.id}?token={_pass(file.id)}")


def download(call: Call) -> Attachment:
    """Return a file's bytes as a Server does."""
    issue, file = _attachment(call)
    if call.site.is_cloud or file not in issue.attachments:
        raise JiraError(404, GONE.format(file.id))
    return file


def delete(call: Call) -> None:
    """Delete a file."""
    issue, attachment = _attachment(call)
    draft = issue.model_copy(deep=True)
    draft.attachments = [a for a in draft.attachments if a.id != attachment.id]
    keep(draft, call=call)
    tell_file(call, event="attachment_deleted", file=attachment)


def media_endpoint(site: Site) -> Callable[[Request], Awaitable[Response]]:
    """Return what hands out bytes to whoever was led there."""

    async def endpoint(request: Request) -> Response:
        name = request.path_params["attachment"]
        found = _find(site.state, name)
        if found is None or request.query_params.get("token") != _pass(name):
            return PlainTextResponse("no such file", status_code=403)
        return Response(found[1].content, media_type=found[1].media_type)

    return endpoint


def _pass(file: str) -> str:
    return pseudonym(f"media-{file}", 1)


def _attachment(call: Call) -> tuple[Issue, Attachment]:
    found = _find(call.state, call.path["attachment"])
    if found is None:
        raise JiraError(404, GONE.format(call.path["attachment"]))
    return found


def _find(state: JiraState, file: str) -> tuple[Issue, Attachment] | None:
    for issue in state.issues.values():
        for attachment in issue.attachments:
            if attachment.id == file:
                return issue, attachment
    return None
