"""The secrets file: what it may hold, what wins over it, and who may read it."""

from pathlib import Path

import pytest

from engine.settings.read import named_values, read, secret_values
from engine.settings.secrets import FILE


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    """An environment that names two empty folders."""
    for name in ("config", "data"):
        (tmp_path / name).mkdir()
    return {"TOCSIN_CONFIG": str(tmp_path / "config"), "TOCSIN_HOME": str(tmp_path / "data")}


def keep(given: dict[str, str], text: str, *, mode: int = 0o600) -> Path:
    """Write the secrets file of a data folder."""
    path = Path(given["TOCSIN_HOME"]) / FILE
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_secret_is_read_from_the_file(given: dict[str, str]) -> None:
    """Its place is its line, and it is known as something to be hidden."""
    path = keep(given, "# a comment\n\nTOCSIN_SLACK_BOT_TOKEN='xoxb-hush'\n")
    reading = read(given)
    assert reading.settings is not None
    assert reading.settings.slack_bot_token is not None
    assert reading.settings.slack_bot_token.get_secret_value() == "xoxb-hush"
    assert reading.places["slack_bot_token"] == f"{path}:3"
    assert secret_values(given) == ("xoxb-hush",)


def test_the_environment_wins_over_the_file(given: dict[str, str]) -> None:
    """Also for a secret that a playbook names; one that is changed in the file is seen at once."""
    keep(given, "TOCSIN_SLACK_BOT_TOKEN=xoxb-file\nTOCSIN_SECRET_REC=one\n")
    reading = read({**given, "TOCSIN_SLACK_BOT_TOKEN": "xoxb-environment"})
    assert reading.places["slack_bot_token"] == "TOCSIN_SLACK_BOT_TOKEN"
    values = named_values(given)
    assert values["TOCSIN_SECRET_REC"] == "one"
    keep(given, "TOCSIN_SECRET_REC=two\n")
    assert values["TOCSIN_SECRET_REC"] == "two"
    assert "TOCSIN_SLACK_BOT_TOKEN" not in values
    assert named_values({**given, "TOCSIN_SECRET_REC": "three"})["TOCSIN_SECRET_REC"] == "three"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_may_read_is_refused(given: dict[str, str], mode: int) -> None:
    """Nothing in it is used, and the error says what to type."""
    path = keep(given, "TOCSIN_SLACK_BOT_TOKEN=xoxb-hush\n", mode=mode)
    reading = read(given)
    assert reading.errors == (f"{path}: others may read it, so it is not used; `chmod 600 {path}`.",)
    assert reading.settings is None
    assert "TOCSIN_SECRET_REC" not in named_values(given)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TOCSIN_JIRA_PROJECT=SEC\n", f"{FILE}:1: this is no secret"),
        ("\nxoxb-hush\n", f"{FILE}:2: this is no secret"),
        ("TOCSIN_JIRA_TOKEN=a\nTOCSIN_JIRA_TOKEN=b\n", f"{FILE}:2: TOCSIN_JIRA_TOKEN stands here twice"),
    ],
)
def test_a_mistake_in_the_file_is_shown_with_its_line(given: dict[str, str], text: str, expected: str) -> None:
    """And never with what stands there."""
    keep(given, text)
    errors = read(given).errors
    assert expected in errors[0]
    assert "hush" not in errors[0]


def test_the_data_folder_of_the_settings_file_holds_it_too(given: dict[str, str], tmp_path: Path) -> None:
    """Wherever the data folder is named, its secrets are found."""
    keep(given, "TOCSIN_SECRET_REC=one\n")
    (tmp_path / "config" / "settings.toml").write_text('home = "data"\n', encoding="utf-8")
    assert named_values({"TOCSIN_CONFIG": given["TOCSIN_CONFIG"]})["TOCSIN_SECRET_REC"] == "one"
