"""Where the golden ledgers stand, and how one is read and written."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.domain.chain import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

SHELF = Path(__file__).parent


@dataclass(frozen=True)
class GoldenLedger:
    """A ledger of a release: `path` is its events' file."""

    path: Path

    @property
    def definition(self) -> str:
        """The playbook that the incident was pinned to."""
        return self.path.with_suffix(".yaml").read_text(encoding="utf-8")

    @property
    def expected(self) -> dict[str, Any]:
        """What has to be found in it."""
        return dict(json.loads(self.path.with_suffix(".expected.json").read_text(encoding="utf-8")))

    def rows(self) -> list[Row]:
        """The events as they were stored."""
        return [
            Row(
                one["seq"],
                one["envelope"].encode(),
                one["hash"],
                one["body"].encode(),
                bytes.fromhex(one["salt"]),
            )
            for one in map(json.loads, self.path.read_text(encoding="utf-8").splitlines())
        ]


def ledgers() -> list[GoldenLedger]:
    """Return every golden ledger, the oldest release first."""
    return [GoldenLedger(path) for path in sorted(SHELF.glob("*/*.jsonl"))]


def stored(database: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of the first incident of a database, as a golden ledger holds them."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT seq, envelope, body, salt, hash FROM envelopes JOIN contents USING (org, incident, seq) "
            "WHERE incident = 'INC-1' ORDER BY seq"
        )
        for seq, envelope, body, salt, digest in rows:
            yield {
                "seq": seq,
                "envelope": envelope.decode(),
                "body": body.decode(),
                "salt": salt.hex(),
                "hash": digest,
            }


def definition(database: Path) -> str:
    """Return the definition that the first incident of a database is pinned to."""
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute(
            "SELECT text FROM definitions JOIN incidents USING (org, digest) WHERE incident = 'INC-1'"
        ).fetchone()
    return str(found[0])
