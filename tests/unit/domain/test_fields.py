"""What people type becomes typed values, or a sentence that says what to write instead."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.fields import NOW, FieldError, FieldSpec, FieldType, Instant, Json, Value, accept

AT = Instant(datetime(2026, 11, 24, 2, 10, tzinfo=UTC), "Europe/Berlin")
CHOICE = FieldSpec("c", FieldType.CHOICE, options=("no", "yes", "not, yet", "Unknown"))


def take(spec: FieldSpec, raw: Json | Value, *, zone: str | None = None) -> Value:
    """Accept a value at a fixed moment."""
    return accept(spec, raw, name="field", zone=zone, now=AT)


def refusal(spec: FieldSpec, raw: Json | Value, *, zone: str | None = None) -> FieldError:
    """Return the error that a value gives."""
    with pytest.raises(FieldError) as caught:
        take(spec, raw, zone=zone)
    assert caught.value.message.startswith("field: ")
    assert caught.value.exit_code == 3
    return caught.value


def field(kind: FieldType, **more: object) -> FieldSpec:
    """Return a field of a kind."""
    return FieldSpec("f", kind, **more)  # type: ignore[arg-type]  # each test gives what its kind takes


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (FieldType.TEXT, "  a\r\nb\t ", "a\nb"),
        (FieldType.NUMBER, "12.50", Decimal("12.50")),
        (FieldType.NUMBER, " -3 ", Decimal(-3)),
        (FieldType.NUMBER, 7, Decimal(7)),
        (FieldType.NUMBER, 0.1, Decimal("0.1")),
        (FieldType.NUMBER, Decimal("1e3"), Decimal(1000)),
        (FieldType.BOOLEAN, "Yes", True),
        (FieldType.BOOLEAN, "false", False),
        (FieldType.BOOLEAN, True, True),
        (FieldType.URL, " https://a.example/x?y=1#z ", "https://a.example/x?y=1#z"),
        (FieldType.URL, "hxxps://a[.]example/x", "https://a.example/x"),
        (FieldType.PERSON, "@kim", "kim"),
        (FieldType.TEXT, ["one"], "one"),
    ],
)
def test_what_people_type_becomes_a_typed_value(kind: FieldType, raw: Json, value: Value) -> None:
    """Space around it and harmless ways of writing do not matter."""
    assert take(field(kind), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw", "said"),
    [
        (FieldType.TEXT, 5, "not text but a number"),
        (FieldType.TEXT, True, "not text but yes or no"),
        (FieldType.TEXT, {"a": 1}, "not text but something else"),
        (FieldType.TEXT, [["a"]], "not text but a list"),
        (FieldType.TEXT, "a\x07b", "hidden character U+0007"),
        (FieldType.TEXT, "a\u202eb", "hidden character U+202E"),
        (FieldType.TEXT, "a\ud800b", "hidden character U+D800"),
        (FieldType.TEXT, "a" * 20_001, "20000 is the most"),
        (FieldType.TEXT, ["one", "two"], "takes one value"),
        (FieldType.NUMBER, "NaN", "not a number"),
        (FieldType.NUMBER, "inf", "not a number"),
        (FieldType.NUMBER, float("nan"), "not a number"),
        (FieldType.NUMBER, Decimal("Infinity"), "not a number"),
        (FieldType.NUMBER, True, "not a number"),
        (FieldType.NUMBER, "1,5", "not a number"),
        (FieldType.NUMBER, "\u0663", "not a number"),
        (FieldType.NUMBER, "1e999", "too long a number"),
        (FieldType.NUMBER, "9" * 61, "too long a number"),
        (FieldType.NUMBER, "9" * 200, "not a number"),
        (FieldType.BOOLEAN, "maybe", "neither yes nor no"),
        (FieldType.BOOLEAN, 1, "neither yes nor no"),
        (FieldType.URL, "ftp://a.example", "not an http or https address"),
        (FieldType.URL, "https://", "not an http or https address"),
        (FieldType.URL, "https://a b.example", "not an http or https address"),
        (FieldType.URL, "https://a.example\\@b.example", "not an http or https address"),
        (FieldType.URL, "https://a.example:99999", "not an address"),
        (FieldType.URL, "https://[::1", "not an address"),
        (FieldType.URL, "https://kim:pw@a.example", "user name or password"),
        (FieldType.URL, "https://a.example/" + "x" * 2048, "at most 2048 characters"),
        (FieldType.URL, 5, "not an address"),
        (FieldType.PERSON, "Kim Example", "not a person's id"),
        (FieldType.PERSON, "k\x00m", "hidden character"),
        (FieldType.FILE, "x", "is a file, and no file was given"),
        (FieldType.TEXT, None, "is missing"),
        (FieldType.TEXT, "  ", "is missing"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(kind: FieldType, raw: Json, said: str) -> None:
    """The message says what is wrong, the hint what to do."""
    error = refusal(field(kind), raw)
    assert said in error.message
    assert error.hint()


@pytest.mark.parametrize(
    ("raw", "iso", "zone"),
    [
        ("2026-11-24T03:10:00+01:00", "2026-11-24T02:10:00Z", "+01:00"),
        ("2026-11-24T03:10-0530", "2026-11-24T08:40:00Z", "-0530"),
        ("2026-11-24T02:10:00Z", "2026-11-24T02:10:00Z", "UTC"),
        ("2026-11-24 02:10 UTC", "2026-11-24T02:10:00Z", "UTC"),
        ("2026-11-24 03:10 Europe/Berlin", "2026-11-24T02:10:00Z", "Europe/Berlin"),
        ("2026-11-24T03:10:00.5+01:00[Europe/Berlin]", "2026-11-24T02:10:00.500000Z", "Europe/Berlin"),
        ("now", "2026-11-24T02:10:00Z", "Europe/Berlin"),
    ],
)
def test_a_moment_keeps_its_zone(raw: str, iso: str, zone: str) -> None:
    """UTC is what counts, and how it was written stays beside it."""
    value = take(field(FieldType.DATETIME), raw)
    assert isinstance(value, Instant)
    assert (value.iso(), value.zone) == (iso, zone)
    assert take(field(FieldType.DATETIME), value) == value


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("2026-11-24 03:10", "says no time zone"),
        ("2026-11-24", "not a date and time"),
        ("1795486200", "not a date and time"),
        (1795486200, "not a date and time"),
        ("2026-02-30T03:10Z", "not a date and time"),
        ("0001-01-01T00:00+05:00", "not a date and time"),
        ("2026-11-24T03:10+99:00", "not an offset"),
        ("2026-11-24 03:10 Mars/Base", "not a time zone"),
        ("2026-11-24 03:10 ../etc/passwd", "not a date and time"),
        ("2026-10-25 02:30 Europe/Berlin", "happens twice"),
        ("2026-03-29 02:30 Europe/Berlin", "does not exist"),
        ("2026-11-24T03:10+05:00[Europe/Berlin]", "not the offset"),
    ],
)
def test_a_moment_that_could_be_two_is_refused(raw: Json, said: str) -> None:
    """Nobody's clock is guessed."""
    assert said in refusal(field(FieldType.DATETIME), raw).message


def test_a_form_may_pass_the_zone_of_the_person() -> None:
    """Where the caller knows it, a local time is enough; a zone that is written wins."""
    value = take(field(FieldType.DATETIME), "2026-11-24 03:10", zone="Europe/Berlin")
    assert isinstance(value, Instant)
    assert value.iso() == "2026-11-24T02:10:00Z"
    other = take(field(FieldType.DATETIME), "2026-11-24T03:10Z", zone="Europe/Berlin")
    assert isinstance(other, Instant)
    assert other.iso() == "2026-11-24T03:10:00Z"


def test_a_choice_is_one_of_its_options() -> None:
    """Case does not matter, and a near miss is named."""
    assert take(CHOICE, "NO") == "no"
    assert take(CHOICE, "unknown") == "Unknown"
    assert "Did you mean yes?" in refusal(CHOICE, "yess").hint()
    assert "Choose one of: no, yes" in refusal(CHOICE, 5).hint()
    assert "Give one of" in refusal(CHOICE, None).hint()


def test_bounds_hold() -> None:
    """A number's value, a text's length and a list's count have their limits."""
    number = field(FieldType.NUMBER, min=Decimal("0.5"), max=Decimal(2))
    assert take(number, "2") == Decimal(2)
    assert "0.5 is the least" in refusal(number, "0").message
    assert "2 is the most" in refusal(number, "3").message
    text = field(FieldType.TEXT, min=Decimal(2), max=Decimal(3))
    assert "2 is the least" in refusal(text, "a").message
    assert "3 is the most" in refusal(text, "abcd").message
    urls = field(FieldType.URL, list=True, min=Decimal(1), max=Decimal(2), hint="Links.")
    one = "https://a.example"
    assert take(urls, [one]) == [one]
    assert take(urls, one) == [one]
    assert refusal(urls, []).hint() == "Links."
    assert "at most 2" in refusal(urls, [one] * 3).message
    assert "1000" in refusal(urls, [one] * 1001).message


def test_a_list_can_be_written_in_lines_or_with_commas() -> None:
    """Commas separate only where they cannot be part of a value."""
    assert take(field(FieldType.TEXT, list=True), "a, b\n\nc") == ["a, b", "c"]
    assert take(field(FieldType.NUMBER, list=True), "1, 2") == [Decimal(1), Decimal(2)]
    choices = field(FieldType.CHOICE, list=True, options=("a", "b, c"))
    assert take(choices, "b, c") == ["b, c"]
    assert take(choices, ["a", "b, c"]) == ["a", "b, c"]
    assert take(field(FieldType.NUMBER, list=True), 5) == [Decimal(5)]
    assert take(field(FieldType.TEXT, list=True), "") == []


def test_what_is_missing_becomes_its_default() -> None:
    """A default, the present moment, or nothing where the field is optional."""
    assert take(field(FieldType.DATETIME, default=NOW), None) == AT
    assert take(field(FieldType.NUMBER, default=Decimal(3)), "") == Decimal(3)
    assert take(field(FieldType.TEXT, optional=True), " ") is None
    assert take(field(FieldType.TEXT, optional=True, list=True), []) is None
    assert refusal(field(FieldType.TEXT, hint="A sentence."), None).hint() == "A sentence."


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(FieldType), st.booleans(), ANYTHING)
def test_anything_is_accepted_or_refused(kind: FieldType, several: bool, raw: Json) -> None:  # noqa: FBT001 drawn by hypothesis
    """Whatever comes in, the outcome is a value or a `FieldError`, and a value is accepted again unchanged."""
    spec = field(kind, list=several, options=("a", "b"))
    try:
        value = take(spec, raw)
    except FieldError:
        return
    assert take(spec, value) == value
