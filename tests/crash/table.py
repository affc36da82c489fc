"""The table of crashes in docs/reliability.md; `python -m tests.crash.table` prints it."""

from __future__ import annotations

from typing import Final

from tests.crash.points import (
    ACTS,
    ALL,
    APPENDS,
    EFFECTS,
    INBOX,
    KEEPING,
    LEASES,
    MIGRATION,
    REBUILD,
    SIDES,
    WRITES,
)

DATABASES: Final = ("SQLite", "PostgreSQL")
PARTS: Final = (
    ("an append to the timeline", APPENDS, WRITES),
    ("the intent of an effect", tuple(f"effect_intended:{act}" for act in ACTS), WRITES),
    ("an effect itself", ACTS, EFFECTS),
    ("what an effect came to", tuple(f"effect_done:{act}" for act in ACTS), WRITES),
    ("a lease", LEASES, WRITES),
    ("the inbox", INBOX, WRITES),
    ("work on the whole database", (REBUILD, MIGRATION), KEEPING),
)


def table() -> str:
    """Return the table, a row per thing that is interrupted."""
    rows = ["| interrupted | which | killed | crashes |", "| --- | --- | --- | --- |"]
    total = 0
    for title, whats, moments in PARTS:
        points = [point for point in ALL if point.what in whats]
        names = ", ".join(_word(what) for what in whats)
        count = len(points) * len(DATABASES)
        total += count
        rows.append(f"| {title} | {names} | {', '.join(moments)} | {count} |")
    rows.append(f"| **all** | {len(ALL)} points on {' and '.join(DATABASES)} | | **{total}** |")
    return "\n".join(rows) + "\n"


def _word(what: str) -> str:
    act = what.rpartition(":")[2]
    return f"{act} ({SIDES[act]})" if act in SIDES else what.replace("_", " ")


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201 - that is what it is for
