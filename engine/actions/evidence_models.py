"""What the evidence actions take and give."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from engine.actions.interface import Params, Result

Outcome = Literal["page and media", "page only", "blocked"]
ID_LENGTH = 16


class EvidenceItem(Result):
    """Bytes in the vault; `id` is the beginning of their SHA-256."""

    id: str
    kind: Literal["page", "media", "file", "text"]
    sha256: str
    size: int
    media_type: str
    url: str = ""
    """Where it came from, made harmless."""
    captured_at: str
    truncated: bool = False


class CaptureParams(Params):
    """What `evidence.capture` takes."""

    url: str = Field(min_length=1, max_length=4096, description="A public address.")


class CaptureResult(Result):
    """What a capture brought, and what it did not."""

    outcome: Outcome
    reason: str
    """Why it is not more than it is; empty for `page and media`."""
    url: str
    final_url: str
    status: int
    captured_at: str
    sha256: str
    """Of the first media file, else of the page."""
    manifest: str
    """SHA-256 of the manifest in the vault."""
    items: list[EvidenceItem]


class AddParams(Params):
    """What `evidence.add` takes: bytes that are in the vault, or a text."""

    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$", description="The hash of bytes in the vault.")
    text: str | None = Field(None, min_length=1, max_length=1_000_000, description="A text to put into the vault.")
    media_type: str = Field("text/plain", max_length=100, description="What the bytes are.")
    source: str = Field("", max_length=4096, description="Where it came from, in words or as an address.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.sha256 is None) == (self.text is None):
            raise ValueError("give either sha256 or text")
        return self


class AddResult(Result):
    """The evidence item, and the manifest that describes it."""

    id: str
    sha256: str
    size: int
    captured_at: str
    manifest: str
    items: list[EvidenceItem]
