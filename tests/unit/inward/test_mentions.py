"""Who is meant by a mention or a typed name in a command: one person, or nobody and the way on."""

from __future__ import annotations

import pytest

from engine.domain.authority import Refusal
from engine.ports.people import Person
from engine.runtime.inward.identities import Identities
from engine.runtime.inward.mentions import is_mention, mentioned, spoken
from engine.settings.people import Directory

PEOPLE = {
    one.id: one
    for one in (
        Person(id="ana", name="Ana Ruiz", mail="ana.ruiz@example.com", slack="U0ANA"),
        Person(id="ben", name="Ben Osei", mail="b.osei@example.com", slack="U0BEN"),
        Person(id="benno", name="Ben Lind", slack="U0BENNO"),
        Person(id="zoe", name="Zoe Ott", slack="U0ZOE"),
    )
}
KNOWN = Identities(Directory(people=PEOPLE, roles={}, excluded=frozenset({"zoe"})))


@pytest.mark.parametrize(
    ("token", "person"),
    [
        ("<@U0ANA|ana.ruiz>", "ana"),
        ("<@U0ANA>", "ana"),
        ("@ana", "ana"),
        ("ana", "ana"),
        ("@Ana.Ruiz", "ana"),
        ("@anaruiz", "ana"),
        ("@ana.ruiz@example.com", "ana"),
        ("@b.osei", "ben"),
        ("@ben", "ben"),
        ("@Ana", "ana"),
    ],
)
async def test_a_name_that_fits_one_person_means_them(token: str, person: str) -> None:
    """An account, an id, a name without its space, a mail or what stands before its @, a first name."""
    assert await mentioned([token], KNOWN) == [PEOPLE[person]]


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("<@U0ZOE|zoe>", "That account belongs to nobody in the people file."),
        ("<@U0EVE|ana>", "That account belongs to nobody in the people file."),
        ("@zoe", "Nobody here is called @zoe. There are: @ana (Ana Ruiz), @ben (Ben Osei), @benno (Ben Lind)."),
        ("@an", "Nobody here is called @an. There are: @ana (Ana Ruiz), @ben (Ben Osei), @benno (Ben Lind)."),
    ],
)
async def test_any_other_is_refused_with_those_there_are(token: str, told: str) -> None:
    """Nobody is guessed; who is excluded is nobody."""
    refusal = await mentioned(["@ana", token], KNOWN)
    assert isinstance(refusal, Refusal)
    assert (refusal.rule, refusal.message) == ("unknown_person", told)
    assert refusal.hint.startswith("Type @ and choose")


async def test_a_first_name_of_several_is_asked_about() -> None:
    """Those whom it fits are named."""
    people = {key: person for key, person in PEOPLE.items() if key != "ben"} | {"osei": PEOPLE["ben"]}
    moved = {key: Person(id=key, name=person.name) for key, person in people.items()}
    refusal = await mentioned(["@Ben"], Identities(Directory(people=moved, roles={})))
    assert isinstance(refusal, Refusal)
    assert refusal.message == "@Ben could be several people: @benno (Ben Lind), @osei (Ben Osei)."


async def test_in_a_remark_accounts_become_names() -> None:
    """Also one that belongs to nobody here."""
    text = await spoken("<@U0ANA|ana.ruiz> asked <@U0EVE|eve> and <@U0X>; <@U0ANA|ana.ruiz> waits", KNOWN)
    assert text == "@Ana Ruiz asked @eve and @U0X; @Ana Ruiz waits"


@pytest.mark.parametrize(("token", "yes"), [("@ana", True), ("<@U0ANA>", True), ("commander", False), ("a@b", False)])
def test_a_mention_is_told_from_a_role(token: str, *, yes: bool) -> None:
    """By its first sign."""
    assert is_mention(token) is yes
