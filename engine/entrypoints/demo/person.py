"""Somebody of the cast: sees what Slack and Jira show them, and acts over their HTTP with their own tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import FormData, encode_basic_auth

if TYPE_CHECKING:
    import aiohttp
    from aiohttp import ClientResponse

API = "/jira/rest/api/2"
OPEN = "project = SEC AND statusCategory != Done"


class StuckError(Exception):
    """Somebody waited for something that did not come, or could not do what they meant to."""


@dataclass(frozen=True)
class Person:
    """One of the cast, by the handle that the sandbox knows them by."""

    handle: str
    session: aiohttp.ClientSession = field(repr=False)
    sandbox: str

    async def slack(self, path: str, **body: object) -> dict[str, Any]:
        """Look at something in Slack, or, with a body, do something."""
        headers = {"Authorization": f"Bearer xoxp-sandbox-{self.handle}"}
        url = f"{self.sandbox}/slack/human{path}"
        call = self.session.post(url, json=body, headers=headers) if body else self.session.get(url, headers=headers)
        async with call as reply:
            return dict(await reply.json())

    async def jira(self, verb: str, path: str, body: object = None, **query: str) -> Any:  # noqa: ANN401 - JSON of any shape
        """Look at something in Jira, or do something; as on Cloud, one's login is one's mail and a token."""
        headers = {"Authorization": await self._login()}
        url = f"{self.sandbox}{API}/{path}"
        async with self.session.request(verb, url, json=body, params=query, headers=headers) as reply:
            await self._taken(reply)
            return await reply.json() if reply.content_length else None

    async def _login(self) -> str:
        return encode_basic_auth(str((await self.slack("/me"))["email"]), f"jira-sandbox-{self.handle}")

    async def _taken(self, reply: ClientResponse) -> None:
        if reply.status >= 400:  # noqa: PLR2004 - HTTP's own line between yes and no
            raise StuckError(f"Jira answered {self.handle} with {reply.status}: {await reply.text()}")

    async def channels(self) -> list[dict[str, Any]]:
        """Return the channels this person is in."""
        return list((await self.slack("/channels"))["channels"])

    async def messages(self, channel: str) -> list[dict[str, Any]]:
        """Return the messages of a channel, oldest first."""
        return list((await self.slack(f"/channels/{channel}/messages"))["messages"])

    async def whispers(self) -> list[str]:
        """Return what only this person was told."""
        return [str(message["text"]) for message in (await self.slack("/ephemerals"))["messages"]]

    async def press(self, channel: str, message: dict[str, Any], action: str) -> dict[str, Any]:
        """Press a button under a message."""
        return await self.slack("/actions", action_id=action, channel=channel, ts=message["ts"])

    async def command(self, channel: str, text: str) -> dict[str, Any]:
        """Type `/incident ...`."""
        return await self.slack("/commands", channel=channel, command="/incident", text=text)

    async def modals(self) -> list[dict[str, Any]]:
        """Return the open forms, the top one last."""
        return list((await self.slack("/modals"))["modals"])

    async def fill(self, view: dict[str, Any], values: dict[str, object]) -> dict[str, Any]:
        """Fill a form in and send it."""
        return await self.slack(f"/modals/{view['id']}/submit", values=values)

    async def give(self, name: str, data: bytes) -> str:
        """Choose a file in a form; return its id."""
        headers = {"Authorization": f"Bearer xoxp-sandbox-{self.handle}", "Content-Type": "application/pdf"}
        url = f"{self.sandbox}/slack/human/files"
        async with self.session.post(url, params={"name": name}, data=data, headers=headers) as reply:
            return str((await reply.json())["id"])

    async def attach(self, ticket: str, name: str, data: bytes) -> None:
        """Attach a file to a ticket."""
        form = FormData(quote_fields=False)  # a name is sent as a browser sends it, with its spaces
        form.add_field("file", data, filename=name, content_type="application/pdf")
        headers = {"Authorization": await self._login(), "X-Atlassian-Token": "no-check"}
        url = f"{self.sandbox}{API}/issue/{ticket}/attachments"
        async with self.session.post(url, data=form, headers=headers) as reply:
            await self._taken(reply)

    async def open_tickets(self) -> list[dict[str, Any]]:
        """Return every open ticket of the project."""
        found = await self.jira(
            "GET", "search/jql", jql=OPEN, maxResults="100", fields="summary,assignee,description,issuetype,labels"
        )
        return list(found["issues"])

    async def comment(self, ticket: str, text: str) -> None:
        """Write a comment under a ticket."""
        await self.jira("POST", f"issue/{ticket}/comment", {"body": text})

    async def close(self, ticket: str, *, resolution: str = "Done") -> None:
        """Close a ticket with a resolution."""
        offered = (await self.jira("GET", f"issue/{ticket}/transitions"))["transitions"]
        for step in offered:
            if step["to"]["statusCategory"]["key"] == "done":
                body = {"transition": {"id": step["id"]}, "fields": {"resolution": {"name": resolution}}}
                await self.jira("POST", f"issue/{ticket}/transitions", body)
                return
        raise StuckError(f"{self.handle} cannot close {ticket} from where it is")

    async def status(self, ticket: str) -> str:
        """Return the category of a ticket's status."""
        issue = await self.jira("GET", f"issue/{ticket}", fields="status")
        return str(issue["fields"]["status"]["statusCategory"]["key"])


def button_of(message: dict[str, Any], action: str) -> bool:
    """Return whether a message has a button of that kind."""
    elements = [e for block in message.get("blocks", ()) if block["type"] == "actions" for e in block["elements"]]
    return any(str(element["action_id"]).partition(":")[0] == action for element in elements)


def heading_of(message: dict[str, Any]) -> str:
    """Return the heading of a message, empty when it has none."""
    headers = [block["text"]["text"] for block in message.get("blocks", ()) if block["type"] == "header"]
    return str(headers[0]) if headers else ""


def text_of(message: dict[str, Any]) -> str:
    """Return everything that a message says."""
    sections = [block["text"]["text"] for block in message.get("blocks", ()) if block["type"] == "section"]
    return "\n".join([str(message.get("text", "")), *sections])
