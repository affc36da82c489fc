"""Evidence on the file system, each item under its own SHA-256.

Rules kept here:
1. An item is written aside, flushed, and renamed into place: under its name there is all of it or nothing.
2. What is read is hashed again; what is sealed is moved away and read by nobody.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from pathlib import Path

from engine.domain.errors import IntegrityError, RunError
from engine.ports.vault import Stored
from integrations.storage.heads import flush_folder

NAME = re.compile(r"[0-9a-f]{64}")


class FileVault:
    """`EvidenceVault` in a folder."""

    def __init__(self, folder: Path) -> None:
        self._items = folder / "items"
        self._sealed = folder / "sealed"

    async def put(self, data: bytes) -> Stored:
        """Store bytes; putting sealed bytes in again leaves them sealed."""
        return await asyncio.to_thread(self._put, data)

    async def get(self, sha256: str) -> bytes:
        """Return stored bytes.

        Raises:
            IntegrityError: they no longer have their hash.
            RunError: they are sealed, or were never stored.
        """
        return await asyncio.to_thread(self._get, sha256)

    async def check(self, sha256: str) -> str:
        """Return `match`, `mismatch` or `missing`; sealed bytes are checked too."""
        return await asyncio.to_thread(self._check, sha256)

    async def seal(self, sha256: str) -> None:
        """Move an item where nobody reads it. Idempotent; raises `RunError` when there is no such item."""
        await asyncio.to_thread(self._seal, sha256)

    def _put(self, data: bytes) -> Stored:
        sha256 = hashlib.sha256(data).hexdigest()
        if self._check(sha256) != "match":
            folder = self._sealed if _place(self._sealed, sha256).exists() else self._items
            _write(_place(folder, sha256), data)
        return Stored(sha256, len(data))

    def _get(self, sha256: str) -> bytes:
        if _place(self._sealed, sha256).exists():
            raise RunError(f"evidence {sha256[:12]} is sealed", hint="Ask who holds the case file.")
        try:
            data = _place(self._items, sha256).read_bytes()
        except FileNotFoundError as error:
            raise RunError(f"there is no evidence {sha256[:12]} in the vault") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise IntegrityError(
                f"evidence {sha256[:12]} no longer has its hash", hint="Restore the vault's folder from a backup."
            )
        return data

    def _check(self, sha256: str) -> str:
        for folder in (self._sealed, self._items):
            place = _place(folder, sha256)
            if place.exists():
                with place.open("rb") as file:
                    same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
                return "match" if same else "mismatch"
        return "missing"

    def _seal(self, sha256: str) -> None:
        here, there = _place(self._items, sha256), _place(self._sealed, sha256)
        if there.exists():
            return
        if not here.exists():
            raise RunError(f"there is no evidence {sha256[:12]} in the vault")
        _make_folder(there.parent)
        here.replace(there)
        flush_folder(there.parent)
        flush_folder(here.parent)


def _place(folder: Path, sha256: str) -> Path:
    if not NAME.fullmatch(sha256):
        raise RunError(f"{sha256[:80]!r} is not the SHA-256 of anything")
    return folder / sha256[:2] / sha256[2:4] / sha256


def _write(place: Path, data: bytes) -> None:
    _make_folder(place.parent)
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    flush_folder(place.parent)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    flush_folder(folder.parent)
