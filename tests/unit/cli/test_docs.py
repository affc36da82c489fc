"""Generated documents: complete, and found out when they are old."""

from pathlib import Path

import pytest

from engine.entrypoints.cli.commands import COMMANDS
from engine.entrypoints.docs import ROOT, documents, main
from engine.language.catalog import RULES
from engine.settings.values import Settings, variable


def test_the_generated_documents_are_up_to_date() -> None:
    """What is in the repository is what the code says."""
    assert main(["--check"]) == 0


def test_every_command_rule_and_setting_is_documented() -> None:
    """None is left out by its family or its kind."""
    commands = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert [one.name for one in COMMANDS if f"### `tocsin {one.name}`" not in commands] == []
    rules = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    settings = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert [key for key in RULES if f"| {key} |" not in rules] == []
    assert [name for name in Settings.model_fields if f"`{variable(name)}`" not in settings] == []


def test_an_old_document_is_found_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check names it and says how it is made again."""
    for path in documents():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    assert main([], root=tmp_path) == 0
    assert main(["--check"], root=tmp_path) == 0
    (tmp_path / "docs/rules.md").write_text("old", encoding="utf-8")
    assert main(["--check"], root=tmp_path) == 1
    assert "docs/rules.md" in capsys.readouterr().err


def test_every_playbook_has_a_page_and_every_page_a_playbook() -> None:
    """A playbook that is taken away takes its page along."""
    pages = {f"docs/playbooks/{file.name}" for file in (ROOT / "docs/playbooks").iterdir()}
    assert pages == {path for path in documents() if path.startswith("docs/playbooks/")}
    assert {f"docs/playbooks/{file.stem}.md" for file in (ROOT / "playbooks").glob("*.yaml")} < pages
