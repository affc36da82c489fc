"""Steering and reading an incident from a shell, with the engine at work now and then, as on a real day."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

from engine.bootstrap.office import open_office
from engine.domain.surfaces import LEFT_OUT
from tests.integration.cli.conftest import FIRST, PLAYBOOK, carry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terminal import Run

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def states(tocsin: Run) -> dict[str, str]:
    """Return the state of each step of the incident."""
    found = tocsin("status", "INC-1", "--json").json
    return {step["id"]: step["state"] for phase in found["phases"] for step in phase["steps"]}


def text(tocsin: Run) -> str:
    """Return the timeline in words."""
    return tocsin("timeline", "INC-1").out


def test_an_incident_from_its_trigger_to_its_end(tocsin: Run) -> None:
    """Nothing needs an engine but the work itself: what is typed is on disk when the command ends."""
    ran = tocsin("trigger", "small", *FIRST)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "INC-1 declared.")
    assert "`tocsin serve`" in ran.out
    carry()
    assert set(states(tocsin).values()) == {"awaiting_person"}
    assert tocsin("answer", "INC-1", "look", "-s", "kind=meeting", "-s", "names=Alva Berg").code == 0
    assert tocsin("done", "INC-1", "lock", "--reason", "by hand").code == 0
    assert tocsin("done", "INC-1", "words", "-s", "text=We know of it.", "--as", "dev").code == 0
    carry()
    assert states(tocsin) == {"look": "done", "lock": "done", "words": "awaiting_approval"}
    assert tocsin("decline", "INC-1", "words", "--as", "ana", "--reason", "too early").code == 0
    carry()
    assert states(tocsin)["words"] == "awaiting_person"
    assert tocsin("done", "INC-1", "words", "-s", "text=We are looking at it.", "--as", "dev").code == 0
    carry()
    assert tocsin("approve", "INC-1", "words", "--as", "ana").code == 0
    carry()
    assert states(tocsin)["words"] == "done"
    told = text(tocsin)
    assert "Alva Berg" not in told
    assert "too early" in told
    assert tocsin("verify", "INC-1").code == 0


def test_the_inbox_holds_what_waits_for_me_with_the_command_that_answers(tocsin: Run, incident: str) -> None:
    """Each person sees their own; the commander's deputy sees approvals when there are some."""
    mine = tocsin("inbox").out
    assert f"tocsin answer {incident} look" in mine
    assert f"tocsin done {incident} lock" in mine
    assert "words" not in mine
    theirs = tocsin("inbox", "--as", "dev", "--json").json["asks"]
    assert [(ask["step"], ask["kind"]) for ask in theirs] == [("words", "task")]
    assert {ask["step"] for ask in tocsin("inbox", "--all", "--json").json["asks"]} == {"look", "lock", "words"}
    assert tocsin("inbox", "--as", "kim").out == "Nothing waits for you.\n"


def test_facts_roles_notes_and_steps_are_steered(tocsin: Run, incident: str) -> None:
    """Each act is told in the timeline, with its reason and who did it."""
    acts: tuple[tuple[tuple[str, ...], str], ...] = (
        (
            ("fact", incident, "anyone_minor", "no", "--reason", "invitation list"),
            "Set anyone minor to no (invitation list)",
        ),
        (("add", incident, "urls", "https://b.example/2"), "Added to urls: hxxps://b[.]example/2"),
        (("note", incident, "Called the host."), "Noted: Called the host."),
        (("note", incident, "A name", "--sensitivity", "restricted"), "Noted: recorded, restricted"),
        (("assign", incident, "comms", "kim", "--as", "ana"), "Gave the role comms to Kim Tran"),
        (("exclude", incident, "kim", "--reason", "her own", "--as", "ana"), "Kept Kim Tran out of the incident"),
        (("admit", incident, "kim", "--as", "ana"), "Let Kim Tran take part again"),
        (("skip", incident, "words", "--reason", "nobody asks", "--as", "ana"), "nobody asks"),
    )
    for command, words in acts:
        assert tocsin(*command).code == 0, command
        assert words in text(tocsin)
    carry()
    assert states(tocsin)["words"] == "skipped"


def test_the_status_names_who_is_kept_out(tocsin: Run, incident: str) -> None:
    """For whoever looks at it in a shell; the reason is not there."""
    assert tocsin("exclude", incident, "kim", "--reason", "her own", "--as", "ana").code == 0
    shown = tocsin("status", incident).out
    assert "kept out of it: kim" in shown
    assert "her own" not in shown
    assert tocsin("admit", incident, "kim", "--as", "kim").code != 0


def test_a_declined_task_is_tried_again(tocsin: Run, incident: str) -> None:
    """`retry` asks once more."""
    assert tocsin("decline", incident, "lock", "--reason", "not my system").code == 0
    carry()
    assert states(tocsin)["lock"] == "declined"
    assert tocsin("retry", incident, "lock", "--as", "ana").code == 0
    carry()
    assert states(tocsin)["lock"] == "awaiting_person"


def test_a_target_is_moved_and_a_finished_task_asked_again(tocsin: Run, incident: str) -> None:
    """By those who may: the step's owner and the commander."""
    assert tocsin("due", incident, "lock", "2031-03-04T10:00+01:00", "--as", "kim").code == 3
    assert tocsin("due", incident, "lock", "tomorrow or so", "--as", "ana").code == 3
    assert tocsin("due", incident, "lock", "2031-03-04T10:00+01:00", "--as", "ana").code == 0
    assert "Moved the target of" in text(tocsin)
    (asked,) = [ask for ask in tocsin("inbox", "--all", "--json").json["asks"] if ask["step"] == "lock"]
    assert asked["due"] == "2031-03-04T09:00:00.000000Z"
    assert tocsin("redo", incident, "lock", "--reason", "too early", "--as", "ana").code == 3
    assert tocsin("done", incident, "lock", "--reason", "by hand").code == 0
    carry()
    assert tocsin("redo", incident, "lock", "--reason", "one was left", "--as", "ana").code == 0
    carry()
    assert states(tocsin)["lock"] == "awaiting_person"


@pytest.mark.parametrize(("command", "state"), [("cancel", "cancelled"), ("close", "closed")])
def test_an_incident_is_ended_and_takes_no_more(tocsin: Run, incident: str, command: str, state: str) -> None:
    """With a reason; a closed one is opened again."""
    assert tocsin(command, incident, "--reason", "a drill", "--as", "ana").code == 0
    carry()
    assert tocsin("status", incident, "--json").json["state"] == state
    tocsin("fact", incident, "anyone_minor", "no", "--reason", "x", "--as", "ana").said(3, f"{incident} is {state}")
    reopened = tocsin("reopen", incident, "--reason", "another copy", "--as", "ana")
    assert reopened.code == (0 if state == "closed" else 3)


def test_the_status_says_how_many_stretches_went_which_way(tocsin: Run, incident: str) -> None:
    """In numbers for programs and in words for people; here all went directly."""
    status = tocsin("status", incident, "--json").json
    number = len(status["segments"])
    assert number > 0
    assert status["lanes"] == {"warm": 0, "flow": 0, "direct": number}
    assert f"({number} directly)" in tocsin("status", incident).out


def test_the_status_names_who_is_not_in_the_channel(tocsin: Run, incident: str) -> None:
    """Somebody has to tell them by other means."""

    async def left_out() -> None:
        async with open_office() as office:
            await office.ledger.remember(incident, LEFT_OUT, {"carla": "Slack says user_is_restricted"})

    assert tocsin("status", incident, "--json").json["left_out"] == {}
    asyncio.run(left_out())
    assert (
        "carla could not be brought into the channel: Slack says user_is_restricted" in tocsin("status", incident).out
    )


def test_programs_get_stable_keys_and_utc(tocsin: Run, incident: str) -> None:
    """The keys are an interface: others may come, these stay."""
    status = tocsin("status", incident, "--json").json
    assert {"incident", "state", "attention", "phases", "asks", "segments", "lanes", "left_out"} <= set(status)
    assert {"id", "state", "steps"} <= set(status["phases"][0])
    assert {"id", "kind", "state", "ticket"} <= set(status["phases"][0]["steps"][0])
    assert {"id", "kind", "step", "by", "due"} <= set(status["asks"][0])
    assert {"lane"} <= set(status["segments"][0])
    listed = tocsin("list", "--json").json["incidents"][0]
    assert {"incident", "title", "playbook", "state", "exercise", "declared_at", "open_asks"} <= set(listed)
    events = tocsin("timeline", incident, "--json").json["events"]
    assert {"seq", "at", "who", "text"} <= set(events[0])
    made = tocsin("review", incident, "--json").json
    assert {"incident", "paths", "sha256", "events", "head"} <= set(made)
    assert set(made["paths"]) >= {"html", "json"}
    found = tocsin("verify", incident, "--json").json["timelines"][0]
    assert {"incident", "verified", "events", "head"} <= set(found)
    for moment in instants([status, listed, events]):
        assert INSTANT.fullmatch(moment), moment


def instants(value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    """Return every text that looks like a moment."""
    match value:
        case dict():
            return [found for one in value.values() for found in instants(one)]
        case list():
            return [found for one in value for found in instants(one)]
        case str() if re.match(r"\d{4}-\d\d-\d\d", value):
            return [value]
        case _:
            return []


def test_a_long_list_says_how_to_read_on(tocsin: Run, incident: str) -> None:
    """Page by page, with the command for the next one."""
    tocsin("trigger", "small", *FIRST)
    first = tocsin("list", "--limit", "1", "--open")
    assert first.out.splitlines()[-1].endswith("tocsin list --before INC-2 --open")
    second = tocsin("list", "--before", "INC-2", "--open", "--json").json
    assert ([one["incident"] for one in second["incidents"]], second["next"]) == ([incident], None)
    tocsin("list", "--before", "soon").said(3, "no incident soon")


def test_read_models_are_made_again_from_the_timeline(tocsin: Run, incident: str) -> None:
    """`rebuild` changes nothing that is right."""
    before = [tocsin(name, "--json").out for name in ("list",)]
    assert tocsin("rebuild").code == 0
    assert [tocsin(name, "--json").out for name in ("list",)] == before
    assert len(tocsin("inbox", "--all", "--json").json["asks"]) == 3
    assert incident in before[0]


def test_reports_come_in_three_forms(tocsin: Run, incident: str) -> None:
    """To files in the data folder, or one form to the standard output."""
    paths = [line for line in tocsin("review", incident).out.splitlines() if line.startswith("/")]
    assert {path.rpartition(".")[2] for path in paths} == {"html", "md", "json"}
    assert tocsin("review", incident, "--format", "md").out.startswith("# ")
    assert tocsin("review", incident, "--format", "html").out.lower().startswith("<!doctype html>")
    tocsin("review", incident, "--format", "md", "-o", "/nowhere/x.md").said(2, "/nowhere/x.md: it cannot be written")


def test_a_table_is_filled_in_from_a_file_or_row_by_row(tocsin: Run, tmp_path: Path) -> None:
    """The status shows it with its columns under each other; a wrong cell is named with its row."""
    form = "form: {places: {type: table, columns: {place: {}, count: {type: number}}}}"
    steps = f"      - {{id: copies, title: Copies, task: List them., owner: responder, {form}}}\n"
    steps += f"      - {{id: again, title: Again, task: List them., owner: responder, {form}}}\n"
    (tmp_path / "playbooks" / "small.yaml").write_text(PLAYBOOK + steps, encoding="utf-8")
    assert tocsin("trigger", "small", *FIRST).code == 0
    carry()
    sheet = tmp_path / "places.csv"
    sheet.write_text("\ufeffCount,Place\n3,A forum\nmany,Mirror\n", encoding="utf-8")
    ran = tocsin("done", "INC-1", "copies", "--table", f"places=@{sheet}")
    assert (ran.code, "row 2, count: 'many' is not a number." in ran.err) == (3, True)
    sheet.write_text("Count,Place\n3,A forum\n11,Mirror\n", encoding="utf-8")
    assert tocsin("done", "INC-1", "copies", "--table", f"places=@{sheet}").code == 0
    assert tocsin("done", "INC-1", "again", "--table", "places=Forum;2", "--table", "places=Mirror;4").code == 0
    assert tocsin("done", "INC-1", "again", "--table", "places=@nowhere.csv").code == 2
    carry()
    shown = tocsin("status", "INC-1").out
    assert "      place    count\n      A forum  3\n      Mirror   11\n" in shown
    assert "places: Forum | 2 / Mirror | 4" in text(tocsin)
    assert "| A forum | 3 |" in tocsin("review", "INC-1", "--format", "md").out
