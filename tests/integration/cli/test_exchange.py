"""`tocsin export` and `tocsin import`: out as CACAO 2.0, and in with what was lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.unit.language.cacao.files import chain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terminal import Run


def test_a_playbook_goes_out_and_comes_back(tocsin: Run, tmp_path: Path) -> None:
    """To a file and from it; what comes back passes lint."""
    file, back = tmp_path / "small.json", tmp_path / "back" / "small.yaml"
    back.parent.mkdir()
    ran = tocsin("export", "small", "--format", "cacao", "--out", str(file))
    assert (ran.code, ran.out, ran.err) == (0, "", f"{file}: written as cacao.\n")
    ran = tocsin("import", str(file), "--out", str(back))
    assert (ran.code, ran.err) == (0, f"{back}: written as playbook.\nsmall: nothing was lost.\n")
    assert tocsin("lint", str(back)).code == 0
    assert "Nothing differs but how it is written." in tocsin("plan", str(back), "--diff", "small").out


def test_what_was_lost_is_listed_beside_the_playbook(tocsin: Run, tmp_path: Path) -> None:
    """The text on the standard output, the rest on the other one; or both as JSON."""
    file = tmp_path / "foreign.json"
    file.write_text(json.dumps(chain({"type": "ssh", "command": "halt"})), encoding="utf-8")
    ran = tocsin("import", str(file))
    assert ran.out.startswith("tocsin: 1\nplaybook: block-an-address\n")
    assert "a command of type ssh is not carried out: a task shows its text" in ran.err
    assert ran.err.endswith("block-an-address: 1 thing was lost.\n")
    found = tocsin("import", str(file), "--json").json
    assert (found["ours"], len(found["lost"]), found["text"]) == (False, 1, ran.out)


def test_a_playbook_of_others_is_named_after_its_file_and_writes_over_nothing(tocsin: Run, tmp_path: Path) -> None:
    """So that lint finds it as it wants it; one of ours keeps its name."""
    file, out = tmp_path / "foreign.json", tmp_path / "our-block.yaml"
    file.write_text(json.dumps(chain({"type": "manual", "command": "Call them."})), encoding="utf-8")
    assert tocsin("import", str(file), "--out", str(out)).code == 0
    assert tocsin("lint", str(out)).code == 0
    tocsin("import", str(file), "--out", str(out)).said(2, "our-block.yaml is there already")
    assert tocsin("export", "small", "--out", str(file)).code == 0
    ran = tocsin("import", str(file), "--out", str(tmp_path / "mine.yaml"))
    assert "note: a playbook's file is named after it: small.yaml.\n" in ran.err


def test_what_cannot_be_read_is_refused_with_every_fault(tocsin: Run, tmp_path: Path) -> None:
    """The first one is the error, the others stand before it."""
    file = tmp_path / "broken.json"
    file.write_text('{"type": "playbook"}', encoding="utf-8")
    ran = tocsin("import", str(file))
    assert (ran.code, ran.out) == (1, "")
    assert "spec_version (missing): `spec_version` is missing" in ran.err
    assert ran.err.count("(missing)") == 8
    tocsin("export", "nothing").said(2, "There is no playbook nothing")
    tocsin("export", "small", "--out", str(tmp_path / "no" / "x.json")).said(2, "cannot be written")
