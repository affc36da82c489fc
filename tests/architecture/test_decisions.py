"""The decision records can be found, are numbered without a gap, and say whether they hold."""

import re

from tests.architecture.sources import ROOT

FOLDER = ROOT / "docs" / "adr"
STATUS = re.compile(r"^- Status: (?:proposed|accepted|superseded by \[\d{4}\]\(\d{4}-[a-z0-9-]+\.md\))$", re.MULTILINE)
SECTIONS = ("## Context", "## Decision", "## Consequences")


def test_the_index_lists_every_decision_and_nothing_else() -> None:
    """Each record has one line in the index, with its own title, in order."""
    listed = re.findall(
        r"^\| \[(\d{4})\]\((\S+\.md)\) \| (.+?) \|", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE
    )
    written = [(name[:4], name, title_of(name)) for name in records()]
    assert listed == written


def test_decisions_are_numbered_without_a_gap() -> None:
    """A number once given is never given again, and none goes missing."""
    assert [int(name[:4]) for name in records()] == list(range(1, len(records()) + 1))


def test_every_decision_says_its_status_and_its_reasons() -> None:
    """A record follows the template: status, context, decision, consequences."""
    incomplete = [name for name in records() if not follows_template((FOLDER / name).read_text("utf-8"))]
    assert incomplete == []


def records() -> list[str]:
    """List the files of the decisions, in order."""
    return sorted(path.name for path in FOLDER.glob("[0-9]*.md"))


def title_of(name: str) -> str:
    """Give the title of a record, without its number."""
    heading = (FOLDER / name).read_text("utf-8").splitlines()[0]
    return heading.removeprefix(f"# {name[:4]}: ")


def follows_template(text: str) -> bool:
    """Tell whether a record holds what the template asks for."""
    return bool(STATUS.search(text)) and all(section in text for section in SECTIONS)
