"""Being on it, and who is on call, from a shell."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from engine.settings.people import FILE
from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terminal import Run

TURNS = "- {from: 2026-01-01T00:00Z, until: 2050-01-01T00:00Z, person: jo}\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration whose commander has a rota in a file of turns."""
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder)
    text = (folder / FILE).read_text(encoding="utf-8")
    rota = "commander: {on_call: primary, then: [ana]}"
    text = text.replace("commander: [ana, jo]", rota) + "\nrotas: {primary: {file: turns.yaml}}\n"
    (folder / FILE).write_text(text, encoding="utf-8")
    (folder / "turns.yaml").write_text(TURNS, encoding="utf-8")
    monkeypatch.setenv("TOCSIN_CONFIG", str(folder))
    return folder


def test_who_is_on_it_is_said_everywhere(tocsin: Run, incident: str) -> None:
    """It stays in the inbox until it is answered; who is not asked is told who is."""
    ran = tocsin("ack", incident, "look")
    assert (ran.code, ran.out) == (0, "You are on look.\n")
    assert "; ben is on it since" in tocsin("inbox").out
    assert ", ben is on it: What is shown?" in tocsin("status", incident).out
    (asked, *_) = tocsin("status", incident, "--json").json["asks"]
    assert (asked["step"], asked["on_it"]["person"], asked["called"]) == ("look", "ben", [])
    assert "Is on it: What is shown?" in tocsin("timeline", incident).out
    again = tocsin("ack", incident, "look")
    assert (again.code, again.err) == (3, "refused: You are on this already.\nhint: Answer it when it is done.\n")
    stranger = tocsin("ack", incident, "look", "--as", "carla", "--json")
    assert (stranger.code, stranger.json["refused"]["rule"]) == (3, "not_asked")
    assert tocsin("ack", incident, "look", "--as", "ana", "--json").json["accepted"] == ["ask_acknowledged"]


def test_whoever_is_on_call_is_shown_with_the_rota(tocsin: Run, config: Path) -> None:
    """Now or at an instant; roles without a rota have their list."""
    shown = tocsin("oncall")
    assert shown.code == 0
    assert "commander        Jo Bell, Ana Ruiz (on call in rota primary, then the list)" in shown.out
    assert "counsel          Carla Weiss (the list)" in shown.out
    roles = {role["role"]: role for role in tocsin("oncall", "--json").json["roles"]}
    assert roles["commander"] == {
        "role": "commander",
        "people": ["jo", "ana"],
        "names": ["Jo Bell", "Ana Ruiz"],
        "rota": "primary",
        "on_call": "jo",
        "trouble": "",
    }
    assert (roles["counsel"]["people"], roles["counsel"]["rota"]) == (["carla"], None)
    early = tocsin("oncall", "--at", "2025-12-31T23:00+00:00")
    assert early.code == 4
    assert "commander        Ana Ruiz (the list)" in early.out
    assert early.err == "warning: rota primary did not say who holds commander: nobody is on call\n"
    for wrong, said in (("soon", "'soon' is no instant."), ("2026-11-24T03:00", "'2026-11-24T03:00' has no zone.")):
        ran = tocsin("oncall", "--at", wrong)
        assert ran.code == 2
        assert said in ran.err


def test_a_rota_that_cannot_be_read_is_said_and_the_list_holds(tocsin: Run, config: Path, incident: str) -> None:
    """The doctor names its place; once it is mended, the role can go to whoever is on call."""
    assert tocsin("status", incident, "--json").json["roles"]["commander"] == ["jo", "ana"]
    (config / "turns.yaml").write_text("- {from: soon}\n", encoding="utf-8")
    ran = tocsin("oncall")
    assert ran.code == 4
    assert "turns.yaml:1" in ran.err
    doctor = tocsin("doctor")
    assert doctor.code == 2
    assert "turns.yaml:1" in doctor.out
    (config / "turns.yaml").write_text(TURNS.replace("jo", "kim"), encoding="utf-8")
    assert tocsin("assign", incident, "commander", "--as", "ana").out == (
        "commander: whoever is on call, then its list.\n"
    )
    assert tocsin("status", incident, "--json").json["roles"]["commander"] == ["kim", "ana"]
    assert "Kim Tran is on call for the role commander (rota primary)." in tocsin("timeline", incident).out
