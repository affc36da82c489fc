"""`tocsin plan --diff`: what a version changes against a file, a name, or the version that an incident runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.cli.conftest import PLAYBOOK

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terminal import Run

NEXT = (
    PLAYBOOK.replace("version: 1\ninputs", "version: 2\ninputs")
    .replace("owner: responder, due: 1h}", "owner: responder, due: 30m}")
    .replace("task: Write it.", "task: Write it.\n        why: People ask, and whoever is silent is taken to hide it.")
    .replace("by: [commander], quorum: 1", "by: [commander, comms], quorum: 1")
)


def test_a_version_is_compared_with_the_one_of_a_name(tocsin: Run, tmp_path: Path) -> None:
    """Both are named with where they come from; each line says how it differs."""
    path = tmp_path / "next.yaml"
    path.write_text(NEXT, encoding="utf-8")
    ran = tocsin("plan", str(path), "--diff", "small")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        f"--- small version 1 ({tmp_path}/playbooks/small.yaml)",
        f"+++ small version 2 ({path})",
        "",
        "steps",
        "  ~ contain  lock  Close the links",
        "      ~ due: 1h → 30m",
        "  ~ contain  words  The statement",
        "      ~ approve.by: +comms",
        "      + why: People ask, and whoever is silent is taken to hide it.",
        "",
        "Steps: 0 added, 0 removed, 0 moved, 2 changed.",
    ]


def test_a_version_is_compared_with_the_one_that_an_incident_runs(tocsin: Run, tmp_path: Path) -> None:
    """The file has changed since the incident was declared; the incident's own version has not."""
    assert tocsin("trigger", "small", "-i", "summary=It is public", "-i", "urls=https://a.example/1").code == 0
    (tmp_path / "playbooks" / "small.yaml").write_text(NEXT, encoding="utf-8")
    found = tocsin("plan", "small", "--diff", "inc-1", "--json").json
    assert (found["before"]["version"], found["after"]["version"]) == (1, 2)
    assert found["before"]["from"] == "the version of INC-1"
    assert [step["id"] for step in found["steps"]] == ["lock", "words"]
    tocsin("plan", "small", "--diff", "INC-9").said(3, "INC-9")


def test_versions_that_say_the_same_say_so(tocsin: Run, tmp_path: Path) -> None:
    """A comment is no difference; a version that was not counted up is mentioned once there is one."""
    path = tmp_path / "next.yaml"
    path.write_text("# A comment.\n" + PLAYBOOK, encoding="utf-8")
    assert tocsin("plan", "small", "--diff", "small").out.endswith("\nNothing differs.\n")
    assert tocsin("plan", str(path), "--diff", "small").out.endswith("\nNothing differs but how it is written.\n")
    path.write_text(PLAYBOOK.replace("due: 15m", "due: 20m"), encoding="utf-8")
    assert "count it up" in tocsin("plan", str(path), "--diff", "small").out


def test_long_texts_are_shown_where_they_differ(tocsin: Run, tmp_path: Path) -> None:
    """A few words around the change stand for the rest, and a terminal obeys none of them."""
    long = "Say it once. " * 20 + "Then {} the host by telephone. " + "Write it down. " * 20
    for name, word in (("a", "call"), ("b", "ring")):
        text = PLAYBOOK.replace("task: Close them.", f'task: "{long.format(word)}\\e[31m"')
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    ran = tocsin("plan", str(tmp_path / "b.yaml"), "--diff", str(tmp_path / "a.yaml"))
    assert "          - … Say it once. Then call the host by telephone. …\n" in ran.out
    assert "          + … Say it once. Then ring the host by telephone. …\n" in ran.out
    assert "\x1b" not in ran.out


def test_what_cannot_be_compared_says_why(tocsin: Run, tmp_path: Path) -> None:
    """A file without the shape of a playbook is the author's fault; a graph of a difference is not drawn."""
    path = tmp_path / "bad.yaml"
    path.write_text("tocsin: 1\n", encoding="utf-8")
    tocsin("plan", "small", "--diff", str(path)).said(1, "bad.yaml:1:1")
    tocsin("plan", "small", "--diff", "small", "--format", "mermaid").said(2, "--diff is not written as mermaid")


CALLED = """\
tocsin: 1
playbook: one
title: One thing
version: 1
roles:
  commander: {}
phases:
  contain:
    steps:
      - {id: do, title: Do it, task: Do it., owner: commander, due: 1h}
"""


def test_a_called_playbook_that_changed_is_a_difference_too(tocsin: Run, tmp_path: Path) -> None:
    """The incident keeps the one that it was declared with; what became of it stands below the rest."""
    folder = tmp_path / "playbooks"
    text = PLAYBOOK.rstrip("\n") + "\n      - {id: inner, title: Inside, call: one}\n"
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    (folder / "one.yaml").write_text(CALLED, encoding="utf-8")
    assert tocsin("trigger", "small", "-i", "summary=It is public", "-i", "urls=https://a.example/1").code == 0
    assert tocsin("plan", "small", "--diff", "INC-1").out.endswith("\nNothing differs.\n")
    (folder / "one.yaml").write_text(CALLED.replace("due: 1h", "due: 2h"), encoding="utf-8")
    out = tocsin("plan", "small", "--diff", "INC-1").out
    assert "\n~ the playbook one, which is called\n" in out
    assert "\n        ~ due: 1h → 2h\n" in out
    (call,) = tocsin("plan", "small", "--diff", "INC-1", "--json").json["called"]
    assert (call["name"], call["how"], call["difference"]["counts"]["changed"]) == ("one", "changed", 1)
