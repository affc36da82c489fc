"""The people file: the shipped cast, identities, roles, exclusion, and mistakes with their place."""

from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from engine.domain.errors import ConfigError
from engine.settings.documents import ConfigFileError
from engine.settings.people import Directory, read_people
from tests.unit.playbooks.cases import FILES, plan_of

CONFIG = Path(__file__).parents[3] / "config"

FILE = """\
people:
  ben: {name: Ben Osei, mail: Ben@Example.com, slack: U0BEN, login: bo, zone: Europe/Berlin}
  ana: {name: Ana Ruiz, jira: ana.ruiz, mail: ana@example.com}
  mal: {name: Mal Doe, slack: U0MAL, login: mal}
roles:
  commander: [mal, ana, ben]
excluded: [mal]
"""


@pytest.fixture
def people(tmp_path: Path) -> Directory:
    """Three people, one of them excluded."""
    path = tmp_path / "people.yaml"
    path.write_text(FILE, encoding="utf-8")
    return read_people(path)


def test_the_shipped_cast_is_complete() -> None:
    """Eleven people, known to Slack and Jira, hold every role of the shipped playbooks and no other."""
    cast = read_people(CONFIG / "people.yaml")
    assert len(cast.everyone()) == 11
    assert all(person.slack and person.jira and person.mail for person in cast.everyone())
    assert set(cast.roles) == {role for file in FILES for role in plan_of(file.stem).roles}
    assert cast.holders("commander") == ("ana", "jo")
    assert cast.hours["ivo"].start == time(10)
    assert cast.hours["ben"].end == time(17)


def test_people_are_found_by_each_identity(people: Directory) -> None:
    """Slack, Jira and login each lead to the person; mail does where the service gives no known id."""
    assert people.by_slack("U0BEN") == people.by_login("bo") == people.person("ben")
    assert people.by_jira("ana.ruiz") == people.by_slack("U9", "ANA@example.com") == people.person("ana")


def test_a_mail_never_overrides_an_identity(people: Directory) -> None:
    """Whoever has a Slack id is not found by another Slack account that claims their mail."""
    assert people.by_slack("U0OTHER", "ben@example.com") is None


def test_a_setting_names_somebody_with_a_role(people: Directory) -> None:
    """On whose behalf something is done is known, not excluded, and holds a role."""
    assert people.stand_in("ana", setting="S").name == "Ana Ruiz"
    for person, expected in (
        ("zed", "S names zed, who is not in people.yaml or is excluded there."),
        ("mal", "S names mal, who is not in people.yaml or is excluded there."),
    ):
        with pytest.raises(ConfigError, match=expected):
            people.stand_in(person, setting="S")
    idle = replace(people, roles={"commander": ("ana",)})
    with pytest.raises(ConfigError, match="S names ben, who holds no role"):
        idle.stand_in("ben", setting="S")


def test_nobody_is_found_by_nothing(people: Directory) -> None:
    """An empty identity matches nobody, though some people have none."""
    assert people.by_slack("") is None
    assert people.by_jira("") is None
    assert people.by_login("") is None


def test_an_excluded_person_has_no_role_and_no_way_in(people: Directory) -> None:
    """They are still named where the timeline has to name them."""
    assert people.holders("commander") == ("ana", "ben")
    assert people.by_slack("U0MAL") is None
    assert people.by_login("mal") is None
    assert people.person("mal") is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("people:\n  ben: {name: B, mial: x}\n", ":2:18: people.ben.mial is no key that is known here."),
        ("people:\n  ben: {mail: b@x.example}\n", ":2:3: people.ben.name is missing."),
        ("people:\n  ben: {name: B}\nroles:\n  counsel: [bne]\n", ":4:13: There is no person 'bne' under `people`."),
        ("people:\n  ben: {name: B}\nexcluded: [eve]\n", "There is no person 'eve' under `people`."),
        ("people:\n  a: {name: A, login: x}\n  b: {name: B, login: x}\n", ":3:23: 'x' is already the login of a."),
        ("people:\n  ben: {name: B, zone: Mars/Base}\n", ":2:24: people.ben.zone does not fit"),
        ("people:\n  ben: {name: B, hours: {from: 9}}\n", ":2:32: people.ben.hours.from is text"),
        ("people:\n  ben: {name: B}\n  ben: {name: C}\n", ":3:3: 'ben' is already given in line 2."),
    ],
)
def test_a_mistake_is_shown_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    """The error names file, line and column."""
    path = tmp_path / "people.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFileError) as caught:
        read_people(path)
    assert expected in str(caught.value)
    assert caught.value.exit_code == 2


def test_every_mistake_is_found_in_one_pass(tmp_path: Path) -> None:
    """Whoever corrects the file sees all of it."""
    path = tmp_path / "people.yaml"
    path.write_text("people: {ben: {name: 1, zone: x, nick: y}}\n", encoding="utf-8")
    with pytest.raises(ConfigFileError, match="and 2 more") as caught:
        read_people(path)
    assert len(caught.value.problems) == 3


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The hint says where the folder is set."""
    with pytest.raises(ConfigError, match=r"people\.yaml: it cannot be read") as caught:
        read_people(tmp_path / "people.yaml")
    assert "TOCSIN_CONFIG" in caught.value.hint()
