"""Who a person is in Slack: by the id in the people file, else by mail, remembered once found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.errors import IntegrationError
from integrations.slack.api import RefusedError

if TYPE_CHECKING:
    from engine.ports.people import Person
    from integrations.slack.api import SlackApi


class NoAccountError(IntegrationError):
    """The person has no Slack account that can be found."""


class Accounts:
    """The Slack user ids of people. Only what was found is remembered: an account may be made at any time."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._by_mail: dict[str, str] = {}
        self._names: dict[str, str] = {}

    async def user_id(self, person: Person) -> str:
        """Return the person's Slack user id; raise `NoAccountError` when there is none."""
        if person.slack:
            return person.slack
        if not person.mail:
            raise NoAccountError(f"{person.name} has neither a Slack id nor a mail in the people file.")
        mail = person.mail.lower()
        if mail not in self._by_mail:
            self._by_mail[mail] = await self._looked_up(person)
        return self._by_mail[mail]

    async def mail_of(self, user: str) -> str:
        """Return the mail of a Slack user; empty when Slack does not tell."""
        try:
            answer = await self._api.call("users.info", user=user)
        except RefusedError:
            return ""
        return str((answer["user"].get("profile") or {}).get("email") or "")

    async def name_of(self, user: str) -> str:
        """Return what a Slack user is called; empty when Slack does not tell."""
        if user not in self._names:
            try:
                answer = await self._api.call("users.info", user=user)
            except RefusedError:
                return ""
            profile = answer["user"].get("profile") or {}
            self._names[user] = str(profile.get("real_name") or answer["user"].get("name") or "")
        return self._names[user]

    async def _looked_up(self, person: Person) -> str:
        try:
            answer = await self._api.call("users.lookupByEmail", email=person.mail)
        except RefusedError as error:
            if error.code != "users_not_found":
                raise
            raise NoAccountError(f"nobody in Slack has the mail {person.mail}") from None
        return str(answer["user"]["id"])
