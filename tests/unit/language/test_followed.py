"""The text that an incident follows: it was judged when it began, and younger rules do not stop it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from engine.domain.errors import PlaybookError
from engine.domain.plan import Plan
from engine.language.api import compile_pinned, compile_playbook, pin
from tests.unit.language.cases import BAD, CALLED, GOOD, SMALL
from tests.unit.language.facts import ACTIONS, CATALOGS

if TYPE_CHECKING:
    from pathlib import Path

OPEN = SMALL + '      - {id: tell, title: Tell everybody, action: slack.post, with: {text: "Wait."}}\n'


def followed(data: bytes) -> Plan:
    """Return the plan of a kept text."""
    return compile_pinned(data, path="kept.yaml", actions=ACTIONS, catalogs=CATALOGS)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_kept_text_is_the_plan_that_it_was(path: Path) -> None:
    """Whatever calls others is kept with them, and comes to the same."""
    data = pin(path.read_bytes(), library=CALLED)
    assert followed(data) == compile_playbook(data, path=path.name, actions=ACTIONS, catalogs=CATALOGS)


def test_a_rule_that_is_younger_than_an_incident_does_not_stop_it() -> None:
    """Nobody could begin with this text today; an incident that follows it goes on."""
    with pytest.raises(PlaybookError):
        compile_playbook(OPEN.encode(), path="kept.yaml", actions=ACTIONS, catalogs=CATALOGS)
    assert followed(OPEN.encode()).steps["tell"].action == "slack.post"


@pytest.mark.parametrize(
    ("was", "now"),
    [("action: slack.post", "action: slack.shout"), ("title: Tell", "tilte: Tell"), ("tocsin: 1", "tocsin: 2")],
)
def test_what_cannot_be_done_any_more_is_refused(was: str, now: str) -> None:
    """An action or a key that is gone is named."""
    assert was in OPEN
    with pytest.raises(PlaybookError):
        followed(OPEN.replace(was, now).encode())


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_no_text_raises_anything_else(path: Path) -> None:
    """Whatever is wrong with it, it gives a plan or its problems."""
    found: Plan | None = None
    with suppress(PlaybookError):
        found = followed(path.read_bytes())
    assert found is None or found.steps
