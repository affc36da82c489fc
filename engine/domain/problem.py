"""What is wrong with a playbook file, and where: the value that loader, lint and compiler all return.

Rules kept here: lines and columns are counted from 1; a rule id is stable for ever; a message says what
is wrong, a hint what to write instead.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem is: an error keeps the playbook from being triggered, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem in a playbook file."""

    path: str
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    hint: str = ""

    def place(self) -> str:
        """Return `file:line:col`, the form editors and terminals turn into a link."""
        return f"{self.path}:{self.line}:{self.column}"

    def as_json(self) -> dict[str, str | int]:
        """Return the stable JSON form: path, line, column, rule, severity, message, hint."""
        return asdict(self)
