"""What each command writes, and how it ends."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import Draft202012Validator

from tests.terminal import Run

ROOT = Path(__file__).parents[3]
GOOD = ROOT / "tests/goldens/playbooks/good/small-leak.yaml"
BAD = ROOT / "tests/goldens/playbooks/bad/PB101.yaml"


def test_without_a_command_the_help_is_shown(tocsin: Run) -> None:
    """It teaches the first three things to type."""
    ran = tocsin()
    assert ran.code == 0
    assert "tocsin doctor" in ran.out


@pytest.mark.parametrize("command", ["lint", "plan", "schema", "sandbox", "doctor"])
def test_every_help_has_examples(tocsin: Run, command: str) -> None:
    """Each command shows how it is typed."""
    ran = tocsin(command, "--help")
    assert ran.code == 0
    assert f" tocsin {command}" in ran.out.replace(f"Usage: tocsin {command}", "")


def test_a_good_playbook_passes(tocsin: Run) -> None:
    """Lint says how many files it has seen."""
    ran = tocsin("lint", str(GOOD))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("1 file: 0 errors")


def test_a_bad_playbook_fails_with_its_place(tocsin: Run) -> None:
    """The exit code is the author's, the place a link."""
    ran = tocsin("lint", str(BAD))
    assert ran.code == 1
    assert f"{BAD}:" in ran.out
    assert "error PB101" in ran.out


def test_problems_for_programs_have_stable_keys(tocsin: Run) -> None:
    """The object has `problems`, each with seven keys."""
    ran = tocsin("lint", "--format", "json", str(BAD))
    problems = json.loads(ran.out)["problems"]
    assert ran.code == 1
    assert set(problems[0]) == {"path", "line", "column", "rule", "severity", "message", "hint"}


def test_problems_for_pull_requests_are_annotations(tocsin: Run) -> None:
    """GitHub reads them line by line."""
    assert tocsin("lint", "--format", "github", str(BAD)).out.startswith("::error file=")


def test_a_folder_stands_for_its_playbooks(tocsin: Run) -> None:
    """Files of other kinds in it are no playbooks."""
    ran = tocsin("lint", "--format", "json", str(BAD.parent))
    assert len({item["path"] for item in json.loads(ran.out)["problems"]}) > 30


def test_a_missing_file_is_the_operators_fault(tocsin: Run) -> None:
    """One line says what, one what next."""
    ran = tocsin("lint", "nowhere.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: There is no file nowhere.yaml.\nhint: Give playbook files, or folders that hold them.\n"


def test_a_plan_names_who_does_what(tocsin: Run) -> None:
    """The tree has phases, steps, people, gates and approvals."""
    ran = tocsin("plan", str(GOOD))
    assert ran.code == 0
    for text in ("harden  opens when the incident is contained", "counsel (Carla Weiss)", "approved by 2 of commander"):
        assert text in ran.out
    assert ran.out.index("read_state") < ran.out.index("lock ")


def test_inputs_decide_which_steps_run(tocsin: Run) -> None:
    """A condition that inputs decide is worked out; another stays open."""
    steps = plan_steps(tocsin, "--input", "urls=https://a.example/1", "-i", "urls=https://b.example/2")
    assert steps["read_state"]["runs"] is False
    assert steps["lock"]["runs"] is True
    assert steps["report"]["runs"] is None
    assert steps["report"]["times"] == 2
    assert plan_steps(tocsin, "-i", "page=intern")["read_state"]["runs"] is True
    assert plan_steps(tocsin)["read_state"]["runs"] is None


def test_inputs_come_from_a_file_too(tocsin: Run, tmp_path: Path) -> None:
    """A whole object, or the JSON of one input."""
    (tmp_path / "all.json").write_text('{"page": "intern", "places": 3}', encoding="utf-8")
    (tmp_path / "urls.json").write_text('["https://a.example/1"]', encoding="utf-8")
    steps = plan_steps(tocsin, "-i", f"@{tmp_path / 'all.json'}", "-i", f"urls=@{tmp_path / 'urls.json'}")
    assert steps["read_state"]["runs"] is True
    assert steps["report"]["times"] == 1


@pytest.mark.parametrize(
    ("given", "code", "expected"),
    [
        ("pag=x", 2, "did you mean page?"),
        ("anyone_minor=maybe", 2, "anyone_minor: "),
        ("aware_at=2026-01-01T10:00", 2, "aware_at: "),
        ("nothing", 2, "'nothing' is no input."),
        ("urls=@nowhere.json", 2, "nowhere.json: it cannot be read"),
    ],
)
def test_a_wrong_input_says_what_and_what_next(tocsin: Run, given: str, code: int, expected: str) -> None:
    """Unknown, ill-typed, zoneless and unreadable inputs each get one line and a hint."""
    ran = tocsin("plan", str(GOOD), "--input", given)
    assert ran.code == code
    assert expected in ran.err
    assert ran.err.count("\n") == 2


def test_a_plan_can_be_a_graph(tocsin: Run) -> None:
    """Each need is an arrow between nodes that exist."""
    lines = tocsin("plan", str(GOOD), "--format", "mermaid").out.splitlines()
    assert lines[0] == "flowchart LR"
    assert "  depicted_ --> preserve_" in lines
    assert "  preserve_ -.-> contained_" in lines


def test_what_a_playbook_says_is_no_markup(tocsin: Run, tmp_path: Path) -> None:
    """Neither the terminal nor the graph takes a title for more than text."""
    path = tmp_path / "small-leak.yaml"
    text = GOOD.read_text(encoding="utf-8").replace("title: Who is shown?", "title: '[red]\"] end'")
    path.write_text(text, encoding="utf-8")
    assert '[red]"] end' in tocsin("plan", str(path)).out
    assert '{{"[red]#34;] end"}}' in tocsin("plan", str(path), "--format", "mermaid").out


def test_a_plan_holds_no_character_that_a_terminal_obeys(tocsin: Run, tmp_path: Path) -> None:
    """An escape in a title neither paints nor clears the screen of whoever looks, nor turns the text around."""
    path = tmp_path / "small-leak.yaml"
    text = GOOD.read_text(encoding="utf-8").replace("title: Who is shown?", 'title: "A\\e[2J\\e]0;x\\a\\u202eB"')
    path.write_text(text, encoding="utf-8")
    for form in ("text", "mermaid", "svg", "json"):
        out = tocsin("plan", str(path), "--format", form).out
        assert not {"\x1b", "\x07", "\u202e"} & set(out) or form == "json"
        assert "\x1b" not in out


def test_an_unknown_playbook_is_named_with_those_there_are(tocsin: Run) -> None:
    """A name is looked up in the playbooks folder."""
    ran = tocsin("plan", "video-laek")
    assert ran.code == 2
    assert "There is no playbook video-laek" in ran.err


def test_a_bad_playbook_has_no_plan(tocsin: Run) -> None:
    """The first problem is the error, lint shows the others."""
    ran = tocsin("plan", str(BAD))
    assert ran.code == 1
    assert ran.err.startswith(f"error: {BAD}:")


def test_the_schema_is_one(tocsin: Run) -> None:
    """It is a JSON Schema by its own rules, and knows the actions."""
    for words, title in (((), "Tocsin playbook"), (("--rehearsal",), "Tocsin rehearsal")):
        made = json.loads(tocsin("schema", *words).out)
        Draft202012Validator.check_schema(made)
        assert made["title"] == title
    assert "http.request" in tocsin("schema").out


def test_a_mistyped_command_is_a_usage_error(tocsin: Run) -> None:
    """The likely one is offered."""
    ran = tocsin("lnit")
    assert ran.code == 2
    assert "'lint'?" in ran.err


def test_a_healthy_installation_has_no_errors(tocsin: Run, home: Path) -> None:
    """The shipped configuration and playbooks pass, and the home is where it was set."""
    checks = json.loads(tocsin("doctor", "--json").out)["checks"]
    assert [check for check in checks if check["state"] == "error"] == []
    assert {"settings", "home", "people", "calendars", "playbooks"} <= {check["name"] for check in checks}
    assert str(home) in next(check["detail"] for check in checks if check["name"] == "home")


def test_the_doctor_finds_everything_that_is_wrong(
    tocsin: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong people file, no calendars, a bad playbook, an unknown variable: one line each, exit code 2."""
    config, playbooks = tmp_path / "config", tmp_path / "playbooks"
    config.mkdir()
    playbooks.mkdir()
    (config / "people.yaml").write_text("people: {ben: {nmae: Ben}}\n", encoding="utf-8")
    (playbooks / "PB101.yaml").write_bytes(BAD.read_bytes())
    monkeypatch.setenv("TOCSIN_CONFIG", str(config))
    monkeypatch.setenv("TOCSIN_PLAYBOOKS", str(playbooks))
    monkeypatch.setenv("TOCSIN_SLCAK_BOT_TOKEN", "xoxb-hush")
    ran = tocsin("doctor")
    assert ran.code == 2
    for text in (
        "people.yaml:1:16",
        "calendars.yaml: it cannot be read",
        "PB101.yaml:",
        "Did you mean TOCSIN_SLACK_BOT",
    ):
        assert text in ran.out
    assert "hush" not in ran.out


def test_the_doctor_says_what_cannot_be_triggered_from_prefect(
    tocsin: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person harmed is in stays out of Prefect; whoever stands behind such triggers has to be somebody here."""
    refused = "intimate-image cannot be triggered from Prefect: the playbook itself is restricted, summary is"
    assert "cannot be triggered" not in tocsin("doctor").out
    monkeypatch.setenv("TOCSIN_PREFECT_TRIGGER_FROM_UI", "yes")
    monkeypatch.setenv("TOCSIN_PREFECT_PERSON", "jo")
    ran = tocsin("doctor")
    assert ran.code == 0
    assert f"warning prefect {refused}" in " ".join(ran.out.split())
    assert "video-leak cannot" not in ran.out
    monkeypatch.setenv("TOCSIN_PREFECT_PERSON", "zed")
    ran = tocsin("doctor")
    assert ran.code == 2
    assert "TOCSIN_PREFECT_PERSON names zed, who is not in people.yaml" in ran.out


def test_the_doctor_says_who_cannot_be_woken(
    tocsin: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a pager nobody is called; a pager without its secret is wrong; who has none is named."""
    assert "warning waking no pager is set up, so nobody is called" in " ".join(tocsin("doctor").out.split())
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    monkeypatch.setenv("TOCSIN_CONFIG", str(config))
    text = "pagers: {duty: {kind: pagerduty, secret: DUTY}}\npeople: {ana: [duty]}\ncalls: [{windows: [5m]}]\n"
    (config / "escalation.yaml").write_text(text, encoding="utf-8")
    ran = tocsin("doctor")
    assert ran.code == 2
    assert "pager duty needs TOCSIN_SECRET_DUTY or TOCSIN_SECRET_DUTY_FILE" in ran.out
    assert "nothing pages ben, ivo, jo" in ran.out
    monkeypatch.setenv("TOCSIN_SECRET_DUTY", "hush")
    ran = tocsin("doctor")
    assert (ran.code, "hush" in ran.out) == (0, False)
    (config / "escalation.yaml").write_text("everybody: [duty]\n", encoding="utf-8")
    assert "escalation.yaml:1:13: There is no pager 'duty'" in tocsin("doctor").out


def plan_steps(tocsin: Run, *options: str) -> dict[str, dict[str, Any]]:
    """Return the steps of the good playbook's plan by id."""
    ran = tocsin("plan", str(GOOD), "--json", *options)
    assert ran.code == 0
    return {step["id"]: step for phase in json.loads(ran.out)["phases"] for step in phase["steps"]}


def test_a_plan_says_in_short_what_it_leaves(tocsin: Run) -> None:
    """Where something appears, how many tickets for whom, what acts, who approves, which law may apply."""
    out = tocsin("plan", str(GOOD)).out
    for text in (
        "where they are set up, a channel in Slack and an epic in Jira",
        " tickets, each once its step is ready",
        "counsel (Carla Weiss); report for each of inputs.urls",
        " acts in our own systems",
        "staff_notice  slack.post",
        "report  2 of commander (Ana Ruiz) or comms (Dev Patel)",
        "laws and contracts whose deadlines may apply",
        "waits 6 h",
        "waits until it is known that inputs.found_by is defined",
    ):
        assert text in out
    leaves = json.loads(tocsin("plan", str(GOOD), "--json", "-i", "urls=https://a.example/1").out)["leaves"]
    assert {"step": "lock", "action": "http.request", "reach": "inward"} in leaves["acts"]
    assert "read_state" not in [act["step"] for act in leaves["acts"]], "it does not run"
    assert all(entry["number"] >= 1 and entry["each"] == {} for entry in leaves["tickets"])
