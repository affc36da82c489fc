"""The file that says how Jira is filled in: defaults, ids and names, and mistakes with their place."""

from pathlib import Path

import pytest

from engine.bootstrap.jira_mapping import mapped
from engine.settings.documents import ConfigFileError
from engine.settings.tracker import JiraEntry, read_tracker
from integrations.jira import JiraSite

CONFIG = Path(__file__).parents[3] / "config"
SITE = JiraSite(url="https://jira.example", token="t", project="SEC")

FILE = """\
types: {epic: Incident, ticket: "10002", sub_task: Sub-task}
phase: component
components: {contain: Containment}
priority: {by: severity, of: {high: Highest}, otherwise: "3"}
fields:
  Business unit: {value: Security}
  customfield_10051: {from: incident, on: epic}
transitions: [Close issue]
transition_fields: {customfield_10060: {value: "no"}}
resolutions: {declined: [Rejected]}
security: {level: Incident team only}
"""

WRONG = """\
phase: label
components: {containment: X}
priority: {by: phase, of: {contian: High}}
fields:
  A: {from: weather}
  B: {from: incident, value: 1}
"""


def _read(folder: Path, text: str) -> JiraEntry:
    path = folder / "jira.yaml"
    path.write_text(text, encoding="utf-8")
    return read_tracker(path)


def test_without_a_file_everything_is_as_by_default(tmp_path: Path) -> None:
    """And nothing restricted gets a ticket."""
    site = mapped(SITE, read_tracker(tmp_path / "jira.yaml"))
    assert site == SITE
    assert not site.keeps_secrets


def test_the_shipped_file_keeps_restricted_tickets_from_others() -> None:
    """It names the level that the sandbox has."""
    assert mapped(SITE, read_tracker(CONFIG / "jira.yaml")).security_level == "Incident team only"


def test_everything_that_is_written_reaches_the_site(tmp_path: Path) -> None:
    """Names and ids, constants and what an incident tells."""
    site = mapped(SITE, _read(tmp_path, FILE))
    assert (site.epic_type, site.ticket_type, site.step_type) == ("Incident", "10002", "Sub-task")
    assert (site.components["contain"], site.components["legal"]) == ("Containment", "Legal")
    assert (site.priority_by, dict(site.priorities), site.priority_else) == ("severity", {"high": "Highest"}, "3")
    assert [(one.field, one.value, one.source, one.epics, one.tickets) for one in site.mapped] == [
        ("Business unit", "Security", "", True, True),
        ("customfield_10051", None, "incident", True, False),
    ]
    assert (site.transitions, site.resolutions_declined) == (("Close issue",), ("Rejected",))
    assert site.resolutions_done == SITE.resolutions_done


def test_a_mistake_is_named_with_its_place(tmp_path: Path) -> None:
    """A shape that does not fit first; then words that stand for nothing, all at once."""
    with pytest.raises(ConfigFileError, match=r"jira\.yaml:6:6: fields\.B does not fit: give either"):
        _read(tmp_path, WRONG)
    with pytest.raises(ConfigFileError) as refused:
        _read(tmp_path, WRONG.replace(", value: 1", ""))
    places = [(item.line, item.column, item.message.partition(" is ")[0]) for item in refused.value.problems]
    assert places[0][0] == 2
    assert [place[2] for place in places if "'" in place[2]] == ["'containment'", "'contian'", "'weather'"]
    assert [place[:2] for place in places if "'" in place[2]] == [(2, 14), (3, 28), (5, 13)]
