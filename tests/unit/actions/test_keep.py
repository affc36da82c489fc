"""What is stored of a result is what was named, and nothing is made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.actions.keep import NothingThereError, at, kept
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
    found = kept(RESULT, keep={"first": "json.items[0].id", "gone": "json.gone"}, keeps=("status",))
    assert found.values == {"status": 200, "first": 4711}
    assert found.missing == ("gone",)
    assert kept(RESULT, keep={}, keeps=None).values == {}
