"""Reading YAML: what a scalar means, where it stands, and what is refused."""

from __future__ import annotations

import pytest

from engine.language.marks import Mark
from engine.language.tree import MAX_BYTES, Mapping, find, plain, read_tree


def read(text: str | bytes) -> tuple[object, list[str]]:
    """Return the plain tree and the rules that were broken."""
    root, problems = read_tree(text if isinstance(text, bytes) else text.encode(), path="f.yaml")
    return (plain(root) if root is not None else None), [problem.rule for problem in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("2026-11-24", "2026-11-24"),
        ("2026-11-24T03:10:00Z", "2026-11-24T03:10:00Z"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0x1F", 31),
        ("0o17", 15),
        ("017", 17),
        ("-3", -3),
        ("0.1", 0.1),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.2.3", "1.2.3"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("|\n  a\n  b", "a\nb"),
        ("<<", "<<"),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says(text: str, value: object) -> None:
    """Only true and false are booleans, and a date is a text."""
    found, rules = read(f"a: {text}")
    assert isinstance(found, dict)
    assert found["a"] == value
    assert type(found["a"]) is type(value)
    assert rules == []


@pytest.mark.parametrize(
    "text", [".inf", "-.Inf", ".nan", "1234567890123456", "0.12345678901234567", "1e400", "1e-400", "0x" + "f" * 20]
)
def test_a_number_that_would_change_is_refused(text: str) -> None:
    """What cannot be kept exactly is never silently another number."""
    assert read(f"a: {text}")[1] == ["PB009"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "PB010"),
        (b"\xff\xfea\x00", "PB001"),
        (b"a: \x00", "PB001"),
        ("a: \u2028b".encode(), "PB001"),
        ("a: b\ufeff".encode(), "PB001"),
        (b"a: \x80", "PB001"),
        (b"#" * (MAX_BYTES + 1), "PB002"),
        (b"[" * 100_000, "PB002"),
        (b"- a\n" * 20_001, "PB002"),
        (b"a: 'b", "PB003"),
        (b"a: b: c", "PB003"),
        (b"\ta: b", "PB003"),
        (b"a: @b", "PB003"),
        (b"%YAML 9.9\n---\na: b", "PB003"),
        (b"a: &x b", "PB004"),
        (b"a: *x", "PB004"),
        (b"a: !x b", "PB005"),
        (b"a: !!map {}", "PB005"),
        (b"a: b\n---\nc: d", "PB006"),
        (b"a: b\na: c", "PB007"),
        (b"{[a]: b}", "PB008"),
        (b"a: {{ b }}", "PB008"),
        (b"1: a", "PB008"),
        (b"*x : a", "PB008"),
        (b"? \n: a", "PB008"),
        (b"1e999: a", "PB008"),
    ],
)
def test_what_yaml_would_let_pass_is_refused(data: bytes, rule: str) -> None:
    """Traps of YAML and of encodings are problems, each by its own rule."""
    assert rule in read(data)[1]


def test_a_byte_order_mark_at_the_start_is_no_matter() -> None:
    """Some editors write one, and it changes nothing."""
    assert read(b"\xef\xbb\xbfa: b") == ({"a": "b"}, [])


def test_the_first_of_two_values_stays() -> None:
    """A duplicate key does not change what was read before it."""
    assert read("a: 1\na: 2")[0] == {"a": 1}


def test_places_count_characters_from_one() -> None:
    """A column is what an editor shows, also after a letter of several bytes."""
    root, _ = read_tree("ä: [b, {c: d}]".encode(), path="f.yaml")
    assert isinstance(root, Mapping)
    node, key = find(root, ("ä", 1, "c"))
    assert (node.mark, key) == (Mark(1, 12), Mark(1, 9))


def test_a_place_that_is_not_written_is_the_nearest_above() -> None:
    """Segments that pydantic adds are skipped instead of ending the search."""
    root, _ = read_tree(b"a:\n  b: 1\n", path="f.yaml")
    assert isinstance(root, Mapping)
    assert find(root, ("a", "tag", "b"))[0].mark == Mark(2, 6)
    assert find(root, ("a", "missing"))[1] == Mark(1, 1)
