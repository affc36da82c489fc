"""Who holds a role: whoever is on call, then the list; and what is said when a rota does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.domain.errors import IntegrationError
from engine.domain.oncall import Turn, on_turn
from engine.runtime.choosing import Choice, Choosing
from engine.settings.people import read_people

PEOPLE = read_people(Path(__file__).parents[3] / "config" / "people.yaml")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Fixed:
    """A rota that always says the same, or that fails or hangs."""

    names: tuple[str, ...] = ()
    fails: bool = False
    hangs: bool = False
    asked: list[datetime] = field(default_factory=list)

    async def on_call(self, at: datetime) -> Sequence[str]:
        """Say who is on call."""
        self.asked.append(at)
        if self.fails:
            raise IntegrationError("the rota is away")
        if self.hangs:
            await asyncio.Event().wait()
        return self.names


async def chosen(rota: Fixed, *roles: str, patience: float = 5.0) -> Sequence[Choice]:
    """Choose, where each role has this rota."""
    choosing = Choosing(
        people=PEOPLE, rota_of=dict.fromkeys(roles, "primary"), rotas={"primary": rota}, patience=patience
    )
    return await choosing.choose(roles, at=NOON)


@pytest.mark.parametrize("name", ["jo", "JO.BELL@example.com", "Jo Bell"])
async def test_whoever_is_on_call_comes_before_the_list(name: str) -> None:
    """By id, mail or name; the list stays the escalation path."""
    (choice,) = await chosen(Fixed((name,)), "commander")
    assert choice.people == ("jo", "ana")
    assert choice.on_call is not None
    assert (choice.on_call.rota, choice.on_call.person, choice.on_call.trouble) == ("primary", "jo", "")


async def test_several_roles_of_one_rota_ask_it_once() -> None:
    """A role without a rota has its list, and nothing is said of it."""
    rota = Fixed(("nobody@example.com", "ivo"))
    choices = await chosen(rota, "commander", "responder")
    assert [choice.people for choice in choices] == [("ivo", "ana", "jo"), ("ivo", "ben")]
    assert rota.asked == [NOON]
    (plain,) = await Choosing(people=PEOPLE).choose(["counsel"], at=NOON)
    assert (plain.people, plain.on_call) == (("carla",), None)


@pytest.mark.parametrize(
    ("rota", "trouble"),
    [
        (Fixed(fails=True), "the rota is away"),
        (Fixed(hangs=True), "it gave no answer within 0.05 s"),
        (Fixed(), "nobody is on call"),
        (Fixed(("Zed",)), "whom it names is nobody in people.yaml, or is excluded: Zed"),
    ],
)
async def test_a_rota_that_does_not_say_leaves_the_role_to_the_list(rota: Fixed, trouble: str) -> None:
    """And why is kept."""
    (choice,) = await chosen(rota, "commander", patience=0.05)
    assert choice.people == ("ana", "jo")
    assert choice.on_call is not None
    assert (choice.on_call.person, choice.on_call.trouble) == ("", trouble)


def test_the_turn_that_began_last_holds() -> None:
    """It was put over the others; its end is not part of it."""
    week = Turn(NOON - timedelta(days=3), NOON + timedelta(days=4), ("ana",))
    swap = Turn(NOON - timedelta(hours=1), NOON + timedelta(hours=1), ("jo",))
    again = Turn(swap.start, swap.end, ("ivo",))
    assert on_turn([swap, week], NOON) == swap
    assert on_turn([week, swap, again], NOON) == again
    assert on_turn([week, swap], swap.end) == week
    assert on_turn([swap], swap.end) is None
