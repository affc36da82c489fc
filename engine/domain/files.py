"""Files as answers: what the timeline holds of one.

Rules kept here: the bytes are in the evidence vault, the answer holds `name`, `sha256`, `size` and `type`; nobody types
a file, it is given as one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from engine.domain.parsing import ParseError, parse_number, parse_text

if TYPE_CHECKING:
    from engine.domain.field_spec import FieldSpec
    from engine.domain.values import Value

MOST_BYTES: Final = 20_000_000
"""What a file may have where its field gives no `max`."""
UNKNOWN_TYPE: Final = "application/octet-stream"
PARTS: Final = ("name", "sha256", "size", "type")
_HASH = re.compile(r"[0-9a-f]{64}")
HOW: Final = (
    "Choose it in the form in Slack, attach it to its ticket, or give it in a shell:"
    " tocsin answer INC STEP --file FIELD=PATH."
)
LONGEST_NAME = 200
PROGRAMS: Final = (
    ".bat",
    ".cmd",
    ".com",
    ".exe",
    ".hta",
    ".jar",
    ".js",
    ".lnk",
    ".msi",
    ".ps1",
    ".scr",
    ".vbs",
    ".wsf",
)
"""How names end of what is run when somebody opens it."""
STARTS: Final = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
"""How programs begin: of Windows, Linux, macOS (and Java), and scripts."""
SIGNS: Final = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"{\\rtf": "text/rtf",
}
"""How files begin whose type is certain by that."""


def most_bytes(spec: FieldSpec) -> int:
    """Return how many bytes a field's file may have."""
    return MOST_BYTES if spec.max is None or spec.list else int(spec.max)


def parse_file(spec: FieldSpec, raw: object) -> Value:
    """Return what is kept of a file that is in the vault."""
    if not isinstance(raw, Mapping) or set(raw) != set(PARTS) or not _HASH.fullmatch(str(raw["sha256"])):
        raise ParseError("is a file, and no file was given.", HOW)
    size = parse_number(raw["size"], low=Decimal(1), high=Decimal(most_bytes(spec)))
    name = PurePosixPath(parse_text(raw["name"], shortest=1, longest=LONGEST_NAME).replace("\\", "/")).name
    kind = parse_text(raw["type"], longest=LONGEST_NAME)
    return {"name": name, "sha256": str(raw["sha256"]), "size": size, "type": kind}


def checked_size(spec: FieldSpec, size: int) -> None:
    """Raise `ParseError` for bytes that no file of this field has."""
    if size == 0:
        raise ParseError("is empty.", "Give a file with something in it.")
    if size > most_bytes(spec):
        raise ParseError(f"has {size} bytes; {most_bytes(spec)} is the most.", "Give a smaller file.")


def checked_name(name: str) -> None:
    """Raise `ParseError` for what is no plain name of a file, or that of a program."""
    parse_text(name, shortest=1, longest=LONGEST_NAME)
    if name in (".", "..") or any(sign in name for sign in "/\\\n\t"):
        raise ParseError("has a name that leads to a folder.", "Rename it and give it again.")
    if name.lower().endswith(PROGRAMS):
        raise ParseError("is a program by its name.", "Give what is to be kept as a document or a picture.")


def checked_content(data: bytes) -> None:
    """Raise `ParseError` for a program, whatever it is called."""
    if data.startswith(STARTS):
        raise ParseError("is a program.", "Give what is to be kept as a document or a picture.")


def seen_type(data: bytes, *, given: str) -> str:
    """Return what bytes are: by how they begin where that is certain, else what they were given as."""
    return next((kind for start, kind in SIGNS.items() if data.startswith(start)), given or UNKNOWN_TYPE)


def told(value: Any) -> str:  # noqa: ANN401 - a typed value of any type
    """Return a file in words: `receipt.pdf (12345 bytes, SHA-256 ab12cd34ef56...)`."""
    items = value if isinstance(value, list | tuple) else [value]
    return "; ".join(f"{item['name']} ({item['size']} bytes, SHA-256 {str(item['sha256'])[:12]}...)" for item in items)
