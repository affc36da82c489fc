"""`tocsin connect jira`, as somebody with an account of Tocsin's own types it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from integrations.sandbox import Sandbox, Seed
from integrations.sandbox.seed import CustomField
from tests.architecture.sources import ROOT
from tests.integration.setup.box import settings_of
from tests.integration.setup.keyboard import Keyboard, at_the_keyboard
from tests.terminal import Run

UNIT = CustomField(id="customfield_10050", name="Business unit", kind="option", options=("Blue", "Red"), required=True)
COST = CustomField(id="customfield_10051", name="Cost centre", required=True)


@pytest.fixture
def place(home: Path, config: Path) -> Mapping[str, str]:
    """Folders of this test's own, and nothing of Jira."""
    home.chmod(0o700)
    (config / "jira.yaml").unlink(missing_ok=True)
    return {"TOCSIN_HOME": str(home), "TOCSIN_CONFIG": str(config), "TOCSIN_PLAYBOOKS": str(ROOT / "playbooks")}


@pytest.fixture(params=["Cloud", "Server"])
def seed(request: pytest.FixtureRequest, seed: Seed) -> Seed:
    """Either kind of Jira."""
    return with_jira(seed, deployment=request.param)


def with_jira(seed: Seed, **changes: object) -> Seed:
    """Return a seed with another Jira."""
    return seed.model_copy(update={"jira": seed.jira.model_copy(update=changes)})


def let_in(keys: Keyboard, box: Sandbox) -> None:
    """Give address, mail and token."""
    email, token = box.jira_login
    keys.type(box.jira_url, after="Jira's address (like https://example.atlassian.net):")
    keys.type(email, after="The account's mail")
    keys.type(token, after="Its token:")
    keys.expect("it lets us in as tocsin")


def test_from_the_address_to_the_doctor(place: Mapping[str, str], box: Sandbox, home: Path, config: Path) -> None:
    """What is mistyped is said in words; what is chosen is what the account sees."""
    before = (config / "settings.toml").read_text(encoding="utf-8")
    email, token = box.jira_login
    with at_the_keyboard("connect", "jira", environment=place) as keys:
        keys.type("jira.example", after="Jira's address")
        keys.expect("starts with https://")
        keys.type("http://127.0.0.1:9", after="Jira's address")
        keys.expect("cannot be reached")
        keys.type(box.url, after="Jira's address")
        keys.expect("There is no Jira at")
        keys.type(box.jira_url, after="Jira's address")
        keys.type(email, after="The account's mail")
        keys.type("mistyped", after="Its token:")
        keys.expect("HTTP 401")
        keys.type(email, after="The account's mail")
        keys.type(token, after="Its token:")
        keys.expect("it lets us in as tocsin")
        keys.type("next year", after="The day on which it ends")
        keys.expect("Write it like 2027-05-31.")
        keys.type("2999-12-31", after="The day on which it ends")
        keys.expect("1  SEC  Security incidents")
        keys.type("OPS", after="Project:")
        keys.expect("There is no OPS; there are: SEC.")
        keys.type("1", after="Project:")
        keys.type("", after="Issue type [Epic]:")
        keys.type("", after="Issue type [Task]:")
        keys.expect("1  Incident team only")
        keys.type("1", after="Level:")
        keys.expect("gets: TOCSIN_JIRA_TOKEN (not shown)")
        keys.expect('+jira_project = "SEC"')
        keys.type("y", after="Write this?")
        code = keys.end()
    assert (code, "Connected." in keys.shown) == (0, True), keys.shown
    assert token not in keys.shown
    assert "mistyped" not in keys.shown
    added = f'jira_url = "{box.jira_url}"\njira_email = "{email}"\njira_token_ends = 2999-12-31\njira_project = "SEC"\n'
    assert (config / "settings.toml").read_text(encoding="utf-8") == before + added
    assert f"TOCSIN_JIRA_TOKEN={token}\n" in (home / "secrets.env").read_text(encoding="utf-8")
    assert (config / "jira.yaml").read_text(encoding="utf-8") == 'security: {level: "Incident team only"}\n'


def test_one_thing_can_be_changed(place: Mapping[str, str], box: Sandbox, home: Path, config: Path) -> None:
    """Enter keeps the rest; Ctrl-C at the last question leaves every file as it was."""
    email, token = box.jira_login
    (config / "jira.yaml").write_text("security: {level: Incident team only}\n", encoding="utf-8")
    settings = config / "settings.toml"
    settings.write_text(
        f'jira_url = "{box.jira_url}"\njira_email = "{email}"\njira_project = "SEC"\n', encoding="utf-8"
    )
    (home / "secrets.env").write_text("TOCSIN_JIRA_TOKEN=expired\n", encoding="utf-8")
    (home / "secrets.env").chmod(0o600)
    before = settings.read_bytes()
    for last in ("interrupt", "yes"):
        with at_the_keyboard("connect", "jira", environment=place) as keys:
            keys.type("", after=f"[{box.jira_url}]:")
            keys.type("", after=f"[{email}]:")
            keys.type("", after="Its token (Enter keeps it):")
            keys.expect("HTTP 401")
            keys.type("", after=f"[{email}]:")
            keys.type(token, after="Its token (Enter keeps it):")
            keys.type("", after="The day on which it ends")
            keys.type("", after="Project [SEC]:")
            keys.type("", after="Issue type [Epic]:")
            keys.type("", after="Issue type [Task]:")
            if last == "interrupt":
                keys.interrupt(after="Write this?")
                assert keys.end() == 130
                assert "expired" in (home / "secrets.env").read_text(encoding="utf-8")
            else:
                keys.type("y", after="Write this?")
                assert keys.end() == 0
    assert settings.read_bytes() == before
    assert (home / "secrets.env").read_text(encoding="utf-8") == f"TOCSIN_JIRA_TOKEN={token}\n"


class TestAProjectWithoutLevels:
    """What the shipped configuration names is not there."""

    @pytest.fixture
    def seed(self, seed: Seed) -> Seed:
        return with_jira(seed, security_levels=())

    def test_it_is_said_what_becomes_of_restricted_tickets(
        self, place: Mapping[str, str], box: Sandbox, config: Path
    ) -> None:
        """The level is taken out, and the rest of the file stays."""
        shipped = "phase: label # ours\nsecurity: {level: Incident team only}\n"
        (config / "jira.yaml").write_text(shipped, encoding="utf-8")
        with at_the_keyboard("connect", "jira", environment=place) as keys:
            let_in(keys, box)
            keys.type("", after="The day on which it ends")
            keys.type("SEC", after="Project:")
            keys.type("", after="Issue type [Epic]:")
            keys.type("", after="Issue type [Task]:")
            keys.expect("1  none  restricted steps stay in Slack and the command line")
            keys.type("", after="Level [none]:")
            keys.type("y", after="Write this?")
            assert keys.end() == 0
        assert (config / "jira.yaml").read_text(encoding="utf-8") == "phase: label # ours\nsecurity: {}\n"
        assert "warning  jira security" in keys.shown


class TestAProjectWithItsOwnTypesAndFields:
    """It has no tasks, and requires two fields."""

    @pytest.fixture
    def seed(self, seed: Seed) -> Seed:
        return with_jira(seed, issue_types=("Epic", "Story"), custom_fields=(UNIT, COST))

    def test_types_are_chosen_and_fields_filled_in(self, place: Mapping[str, str], box: Sandbox, config: Path) -> None:
        """Those that have options are chosen; both are written down with their names."""
        with at_the_keyboard("connect", "jira", environment=place) as keys:
            let_in(keys, box)
            keys.type("", after="The day on which it ends")
            keys.type("SEC", after="Project:")
            keys.type("", after="Issue type [Epic]:")
            keys.expect("The issue type of a person's step:")
            keys.type("Task", after="Issue type:")
            keys.expect("There is no Task; there are: Epic, Story.")
            keys.type("Story", after="Issue type:")
            keys.expect("requires the field Business unit")
            keys.type("2", after="Business unit:")
            keys.type("4711: A", after="Cost centre:")
            keys.type("none", after="Level:")
            keys.type("y", after="Write this?")
            assert keys.end() == 0
        assert (config / "jira.yaml").read_text(encoding="utf-8").splitlines() == [
            'types: {ticket: "Story"}',
            "fields:",
            '  customfield_10050: {value: "Red"} # Business unit',
            '  customfield_10051: {value: "4711: A"} # Cost centre',
        ]

    def test_a_script_is_told_what_is_left(
        self, tocsin: Run, place: Mapping[str, str], box: Sandbox, monkeypatch: pytest.MonkeyPatch, config: Path
    ) -> None:
        """A type that is not there is an error that lists those that are; required fields are named."""
        for name, value in {**place, **settings_of(box)}.items():
            monkeypatch.setenv(name, value)
        ran = tocsin("connect", "jira", "--no-input")
        assert ran.code == 2
        assert "Epic, Story" in ran.err
        (config / "jira.yaml").write_text("types: {ticket: Story}\n", encoding="utf-8")
        ran = tocsin("connect", "jira", "--from-env", "--no-input")
        assert "Business unit (customfield_10050), Cost centre (customfield_10051)" in ran.out
        assert 'jira_project = "SEC"' in (config / "settings.toml").read_text(encoding="utf-8")
        assert box.jira_login[1] not in ran.out + ran.err


def test_scripts_take_everything_from_the_environment(
    tocsin: Run, place: Mapping[str, str], box: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing is named by its variable; nothing is written before it is right."""
    given = {name: value for name, value in settings_of(box).items() if name.startswith("TOCSIN_JIRA_")}
    for name, value in place.items():
        monkeypatch.setenv(name, value)
    for name, wrong in {"TOCSIN_JIRA_URL": "", "TOCSIN_JIRA_TOKEN": "", "TOCSIN_JIRA_PROJECT": "OPS"}.items():
        for other, value in {**given, name: wrong}.items():
            monkeypatch.setenv(other, value)
        ran = tocsin("connect", "jira", "--no-input")
        assert ran.code == 2
        assert (f"Set {name}" in ran.err) or ("There are: SEC." in ran.err)
        assert not (home / "secrets.env").exists()
    monkeypatch.setenv("TOCSIN_JIRA_PROJECT", "SEC")
    ran = tocsin("connect", "jira", "--from-env", "--no-input")
    assert (ran.code, ran.out.endswith("Connected.\n")) == (0, True), ran
    for name in given:
        monkeypatch.delenv(name)
    assert "11 of 11 can be given tickets" in tocsin("doctor", "--connect").out
