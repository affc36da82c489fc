"""The demo with the engine killed in the middle of the work."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.integration.demo.conftest import tocsin

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_killed_on_the_way_it_finishes_with_nothing_twice(tmp_path: Path) -> None:
    """Two engines carried it, each act was done once, every ticket and message is there once, and it verifies."""
    ran = tocsin("demo", "--crash", "--json", home=tmp_path, TOCSIN_PREFECT="off")
    assert ran.returncode == 0, ran.stderr
    summary = json.loads(ran.stdout)
    assert summary["state"] == "closed"
    assert summary["effects repeated"] == 0
    assert (summary["tickets made"], summary["evidence items"]) == (44, 5)
    assert summary["verified"].startswith("INC-1: verified")
    with sqlite3.connect(tmp_path / "demo" / "tocsin.db") as database:
        rows = database.execute(
            "SELECT envelope, body FROM envelopes JOIN contents USING (org, incident, seq) ORDER BY seq"
        ).fetchall()
    began = [json.loads(body)["engine"] for envelope, body in rows if json.loads(envelope)["type"] == "segment_began"]
    assert len(set(began)) == 2
