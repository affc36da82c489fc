"""What is stored of a result is what was named, and nothing is made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.actions.keep import NothingThereError, at, kept
from engine.domain.fields import FieldSpec, FieldType
from engine.domain.keeping import KeepPlan, MisfitError, stored
from engine.domain.sensitivity import Sensitivity
from engine.domain.values import Json

RESULT: dict[str, Json] = {
    "status": 200,
    "headers": {"x-request-id": "r1"},
    "json": {"items": [{"id": 4711}], "none": None},
}
NAMES = st.from_regex(r"[a-z_][a-z0-9_-]{0,8}", fullmatch=True)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(NAMES, inner, min_size=1, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("status", 200),
        ("json.items[0].id", 4711),
        ("json.none", None),
        ("headers.X-Request-Id", "r1"),
        ("json.items", [{"id": 4711}]),
    ],
)
def test_a_place_is_found(path: str, found: Json) -> None:
    """Names with dots and numbers in brackets lead to a place."""
    assert at(RESULT, path) == found


@pytest.mark.parametrize(
    "path", ["", "json.items[1]", "json.items.0", "json..id", "[0]", "json.none.x", "a b", "status[0]"]
)
def test_nothing_is_made_up(path: str) -> None:
    """A place that is not there is an error."""
    with pytest.raises(NothingThereError):
        at(RESULT, path)


@given(name=NAMES, tree=TREES, data=st.data())
def test_every_place_of_a_result_can_be_named(name: str, tree: Json, data: st.DataObject) -> None:
    """Walking down any tree and writing the way as a path leads to the same part."""
    path, node = name, tree
    while isinstance(node, dict | list) and data.draw(st.booleans()):
        if isinstance(node, dict):
            key = data.draw(st.sampled_from(sorted(node)))
            path, node = f"{path}.{key}", node[key]
        else:
            index = data.draw(st.integers(0, len(node) - 1))
            path, node = f"{path}[{index}]", node[index]
    assert at({name: tree}, path) == node


@given(path=st.text(max_size=30))
def test_any_text_is_a_place_or_not(path: str) -> None:
    """Whatever is written, it ends in a value or in the one error."""
    try:
        at(RESULT, path)
    except NothingThereError:
        return


def test_only_what_was_named_is_stored() -> None:
    """Fixed names and kept places are stored, a missing one is reported, the rest is dropped."""
    keep = {"first": KeepPlan("json.items[0].id"), "gone": KeepPlan("json.gone")}
    found = kept(RESULT, keep=keep, keeps=("status",))
    assert found.values == {"status": {"$number": "200"}, "first": {"$number": "4711"}}
    assert found.unkept == ("gone was not in the result, so it was not kept",)
    assert kept(RESULT, keep={}, keeps=None).values == {}


def typed(kind: FieldType, *, several: bool = False) -> KeepPlan:
    """A place whose value has a type."""
    return KeepPlan("json.x", spec=FieldSpec("x", kind, list=several), sensitivity=Sensitivity.RESTRICTED)


@pytest.mark.parametrize(
    ("plan", "value", "expected"),
    [
        (typed(FieldType.NUMBER), 3, {"$number": "3"}),
        (typed(FieldType.NUMBER), "3.50", {"$number": "3.50"}),
        (typed(FieldType.BOOLEAN), False, False),
        (typed(FieldType.BOOLEAN), "no", False),
        (typed(FieldType.TEXT), "", ""),
        (typed(FieldType.TEXT), "kim", "kim"),
        (typed(FieldType.TEXT, several=True), [], []),
        (typed(FieldType.TEXT, several=True), ["a", "b"], ["a", "b"]),
        (typed(FieldType.DATETIME), "2026-11-24T03:10:00Z", {"$instant": "2026-11-24T03:10:00Z", "zone": "UTC"}),
        (KeepPlan("json.x"), {"a": [1]}, {"a": [{"$number": "1"}]}),
    ],
)
def test_a_value_is_kept_as_what_it_is_said_to_be(plan: KeepPlan, value: Json, expected: Json) -> None:
    """Without a type, it is kept as it came."""
    assert stored(plan, "x", value) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldType.NUMBER, "many"),
        (FieldType.NUMBER, [1]),
        (FieldType.NUMBER, None),
        (FieldType.BOOLEAN, 1),
        (FieldType.TEXT, 5),
        (FieldType.TEXT, {"secret": "canary-71c0"}),
        (FieldType.DATETIME, "2026-11-24T03:10"),
        (FieldType.URL, "canary-71c0"),
    ],
)
def test_what_is_something_else_is_not_kept_and_not_repeated(kind: FieldType, value: Json) -> None:
    """The sentence names the field and its type; the value may be restricted."""
    with pytest.raises(MisfitError) as caught:
        stored(typed(kind), "x", value)
    assert str(caught.value) == f"x is not a {kind}, so it was not kept"
