"""What says that something which people gave is kept as evidence."""

from __future__ import annotations

from typing import ClassVar

from engine.domain.events.shape import InputEvent


class FileKept(InputEvent):
    """A file that somebody gave as an answer is in the evidence vault, with a manifest beside it."""

    type: ClassVar[str] = "file_kept"
    ask: str
    field: str
    name: str
    """As it was given."""
    sha256: str
    size: int
    media_type: str
    manifest: str
    """SHA-256 of the manifest in the vault."""
