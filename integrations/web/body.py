"""Reading an answer's body: never more than asked for, however small it was packed.

Rule kept here: memory is bounded by the caller's limit, also when a kilobyte unpacks to a gigabyte.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
PACKED = frozenset({"gzip", "x-gzip", "deflate"})


async def read_bounded(chunks: AsyncIterator[bytes], *, limit: int, encoding: str) -> tuple[bytes, bool]:
    """Return at most `limit` bytes of a body and whether it was cut.

    Packing that is not known (`br`) is left as it came. Raises `zlib.error` for packed bytes that are broken.
    """
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB) if encoding.strip().lower() in PACKED else None
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        part = unpacker.decompress(chunk, limit - size + 1) if unpacker else chunk
        parts.append(part)
        size += len(part)
        if size > limit:
            return b"".join(parts)[:limit], True
    cut = unpacker is not None and size > 0 and not unpacker.eof
    return b"".join(parts), cut
