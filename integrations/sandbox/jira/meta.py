"""What the site is made of: serverInfo, project, catalogs and what creating an issue takes."""

from integrations.sandbox.jira import catalog
from integrations.sandbox.jira.call import Call, stamp
from integrations.sandbox.jira.errors import JiraError
from integrations.sandbox.jira.fields import Field, writable_fields
from integrations.sandbox.jira.shapes import (
    category_shape,
    named_shape,
    project_shape,
    status_shape,
    type_shape,
)
from integrations.sandbox.values import JsonObject

_READ_ONLY = {
    "status": ("Status", "status"),
    "resolution": ("Resolution", "resolution"),
    "created": ("Created", "datetime"),
    "updated": ("Updated", "datetime"),
    "creator": ("Creator", "user"),
    "comment": ("Comment", "comments-page"),
    "attachment": ("Attachment", "array"),
    "issuelinks": ("Linked Issues", "array"),
}


def server_info(call: Call) -> JsonObject:
    """Describe the deployment."""
    version = [1001, 0, 0] if call.site.is_cloud else [9, 12, 0]
    return {
        "baseUrl": call.base_url,
        "version": ".".join(str(part) for part in version),
        "versionNumbers": version,
        "deploymentType": call.site.seed.deployment,
        "buildNumber": 100_000,
        "serverTime": stamp(call.time),
        "serverTitle": "Sandbox Jira",
    }


def projects(call: Call) -> list[JsonObject]:
    """List the one project."""
    return [project_shape(call)]


def project(call: Call) -> JsonObject:
    """Describe the one project."""
    _need_project(call)
    return {**project_shape(call), "issueTypes": issue_types(call)}


def components(call: Call) -> list[JsonObject]:
    """List the components of the project."""
    _need_project(call)
    return [{"id": str(10_100 + index), "name": name} for index, name in enumerate(call.site.seed.components)]


def project_statuses(call: Call) -> list[JsonObject]:
    """List the statuses by issue type."""
    _need_project(call)
    return [{**kind, "statuses": statuses(call)} for kind in issue_types(call)]


def issue_types(call: Call) -> list[JsonObject]:
    """List the issue types."""
    kinds = call.site.seed.issue_types
    return [type_shape(kind.id, call=call) for kind in catalog.ISSUE_TYPES if kind.name in kinds]


def statuses(call: Call) -> list[JsonObject]:
    """List the statuses."""
    return [status_shape(status.id, call=call) for status in catalog.STATUSES]


def status_categories(call: Call) -> list[JsonObject]:
    """List the categories of statuses."""
    return [category_shape(key, call=call) for key in catalog.CATEGORIES]


def priorities(call: Call) -> list[JsonObject]:
    """List the priorities."""
    return [named_shape(entry, kind="priority", call=call) for entry in catalog.PRIORITIES]


def resolutions(call: Call) -> list[JsonObject]:
    """List the resolutions."""
    return [named_shape(entry, kind="resolution", call=call) for entry in catalog.RESOLUTIONS]


def fields(call: Call) -> list[JsonObject]:
    """List every field with its schema."""
    writable = writable_fields(call.site.seed)
    read_only = [
        {"id": field_id, "key": field_id, "name": name, "custom": False, "schema": {"type": kind}}
        for field_id, (name, kind) in _READ_ONLY.items()
    ]
    listed = [_listed(field_id, field=field) for field_id, field in writable.items()]
    return [*listed, *read_only]


def my_permissions(call: Call) -> JsonObject:
    """Say what the caller may do in the project; Cloud wants to be asked for each, Server tells of all."""
    known = catalog.PERMISSIONS
    if "projectKey" in call.query and call.query["projectKey"] != call.site.seed.project_key:
        raise JiraError(404, f"No project could be found with key '{call.query['projectKey']}'.")
    wanted = list(known)
    if call.site.is_cloud:
        wanted = [key for key in call.query.get("permissions", "").split(",") if key]
        if not wanted:
            raise JiraError(400, "The 'permissions' query parameter is required.")
        unknown = [key for key in wanted if key not in known]
        if unknown:
            raise JiraError(400, f"Unrecognized permission: {', '.join(unknown)}")
    refused = call.site.seed.refused_permissions
    return {
        "permissions": {
            key: {
                "id": str(number),
                "key": key,
                "name": known[key],
                "type": "GLOBAL" if key in catalog.GLOBAL_PERMISSIONS else "PROJECT",
                "havePermission": key not in refused,
            }
            for number, key in enumerate(wanted)
        }
    }


def create_meta(call: Call) -> JsonObject:
    """Describe creation the old way, in one answer; Server has removed it with version 9."""
    if not call.site.is_cloud:
        raise JiraError(404, "null for uri: /rest/api/2/issue/createmeta")
    keys = call.query.get("projectKeys", call.site.seed.project_key).split(",")
    if call.site.seed.project_key not in keys:
        return {"expand": "projects", "projects": []}
    kinds = issue_types(call)
    if "fields" in call.query.get("expand", ""):
        kinds = [{**kind, "fields": _metas(kind["id"], call=call)} for kind in kinds]
    return {"expand": "projects", "projects": [{**project_shape(call), "issuetypes": kinds}]}


def create_meta_types(call: Call) -> JsonObject:
    """List the issue types of the project, a page at a time."""
    _need_project(call)
    name = "issueTypes" if call.site.is_cloud else "values"
    return _page(issue_types(call), name=name, call=call)


def create_meta_fields(call: Call) -> JsonObject:
    """List the fields of an issue type, a page at a time."""
    _need_project(call)
    if not any(kind.id == call.path["type"] for kind in catalog.ISSUE_TYPES):
        raise JiraError(404, "Issue type does not exist.")
    name = "fields" if call.site.is_cloud else "values"
    return _page(list(_metas(call.path["type"], call=call).values()), name=name, call=call)


def edit_meta(call: Call) -> JsonObject:
    """Describe what may be edited on an issue."""
    return {"fields": _metas(call.issue.type_id, call=call)}


def _need_project(call: Call) -> None:
    wanted = call.path["project"]
    if wanted not in (call.site.seed.project_key, "10000"):
        raise JiraError(404, f"No project could be found with key '{wanted}'.")


def _listed(field_id: str, *, field: Field) -> JsonObject:
    return {
        "id": field_id,
        "key": field_id,
        "name": field.name,
        "custom": field.custom is not None,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": _clauses(field_id, name=field.name),
        "schema": _schema(field_id, field=field),
    }


def _clauses(field_id: str, *, name: str) -> list[str]:
    if field_id.startswith("customfield_"):
        return [f"cf[{field_id.removeprefix('customfield_')}]", name]
    return [field_id]


def _schema(field_id: str, *, field: Field) -> JsonObject:
    schema: JsonObject = {"type": field.schema}
    if field.items:
        schema["items"] = field.items
    if field.custom is None:
        return {**schema, "system": field_id}
    number = int(field_id.removeprefix("customfield_"))
    return {**schema, "custom": field.custom, "customId": number}


def _metas(type_id: str, *, call: Call) -> dict[str, JsonObject]:
    return {
        field_id: _meta(field_id, field=field, type_id=type_id, call=call)
        for field_id, field in writable_fields(call.site.seed).items()
    }


def _meta(field_id: str, *, field: Field, type_id: str, call: Call) -> JsonObject:
    meta: JsonObject = {
        "required": _required(field_id, type_id=type_id, call=call),
        "schema": _schema(field_id, field=field),
        "name": field.name,
        "key": field_id,
        "fieldId": field_id,
        "hasDefaultValue": field_id in ("priority", "reporter"),
        "operations": ["add", "set", "remove"] if field_id == "labels" else ["set"],
    }
    allowed = _allowed(field_id, call=call)
    return meta | ({"allowedValues": allowed} if allowed else {})


def _required(field_id: str, *, type_id: str, call: Call) -> bool:
    level = catalog.issue_type(type_id).level
    if field_id == "parent":
        return level < 0
    if field_id == catalog.EPIC_NAME_FIELD:
        return level > 0
    demanded = {custom.id for custom in call.site.seed.custom_fields if custom.required}
    return field_id in demanded | {"project", "issuetype", "summary"}


def _allowed(field_id: str, *, call: Call) -> list[JsonObject]:
    if field_id == "priority":
        return priorities(call)
    if field_id == "security":
        return [{"name": level} for level in call.site.seed.security_levels]
    options = {custom.id: custom.options for custom in call.site.seed.custom_fields}
    return [{"value": option} for option in options.get(field_id, ())]


def _page(values: list[JsonObject], *, name: str, call: Call) -> JsonObject:
    start, size = call.number("startAt", default=0), call.number("maxResults", default=50)
    page = values[start : start + size]
    return {
        "startAt": start,
        "maxResults": size,
        "total": len(values),
        "isLast": start + len(page) >= len(values),
        name: page,
    }
