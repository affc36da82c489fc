"""The end of the demo: what was made, whether nothing was done twice, and whether the timeline can be trusted.

Rule kept here: every figure is read from what a user can read: commands, the report, and the sandbox's own log.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.entrypoints.demo.person import StuckError

if TYPE_CHECKING:
    from engine.entrypoints.demo.stage import Stage

CREATES = ("POST issue", "chat.postMessage", "conversations.create")
KEPT_FILES = ("tocsin.db", "tocsin.db-wal", "tocsin.db-shm", "heads")


@dataclass(frozen=True, slots=True)
class Summary:
    """What the demo came to."""

    facts: dict[str, Any]
    report: str
    head: str
    verified: str
    damaged: str

    def lines(self) -> list[str]:
        """Return the summary for people."""
        named = [f"{name:<28} {value}" for name, value in self.facts.items()]
        return [
            *named,
            f"{'report':<28} {self.report}",
            f"{'chain head':<28} {self.head}",
            self.verified,
            f"one byte changed in a copy: {self.damaged}",
        ]


async def closing(stage: Stage, incident: str) -> Summary:
    """Return the summary; raise `StuckError` when something does not hold."""
    made = await _json(stage, "review", incident, "--json")
    status = await _json(stage, "status", incident, "--json")
    report = json.loads(await asyncio.to_thread(Path(made["paths"]["json"]).read_text, encoding="utf-8"))
    one = report["page_one"]
    lanes = status["lanes"]
    repeated = await _repeated(stage)
    if repeated or stage.world.repeated:
        raise StuckError(f"something was done twice: {repeated}, {stage.world.repeated} in the systems around")
    tickets = [ticket for ticket in report["tickets"] if ticket["for"] != "the incident"]
    facts = {
        "state": status["state"],
        "tickets made": len(tickets),
        "messages posted": len(await _committed(stage, "chat.postMessage")),
        "evidence items": len(report["evidence"]),
        "approvals": ", ".join(f"{len(rows)} {kind}" for kind, rows in report["approvals"].items()),
        "duties": "; ".join(_duty(row) for row in one["duties"]),
        "targets": f"{one['promises']['met']} met, {one['promises']['missed']} missed, {one['promises']['open']} open",
        "missed": "; ".join(f"{row['title']} by {row['by']}" for row in one["promises"]["missed_ones"]) or "none",
        "open follow-ups": len(one["changes"]["follow_ups"]),
        "effects repeated": 0,
        "worked": f"{lanes['warm'] + lanes['flow']} stretches through Prefect, {lanes['direct']} directly",
    }
    return Summary(
        facts=facts,
        report=made["paths"]["html"],
        head=made["head"],
        verified=await _verified(stage, incident),
        damaged=await _damaged(stage, incident),
    )


async def _json(stage: Stage, *arguments: str) -> dict[str, Any]:
    code, text = await stage.run(*arguments)
    if code:
        raise StuckError(f"`tocsin {' '.join(arguments)}` ended with {code}: {text.strip()}")
    return dict(json.loads(text))


async def _verified(stage: Stage, incident: str) -> str:
    code, text = await stage.run("verify", incident)
    if code:
        raise StuckError(f"the timeline does not verify: {text.strip()}")
    return text.strip()


async def _damaged(stage: Stage, incident: str) -> str:
    """Change one byte in a copy of the ledger, and return what `tocsin verify` says of it."""
    copy = stage.home / "damaged-copy"
    seq = await asyncio.to_thread(_damage, stage.home, copy, incident)
    code, text = await stage.run("verify", incident, home=copy)
    if code != 3 or f"event {seq}" not in text:  # noqa: PLR2004 - the exit code of damage
        raise StuckError(f"a changed byte in event {seq} was not named: {text.strip()}")
    return text.strip()


def _damage(home: Path, copy: Path, incident: str) -> int:
    copy.mkdir()
    for name in KEPT_FILES:
        if (home / name).exists():
            shutil.copy2(home / name, copy / name)
    database = sqlite3.connect(copy / "tocsin.db")
    try:
        row = database.execute(
            "SELECT seq, body FROM contents WHERE incident = ? ORDER BY seq LIMIT 1 OFFSET 40", (incident,)
        ).fetchone()
        body = bytearray(row[1])
        body[len(body) // 2] ^= 1
        database.execute("UPDATE contents SET body = ? WHERE incident = ? AND seq = ?", (bytes(body), incident, row[0]))
        database.commit()
    finally:
        database.close()
    return int(row[0])


async def _committed(stage: Stage, name: str) -> list[dict[str, Any]]:
    return [call for call in await stage.calls(name) if call["committed"]]


async def _repeated(stage: Stage) -> list[str]:
    """Return what was made more than once under one key."""
    again: list[str] = []
    for name in CREATES:
        keys = Counter(json.dumps(call["evidence"], sort_keys=True) for call in await _committed(stage, name))
        again += [f"{name} {key}" for key, count in keys.items() if count > 1 and key != "{}"]
    return again


def _duty(row: dict[str, Any]) -> str:
    if row["applies"] != "yes":
        return f"{row['duty'].partition(',')[0]}: {row['applies']}"
    return f"{row['duty'].partition(',')[0]}: {row['margin'] or 'open'}"
