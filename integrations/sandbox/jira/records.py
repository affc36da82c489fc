"""What a Jira site consists of. Records are mutable and live in `JiraState` only."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from integrations.sandbox.values import JsonObject


class Account(BaseModel):
    """Somebody with an account; `key` is the accountId on Cloud and the name on Server."""

    key: str
    name: str
    email: str
    token: str
    timezone: str = "UTC"
    active: bool = True


class Comment(BaseModel):
    """A comment under an issue."""

    id: str
    author: str
    body: str
    created: datetime
    updated: datetime
    visibility: JsonObject | None = None


class Attachment(BaseModel):
    """A file of an issue."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    id: str
    name: str
    author: str
    created: datetime
    media_type: str
    content: bytes


class RemoteLink(BaseModel):
    """A link from an issue to something elsewhere; `global_id` makes writing it an upsert."""

    id: str
    global_id: str
    content: JsonObject


class IssueLink(BaseModel):
    """A link between two issues."""

    id: str
    type_id: str
    inward: str
    outward: str


class Change(BaseModel):
    """One field changed."""

    field: str
    old: str | None = None
    old_text: str | None = None
    new: str | None = None
    new_text: str | None = None


class History(BaseModel):
    """Fields changed together by one person."""

    id: str
    author: str
    created: datetime
    changes: list[Change]


class Issue(BaseModel):
    """An issue; catalog values (type, status, priority, resolution) are kept as ids."""

    id: str
    key: str
    type_id: str
    status_id: str
    summary: str
    created: datetime
    updated: datetime
    reporter: str
    creator: str
    description: str | None = None
    assignee: str | None = None
    priority_id: str = "3"
    labels: list[str] = Field(default_factory=list)
    duedate: date | None = None
    parent_id: str | None = None
    epic_id: str | None = None
    epic_name: str | None = None
    security: str | None = None
    components: list[str] = Field(default_factory=list)
    resolution_id: str | None = None
    resolved: datetime | None = None
    custom: dict[str, Any] = Field(default_factory=dict)
    properties: dict[str, Any] = Field(default_factory=dict)
    comments: list[Comment] = Field(default_factory=list)
    attachments: list[Attachment] = Field(default_factory=list)
    remote_links: list[RemoteLink] = Field(default_factory=list)
    watchers: list[str] = Field(default_factory=list)
    history: list[History] = Field(default_factory=list)
