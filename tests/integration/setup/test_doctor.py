"""`tocsin doctor --connect`, as whoever sets Tocsin up sees it."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox import Sandbox
from tests.integration.setup.box import settings_of
from tests.terminal import Run


def states(tocsin: Run, *options: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Run the doctor; return its exit code and what it found, by name."""
    ran = tocsin("doctor", "--json", *options)
    found: dict[str, list[dict[str, Any]]] = {}
    for check in ran.json["checks"]:
        assert set(check) == {"name", "state", "detail", "hint"}
        found.setdefault(check["name"], []).append(check)
    return ran.code, found


@pytest.fixture
def connected(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Settings that open the local Slack and Jira."""
    for name, value in settings_of(box).items():
        monkeypatch.setenv(name, value)
    return box


def test_everything_is_set_up(tocsin: Run, connected: Sandbox) -> None:
    """Every right, every person, the database and Prefect: exit code 0, and no secret in it."""
    code, found = states(tocsin, "--connect")
    assert code == 0
    assert [one for checks in found.values() for one in checks if one["state"] == "error"] == []
    assert {
        "disk",
        "engine",
        "slack scopes",
        "slack channels",
        "slack socket",
        "slack people",
        "jira permissions",
        "jira transitions",
        "jira token",
        "jira people",
        "database",
        "prefect",
    } <= set(found)
    assert found["slack people"][0]["detail"] == "11 of 11 found"
    assert found["jira people"][0]["detail"] == "11 of 11 can be given tickets"
    plain = tocsin("doctor", "--connect").out
    assert re.search(r"^ok       jira project +SEC, Security incidents$", plain, re.MULTILINE)
    assert connected.slack_bot_token not in plain
    assert connected.jira_login[1] not in plain


def test_one_wrong_thing_hides_no_other(
    tocsin: Run, connected: Sandbox, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong people file, Slack token and project: each is an error; those of this machine decide the exit code."""
    del connected
    monkeypatch.setenv("TOCSIN_SLACK_BOT_TOKEN", "xoxb-wrong")
    monkeypatch.setenv("TOCSIN_JIRA_PROJECT", "OPS")
    code, found = states(tocsin, "--connect")
    assert code == 4
    assert found["slack"][-1]["state"] == "error"
    assert found["slack socket"][0]["state"] == "ok"
    assert "It sees: SEC." in found["jira project"][0]["hint"]
    (config / "people.yaml").write_text("people: {ben: {nmae: Ben}}\n", encoding="utf-8")
    code, found = states(tocsin, "--connect")
    assert code == 2
    assert found["people"][0]["state"] == "error"
    assert found["jira project"][0]["state"] == "error"


def test_a_setting_that_is_wrong_hides_nothing_either(
    tocsin: Run, connected: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts as not set: a Jira without its token is not asked, and everybody else is."""
    del connected
    monkeypatch.setenv("TOCSIN_JIRA_TOKEN", "")
    monkeypatch.setenv("TOCSIN_JIRA_INDEX_PATIENCE", "long")
    code, found = states(tocsin, "--connect")
    assert code == 2
    said = " ".join(one["detail"] for one in found["settings"])
    assert "TOCSIN_JIRA_INDEX_PATIENCE: jira_index_patience" in said
    assert found["slack people"][0]["detail"] == "11 of 11 found"
    assert "jira people" not in found
    assert "playbooks" in found


def test_it_says_where_settings_are_from(tocsin: Run, connected: Sandbox) -> None:
    """The variables of the environment together, by the names that one would look for."""
    del connected
    (settings,) = states(tocsin)[1]["settings"]
    first = settings["detail"].partition(";")[0]
    assert first.startswith("from the environment: TOCSIN_")
    assert "TOCSIN_JIRA_URL" in first.removeprefix("from the environment: ").split(", ")


def test_a_pagers_secret_may_be_in_the_file(tocsin: Run, home: Path, config: Path) -> None:
    """Whatever the environment may hold for a pager or a rota, the secrets file may."""
    text = "pagers: {duty: {kind: pagerduty, secret: DUTY}}\npeople: {ana: [duty]}\ncalls: [{windows: [5m]}]\n"
    (config / "escalation.yaml").write_text(text, encoding="utf-8")
    assert tocsin("doctor").code == 2
    (home / "secrets.env").write_text("TOCSIN_SECRET_DUTY=hush\n", encoding="utf-8")
    (home / "secrets.env").chmod(0o600)
    ran = tocsin("doctor")
    assert (ran.code, "hush" in ran.out) == (0, False), ran


def test_a_data_folder_that_others_may_use_is_found(tocsin: Run, home: Path) -> None:
    """To look into is a warning, to write to an error; so is a secret that others may read."""
    (home / "api-token").write_text("x", encoding="utf-8")
    (home / "api-token").chmod(0o644)
    home.chmod(0o755)
    code, found = states(tocsin)
    assert code == 2
    assert [one["state"] for one in found["home"]] == ["ok", "warning"]
    assert found["secrets"][0]["state"] == "error"
    (home / "api-token").chmod(0o600)
    home.chmod(0o777)
    code, found = states(tocsin)
    assert code == 2
    assert [one["state"] for one in found["home"]] == ["ok", "error"]
    assert found["home"][1]["hint"] == f"chmod 700 {home}"


def test_the_database_is_written_to_by_nobody(tocsin: Run, home: Path) -> None:
    """Looking makes no tables; with tables, the right to write is taken and given back."""
    _, found = states(tocsin, "--connect")
    assert "no tables yet" in found["database"][-1]["detail"]
    assert not (home / "tocsin.db").exists()
    assert tocsin("list").code == 0
    before = (home / "tocsin.db").read_bytes()
    code, found = states(tocsin, "--connect")
    assert (code, found["database writing"][0]["state"]) == (0, "ok")
    assert (home / "tocsin.db").read_bytes() == before


def test_a_prefect_that_is_away_is_found(tocsin: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it means is said; nothing else suffers."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    code, found = states(tocsin, "--connect")
    assert code == 4
    assert "work goes on without it" in found["prefect"][0]["detail"]
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
