"""The file of who is reminded and who is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from engine.domain.errors import ConfigError
from engine.settings.documents import ConfigFileError
from engine.settings.escalation import SHARES, Escalation, gaps, read_escalation, read_rules
from engine.settings.people import read_people

CONFIG = Path(__file__).parents[3] / "config"
PEOPLE = read_people(CONFIG / "people.yaml")
WHOLE = """
    reminders: [90, 50]
    pagers:
      duty: {kind: pagerduty, secret: DUTY}
      bridge: {kind: webhook, url: "https://wake.example/in", secret: BRIDGE}
    people: {ana: [duty, bridge]}
    everybody: [bridge]
    calls:
      - {phases: [contain], windows: [at once, 1h30m], pagers: [duty]}
      - {kinds: [approval], severities: [sev1], windows: [30m]}
"""


def reading(folder: Path, text: str) -> Escalation:
    """Read a file with these words."""
    path = folder / "escalation.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return read_escalation(path, people=PEOPLE)


def test_a_whole_file(tmp_path: Path) -> None:
    """Shares in order, rules in the file's order, and for each person what wakes them."""
    found = reading(tmp_path, WHOLE).waking
    assert found.shares == (50, 90)
    contain, approval = found.rules
    assert contain.windows == (timedelta(0), timedelta(hours=1, minutes=30))
    assert [contain.window(level) for level in (1, 2, 9)] == [timedelta(0), *[timedelta(minutes=90)] * 2]
    assert (found.pagers["ana"], found.pagers["jo"]) == (("duty", "bridge"), ("bridge",))
    assert found.pagers_of("ana", contain) == ("duty",)
    assert (found.pagers_of("jo", contain), found.pagers_of("jo", approval)) == ((), ("bridge",))
    assert found.hours["ivo"].zone == "Europe/Berlin"


def test_the_rules_alone_need_no_people(tmp_path: Path) -> None:
    """A rehearsal has people of its own; without a pager the rules call nobody, without a file people are reminded."""
    path = tmp_path / "escalation.yaml"
    assert (read_rules(path).shares, read_rules(path).rules) == (SHARES, ())
    path.write_text(dedent(WHOLE), encoding="utf-8")
    found = read_rules(path)
    assert (found.shares, len(found.rules), found.pagers) == ((50, 90), 2, {})
    path.write_text("calls: [{windows: [5m]}]\n", encoding="utf-8")
    assert read_rules(path).rules == ()
    path.write_text("pagers: {duty: {kind: webhook, secret: DUTY}}\n", encoding="utf-8")
    with pytest.raises(ConfigFileError):
        read_rules(path)


def test_who_is_excluded_is_never_paged(tmp_path: Path) -> None:
    """Also by what pages everybody, and also while a role that was given before names them."""
    path = tmp_path / "escalation.yaml"
    path.write_text(dedent(WHOLE), encoding="utf-8")
    found = read_escalation(path, people=replace(PEOPLE, excluded=frozenset({"ana", "jo"}))).waking
    assert found.pagers_of("ana", found.rules[0]) == found.pagers_of("jo", found.rules[1]) == ()
    assert found.pagers_of("carla", found.rules[1]) == ("bridge",)


def test_without_the_file_people_are_only_reminded(tmp_path: Path) -> None:
    """And the doctor says that nobody is called."""
    found = read_escalation(tmp_path / "escalation.yaml", people=PEOPLE)
    assert (found.waking.shares, found.waking.rules, found.pagers) == ((50, 75, 90), (), {})
    assert list(gaps(found, people=PEOPLE)) == [
        "no pager is set up, so nobody is called when nobody answers; see docs/waking.md"
    ]


def test_the_shipped_file_calls_nobody_until_there_is_a_pager(tmp_path: Path) -> None:
    """Its rules begin to hold with the first pager; who has none is named."""
    text = (CONFIG / "escalation.yaml").read_text(encoding="utf-8")
    shipped = read_escalation(CONFIG / "escalation.yaml", people=PEOPLE)
    assert shipped.waking.rules == ()
    pager = "pagers: {duty: {kind: pagerduty, secret: DUTY}}"
    found = reading(
        tmp_path, text.replace("pagers: {}", pager).replace("people: {}", "people: {ana: [duty], jo: [duty]}")
    )
    assert len(found.waking.rules) == 2
    (without,) = gaps(found, people=PEOPLE)
    assert without.startswith("nothing pages ben, ivo, carla")
    assert " ana," not in without


def test_everybody_may_be_woken_by_one_pager_and_no_rule_calls_nobody(tmp_path: Path) -> None:
    """A pager without a rule is named; with one, nothing is missing."""
    text = "pagers: {duty: {kind: pagerduty, secret: DUTY}}\neverybody: [duty]\n"
    found = reading(tmp_path, text)
    assert list(gaps(found, people=PEOPLE)) == ["no ask calls anybody: `calls` is empty"]
    assert list(gaps(reading(tmp_path, text + "calls: [{windows: [1m]}]\n"), people=PEOPLE)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("people: {nobody: []}\n", ":1:10: There is no person 'nobody'."),
        ("everybody: [duty]\n", ":1:13: There is no pager 'duty' under `pagers`."),
        ("pagers: {a: {kind: webhook, secret: A}}\n", ":1:13: a: a pager of kind webhook needs a `url`."),
        (
            "pagers: {a: {kind: pagerduty, secret: A, url: 'https://a.example'}}\n",
            ":1:13: a: a pager of kind pagerduty has no `url`",
        ),
        ("calls: [{windows: []}]\n", "calls.0.windows"),
        ("calls: [{windows: [soon]}]\n", "'soon' is not a duration."),
        ("reminders: [0]\n", "reminders.0"),
        ("pagers: {a: {kind: pagerduty, secret: lower}}\n", "pagers.a.secret"),
        ("calls: [{windows: [1m], pagers: [x]}]\n", "There is no pager 'x' under `pagers`."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """Every problem names its line and what to write."""
    with pytest.raises(ConfigFileError) as raised:
        reading(tmp_path, text)
    assert said in raised.value.message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder of that name is no file."""
    (tmp_path / "escalation.yaml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_escalation(tmp_path / "escalation.yaml", people=PEOPLE)
