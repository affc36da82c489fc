"""The REST endpoints: one line each, behind authentication, answering under `2` and `latest`.

Files of issues answer under `3` too: there is no text in them, in which the two differ.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from integrations.sandbox.gate import entry_of
from integrations.sandbox.jira import (
    accounts,
    attachments,
    comments,
    issues,
    links,
    meta,
    search,
    workflow,
)
from integrations.sandbox.jira.attachments import media_endpoint
from integrations.sandbox.jira.call import Call, Created, Elsewhere, Handler, Upload
from integrations.sandbox.jira.errors import JiraError
from integrations.sandbox.jira.records import Attachment
from integrations.sandbox.jira.state import Site
from integrations.sandbox.log import LogEntry


@dataclass(frozen=True)
class Resource:
    """A verb on a path and what answers it."""

    verb: str
    path: str
    handler: Handler


# fmt: off  (one line per resource is the point of the table)
RESOURCES = (
    Resource("GET", "serverInfo", meta.server_info),
    Resource("GET", "myself", accounts.get_myself),
    Resource("GET", "mypermissions", meta.my_permissions),
    Resource("GET", "user", accounts.get_user),
    Resource("GET", "user/search", accounts.search_users),
    Resource("GET", "user/assignable/search", accounts.search_assignable),
    Resource("GET", "project", meta.projects),
    Resource("GET", "project/{project}", meta.project),
    Resource("GET", "project/{project}/statuses", meta.project_statuses),
    Resource("GET", "project/{project}/components", meta.components),
    Resource("GET", "issuetype", meta.issue_types),
    Resource("GET", "field", meta.fields),
    Resource("GET", "priority", meta.priorities),
    Resource("GET", "status", meta.statuses),
    Resource("GET", "statuscategory", meta.status_categories),
    Resource("GET", "resolution", meta.resolutions),
    Resource("GET", "issueLinkType", links.link_types),
    Resource("GET", "search", search.search),
    Resource("POST", "search", search.search),
    Resource("GET", "search/jql", search.search_jql),
    Resource("POST", "search/jql", search.search_jql),
    Resource("POST", "search/approximate-count", search.approximate_count),
    Resource("GET", "issue/createmeta", meta.create_meta),
    Resource("GET", "issue/createmeta/{project}/issuetypes", meta.create_meta_types),
    Resource("GET", "issue/createmeta/{project}/issuetypes/{type}", meta.create_meta_fields),
    Resource("POST", "issue", issues.create),
    Resource("POST", "issue/bulk", issues.create_bulk),
    Resource("GET", "issue/{issue}", issues.get),
    Resource("PUT", "issue/{issue}", issues.edit),
    Resource("DELETE", "issue/{issue}", issues.delete),
    Resource("PUT", "issue/{issue}/assignee", issues.assign),
    Resource("GET", "issue/{issue}/editmeta", meta.edit_meta),
    Resource("GET", "issue/{issue}/transitions", workflow.listing),
    Resource("POST", "issue/{issue}/transitions", workflow.perform),
    Resource("GET", "issue/{issue}/comment", comments.listing),
    Resource("POST", "issue/{issue}/comment", comments.add),
    Resource("GET", "issue/{issue}/comment/{comment}", comments.get),
    Resource("PUT", "issue/{issue}/comment/{comment}", comments.edit),
    Resource("DELETE", "issue/{issue}/comment/{comment}", comments.delete),
    Resource("GET", "issue/{issue}/watchers", comments.watchers),
    Resource("POST", "issue/{issue}/watchers", comments.watch),
    Resource("DELETE", "issue/{issue}/watchers", comments.unwatch),
    Resource("POST", "issue/{issue}/attachments", attachments.attach),
    Resource("GET", "attachment/meta", attachments.limits),
    Resource("GET", "attachment/{attachment}", attachments.get),
    Resource("GET", "attachment/content/{attachment}", attachments.content),
    Resource("DELETE", "attachment/{attachment}", attachments.delete),
    Resource("GET", "issue/{issue}/remotelink", links.remote_links),
    Resource("POST", "issue/{issue}/remotelink", links.put_remote_link),
    Resource("DELETE", "issue/{issue}/remotelink", links.delete_remote_link),
    Resource("GET", "issue/{issue}/remotelink/{link}", links.get_remote_link),
    Resource("PUT", "issue/{issue}/remotelink/{link}", links.edit_remote_link),
    Resource("DELETE", "issue/{issue}/remotelink/{link}", links.delete_remote_link),
    Resource("GET", "issue/{issue}/properties", links.property_keys),
    Resource("GET", "issue/{issue}/properties/{key}", links.get_property),
    Resource("PUT", "issue/{issue}/properties/{key}", links.put_property),
    Resource("DELETE", "issue/{issue}/properties/{key}", links.delete_property),
    Resource("POST", "issueLink", links.add_link),
    Resource("GET", "issueLink/{link}", links.get_link),
    Resource("DELETE", "issueLink/{link}", links.delete_link),
)
# fmt: on

_READ_BY_POST = frozenset({"search", "search/jql", "search/approximate-count"})


def jira_routes(site: Site) -> list[Route]:
    """Return the routes under `/jira`: those of `rest/api`, and where the bytes of files are handed out."""
    rest = [
        Route(f"/jira/rest/api/{version}/{resource.path}", _endpoint(site, resource=resource), methods=[resource.verb])
        for resource in RESOURCES
        for version in (("2", "3", "latest") if "attachment" in resource.path else ("2", "latest"))
    ]
    download = Resource("GET", "secure/attachment", attachments.download)
    return [
        *rest,
        Route("/jira/secure/attachment/{attachment}/{name}", _endpoint(site, resource=download)),
        Route("/jira/media/{attachment}", media_endpoint(site)),
    ]


def _endpoint(site: Site, *, resource: Resource) -> Callable[[Request], Awaitable[Response]]:
    writes = resource.verb != "GET" and resource.path not in _READ_BY_POST

    async def endpoint(request: Request) -> Response:
        entry = entry_of(request)
        try:
            call = await _call(request, site=site)
            entry.who = call.account.key
            _note_evidence(entry, call=call)
            answer = resource.handler(call)
        except JiraError as refusal:
            entry.error = "; ".join([*refusal.messages, *refusal.errors.values()])
            headers = {"WWW-Authenticate": "Basic"} if refusal.status == 401 else {}  # noqa: PLR2004 - HTTP status
            return JSONResponse(refusal.as_json(), status_code=refusal.status, headers=headers)
        entry.committed = writes
        return _response(answer)

    return endpoint


async def _call(request: Request, *, site: Site) -> Call:
    authorization = request.headers.get("authorization", "")
    account = accounts.authenticated(site, authorization=authorization)
    if account is None:
        raise JiraError(401, "Client must be authenticated to access this resource.")
    uploads, payload = await _read_body(request)
    return Call(
        site=site,
        account=account,
        path=request.path_params,
        query=dict(request.query_params),
        payload=payload,
        uploads=uploads,
        base_url=f"{request.url.scheme}://{request.url.netloc}/jira",
    )


async def _read_body(request: Request) -> tuple[tuple[Upload, ...], object]:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        if request.headers.get("x-atlassian-token") not in ("no-check", "nocheck"):
            raise JiraError(403, "XSRF check failed")
        return await _uploads(request), None
    body = await request.body()
    if not body:
        return (), None
    try:
        return (), json.loads(body)
    except (json.JSONDecodeError, UnicodeDecodeError) as malformed:
        raise JiraError(400, f"Unexpected character in the JSON: {malformed}") from malformed


async def _uploads(request: Request) -> tuple[Upload, ...]:
    async with request.form() as form:
        files = [value for value in form.getlist("file") if isinstance(value, UploadFile)]
        return tuple(
            [
                Upload(
                    name=file.filename or "file",
                    media_type=file.content_type or "application/octet-stream",
                    content=await file.read(),
                )
                for file in files
            ]
        )


def _response(answer: object) -> Response:
    match answer:
        case None:
            return Response(status_code=204)
        case Created(body=None):
            return Response(status_code=201)
        case Created():
            return JSONResponse(answer.body, status_code=201)
        case Elsewhere():
            return RedirectResponse(answer.address, status_code=303)
        case Attachment():
            return Response(answer.content, media_type=answer.media_type)
        case _:
            return JSONResponse(answer)


def _note_evidence(entry: LogEntry, *, call: Call) -> None:
    if not isinstance(call.payload, dict):
        return
    for name in ("properties", "globalId", "transition", "jql"):
        if call.payload.get(name):
            entry.evidence[name] = call.payload[name]
    fields = call.payload.get("fields")
    if isinstance(fields, dict) and fields.get("labels"):
        entry.evidence["labels"] = fields["labels"]
