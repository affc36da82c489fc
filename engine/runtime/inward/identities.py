"""Who acts: the person behind an account of the chat or the tracker, and how sure that is.

Rule kept here: an account that the people file does not lead to is nobody, whatever it calls itself; a person chosen
in a form is kept by the people file's id, never by the chat's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.domain.commands import Who
from engine.domain.fields import FieldType

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from engine.ports.acts import Act
    from engine.ports.people import People, Person
    from engine.ports.shown import Form

SLACK_SIGNED, JIRA_ACCOUNT = "slack-signed", "jira-account"


class Identities:
    """People by their accounts. `mail_of` tells the mail of a chat account, for people without an id of their own."""

    def __init__(self, people: People, *, mail_of: Callable[[str], Awaitable[str]] | None = None) -> None:
        self.people = people
        self._mail_of = mail_of
        self._mails: dict[str, str] = {}

    async def in_chat(self, user: str) -> Person | None:
        """Return the person behind an account of the chat."""
        known = self.people.by_slack(user)
        if known is not None or self._mail_of is None:
            return known
        if user not in self._mails:
            mail = await self._mail_of(user)
            if not mail:
                return None
            self._mails[user] = mail
        return self.people.by_slack(user, self._mails[user])

    def keeps_out(self, user: str) -> bool:
        """Return whether an account that leads to nobody belongs to somebody who is excluded."""
        mail = self._mails.get(user, "").casefold()
        excluded = [person for person in self.people.everyone() if not self.people.admits(person.id)]
        return any(
            person.slack == user or (not person.slack and mail and person.mail.casefold() == mail)
            for person in excluded
        )

    async def values(self, act: Act) -> tuple[dict[str, Any], dict[str, str]]:
        """Return a form's values with people by their ids, and what is wrong with the people chosen, by field."""
        values: dict[str, Any] = {name: value for name, value in act.values.items() if value is not None}
        wrong: dict[str, str] = {}
        for name in act.people & values.keys():
            chosen = values[name] if isinstance(values[name], list) else [values[name]]
            found = [await self.in_chat(user) for user in chosen]
            if None in found:
                wrong[name] = (
                    "That account belongs to nobody in the people file. Choose somebody else, or have it added."
                )
            people = [person.id for person in found if person is not None]
            values[name] = people if isinstance(values[name], list) else (people or [""])[0]
        return values, wrong

    def shown(self, form: Form) -> Form:
        """Return a form whose people are named by the chat's accounts, as far as the people file has them."""
        named = {
            name: form.values[name]
            for name, spec in form.fields.items()
            if spec.type is FieldType.PERSON
            if name in form.values
        }
        accounts = {name: self._accounts(value) for name, value in named.items()}
        known = {name: value for name, value in {**form.values, **accounts}.items() if value}
        return replace(form, values=known)

    def _accounts(self, value: object) -> object:
        chosen = value if isinstance(value, list | tuple) else [value]
        people = [self.people.person(str(one)) for one in chosen]
        accounts = [person.slack for person in people if person is not None and person.slack]
        return accounts if isinstance(value, list | tuple) else next(iter(accounts), "")


def from_chat(person: Person) -> Who:
    """Return who acts when a person does something in the chat."""
    return Who(person=person.id, via="slack", strength=SLACK_SIGNED, zone=person.zone)


def from_tracker(person: Person) -> Who:
    """Return who acts when a person does something in the tracker."""
    return Who(person=person.id, via="jira", strength=JIRA_ACCOUNT, zone=person.zone)
