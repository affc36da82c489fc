"""Roles with rotas in people.yaml, and rotas in files of turns."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from engine.domain.errors import ConfigError
from engine.settings.documents import ConfigFileError
from engine.settings.people import read_people
from engine.settings.rotas import FileRota

CAST = "people: {ana: {name: Ana}, jo: {name: Jo}}\n"


def test_a_role_may_name_a_rota(tmp_path: Path) -> None:
    """Its list is what follows; a plain list has none."""
    path = tmp_path / "people.yaml"
    roles = (
        "roles: {commander: {on_call: primary, then: [ana, jo]}, counsel: [jo]}\nrotas: {primary: {file: turns.yaml}}\n"
    )
    path.write_text(CAST + roles, encoding="utf-8")
    people = read_people(path)
    assert (people.holders("commander"), people.holders("counsel")) == (("ana", "jo"), ("jo",))
    assert people.on_call == {"commander": "primary"}
    assert people.rotas["primary"].file == "turns.yaml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("roles: {commander: {on_call: none, then: [ana]}}\n", ":2:30: There is no rota 'none' under `rotas`."),
        ("roles: {commander: {on_call: a, then: [zed]}}\nrotas: {a: {file: f}}\n", ":2:40: There is no person 'zed'"),
        ("rotas: {a: {}}\n", ":2:12: a: a rota needs exactly one of file, ics, ics_secret, pagerduty."),
        ("rotas: {a: {file: x, ics: y}}\n", "needs exactly one of"),
        ("rotas: {a: {pagerduty: P1}}\n", "needs both `pagerduty` and `secret`, or neither."),
        ("rotas: {a: {ics_secret: lower}}\n", "rotas.a.ics_secret does not fit"),
    ],
)
def test_a_mistake_is_shown_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """Of roles and of rotas."""
    path = tmp_path / "people.yaml"
    path.write_text(CAST + text, encoding="utf-8")
    with pytest.raises(ConfigFileError) as raised:
        read_people(path)
    assert said in raised.value.message


async def test_a_file_of_turns_is_read_each_time(tmp_path: Path) -> None:
    """A change counts at once; a later turn lies over an earlier one."""
    path = tmp_path / "turns.yaml"
    rota = FileRota(path)
    noon = datetime.fromisoformat("2026-11-24T12:00+00:00")
    week = "- {from: 2026-11-23T09:00+01:00, until: 2026-11-30T09:00+01:00, person: ana}\n"
    path.write_text(week, encoding="utf-8")
    assert await rota.on_call(noon) == ("ana",)
    swap = "- {from: 2026-11-24T12:30+01:00, until: 2026-11-24T14:00+01:00, person: jo}\n"
    path.write_text(week + swap, encoding="utf-8")
    assert await rota.on_call(noon) == ("jo",)
    path.write_text(swap, encoding="utf-8")
    assert await rota.on_call(datetime.fromisoformat("2026-11-25T12:00+00:00")) == ()


@pytest.mark.parametrize(
    "text",
    [
        "- {from: 2026-11-23T09:00, until: 2026-11-30T09:00+01:00, person: ana}\n",
        "- {from: 2026-11-23T09:00+01:00, person: ana}\n",
        "- {from: soon, until: later, person: ana}\n",
        "turns: []\n",
    ],
)
async def test_turns_without_zones_or_ends_are_refused(tmp_path: Path, text: str) -> None:
    """So is what is no list."""
    path = tmp_path / "turns.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFileError, match=r"turns\.yaml:1"):
        await FileRota(path).on_call(datetime.fromisoformat("2026-11-24T12:00+00:00"))
    with pytest.raises(ConfigError, match="cannot be read"):
        await FileRota(tmp_path / "none.yaml").on_call(datetime.fromisoformat("2026-11-24T12:00+00:00"))
