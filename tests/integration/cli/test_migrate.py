"""`tocsin migrate`: a look first, then another version, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.cli.conftest import PLAYBOOK, carry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terminal import Run

NEXT = (
    PLAYBOOK.replace("version: 1\ninputs", "version: 2\ninputs")
    .replace("owner: responder, due: 1h}", "owner: responder, due: 30m}")
    .replace("  comms: {title", "  hr: {title: People team}\n  comms: {title")
) + "      - {id: union, title: Tell the union, task: Tell them., owner: hr, due: 1h}\n"
WHY = ("--yes", "--reason", "the union has to be told")


def written(folder: Path, text: str = NEXT, *, name: str = "small.yaml") -> str:
    """Write a version into a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_look_changes_nothing_and_says_what_follows(tocsin: Run, incident: str, tmp_path: Path) -> None:
    """Every difference stands with what it means; the next command is written out."""
    ran = tocsin("migrate", incident, "--to", written(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "INC-1: small, version 1",
        f"would follow version 2 ({tmp_path}/small.yaml)",
        "  role hr: added: whoever is on call or listed for it takes part",
        "  step lock: due: it is asked already: whom and until when stays",
        "  step union: added: it begins when what it needs is there",
        "Nothing is in the way.",
        f'Nothing was changed. To do it: tocsin migrate INC-1 --to {tmp_path}/small.yaml --yes --reason "..."',
    ]
    assert tocsin("status", incident, "--json").json["version"] == 1


def test_the_commander_takes_it_over_and_the_engine_goes_on(tocsin: Run, incident: str, tmp_path: Path) -> None:
    """By the number of the version in the playbooks folder; the new step is asked, and the timeline says who did it."""
    written(tmp_path / "playbooks")
    tocsin("migrate", incident, "--to", "2", *WHY).said(3, "The commander decides this.")
    tocsin("migrate", incident, "--to", "2", "--yes", "--as", "ana").said(3, "needs a reason")
    ran = tocsin("migrate", incident, "--to", "2", *WHY, "--as", "ana")
    assert ran.out == "INC-1 follows version 2 now.\n"
    carry()
    found = tocsin("status", incident, "--json").json
    assert (found["version"], found["migrations"][0]["by"]) == (2, "ana")
    assert "union" in [ask["step"] for ask in found["asks"]]
    told = tocsin("timeline", incident).out
    assert "Took the incident from version 1 of its playbook to version 2. The union has to be told." in told
    assert "What is different: role hr: added; step lock: due; step union: added." in told
    assert tocsin("review", incident, "--format", "md").code == 0
    assert tocsin("verify", incident).code == 0


def test_going_back_is_a_migration_too(tocsin: Run, incident: str, tmp_path: Path) -> None:
    """A version that is no file any more is found among those that the incident has followed."""
    newer = PLAYBOOK.replace("version: 1\ninputs", "version: 2\ninputs").replace("due: 2h", "due: 3h")
    written(tmp_path / "playbooks", newer)
    assert tocsin("migrate", incident, "--to", "2", *WHY, "--as", "ana").code == 0
    found = tocsin("migrate", incident, "--to", "1", "--json").json
    assert (found["possible"], found["to"]["version"], found["to"]["found"]) == (True, 1, "followed before")
    assert tocsin("migrate", incident, "--to", "1", *WHY, "--as", "ana").code == 0
    tocsin("migrate", incident, "--to", "7").said(2, "There is no version 7 of small.", "There are: 2, 1.")


def test_what_is_in_the_way_is_named_before_and_when_it_is_tried(tocsin: Run, incident: str, tmp_path: Path) -> None:
    """Both ways it ends with the code of what an incident does not allow, and each obstacle has its rule."""
    path = written(tmp_path, PLAYBOOK.replace("version: 1\ninputs", "version: 2\ninputs").replace("lock,", "shut,"))
    ran = tocsin("migrate", incident, "--to", path)
    assert ran.code == 3
    assert "In the way:\n  step lock (step_gone): it has begun, so it stays in the playbook\n" in ran.out
    found = tocsin("migrate", incident, "--to", path, "--json").json
    assert (found["possible"], found["in_the_way"][0]["rule"]) == (False, "step_gone")
    tried = tocsin("migrate", incident, "--to", path, *WHY, "--as", "ana")
    tried.said(3, "cannot go over to version 2.", "step lock (step_gone): it has begun")


INNER = """\
tocsin: 1
playbook: inner
title: One copy
version: 1
inputs: {url: {type: url}}
roles: {responder: {title: Responder}}
phases:
  contain:
    steps:
      - {id: send, title: Send the notice, task: Send it., owner: responder, due: 1h}
"""
OUTER = """\
tocsin: 1
playbook: outer
title: Several copies
version: 1
inputs: {urls: {type: url, list: true, min: 1}}
roles: {commander: {required: true}, responder: {title: Responder}}
phases:
  contain:
    steps:
      - {id: copies, title: Each copy, call: inner, for_each: inputs.urls, with: {url: "{{ item }}"}}
"""


def test_a_playbook_inside_is_part_of_the_version(tocsin: Run, tmp_path: Path) -> None:
    """Pinned with the one that calls it: edited alone, it is another version; what is new begins in each call."""
    folder = tmp_path / "playbooks"
    written(folder, INNER, name="inner.yaml")
    written(folder, OUTER, name="outer.yaml")
    assert tocsin("trigger", "outer", "-i", "urls=https://a.example", "-i", "urls=https://b.example").code == 0
    carry()
    ask = "      - {id: ask, title: Ask again, task: Ask them., owner: responder, due: 1h}\n"
    written(folder, INNER + ask, name="inner.yaml")
    shown = tocsin("migrate", "INC-1", "--to", "outer").out
    assert "  step copies: call: it has begun:" in shown
    assert "  step copies/ask: added: it begins in each call, also in those under way\n" in shown
    assert tocsin("migrate", "INC-1", "--to", "outer", *WHY, "--as", "ana").code == 0
    carry()
    found = tocsin("status", "INC-1", "--json").json
    asked = sorted(ask["step"] for ask in found["asks"])
    assert asked == ["copies[1]/ask", "copies[1]/send", "copies[2]/ask", "copies[2]/send"]
    written(folder, INNER.replace("id: send", "id: mail") + ask, name="inner.yaml")
    ran = tocsin("migrate", "INC-1", "--to", "outer")
    assert ran.code == 3
    assert "step copies[1]/send (step_gone): it has begun, so it stays in the playbook" in ran.out


def test_a_version_that_was_not_counted_up_is_mentioned(tocsin: Run, incident: str, tmp_path: Path) -> None:
    """Two texts with one number could be taken for each other on the timeline."""
    ran = tocsin("migrate", incident, "--to", written(tmp_path, PLAYBOOK.replace("due: 2h", "due: 3h")))
    assert "  version: 1 as before; count it up with each change\n" in ran.out


def test_a_version_with_errors_is_the_authors_fault(tocsin: Run, incident: str, tmp_path: Path) -> None:
    """It is named with its place in the file, as lint does."""
    path = written(tmp_path, NEXT.replace("owner: hr", "owner: nobody"))
    tocsin("migrate", incident, "--to", path).said(1, "small.yaml:34:")
