"""The evidence vault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes in the vault: their SHA-256 in hexadecimal and their size in bytes."""

    sha256: str
    size: int


class EvidenceVault(Protocol):
    """A content-addressed store: what is put in cannot be changed, and putting the same bytes in twice is one item."""

    async def put(self, data: bytes) -> Stored:
        """Store bytes, flushed to disk before it returns."""

    async def get(self, sha256: str) -> bytes:
        """Return stored bytes; raises `IntegrityError` when they no longer have their hash."""

    async def check(self, sha256: str) -> str:
        """Return `match`, `mismatch` or `missing`."""

    async def seal(self, sha256: str) -> None:
        """Keep the bytes but let nobody read them any more (`get` refuses)."""
