"""What is typed wrong: one line that says what, one that says what next, the right exit code, and nothing lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from integrations.system.home import announce, held
from tests.integration.cli.conftest import FIRST, carry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terminal import Run


@pytest.mark.parametrize("command", ["plan", "trigger"])
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("-i", "sumary=x"), ("sumary: there is no such input; did you mean summary?",)),
        (("-i", "urls=not an address"), ("urls: ",)),
        (("-i", "anyone_minor=perhaps"), ("anyone_minor: ", "yes, unknown")),
        (("-i", "aware_at=2026-01-01T10:00"), ("aware_at: says no time zone",)),
        (("-i", "summary=a", "-i", "summary=b"), ("summary: takes one value",)),
        (("-i", "summary"), ("'summary' is no input",)),
        (("-i", "urls=@nowhere.json"), ("nowhere.json: it cannot be read",)),
    ],
)
def test_an_input_that_does_not_fit_is_named(
    tocsin: Run, command: str, given: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """`plan` and `trigger` say the same, and no incident begins."""
    tocsin(command, "small", *given).said(2, *words)
    assert tocsin("list", "--json").json == {"incidents": [], "next": None}


def test_every_wrong_input_is_named_at_once(tocsin: Run) -> None:
    """Nobody types a trigger three times to hear of three mistakes."""
    tocsin("trigger", "small", "-i", "sumary=x", "-i", "anyone_minor=x").said(
        2, "sumary:", "summary:", "urls:", "anyone_minor:"
    )


def test_an_unknown_playbook_is_told_with_the_nearest(tocsin: Run) -> None:
    """By name and by path."""
    tocsin("trigger", "smal", *FIRST).said(2, "no playbook smal", "Did you mean small?")
    tocsin("trigger", "nowhere/x.yaml", *FIRST).said(2, "There is no file nowhere/x.yaml")


def test_a_playbook_with_an_error_begins_nothing(tocsin: Run, tmp_path: Path) -> None:
    """The first problem with its place; lint shows the rest."""
    broken = tmp_path / "broken.yaml"
    broken.write_text("tocsin: 1\nplaybook: broken\ntitel: x\n", encoding="utf-8")
    tocsin("trigger", str(broken), *FIRST).said(1, "broken.yaml:1:1", "more.", "tocsin lint")


def test_an_unknown_person_is_told_with_the_nearest(tocsin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--as`, TOCSIN_PERSON, and a login that nobody has."""
    tocsin("trigger", "small", *FIRST, "--as", "carlo").said(2, "no person carlo", "Did you mean carla?")
    monkeypatch.delenv("TOCSIN_PERSON")
    monkeypatch.setenv("LOGNAME", "nobody-at-all")
    tocsin("trigger", "small", *FIRST).said(3, "nobody-at-all", "--as")
    assert tocsin("list").code == 0


def test_a_second_trigger_with_the_same_key_is_the_same_incident(tocsin: Run) -> None:
    """Exit code 0, and `created` says so."""
    first = tocsin("trigger", "small", *FIRST, "--dedup-key", "k", "--json").json
    again = tocsin("trigger", "small", *FIRST, "--dedup-key", "k", "--json")
    assert (first["incident"], first["created"]) == ("INC-1", True)
    assert (again.code, again.json["incident"], again.json["created"]) == (0, "INC-1", False)
    assert "declared already" in tocsin("trigger", "small", *FIRST, "--dedup-key", "k").out


@pytest.mark.parametrize(
    "command",
    [("status",), ("timeline",), ("review",), ("verify",), ("done", "look"), ("fact", "summary", "x", "--reason", "r")],
)
def test_an_unknown_incident_is_said(tocsin: Run, command: tuple[str, ...]) -> None:
    """Reading and steering alike."""
    name, *rest = command
    tocsin(name, "INC-9", *rest).said(3, "INC-9", "tocsin list")


def test_answering_is_refused_with_the_reason_and_whom_to_ask(tocsin: Run, incident: str) -> None:
    """A person who is not asked, a form that is not complete, a step that does not exist, nothing to approve yet."""
    tocsin("answer", incident, "look", "-s", "kind=meeting", "--as", "carla").said(
        3, "Responder decides this", "Ben Osei (ben)"
    )
    tocsin("answer", incident, "look").said(
        3, "The form is not complete.", "kind: is missing. Give one of: meeting, other."
    )
    tocsin("answer", incident, "look", "-s", "kind=film").said(3, "kind: ")
    tocsin("done", incident, "loc").said(3, "no step loc; did you mean lock?")
    tocsin("approve", incident, "words", "--as", "ana").said(3, "nothing to approve at words yet")
    tocsin("decline", incident, "lock").said(2, "--reason")


def test_an_ask_is_answered_once(tocsin: Run, incident: str) -> None:
    """The second answer hears who was first."""
    assert tocsin("done", incident, "lock").code == 0
    carry()
    tocsin("done", incident, "lock", "--as", "ivo").said(3, "answered by ben already")


def test_nobody_approves_what_they_wrote(tocsin: Run, incident: str) -> None:
    """The commander writes the statement for want of a communications lead, and somebody else must approve it."""
    assert tocsin("done", incident, "words", "-s", "text=We know of it.", "--as", "ana").code == 0
    carry()
    tocsin("approve", incident, "words", "--as", "ana").said(3, "never the person who wrote it")
    assert tocsin("approve", incident, "words", "--as", "jo").code == 0


def test_steering_is_the_commanders(tocsin: Run, incident: str) -> None:
    """Everybody else is told who that is."""
    for command in (
        ("assign", incident, "comms", "dev"),
        ("cancel", incident, "--reason", "x"),
        ("close", incident, "--reason", "x"),
        ("skip", incident, "words", "--reason", "x"),
    ):
        tocsin(*command).said(3, "ommander", "Ask Ana Ruiz (ana)")
    tocsin("assign", incident, "comms", "nobody", "--as", "ana").said(3, "nobody")


def test_a_refusal_for_programs_is_an_object(tocsin: Run, incident: str) -> None:
    """With its rule, its message, what to do, and the fields."""
    ran = tocsin("answer", incident, "look", "--json")
    assert ran.code == 3
    assert ran.json["refused"]["rule"] == "form"
    assert set(ran.json["refused"]["fields"]) == {"kind"}


def test_a_changed_event_is_named(tocsin: Run, incident: str, home: Path) -> None:
    """`verify` names the first event that does not fit, and ends with an exit code that a watch can see."""
    with closing(sqlite3.connect(home / "tocsin.db", isolation_level=None)) as database:
        database.execute("UPDATE contents SET body = replace(body, 'c', 'd') WHERE seq = 3")
    found = tocsin("verify", incident, "--json")
    assert found.code == 3
    assert [(one["verified"], one["seq"]) for one in found.json["timelines"]] == [(False, 3)]
    assert "DOES NOT FIT at event 3" in tocsin("verify").out


def test_events_that_were_taken_out_are_missed(tocsin: Run, incident: str, home: Path) -> None:
    """The timeline is read and written no more, and everything says where to look."""
    with closing(sqlite3.connect(home / "tocsin.db", isolation_level=None)) as database:
        last = database.execute("SELECT max(seq) FROM envelopes").fetchone()[0]
        for table in ("contents", "envelopes"):
            database.execute(f"DELETE FROM {table} WHERE seq = ?", (last,))  # noqa: S608 - names of tables
    assert f"event {last}" in tocsin("verify", incident).out
    for command in (("note", incident, "x"), ("status", incident), ("timeline", incident)):
        tocsin(*command).said(3, "lost events", "tocsin verify")


def test_an_older_copy_of_the_database_goes_on_only_when_a_person_says_so(
    tocsin: Run, incident: str, home: Path
) -> None:
    """The known head outside the database is further: nothing is written until the loss is accepted, by name."""
    with closing(sqlite3.connect(home / "tocsin.db")) as database, closing(sqlite3.connect(home / "older")) as older:
        database.backup(older)
    assert tocsin("note", incident, "the newest").code == 0
    with closing(sqlite3.connect(home / "tocsin.db")) as database, closing(sqlite3.connect(home / "older")) as older:
        older.backup(database)
    assert "missing: the timeline ends at" in tocsin("verify", incident).out
    tocsin("note", incident, "x").said(3, "events are known", "tocsin recover")
    tocsin("serve", "--port", "0").said(3, incident, "verify")
    tocsin("recover", incident, "--reason", "backup", "--as", "ana").said(3, "1 of the", "--accept-loss")
    assert tocsin("recover", incident, "--reason", "backup", "--accept-loss", "--as", "ana").code == 0
    assert tocsin("note", incident, "x").code == 0
    assert "backup" in tocsin("timeline", incident).out


def test_a_database_that_is_none_is_said(tocsin: Run, home: Path) -> None:
    """Not a traceback, and the file stays as it is."""
    (home / "tocsin.db").write_bytes(b"this is a letter, not a database" * 40)
    ran = tocsin("list")
    ran.said(3, "database")
    assert (home / "tocsin.db").read_bytes().startswith(b"this is a letter")


def test_a_second_engine_is_refused(tocsin: Run, home: Path) -> None:
    """It says where the first one is; other commands work beside it."""
    with held(home):
        announce(home, "http://127.0.0.1:1")
        tocsin("serve", "--port", "0").said(3, "already works on", "http://127.0.0.1:1", "TOCSIN_HOME")
        assert tocsin("trigger", "small", *FIRST).code == 0


def test_settings_that_cannot_be_used_are_named_with_their_place(tocsin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad database URL, a bad choice, an incomplete Jira."""
    monkeypatch.setenv("TOCSIN_PREFECT", "sometimes")
    tocsin("list").said(2, "TOCSIN_PREFECT")
    monkeypatch.setenv("TOCSIN_PREFECT", "off")
    monkeypatch.setenv("TOCSIN_DATABASE_URL", "mysql://x/y")
    tocsin("list").said(2, "sqlite:///path or postgresql://")
