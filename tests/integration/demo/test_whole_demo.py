"""The whole demo, played once as a user plays it, and everything it promises looked at from outside."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.demo.conftest import tocsin

if TYPE_CHECKING:
    from tests.integration.demo.conftest import Played

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("demo")]

PRIVILEGED = "Work product of counsel"
RESTRICTED_RECEIPT = "file_authority."
RESTRICTED = "An open guest link, used from an account that was taken over."


def test_it_ends_closed_verified_and_with_the_damage_named(played: Played) -> None:
    """The timeline verifies, and one changed byte in a copy is found at its event."""
    assert played.summary["state"] == "closed"
    assert played.summary["verified"].startswith("INC-1: verified")
    assert "DOES NOT FIT at event" in played.summary["damaged"]
    assert played.summary["effects repeated"] == 0


def test_what_is_not_green_is_in_the_report(played: Played) -> None:
    """A refused self-approval, a declined statement, a Won't do that is not accepted, a reply that was lost, a miss."""
    approvals = played.report["approvals"]
    assert [row["who"] for row in approvals["refused"]] == ["Ben Osei"]
    assert "never the person who wrote it" in approvals["refused"][0]["why"]
    assert [row["who"] for row in approvals["declined"]] == ["Carla Weiss"]
    told = [row["text"] for row in played.report["timeline"]]
    assert any("which was not accepted" in text for text in told)
    assert any("not done twice" in text for text in told)
    missed = played.report["page_one"]["promises"]["missed_ones"]
    assert [(row["title"], row["by"]) for row in missed] == [
        ("Insurer, customers and partners under contract", missed_by(played, "third_party_notices.task.1"))
    ]


def missed_by(played: Played, ask: str) -> str:
    """Return by how much an ask was answered late, in hours and minutes, from the rows."""
    rows = [(envelope, content) for envelope, content in played.rows() if content.get("ask") == ask]
    due = next(content["due"] for envelope, content in rows if envelope["type"] == "ask_opened")
    at = next(envelope["at"] for envelope, _ in rows if envelope["type"] == "ask_answered")
    length = datetime.fromisoformat(at) - datetime.fromisoformat(due)
    hours, minutes = divmod(round(round(length.total_seconds()) / 60), 60)
    assert hours == 6
    return f"{hours} h {minutes} min"


def test_every_figure_follows_from_the_stored_rows(played: Played) -> None:
    """Counted again from the raw rows, by other code than the report's."""
    rows = played.rows()
    events = [(envelope["type"], content) for envelope, content in rows]
    asks = {content["ask"]: content for kind, content in events if kind == "ask_opened"}
    answers = [(content["verdict"], content["ask"]) for kind, content in events if kind == "ask_answered"]
    given = [ask for verdict, ask in answers if verdict == "approve"]
    declined = [ask for verdict, ask in answers if verdict == "decline" and asks[ask]["kind"] == "approval"]
    refused = [content for kind, content in events if kind == "answer_refused"]
    approvals = {name: len(rows) for name, rows in played.report["approvals"].items()}
    assert approvals == {"given": len(given), "declined": len(declined), "refused": len(refused)}
    done = [content for kind, content in events if kind == "effect_done"]
    tickets = [content["result"]["key"] for content in done if content["kind"] in ("epic", "ticket")]
    assert sorted(row["key"] for row in played.report["tickets"]) == sorted(tickets)
    trust = played.report["page_one"]["trust"]
    assert trust["events"] == rows[-1][0]["seq"] == len(rows)
    assert len(trust["published"]) == sum(content["kind"] in ("head_chat", "head_tracker") for content in done)


def test_targets_are_recounted_from_the_rows(played: Played) -> None:
    """Met, missed and open, and by how much the missed one was missed."""
    opened: dict[str, datetime] = {}
    ended: dict[str, datetime] = {}
    for envelope, content in played.rows():
        at = datetime.fromisoformat(envelope["at"])
        if envelope["type"] == "ask_opened" and content["due"] and content["kind"] != "approval":
            opened[content["ask"]] = datetime.fromisoformat(content["due"])
        elif envelope["type"] == "ask_answered" and content["ask"] in opened:
            ended[content["ask"]] = at
    now = datetime.fromisoformat(played.report["page_one"]["head"]["made_at"])
    late = {ask: ended.get(ask, now) - due for ask, due in opened.items()}
    counts = Counter("missed" if late[ask] > timedelta(0) else ("met" if ask in ended else "open") for ask in opened)
    promises = played.report["page_one"]["promises"]
    assert {name: promises[name] for name in ("met", "missed", "open")} == {
        "met": counts["met"], "missed": counts["missed"], "open": counts["open"],
    }  # fmt: skip


def test_phases_evidence_and_withheld_parts_are_recounted(played: Played) -> None:
    """Phase instants, evidence hashes and the number of restricted entries come from the rows too."""
    moments: dict[tuple[str, str], str] = {}
    hashes: list[str] = []
    for envelope, content in played.rows():
        if envelope["type"] in ("phase_opened", "phase_settled"):
            moments[content["phase"], envelope["type"]] = envelope["at"]
        if envelope["type"] == "effect_done" and "items" in content["result"]:
            hashes += [item["sha256"] for item in content["result"]["items"]]
        if envelope["type"] == "file_kept" and not content["ask"].startswith(RESTRICTED_RECEIPT):
            hashes.append(content["sha256"])
    for row in played.report["phases"]:
        assert row["opened"] == moments[row["phase"], "phase_opened"]
        assert row["settled"] == moments[row["phase"], "phase_settled"]
    assert sorted(row["sha256"] for row in played.report["evidence"]) == sorted(hashes)
    assert all(row["state"] == "match" for row in played.report["evidence"])


def test_what_is_restricted_stands_in_no_form_of_the_report(played: Played) -> None:
    """Neither counsel's reason nor the way it took; both are counted."""
    assert any(PRIVILEGED in json.dumps(content) for _, content in played.rows())
    for ending in ("html", "md", "json"):
        text = Path(played.summary["report"]).with_suffix(f".{ending}").read_text(encoding="utf-8")
        assert PRIVILEGED not in text
        assert RESTRICTED not in text
        assert "emi" not in json.dumps(list(played.report["review_answers"].values())).lower()
    assert played.report["page_one"]["head"]["withheld"]["privileged"] > 0


def test_receipts_are_given_as_files_and_kept(played: Played) -> None:
    """One attached in Jira, one chosen in Slack; each with who gave it, and only what may be seen is in the report."""
    kept = [content for envelope, content in played.rows() if envelope["type"] == "file_kept"]
    assert [(one["field"], one["name"], one["by"], one["via"], one["media_type"]) for one in kept] == [
        ("receipt", "confirmation-4471.pdf", "ben", "jira", "application/pdf"),
        ("receipt", "receipt-1187.pdf", "emi", "slack", "application/pdf"),
    ]
    for one in kept:
        for digest in (one["sha256"], one["manifest"]):
            (path,) = (played.home / "vault" / "items").rglob(digest)
            assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    given = [row for row in played.report["evidence"] if row["outcome"] == "given"]
    assert [(row["from"], row["by"], row["manifest_state"]) for row in given] == [
        ("confirmation-4471.pdf", "Ben Osei", "match")
    ]
    assert "receipt-1187" not in json.dumps(played.report)


def test_each_effect_names_its_prefect_task_run(played: Played) -> None:
    """With `required` every effect, with `auto` those that went through Prefect; each is known to Prefect."""
    named = [
        content["task_run"]
        for envelope, content in played.rows()
        if envelope["type"] in ("effect_done", "effect_failed", "effect_unconfirmed")
    ]
    if played.summary["use"] == "required":
        assert all(named)
        assert played.summary["worked"].endswith(", 0 directly")
    with sqlite3.connect(played.home / "prefect" / "prefect.db") as database:
        known = {str(row[0]).replace("-", "") for row in database.execute("SELECT id FROM task_run")}
    missing = [name for name in named if name and name.replace("-", "") not in known]
    assert missing == []


def test_a_playbook_that_the_cast_has_never_seen_also_finishes(tmp_path: Path) -> None:
    """They answer what they are asked, as it is shown to them."""
    ran = tocsin("demo", "lost-device", "--json", home=tmp_path, TOCSIN_PREFECT="off")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["state"] == "closed"
