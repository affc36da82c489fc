"""Writing settings down: what people wrote stays, secrets are for their owner alone, and nothing is half written."""

import stat
from datetime import date
from pathlib import Path

import pytest

from engine.domain.errors import ConfigError
from engine.settings.writing import jira_draft, secrets_draft, settings_draft, write

TOML = """\
# Settings of this house.
# jira_project = "OLD"
prefect = "auto"   # as it was

jira_project = 'OPS' # ours
http_allow = [
  "rec.example",
]
"""
YAML = """\
# How Jira is filled in.
types: {epic: Epic, ticket: Task, sub_task: Sub-task} # as shipped
fields:
  # of the business
  Unit: {value: "1"}
security: {level: Few}
"""


def test_comments_and_order_stay(tmp_path: Path) -> None:
    """A setting is changed where it stands; a new one comes last."""
    path = tmp_path / "settings.toml"
    path.write_text(TOML, encoding="utf-8")
    draft = settings_draft(path, {"jira_project": 'S"C', "jira_token_ends": date(2027, 5, 31)})
    assert draft.after == TOML.replace("'OPS'", '"S\\"C"') + "jira_token_ends = 2027-05-31\n"
    write([draft])
    assert path.read_text(encoding="utf-8") == draft.after
    assert not settings_draft(path, {"jira_project": 'S"C'}).changed


@pytest.mark.parametrize("text", ['jira_project = """\nA"""\n', "jira_project = \n", '"jira_project" = "A"\n'])
def test_what_is_written_in_another_way_is_left_to_people(tmp_path: Path, text: str) -> None:
    """The hint holds the line to write."""
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be changed") as refused:
        settings_draft(path, {"jira_project": "B"})
    assert 'jira_project = "B"' in refused.value.hint()


def test_settings_stand_before_the_first_table(tmp_path: Path) -> None:
    """Behind it they would belong to it."""
    path = tmp_path / "settings.toml"
    path.write_text('prefect = "off"\n[odd]\nx = 1\n', encoding="utf-8")
    assert settings_draft(path, {"person": "jo"}).after == 'prefect = "off"\nperson = "jo"\n[odd]\nx = 1\n'


def test_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    """A new file and one that was open before; others in it stay, and no text of a draft shows any."""
    home = tmp_path / "home"
    write([secrets_draft(home, {"TOCSIN_JIRA_TOKEN": "one"})])
    path = home / "secrets.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    path.chmod(0o644)
    draft = secrets_draft(home, {"TOCSIN_JIRA_TOKEN": "two", "TOCSIN_SECRET_X": "three"})
    assert "two" not in repr(draft)
    write([draft])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8").splitlines()[1:] == ["TOCSIN_JIRA_TOKEN=two", "TOCSIN_SECRET_X=three"]
    assert [one.name for one in home.iterdir()] == ["secrets.env"]


def test_a_folder_that_takes_nothing_is_said(tmp_path: Path) -> None:
    """Nothing is left behind."""
    place = tmp_path / "file"
    place.touch()
    with pytest.raises(ConfigError, match="cannot be"):
        write([secrets_draft(place, {"TOCSIN_JIRA_TOKEN": "x"})])


def test_issue_types_and_fields_are_added_to_what_is_there(tmp_path: Path) -> None:
    """Comments stay; a field is named beside its id."""
    path = tmp_path / "jira.yaml"
    path.write_text(YAML, encoding="utf-8")
    draft = jira_draft(path, types={"ticket": "Story"}, fields={"customfield_1": ("Team", "Blue: sky")})
    assert draft.after == YAML.replace(
        "types: {epic: Epic, ticket: Task, sub_task: Sub-task} # as shipped",
        'types: {epic: "Epic", ticket: "Story", sub_task: "Sub-task"}',
    ).replace("fields:\n", 'fields:\n  customfield_1: {value: "Blue: sky"} # Team\n')
    write([draft])
    again = jira_draft(path, types={}, fields={"customfield_1": ("Team", "Red")})
    assert again.after == draft.after.replace("Blue: sky", "Red")


def test_a_security_level_is_set_and_taken_away(tmp_path: Path) -> None:
    """What else keeps restricted tickets from others stays."""
    path = tmp_path / "jira.yaml"
    path.write_text("security: {level: Few, project: closed} # ours\n", encoding="utf-8")
    assert jira_draft(path, types={}, fields={}, level="Us: all").after == (
        'security: {project: "closed", level: "Us: all"}\n'
    )
    assert jira_draft(path, types={}, fields={}, level="").after == 'security: {project: "closed"}\n'
    assert not jira_draft(path, types={}, fields={}).changed


def test_a_new_file_is_made(tmp_path: Path) -> None:
    """With what is needed and no more."""
    draft = jira_draft(tmp_path / "jira.yaml", types={}, fields={"customfield_1": ("Team", "no")})
    assert draft.after == 'fields:\n  customfield_1: {value: "no"} # Team\n'
    assert not jira_draft(tmp_path / "jira.yaml", types={}, fields={}).changed


@pytest.mark.parametrize("text", ["fields: {Unit: {value: x}}\n", "types: [\n", "fields:\n- x\n"])
def test_a_file_of_another_shape_is_left_to_people(tmp_path: Path, text: str) -> None:
    """What to write is said, or what is wrong with it."""
    path = tmp_path / "jira.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        jira_draft(path, types={}, fields={"customfield_1": ("Team", "x")})
