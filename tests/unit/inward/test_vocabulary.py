"""The words after `/incident`, and what is said about one that is not understood."""

from __future__ import annotations

import pytest

from engine.entrypoints.cli.commands import COMMANDS
from engine.runtime.inward.vocabulary import HELP, WORDS, not_understood, usage
from integrations.slack.manifest import app_manifest
from tests.architecture.sources import ROOT


def test_the_help_names_every_word() -> None:
    """With what has to follow it."""
    for word in WORDS.values():
        assert f"`/incident {word.usage}`" in HELP


def test_every_word_has_its_command_in_the_shell() -> None:
    """And both stand in the page on steering, with who may."""
    commands = {command.name for command in COMMANDS} | {"--help"}
    page = (ROOT / "docs" / "steering.md").read_text(encoding="utf-8")
    for name, word in WORDS.items():
        assert (word.command or name) in commands
        assert f"`/incident {word.usage}` | `tocsin {word.command or name}`" in page


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        (
            "stauts",
            "There is no `/incident stauts`. Did you mean `/incident status`? `/incident help` shows all.",
        ),
        ("hepl", "There is no `/incident hepl`. Did you mean `/incident help`? `/incident help` shows all."),
        ("jump", "There is no `/incident jump`."),
        ("inc-7", "Put the number behind a word: `/incident status INC-7`."),
        ("https://a.example/secret", "That is no word that `/incident` knows."),
        ("a" * 40, "That is no word that `/incident` knows."),
    ],
)
def test_a_slip_is_answered_with_what_may_have_been_meant(typed: str, first: str) -> None:
    """What is no word at all is not said again."""
    assert not_understood(typed).splitlines()[0] == first


def test_a_word_that_lacks_something_says_how_it_is_typed() -> None:
    """Instead of the whole help."""
    assert usage("assign") == (
        "`/incident assign ROLE @PERSON` gives a role to people, the first one first: something is missing behind it."
    )


def test_the_hint_in_slack_names_words_there_are() -> None:
    """Whoever types `/incident` sees some of them."""
    (command,) = app_manifest()["features"]["slash_commands"]
    shown = command["usage_hint"].strip("[]").split(" | ")
    assert {word.split()[0] for word in shown} <= set(WORDS)
    assert command["should_escape"] is True
