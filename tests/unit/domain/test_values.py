"""Typed values keep their type, their exact number and their zone through JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.values import Instant, Json, Value, decode, encode, encode_foreign, plain, zone_named

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "+01:00", "-0530"])
INSTANTS = st.builds(Instant, st.datetimes(timezones=st.just(UTC)), ZONES)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False)
KEYS = st.text(max_size=5) | st.sampled_from(["$number", "$instant", "$", "$$number", "zone"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.text() | NUMBERS | INSTANTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
FOREIGN = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def zones(value: Value) -> list[str]:
    """Return the zones of every instant, in order; equality of instants leaves them out."""
    match value:
        case Instant():
            return [value.zone]
        case dict():
            return [zone for item in value.values() for zone in zones(item)]
        case list():
            return [zone for item in value for zone in zones(item)]
        case _:
            return []


@given(VALUES)
def test_a_value_survives_json(value: Value) -> None:
    """What was kept is read back equal, with its zones and its digits."""
    text = json.dumps(encode(value), allow_nan=False)
    back = decode(json.loads(text))
    assert back == value
    assert zones(back) == zones(value)
    assert json.dumps(encode(back)) == text


@given(FOREIGN)
def test_json_from_outside_is_kept_without_floats(foreign: Json) -> None:
    """Nothing that comes from outside can pose as a tagged value or break the ledger."""
    kept = encode_foreign(foreign)
    assert holds_no_number(kept)
    assert encode(decode(kept)) == kept


def holds_no_number(node: Json) -> bool:
    """Tell whether no bare number is left."""
    match node:
        case bool() | None | str():
            return True
        case int() | float():
            return False
        case dict():
            return all(holds_no_number(item) for item in node.values())
        case _:
            return all(holds_no_number(item) for item in node)


def test_foreign_numbers_keep_their_digits() -> None:
    """A float is the decimal it was written as; what cannot be a number stays text."""
    foreign: Json = {"a": 0.1, "b": 10**70, "c": float("inf"), "$number": 1, "d": 1e300}
    assert encode_foreign(foreign) == {
        "a": {"$number": "0.1"},
        "b": str(10**70),
        "c": "inf",
        "$$number": {"$number": "1"},
        "d": "1E+300",
    }


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), object(), {1, 2}, b"x"])
def test_what_is_no_value_is_not_kept(value: object) -> None:
    """A float above all: it would not be the same number everywhere."""
    with pytest.raises(TypeError):
        encode(value)  # type: ignore[arg-type]  # that it is refused is the point


@pytest.mark.parametrize(
    "kept",
    [
        1,
        1.5,
        {"$number": "x"},
        {"$number": "NaN"},
        {"$number": 1},
        {"$number": "1", "more": "x"},
        {"$instant": "2026-11-24T02:10:00Z"},
        {"$instant": "x", "zone": "UTC"},
        {"$instant": "2026-11-24T02:10:00", "zone": "UTC"},
        {"$instant": "2026-11-24T02:10:00Z", "zone": "Mars"},
        {"$other": "x"},
    ],
)
def test_what_was_never_kept_is_not_read(kept: Json) -> None:
    """A damaged record is an error and not another value."""
    with pytest.raises(ValueError, match=r"\w"):
        decode(kept)


def test_a_count_of_the_engine_is_kept_as_a_number() -> None:
    """It comes back as a decimal, like every number."""
    assert decode(encode({"attempts": 3})) == {"attempts": Decimal(3)}


def test_instants_order_by_the_moment_alone() -> None:
    """Two zones can say the same moment."""
    early = Instant(datetime(2026, 11, 24, 2, 10, tzinfo=UTC))
    same = Instant(datetime(2026, 11, 24, 3, 10, tzinfo=timezone(timedelta(hours=1))), "+01:00")
    assert early == same
    assert hash(early) == hash(same)
    assert early < Instant(datetime(2026, 11, 24, 2, 11, tzinfo=UTC))
    assert (str(same), same.local().hour) == ("2026-11-24T02:10:00Z", 3)
    assert Instant(early.utc, "Asia/Kolkata").local().isoformat() == "2026-11-24T07:40:00+05:30"


def test_an_instant_needs_a_zone() -> None:
    """A naive time is refused before it can be kept."""
    with pytest.raises(ValueError, match="time zone"):
        Instant(datetime(2026, 11, 24))  # noqa: DTZ001 that it is refused is the point


@pytest.mark.parametrize("name", ["", "Mars/Base", "+25:00", "+01:99", "../../etc/passwd", "Europe"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    """Neither a path nor an impossible offset is a zone."""
    with pytest.raises(ValueError, match="is not"):
        zone_named(name)


def test_the_world_outside_gets_ordinary_json() -> None:
    """Whole numbers are integers, moments are ISO text."""
    value: Value = {
        "a": Decimal("5.0"),
        "b": [Decimal("0.5"), 3, True, None, "x"],
        "c": Instant(datetime(2026, 1, 1, tzinfo=UTC)),
    }
    assert plain(value) == {"a": 5, "b": [0.5, 3, True, None, "x"], "c": "2026-01-01T00:00:00Z"}
