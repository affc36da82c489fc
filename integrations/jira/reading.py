"""An issue as Jira shows it, read into what the engine wants to know of a ticket."""

from collections.abc import Iterator, Mapping, Sequence

from engine.ports.tracker import TicketFile, TicketState
from integrations.jira.marks import is_marked
from integrations.jira.pool import Deployment, Json
from integrations.jira.site import JiraSite
from integrations.jira.workflow import category_of

FIELDS = "status,resolution,assignee,duedate,comment,attachment"


def state_of(issue: Json, *, deployment: Deployment, site: JiraSite, categories: Mapping[str, str]) -> TicketState:
    """Read an issue that was fetched with its changelog; `categories` by the id of a status."""
    fields: Json = issue["fields"]
    category = category_of(fields["status"])
    resolution = str((fields.get("resolution") or {}).get("name", ""))
    moved = _last_change(issue, of="status")
    mover = moved.get("author") or {}
    handed, dated = _last_change(issue, of="assignee"), _last_change(issue, of="duedate")
    left = _last_change(issue, of="status", out_of=[one for one, known in categories.items() if known == "done"])
    assignee = fields.get("assignee") or {}
    return TicketState(
        key=str(issue["key"]),
        category=category,
        resolution=resolution,
        accepted=category == "done" and resolution not in site.resolutions_declined,
        changed_by=account_of(mover),
        changed_by_mail=_mail(mover),
        change=str(moved.get("id", "")),
        assignee=account_of(assignee),
        assignee_mail=_mail(assignee),
        due=str(fields.get("duedate") or ""),
        comments=tuple(_comments(fields, deployment=deployment)),
        files=tuple(_files(fields, deployment=deployment)),
        ours=account_of(mover) == deployment.account,
        assigned=str(handed.get("id", "")),
        assigned_by=account_of(handed.get("author") or {}),
        assigned_by_mail=_mail(handed.get("author") or {}),
        assigned_ours=account_of(handed.get("author") or {}) == deployment.account,
        dated=str(dated.get("id", "")),
        dated_by=account_of(dated.get("author") or {}),
        dated_by_mail=_mail(dated.get("author") or {}),
        dated_ours=account_of(dated.get("author") or {}) == deployment.account,
        left=str(left.get("id", "")),
        left_by=account_of(left.get("author") or {}),
        left_by_mail=_mail(left.get("author") or {}),
        left_ours=account_of(left.get("author") or {}) == deployment.account,
    )


def account_of(user: Json) -> str:
    """Return the account id (Cloud) or name (Server) of a user as shown."""
    return str(user.get("accountId") or user.get("name") or "")


def is_ours(comment: Json, *, deployment: Deployment) -> bool:
    """Tell whether we wrote a comment; a quote of ours by somebody else is not ours."""
    mine = account_of(comment.get("author") or {}) == deployment.account
    return mine and is_marked(str(comment.get("body", "")))


def _last_change(issue: Json, *, of: str, out_of: Sequence[str] | None = None) -> Json:
    # Cloud lists the newest change first, Server the oldest; ids only grow.
    histories = (issue.get("changelog") or {}).get("histories") or ()
    changes = [history for history in histories if any(_is_of(item, of, out_of) for item in history["items"])]
    return max(changes, key=lambda history: int(history["id"]), default={})


def _is_of(item: Json, field: str, out_of: Sequence[str] | None) -> bool:
    return item.get("field") == field and (out_of is None or str(item.get("from")) in out_of)


def _comments(fields: Json, *, deployment: Deployment) -> Iterator[tuple[str, str, str, str]]:
    for comment in (fields.get("comment") or {}).get("comments") or ():
        if not is_ours(comment, deployment=deployment):
            author = comment.get("author") or {}
            yield str(comment["id"]), account_of(author), _mail(author), str(comment.get("body", ""))


def _files(fields: Json, *, deployment: Deployment) -> Iterator[TicketFile]:
    # Ids only grow; Jira says nothing of the order in which it lists files.
    for file in sorted(fields.get("attachment") or (), key=lambda file: int(file["id"])):
        author = file.get("author") or {}
        if account_of(author) != deployment.account:
            yield TicketFile(
                id=str(file["id"]),
                name=str(file.get("filename") or ""),
                size=int(file.get("size") or 0),
                type=str(file.get("mimeType") or ""),
                account=account_of(author),
                mail=_mail(author),
            )


def _mail(user: Json) -> str:
    return str(user.get("emailAddress") or "")
