"""The video of the demo is a real one, and small."""

from __future__ import annotations

import struct

from engine.entrypoints.demo.video import COLUMNS, FRAMES, MACROBLOCK, ROWS, video


def boxes(data: bytes) -> dict[bytes, bytes]:
    """The boxes of an MP4 file or of a box, by kind."""
    found, place = {}, 0
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        found[kind] = data[place + 8 : place + size]
        place += size
    return found


def test_its_pictures_lie_where_its_table_says() -> None:
    """One sample per picture, as long as its length says, each beginning an IDR slice."""
    data = video()
    top = boxes(data)
    assert list(top) == [b"ftyp", b"moov", b"mdat"]
    table = boxes(boxes(boxes(boxes(boxes(top[b"moov"])[b"trak"])[b"mdia"])[b"minf"])[b"stbl"])
    sizes = struct.unpack(f">{FRAMES}I", table[b"stsz"][12:])
    place = struct.unpack(">I", table[b"stco"][8:])[0]
    for size in sizes:
        length, header = struct.unpack(">IB", data[place : place + 5])
        assert (length, header & 0x1F) == (size - 4, 5)
        place += size
    assert place == len(data)


def test_it_is_small_and_the_same_each_time() -> None:
    """A few hundred kilobytes of I_PCM macroblocks."""
    data = video()
    assert data == video()
    assert FRAMES * COLUMNS * ROWS * MACROBLOCK**2 < len(data) < 600_000
