"""The chain: any changed byte of any event is found and named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.chain import Head, Row, Stamp, canonical, seal, verify

STAMP = Stamp("default", "INC-1", datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), "ada")
CONTENTS = st.lists(st.dictionaries(st.sampled_from(["text", "by", "n"]), st.text() | st.integers()), min_size=1)


def chained(contents: list[dict[str, str | int]]) -> list[Row]:
    """Seal contents into a timeline."""
    rows: list[Row] = []
    head = Head()
    for content in contents:
        row = seal(head, ("note_added", 1), canonical(content), salt=bytes([len(rows) % 256]) * 16, stamp=STAMP)
        rows.append(row)
        head = Head(row.seq, row.hash)
    return rows


@given(CONTENTS, st.data())
def test_any_changed_byte_is_found_at_its_event(contents: list[dict[str, str | int]], data: st.DataObject) -> None:
    """Whether in the envelope, the content, the salt or the hash."""
    rows = chained(contents)
    assert verify(rows, known=[Head(rows[-1].seq, rows[-1].hash)], incident="INC-1") is None
    index = data.draw(st.integers(0, len(rows) - 1))
    row = rows[index]
    part = data.draw(st.sampled_from(["envelope", "content", "salt", "hash"]))
    value = row.hash.encode() if part == "hash" else getattr(row, part)
    place = data.draw(st.integers(0, len(value) - 1))
    changed = bytearray(value)
    changed[place] ^= data.draw(st.integers(1, 127 if part == "hash" else 255))
    new: dict[str, Any] = {part: changed.decode() if part == "hash" else bytes(changed)}
    mismatch = verify([*rows[:index], replace(row, **new), *rows[index + 1 :]])
    assert mismatch is not None
    assert mismatch.seq == row.seq


@given(CONTENTS, st.data())
def test_a_missing_tail_is_found_with_a_known_head(contents: list[dict[str, str | int]], data: st.DataObject) -> None:
    """The first missing event is named."""
    rows = chained(contents)
    kept = data.draw(st.integers(0, len(rows) - 1))
    mismatch = verify(rows[:kept], known=[Head(rows[-1].seq, rows[-1].hash)])
    assert mismatch is not None
    assert mismatch.seq == kept + 1


def test_a_rewritten_chain_does_not_fit_the_published_head() -> None:
    """Whoever makes every hash anew is found by the one that stands elsewhere."""
    true, forged = chained([{"n": 1}, {"n": 2}]), chained([{"n": 1}, {"n": 3}])
    mismatch = verify(forged, known=[Head(2, true[1].hash)])
    assert mismatch is not None
    assert mismatch.seq == 2


def test_a_float_has_no_place_in_the_ledger() -> None:
    """However deep it lies."""
    with pytest.raises(ValueError, match="float"):
        canonical({"a": [{"b": 0.1}]})
