"""What is not as it must be is found, and named."""

from __future__ import annotations

from collections import Counter

from tests.chaos.checking import Check, same
from tests.chaos.play import Chaos, Wish


def test_what_is_there_twice_or_unknown_or_missing_is_named() -> None:
    """A far side is compared with the ledger key by key."""
    told = {"k1": "INC-1 first", "k2": "INC-1 second", "k3": "INC-1 third"}
    assert same("requests", told, Counter(k1=1, k2=2, k9=1)).wrong == [
        "INC-1 second is there 2 times",
        "k9 is told of nowhere",
        "INC-1 third is not there",
    ]


def test_one_thing_that_is_wrong_is_enough() -> None:
    """What is not as it must be is not outvoted."""
    wish = Wish(seconds=1, incidents=1, seed="none")
    assert Chaos(wish, [Check("this", 2), Check("that", 2)]).held
    assert not Chaos(wish, [Check("this", 2), Check("that", 2, ["INC-1"])]).held
    assert not Chaos(wish, [Check("this", 2)], unfinished=["INC-1"]).held
