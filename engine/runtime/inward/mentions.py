"""Who is meant by a name in a typed command: an account that the chat names, or what somebody typed.

Rules kept here: an account is the person behind it, or nobody; a typed name (`@ana`, `@ana.ruiz`, `@Ana`) counts only
where it fits exactly one person who may act; where it does not, whoever typed it is told who there is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.domain.authority import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.ports.people import People, Person
    from engine.runtime.inward.identities import Identities

ACCOUNT = re.compile(r"<@(?P<user>[A-Z0-9]+)(?:\|(?P<name>[^>]*))?>")
MOST = 12
_HOW = "Type @ and choose them from the list that opens, or type their id."


def is_mention(token: str) -> bool:
    """Return whether a part of a command stands for a person at first sight."""
    return token.startswith("@") or ACCOUNT.fullmatch(token) is not None


async def mentioned(tokens: Sequence[str], identities: Identities) -> list[Person] | Refusal:
    """Return the people who are meant, or why one of them cannot be told."""
    found: list[Person] = []
    for token in tokens:
        account = ACCOUNT.fullmatch(token)
        person = await identities.in_chat(account["user"]) if account else _typed(token, identities.people)
        if isinstance(person, Refusal):
            return person
        if person is None:
            return Refusal("unknown_person", "That account belongs to nobody in the people file.", _HOW)
        found.append(person)
    return found


async def spoken(text: str, identities: Identities) -> str:
    """Return a text with names in the place of accounts."""
    for account in {found[0]: found for found in ACCOUNT.finditer(text)}.values():
        person = await identities.in_chat(account["user"])
        text = text.replace(account[0], f"@{person.name if person else account['name'] or account['user']}")
    return text


def _typed(token: str, people: People) -> Person | Refusal:
    wanted = _plain(token.removeprefix("@"))
    known = [person for person in people.everyone() if people.admits(person.id)]
    exactly = [person for person in known if wanted in map(_plain, _names(person))]
    close = exactly or [person for person in known if wanted == _plain(person.name.partition(" ")[0])]
    if len(close) == 1:
        return close[0]
    offered = ", ".join(f"@{person.id} ({person.name})" for person in (close or known)[:MOST])
    if close:
        return Refusal("unknown_person", f"{token} could be several people: {offered}.", _HOW)
    return Refusal("unknown_person", f"Nobody here is called {token}. There are: {offered}.", _HOW)


def _names(person: Person) -> Iterator[str]:
    yield from (person.id, person.name)
    if person.mail:
        yield from (person.mail, person.mail.partition("@")[0])


def _plain(name: str) -> str:
    return re.sub(r"[\s._-]+", "", name.casefold())
