"""The evidence vault: kept under its hash, read only whole, sealed for good."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.domain.errors import IntegrityError, RunError
from engine.ports.vault import EvidenceVault
from integrations.storage.vault import FileVault

DATA = b"a frame of the recording"
NAME = hashlib.sha256(DATA).hexdigest()


async def test_what_is_put_in_comes_out_once(tmp_path: Path) -> None:
    """The same bytes are one item, and no leftovers lie beside it."""
    vault: EvidenceVault = FileVault(tmp_path)
    assert [await vault.put(DATA), await vault.put(DATA)] == [await vault.put(DATA)] * 2
    assert await vault.get(NAME) == DATA
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [NAME]
    assert await vault.check(NAME) == "match"


async def test_changed_evidence_is_not_given_out(tmp_path: Path) -> None:
    """What no longer has its hash is named, and mended by putting the true bytes in."""
    vault = FileVault(tmp_path)
    await vault.put(DATA)
    [item] = [path for path in tmp_path.rglob(NAME) if path.is_file()]
    item.write_bytes(b"another frame")
    assert await vault.check(NAME) == "mismatch"
    with pytest.raises(IntegrityError, match="no longer has its hash"):
        await vault.get(NAME)
    await vault.put(DATA)
    assert await vault.get(NAME) == DATA


async def test_sealed_evidence_is_kept_and_not_read(tmp_path: Path) -> None:
    """Also not after somebody puts the same bytes in again."""
    vault = FileVault(tmp_path)
    await vault.put(DATA)
    await vault.seal(NAME)
    await vault.seal(NAME)
    await vault.put(DATA)
    assert await vault.check(NAME) == "match"
    with pytest.raises(RunError, match="sealed"):
        await vault.get(NAME)


async def test_what_was_never_stored_is_missing(tmp_path: Path) -> None:
    """It can be neither read nor sealed, and a path is no name."""
    vault = FileVault(tmp_path)
    assert await vault.check(NAME) == "missing"
    for act in (vault.get, vault.seal):
        with pytest.raises(RunError, match="no evidence"):
            await act(NAME)
    with pytest.raises(RunError, match="not the SHA-256"):
        await vault.get("../../etc/passwd")
