"""Who acts is whom the people file says, or nobody."""

from __future__ import annotations

from engine.ports.acts import Act, ActKind
from engine.ports.people import Person
from engine.runtime.inward.identities import Identities, from_chat, from_tracker
from engine.settings.people import Directory

ANA = Person(id="ana", name="Ana Ruiz", mail="ana@example.com", zone="Europe/Berlin")
BEN = Person(id="ben", name="Ben Osei", mail="ben@example.com", slack="U0BEN")
ZOE = Person(id="zoe", name="Zoe", mail="zoe@example.com", slack="U0ZOE")
PEOPLE = Directory(people={"ana": ANA, "ben": BEN, "zoe": ZOE}, roles={}, excluded=frozenset({"zoe"}))
MAILS = {"U0ANA": "Ana@example.com", "U0EVE": "ben@example.com", "U0ZOE": "zoe@example.com"}


async def mail_of(user: str) -> str:
    """Tell the mail of an account."""
    return MAILS.get(user, "")


async def test_people_are_known_by_id_and_else_by_mail() -> None:
    """A mail counts for nobody who has an id of their own; who is excluded is nobody."""
    known = Identities(PEOPLE, mail_of=mail_of)
    users = ("U0BEN", "U0ANA", "U0EVE", "U0ZOE", "U0NOBODY")
    assert [await known.in_chat(user) for user in users] == [BEN, ANA, None, None, None]
    assert await Identities(PEOPLE).in_chat("U0ANA") is None


async def test_people_chosen_in_a_form_become_our_ids() -> None:
    """One that is nobody's is named at its field; what was left open is left out."""
    values = {"owner": "U0BEN", "others": ["U0ANA", "U0BEN"], "guest": "U0EVE", "why": None, "text": "U0BEN"}
    act = Act(
        user="U0BEN", kind=ActKind.FORM, action="submit", values=values, people=frozenset({"owner", "others", "guest"})
    )
    read, wrong = await Identities(PEOPLE, mail_of=mail_of).values(act)
    assert read == {"owner": "ben", "others": ["ana", "ben"], "guest": "", "text": "U0BEN"}
    assert list(wrong) == ["guest"]


def test_how_sure_an_identity_is_goes_with_it() -> None:
    """And the zone in which somebody types."""
    chat, tracker = from_chat(ANA), from_tracker(ANA)
    assert (chat.via, chat.strength, chat.zone) == ("slack", "slack-signed", "Europe/Berlin")
    assert (tracker.via, tracker.strength) == ("jira", "jira-account")
