"""Settings: what wins, what is refused and where, and that no secret shows."""

from pathlib import Path

import pytest

from engine.domain.errors import ConfigError
from engine.settings.read import read, secret_values, settings_of

NAMES = (
    "TOCSIN_HOME",
    "TOCSIN_CONFIG",
    "TOCSIN_PLAYBOOKS",
    "TOCSIN_DATABASE_URL",
    "TOCSIN_SHARED",
    "TOCSIN_SLACK_BASE_URL",
    "TOCSIN_SLACK_BOT_TOKEN",
    "TOCSIN_SLACK_APP_TOKEN",
    "TOCSIN_SLACK_SIGNING_SECRET",
    "TOCSIN_SLACK_PACED",
    "TOCSIN_SLACK_CONNECTIONS",
    "TOCSIN_SLACK_NOTE_REACTIONS",
    "TOCSIN_JIRA_URL",
    "TOCSIN_JIRA_EMAIL",
    "TOCSIN_JIRA_TOKEN",
    "TOCSIN_JIRA_TOKEN_ENDS",
    "TOCSIN_JIRA_PROJECT",
    "TOCSIN_JIRA_INDEX_PATIENCE",
    "TOCSIN_PAGERDUTY_EVENTS_URL",
    "TOCSIN_PAGERDUTY_API_URL",
    "TOCSIN_OPSGENIE_URL",
    "TOCSIN_HTTP_ALLOW",
    "TOCSIN_PERSON",
    "TOCSIN_PREFECT",
    "PREFECT_API_URL",
    "TOCSIN_PREFECT_TRIGGER_FROM_UI",
    "TOCSIN_PREFECT_PERSON",
    "TOCSIN_PREFECT_WORK_POOL",
    "TOCSIN_PREFECT_POOL_PATIENCE",
    "TOCSIN_API_TOKEN",
)
VALUES = {
    "TOCSIN_HOME": "h",
    "TOCSIN_CONFIG": "c",
    "TOCSIN_PLAYBOOKS": "p",
    "TOCSIN_DATABASE_URL": "postgresql://u:p@h/d",
    "TOCSIN_SLACK_BASE_URL": "http://127.0.0.1:1/slack/api/",
    "TOCSIN_SLACK_PACED": "no",
    "TOCSIN_SLACK_CONNECTIONS": "2",
    "TOCSIN_SLACK_NOTE_REACTIONS": ":memo:, Pushpin",
    "TOCSIN_JIRA_URL": "http://127.0.0.1:1/jira",
    "TOCSIN_JIRA_PROJECT": "SEC",
    "TOCSIN_JIRA_EMAIL": "a@b.example",
    "TOCSIN_JIRA_TOKEN_ENDS": "2027-05-31",
    "TOCSIN_JIRA_INDEX_PATIENCE": "5",
    "TOCSIN_PAGERDUTY_EVENTS_URL": "http://127.0.0.1:1/pagerduty",
    "TOCSIN_PAGERDUTY_API_URL": "http://127.0.0.1:1/pagerduty",
    "TOCSIN_OPSGENIE_URL": "http://127.0.0.1:1/opsgenie",
    "TOCSIN_HTTP_ALLOW": "a.example, [::1]:8080",
    "TOCSIN_PREFECT": "off",
    "PREFECT_API_URL": "http://127.0.0.1:4200/api",
    "TOCSIN_PREFECT_TRIGGER_FROM_UI": "yes",
    "TOCSIN_PREFECT_POOL_PATIENCE": "5",
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A folder for settings.toml."""
    folder = tmp_path / "config"
    folder.mkdir()
    return folder


def test_every_name_of_the_interface_is_read() -> None:
    """Each variable changes the settings, and none is called unknown."""
    reading = read({name: VALUES.get(name, "some-value") for name in NAMES})
    assert reading.errors == ()
    assert reading.unknown == ()
    assert sorted(reading.places.values()) == sorted(NAMES)
    assert reading.settings is not None
    assert reading.settings.http_allow == ("a.example", "[::1]:8080")
    assert reading.settings.slack_note_reactions == ("memo", "pushpin")
    assert reading.settings.slack
    assert reading.settings.jira


def test_defaults_are_enough(config: Path) -> None:
    """Without any setting there are folders, SQLite in the home, no Slack and no Jira."""
    settings = settings_of({"TOCSIN_CONFIG": str(config), "TOCSIN_HOME": "/somewhere"})
    assert settings.database_url.get_secret_value() == "sqlite:////somewhere/tocsin.db"
    assert not settings.slack
    assert not settings.jira
    assert settings.prefect == "auto"
    assert settings.prefect_trigger_from_ui is False
    assert settings.files == settings.home
    assert not settings.many


def test_the_home_does_not_depend_on_the_current_folder(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An incident triggered in one folder is found from every other."""
    before = settings_of({"TOCSIN_CONFIG": str(config)}).home
    monkeypatch.chdir(config)
    assert settings_of({"TOCSIN_CONFIG": str(config)}).home == before


def test_the_environment_wins_over_the_file(config: Path) -> None:
    """A variable that is set to nothing counts as not set."""
    (config / "settings.toml").write_text('prefect = "off"\nhome = "data"\n', encoding="utf-8")
    assert settings_of({"TOCSIN_CONFIG": str(config), "TOCSIN_PREFECT": "required"}).prefect == "required"
    settings = settings_of({"TOCSIN_CONFIG": str(config), "TOCSIN_PREFECT": ""})
    assert settings.prefect == "off"
    assert settings.home == config.parent / "data"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('\nprefect = "sometimes"\n', "settings.toml:2: prefect: Input should be 'auto'"),
        ('home = "x"\nprefekt = "off"\n', "settings.toml:2: prefekt is no setting of this file. Did you mean prefect?"),
        ('config = "x"\n', "settings.toml:1: config is no setting"),
        ("[slack]\nbot_token = 1\n", "settings.toml:1: slack is no setting"),
        ("home = \n", "settings.toml:1: this is not TOML"),
        ('http_allow = ["https://x.example"]\n', "settings.toml:1: http_allow: 'https://x.example' is neither"),
    ],
)
def test_a_mistake_in_the_file_is_shown_with_its_line(config: Path, text: str, expected: str) -> None:
    """The error names file and line and ends with exit code 2."""
    (config / "settings.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        settings_of({"TOCSIN_CONFIG": str(config)})
    assert expected in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TOCSIN_JIRA_PROJECT", "sec", "TOCSIN_JIRA_PROJECT: jira_project"),
        ("TOCSIN_SLACK_BASE_URL", "slack.com", "TOCSIN_SLACK_BASE_URL: slack_base_url: write an address"),
        ("TOCSIN_JIRA_URL", "https://jira.example", "TOCSIN_JIRA_URL: jira_url is set, and jira_token is not"),
        ("TOCSIN_SLACK_APP_TOKEN", "xapp", "set TOCSIN_SLACK_BOT_TOKEN too"),
        ("TOCSIN_PREFECT_TRIGGER_FROM_UI", "yes", "prefect_person is not; set TOCSIN_PREFECT_PERSON too"),
        ("PREFECT_API_URL", "localhost", "PREFECT_API_URL: prefect_api_url"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(config: Path, name: str, value: str, expected: str) -> None:
    """Whoever set it knows what to correct."""
    with pytest.raises(ConfigError) as caught:
        settings_of({"TOCSIN_CONFIG": str(config), name: value})
    assert expected in str(caught.value)


def test_no_secret_is_shown(config: Path) -> None:
    """Neither the settings' own text nor an error holds a secret's value."""
    tokens = {"TOCSIN_SLACK_BOT_TOKEN": "xoxb-hush", "TOCSIN_DATABASE_URL": "postgresql://u:hush@h/d"}
    settings = settings_of({"TOCSIN_CONFIG": str(config), **tokens})
    assert "hush" not in repr(settings)
    assert "hush" not in settings.model_dump_json()
    wrong = read({"TOCSIN_CONFIG": str(config), "TOCSIN_DATABASE_URL": "mysql://u:hush@h/d"})
    assert "write sqlite" in wrong.errors[0]
    assert "hush" not in wrong.errors[0]
    assert set(settings.secrets()) == set(tokens.values())


def test_a_misspelt_variable_is_noticed(config: Path) -> None:
    """It is no error, because a newer version may know it, but it is shown with the likely name."""
    reading = read({"TOCSIN_CONFIG": str(config), "TOCSIN_HMOE": "x", "TOCSIN_SECRET_REC": "y"})
    assert reading.unknown == ("TOCSIN_HMOE is no setting. Did you mean TOCSIN_HOME?",)


def test_every_secret_of_the_environment_can_be_hidden() -> None:
    """Tokens and playbooks' secrets are found by name, however wrong the other settings are."""
    variables = {
        "TOCSIN_SECRET_REC": "hush",
        "TOCSIN_JIRA_TOKEN": "still",
        "TOCSIN_PERSON": "ben",
        "TOCSIN_SECRET_X_FILE": "x",
    }
    assert set(secret_values({**variables, "TOCSIN_PREFECT": "nonsense"})) == {"hush", "still"}
