"""A file as an answer: into the vault, onto the timeline by its hash, and checked again in the report."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from tests.integration.cli.conftest import FIRST, PLAYBOOK, carry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terminal import Run

STEPS = """\
      - id: filing
        title: File it
        task: File it.
        owner: responder
        form:
          reference: {type: text}
          receipt: {type: file, max: 1000}
          secret: {type: file, optional: true, sensitivity: restricted}
"""


def begun(tocsin: Run, tmp_path: Path, *, minor: str) -> None:
    """Declare an incident that asks for a file."""
    (tmp_path / "playbooks" / "small.yaml").write_text(PLAYBOOK + STEPS, encoding="utf-8")
    assert tocsin("trigger", "small", *FIRST, "-i", f"anyone_minor={minor}").code == 0
    carry()


def test_a_file_goes_to_the_vault_and_its_hash_onto_the_timeline(tocsin: Run, home: Path, tmp_path: Path) -> None:
    """A restricted one is not even named; the report checks each again."""
    begun(tocsin, tmp_path, minor="no")
    receipt, secret = tmp_path / "receipt.pdf", tmp_path / "names.txt"
    receipt.write_bytes(b"received, DPA-17")
    secret.write_bytes(b"canary")
    files = ("--file", f"receipt={receipt}", "--file", f"secret={secret}")
    assert tocsin("done", "INC-1", "filing", "-s", "reference=DPA-17", *files).code == 0
    carry()
    digest = hashlib.sha256(b"received, DPA-17").hexdigest()
    told = tocsin("timeline", "INC-1").out
    assert f"receipt: receipt.pdf (16 bytes, SHA-256 {digest[:12]}...); " in told
    assert "secret: recorded, restricted" in told
    assert "names.txt" not in told
    assert "Kept a file in the evidence vault (recorded, restricted): File it." in told
    manifest = described(home, digest)
    assert f"Kept receipt.pdf (16 bytes, application/pdf) in the evidence vault (SHA-256 {digest[:12]}..., mani" in told
    assert manifest["told"] == {
        "ask": "filing.task.1",
        "exercise": False,
        "field": "receipt",
        "given_by": "ben",
        "incident": "INC-1",
        "name": "receipt.pdf",
        "step": "filing",
        "strength": "local-shell",
        "via": "cli",
    }
    (item,) = manifest["items"]
    assert (item["sha256"], item["size"], item["media_type"], item["kind"]) == (digest, "16", "application/pdf", "file")
    report = tocsin("review", "INC-1", "--format", "md").out
    assert f"; manifest {manifest['sha256'][:12]}..., match | {digest} | match |" in report
    assert "| file | receipt.pdf, application/pdf, given by " in report
    assert "names.txt" not in report
    assert any(
        path.is_file() and path.read_bytes() == b"canary" for path in home.rglob("*") if path.stat().st_size == 6
    )


def described(home: Path, digest: str) -> dict[str, Any]:
    """Return the one manifest that describes a file, with its own hash."""
    found = []
    for path in (home / "vault").rglob("*"):
        text = path.read_bytes() if path.is_file() else b""
        if text.startswith(b"{") and digest.encode() in text:
            held = json.loads(text)
            times = [held.pop(name) for name in ("stored_at", "stored_at_real", "manifest")]
            assert all(times)
            items, ask = held.pop("items"), held.pop("key")
            found.append({"sha256": path.name, "items": items, "told": {**held, "ask": ask}})
    (only,) = found
    return only


def test_the_report_says_when_a_manifest_or_a_file_was_changed(tocsin: Run, home: Path, tmp_path: Path) -> None:
    """Each by itself: the bytes that were given, and what describes them."""
    begun(tocsin, tmp_path, minor="no")
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"received, DPA-17")
    assert tocsin("done", "INC-1", "filing", "-s", "reference=1", "--file", f"receipt={receipt}").code == 0
    carry()
    digest = hashlib.sha256(b"received, DPA-17").hexdigest()
    manifest = described(home, digest)["sha256"]
    next((home / "vault").rglob(manifest)).write_bytes(b"{}")
    (row,) = json.loads(tocsin("review", "INC-1", "--format", "json").out)["evidence"]
    assert (row["state"], row["manifest_state"], row["by"], row["via"]) == ("match", "mismatch", "Ben Osei", "cli")
    next((home / "vault").rglob(digest)).unlink()
    made = json.loads(tocsin("review", "INC-1", "--format", "json").out)
    assert made["evidence"][0]["state"] == "missing"
    assert made["page_one"]["trust"]["evidence"] == {"match": 0, "mismatch": 0, "missing": 1}


def test_what_is_no_file_for_the_field_is_refused_with_its_path(tocsin: Run, home: Path, tmp_path: Path) -> None:
    """Empty, too large, not there, not asked for, or only words."""
    begun(tocsin, tmp_path, minor="no")
    empty, large = tmp_path / "empty.pdf", tmp_path / "large.pdf"
    empty.touch()
    large.write_bytes(b"x" * 1001)
    cases = {
        f"receipt={empty}": (3, "is empty."),
        f"receipt={large}": (3, "has 1001 bytes; 1000 is the most."),
        f"receipt={tmp_path / 'nowhere.pdf'}": (2, "cannot be read: No such file or directory."),
        f"reference={large}": (3, "reference is not a file that is asked for."),
        "receipt": (2, "'receipt' names no file."),
    }
    for given, (code, words) in cases.items():
        ran = tocsin("done", "INC-1", "filing", "-s", "reference=1", "--file", given)
        assert (ran.code, words in ran.err) == (code, True), ran.err
    ran = tocsin("done", "INC-1", "filing", "-s", "reference=1", "-s", "receipt=receipt.pdf")
    assert "receipt: is a file, and no file was given." in ran.err
    forged = tmp_path / "forged.json"
    forged.write_text('{"receipt": {"name": "a", "sha256": "%s", "size": 3, "type": "text/plain"}}' % ("0" * 64))
    ran = tocsin("done", "INC-1", "filing", "-s", "reference=1", "-s", f"@{forged}")
    assert "receipt: the file is not in the evidence vault." in ran.err.replace("refused: ", "")
    assert not [path for path in (home / "vault").rglob("*") if path.is_file()]


def test_no_file_is_taken_while_somebody_shown_may_be_under_18(tocsin: Run, home: Path, tmp_path: Path) -> None:
    """Nothing of it is stored."""
    begun(tocsin, tmp_path, minor="unknown")
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"received, DPA-17")
    ran = tocsin("done", "INC-1", "filing", "-s", "reference=1", "--file", f"receipt={receipt}")
    assert (ran.code, "someone shown may be under 18 (unknown)" in ran.err) == (3, True)
    kept = [path for path in home.rglob("*") if path.is_file() and path.stat().st_size == len(b"received, DPA-17")]
    assert not [path for path in kept if path.read_bytes() == b"received, DPA-17"]
