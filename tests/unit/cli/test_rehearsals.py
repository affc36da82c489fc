"""The commands of rehearsals, as they are typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from engine.entrypoints.cli.main import program
from tests.terminal import Run

ROOT = Path(__file__).parents[3]
LOST = str(ROOT / "playbooks" / "lost-device.yaml")
FILE = ROOT / "playbooks" / "rehearsals" / "lost-device-wiped.yaml"
RUN = CliRunner()


def run(*arguments: str) -> tuple[int, str]:
    """Run a command; return its exit code and what it writes."""
    result = RUN.invoke(program(), arguments)
    return result.exit_code, result.output


def test_a_rehearsal_says_that_it_is_an_exercise_and_what_was_missed() -> None:
    """Without a file, people and answers are made up."""
    code, text = run("rehearse", LOST)
    assert code == 0
    assert text.startswith("EXERCISE: a rehearsal of lost-device, version 2.")
    assert "targets were missed" in text
    assert "POST https://devices.example.com/" in text


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Twice the same, and something else with another seed."""
    first, second, other = (run("rehearse", LOST, "--seed", seed)[1] for seed in ("7", "7", "8"))
    assert first == second
    assert first != other


def test_a_rehearsal_for_programs_has_stable_keys(tmp_path: Path) -> None:
    """With its timeline, its targets, and its report beside it."""
    code, text = run("rehearse", LOST, "--scenario", str(FILE), "--json", "--report", str(tmp_path / "out"))
    found = json.loads(text)
    assert code == 0
    assert (found["exercise"], found["status"], found["rehearsal"]) == (True, "closed", "lost-device-wiped")
    assert {"at", "since", "who", "text", "kind", "step"} <= set(found["timeline"][0])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["report.html", "report.json", "report.md"]


def test_a_wrong_rehearsal_is_told_with_its_lines(tmp_path: Path) -> None:
    """As `tocsin lint` tells what is wrong with a playbook."""
    path = tmp_path / "wrong.yaml"
    path.write_text("tocsin: 1\nrehearsal: wrong\nplaybook: lost-device\nanswers: {wpe: {by: commander}}\n")
    code, text = run("rehearse", LOST, "--scenario", str(path))
    assert code == 1
    assert ":4:11: error PB701 There is no step wpe." in text


def test_rehearsals_are_run_like_tests(tmp_path: Path) -> None:
    """What differs is told beside what was expected, and the exit code is 1."""
    good = FILE.read_text()
    folder = tmp_path / "rehearsals"
    folder.mkdir()
    (tmp_path / "lost-device.yaml").write_bytes(Path(LOST).read_bytes())
    (folder / "good.yaml").write_text(good)
    assert run("test", str(tmp_path))[0] == 0
    (folder / "bad.yaml").write_text(good.replace("status: closed", "status: cancelled"))
    code, text = run("test", str(tmp_path))
    assert code == 1
    assert "status: expected cancelled, got closed" in text
    assert "2 rehearsals: 1 failed" in text
    found = json.loads(run("test", str(tmp_path), "--json")[1])
    assert [row["ok"] for row in found["rehearsals"]] == [False, True]


def test_a_rehearsal_brings_no_engine_and_no_way_out() -> None:
    """No Prefect, no chat, tracker or database, and no client that could reach anything."""
    probe = "import sys; from engine.entrypoints.cli.main import main\ntry: main()\nfinally: print(*sys.modules)"
    given = [sys.executable, "-c", probe, "rehearse", LOST, "--scenario", str(FILE)]
    ran = subprocess.run(given, capture_output=True, text=True, check=True, timeout=60)
    imported = {name.partition(".")[0] for name in ran.stdout.splitlines()[-1].split()}
    assert imported & {"prefect", "slack_sdk", "jira", "sqlalchemy", "aiohttp", "httpx", "fastapi"} == set()


def test_many_runs_say_how_likely_each_target_is_missed(tmp_path: Path) -> None:
    """In bars on the terminal, as a picture in a file and in the report."""
    given = ("rehearse", LOST, "--scenario", str(FILE), "--runs", "3", "--processes", "1")
    code, text = run(*given, "--svg", str(tmp_path / "a.svg"), "--report", str(tmp_path / "out"))
    assert code == 0
    assert text.startswith("EXERCISE: 3 rehearsals of lost-device, version 2")
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    assert "Over 3 rehearsals" in (tmp_path / "out" / "report.html").read_text()
    assert json.loads(run(*given, "--json")[1])["runs"] == 3
    assert run("rehearse", LOST, "--svg", "a.svg")[0] != 0


def test_a_failed_test_names_what_was_refused_and_what_never_came_to_use(tmp_path: Path) -> None:
    """So that a slip in the file itself is found; a test that is met says nothing of it."""
    (tmp_path / "lost-device.yaml").write_bytes(Path(LOST).read_bytes())
    path = tmp_path / "slip.yaml"
    idle = "world: [{match: 'POST */nothing', replies: [{status: 500}]}]\n"
    head = f"tocsin: 1\nrehearsal: slip\nplaybook: lost-device\n{idle}expect: "
    path.write_text(f"{head}{{status: cancelled}}\n")
    code, text = run("test", str(path))
    assert code == 1
    assert "never came to use: world: POST */nothing" in text
    assert "Otherwise than the file expects:\n  status: expected cancelled" in run("rehearse", LOST, "-s", str(path))[1]
    path.write_text(f"{head}{{status: closed}}\n")
    code, text = run("test", str(path))
    assert (code, "never came to use" in text) == (0, False)


def test_a_rehearsal_is_not_taken_for_a_playbook_nor_the_other_way_round() -> None:
    """One sentence and the command that was meant, in place of each key that is strange."""
    code, text = run("lint", str(FILE))
    assert (code, text.count(" error ")) == (1, 1)
    assert "This is a rehearsal, not a playbook." in text
    assert "`tocsin test FILE`" in text
    code, text = run("test", LOST)
    assert (code, text.count(" error ")) == (1, 1)
    assert "This is a playbook, not a rehearsal." in text


def test_a_command_that_meets_a_wrong_playbook_passes_on_the_hint(tocsin: Run, tmp_path: Path) -> None:
    """The first problem says what to write; lint says the rest."""
    path = tmp_path / "lost-device.yaml"
    path.write_text(Path(LOST).read_text().replace("owner: responder", "owner: respnder", 1))
    tocsin("rehearse", str(path)).said(
        1, "There is no role 'respnder'.", "hint: Did you mean responder?", "`tocsin lint` shows every problem at once."
    )
