"""Plain lines in, Jira's wiki markup out.

Rules kept here:
1. A line may open with what the port allows (`* `, `# `, `h2. `, `(x) `, `(/) `, `(!) `); the rest is shown as
   written.
2. Nothing a person typed becomes a macro, a mention, a link text or an emphasis. Addresses stay whole.
"""

import re

LONGEST = 32_000
"""Jira refuses texts of more than 32,767 characters."""

_OPENING = re.compile(r"(?:h2\. |[*#]{1,2} )?(?:\((?:x|/|!)\) )?")
_ADDRESS = re.compile(r"(https?://[\w./:%?=&#~@,+;-]+)")
_MACRO = re.compile(r"([{\[|])")
_EMPHASIS = re.compile(r"(?<!\w)([*_+^~?!-])(?=\S)")
_EMOTICON = re.compile(r"\((?=(?:[xyi/!?+*-]|on|off|\*[rgby]|flagoff|flag)\))")
_LINE_MARK = re.compile(r"^(?:([-*#])(?= )|(h[1-6]|bq)\.(?= ))")


def laid_out(text: str) -> str:
    """Return the markup of plain lines, cut to what Jira takes."""
    lines = "\n".join(_line(line) for line in text.splitlines())
    return lines if len(lines) <= LONGEST else lines[:LONGEST].rstrip("\\") + "\n(cut here: too long for Jira)"


def _line(line: str) -> str:
    opening = _OPENING.match(line)
    start = opening.end() if opening else 0
    pieces = _ADDRESS.split(line[start:])
    shown = [piece if number % 2 else _escaped(piece) for number, piece in enumerate(pieces)]
    return line[:start] + "".join(shown)


def _escaped(text: str) -> str:
    # A backslash itself has no escape in this markup (two of them are a line break), so it becomes an entity.
    text = text.replace("\\", "&#92;")
    text = _LINE_MARK.sub(lambda mark: f"\\{mark[1]}" if mark[1] else f"{mark[2]}&#46;", text)
    text = _EMOTICON.sub(r"\\(", text)
    text = _MACRO.sub(r"\\\1", text)
    return _EMPHASIS.sub(r"\\\1", text)
