"""A small real video: a few seconds of colour bars with a moving block, as an H.264 stream in an MP4 file.

Every picture is an IDR slice of I_PCM macroblocks, which carry their samples as they are, so no transform is needed.
Sources: ITU-T H.264 (clauses 7.3.2, 7.3.3 and 7.3.5), ISO/IEC 14496-12 and 14496-15.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

MACROBLOCK = 16
COLUMNS, ROWS = 6, 4
"""The size of the picture in macroblocks: 96 by 64 points."""
FRAMES, RATE = 50, 10
BARS = ((235, 128, 128), (210, 16, 146), (170, 166, 16), (145, 54, 34), (106, 202, 222), (81, 90, 240))
"""Luma, blue and red difference of each column."""
BLOCK = (40, 128, 128)
I_PCM, ALL_INTRA, BASELINE, LEVEL = 25, 7, 66, 20


def video() -> bytes:
    """Return the whole MP4 file, the same bytes each time."""
    samples = [_sample(_slice(number)) for number in range(FRAMES)]
    header = _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomavc1mp41")
    moov = _moov([len(sample) for sample in samples], offset=0)
    offset = len(header) + len(moov) + 8
    return header + _moov([len(sample) for sample in samples], offset=offset) + _box(b"mdat", *samples)


class _Bits:
    """Bits, the most significant first."""

    def __init__(self) -> None:
        self._bits: list[int] = []

    def put(self, value: int, count: int) -> None:
        self._bits += [(value >> shift) & 1 for shift in range(count - 1, -1, -1)]

    def ue(self, value: int) -> None:
        """Put an unsigned Exp-Golomb number."""
        length = (value + 1).bit_length()
        self.put(0, length - 1)
        self.put(value + 1, length)

    def align(self) -> None:
        self._bits += [0] * (-len(self._bits) % 8)

    def stop(self) -> None:
        """Put the end of a unit: a one, and zeros to the next byte."""
        self.put(1, 1)
        self.align()

    def raw(self, data: bytes) -> None:
        for byte in data:
            self.put(byte, 8)

    def bytes(self) -> bytes:
        text = "".join(map(str, self._bits))
        return int(text, 2).to_bytes(len(text) // 8)


def _unit(kind: int, bits: _Bits) -> bytes:
    """Return a NAL unit; a third zero-like byte in a row is kept apart by a three (clause 7.4.1)."""
    out = bytearray([0x60 | kind])
    zeros = 0
    for byte in bits.bytes():
        if zeros == 2 and byte <= 3:  # noqa: PLR2004 - the standard's own numbers
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def _sequence() -> bytes:
    bits = _Bits()
    bits.put(BASELINE, 8)
    bits.put(0xC0, 8)
    bits.put(LEVEL, 8)
    for value in (0, 0, 2, 0):  # id, log2_max_frame_num - 4, pic_order_cnt_type, max_num_ref_frames
        bits.ue(value)
    bits.put(0, 1)
    bits.ue(COLUMNS - 1)
    bits.ue(ROWS - 1)
    bits.put(0b1000, 4)  # frames only, no 8x8 inference, no cropping, no VUI
    bits.stop()
    return _unit(7, bits)


def _picture_parameters() -> bytes:
    bits = _Bits()
    bits.ue(0)
    bits.ue(0)
    bits.put(0, 2)  # CAVLC, no field order
    for _ in range(3):
        bits.ue(0)
    bits.put(0, 3)  # no weighted prediction
    for _ in range(3):
        bits.ue(0)  # a signed zero is the same bit
    bits.put(0b100, 3)  # the slice says that nothing is deblocked
    bits.stop()
    return _unit(8, bits)


def _slice(number: int) -> bytes:
    bits = _Bits()
    bits.ue(0)
    bits.ue(ALL_INTRA)
    bits.ue(0)
    bits.put(0, 4)
    bits.ue(number % 2)
    bits.put(0, 2)
    bits.ue(0)  # slice_qp_delta
    bits.ue(1)  # no deblocking
    for row in range(ROWS):
        for column in range(COLUMNS):
            bits.ue(I_PCM)
            bits.align()
            bits.raw(_samples(number, row, column))
    bits.stop()
    return _unit(5, bits)


def _samples(number: int, row: int, column: int) -> bytes:
    place = (number * 2) % (COLUMNS * ROWS)
    luma, blue, red = BLOCK if (row, column) == divmod(place, COLUMNS) else BARS[column]
    return bytes([luma]) * MACROBLOCK**2 + bytes([blue]) * 64 + bytes([red]) * 64


def _sample(unit: bytes) -> bytes:
    return struct.pack(">I", len(unit)) + unit


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def _full(kind: bytes, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", flags), *parts)


MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def _moov(sizes: list[int], *, offset: int) -> bytes:
    length = FRAMES * 1000 // RATE
    mvhd = _full(
        b"mvhd", 0, struct.pack(">4I", 0, 0, 1000, length), struct.pack(">IHH8x", 0x10000, 0x100, 0), MATRIX, bytes(24),
        struct.pack(">I", 2),
    )  # fmt: skip
    width, height = COLUMNS * MACROBLOCK, ROWS * MACROBLOCK
    tkhd = _full(
        b"tkhd", 3, struct.pack(">5I8x4H", 0, 0, 1, 0, length, 0, 0, 0, 0), MATRIX,
        struct.pack(">2I", width << 16, height << 16),
    )  # fmt: skip
    mdhd = _full(b"mdhd", 0, struct.pack(">4IHH", 0, 0, 1000, length, 0x55C4, 0))
    hdlr = _full(b"hdlr", 0, bytes(4), b"vide", bytes(12), b"video\0")
    minf = _box(b"minf", _full(b"vmhd", 1, bytes(8)), _dinf(), _stbl(sizes, offset=offset))
    return _box(b"moov", mvhd, _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, minf)))


def _dinf() -> bytes:
    return _box(b"dinf", _full(b"dref", 0, struct.pack(">I", 1), _full(b"url ", 1)))


def _stbl(sizes: list[int], *, offset: int) -> bytes:
    tables: Iterator[bytes] = iter(
        (
            _full(b"stsd", 0, struct.pack(">I", 1), _avc1()),
            _full(b"stts", 0, struct.pack(">3I", 1, len(sizes), 1000 // RATE)),
            _full(b"stsc", 0, struct.pack(">4I", 1, 1, len(sizes), 1)),
            _full(b"stsz", 0, struct.pack(">2I", 0, len(sizes)), *(struct.pack(">I", size) for size in sizes)),
            _full(b"stco", 0, struct.pack(">2I", 1, offset)),
        )
    )
    return _box(b"stbl", *tables)


def _avc1() -> bytes:
    sequence, picture = _sequence(), _picture_parameters()
    avcc = _box(
        b"avcC", bytes([1, BASELINE, 0xC0, LEVEL, 0xFF, 0xE1]), struct.pack(">H", len(sequence)), sequence, b"\x01",
        struct.pack(">H", len(picture)), picture,
    )  # fmt: skip
    size = struct.pack(">HH", COLUMNS * MACROBLOCK, ROWS * MACROBLOCK)
    resolution = struct.pack(">IIIH", 0x480000, 0x480000, 0, 1)
    return _box(
        b"avc1",
        bytes(6),
        struct.pack(">H", 1),
        bytes(16),
        size,
        resolution,
        bytes(32),
        struct.pack(">Hh", 24, -1),
        avcc,
    )
