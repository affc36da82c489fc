"""Unpacking is bounded in memory, not only in what is handed on."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import AsyncIterator

from integrations.web.body import read_bounded


async def one(chunk: bytes) -> AsyncIterator[bytes]:
    """Yield a single chunk."""
    yield chunk


async def test_a_small_chunk_never_unpacks_to_much_memory() -> None:
    """A hundred kilobytes that stand for a hundred megabytes cost no more than the limit."""
    bomb = gzip.compress(b"\0" * 100_000_000)
    tracemalloc.start()
    try:
        body, cut = await read_bounded(one(bomb), limit=1000, encoding="gzip")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(body), cut) == (1000, True)
    assert peak < 10_000_000


async def test_a_packed_body_that_ends_early_is_cut() -> None:
    """Half of a packed body is said to be half."""
    packed = gzip.compress(bytes(range(256)) * 100)
    _, cut = await read_bounded(one(packed[: len(packed) // 2]), limit=1_000_000, encoding="gzip")
    assert cut
