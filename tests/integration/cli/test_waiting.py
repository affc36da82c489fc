"""What waits for people is told on the clock of its incident, and what a form lacks with the words that give it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.integration.cli.conftest import carry

if TYPE_CHECKING:
    import pytest

    from tests.terminal import Run

DUE = re.compile(r"due (\w{3} \d\d \w{3} \d\d:\d\d)")


def test_a_target_reads_the_same_in_status_tasks_and_inbox(
    tocsin: Run, incident: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the zone of the machine is: the incident's clock counts, and where its zone is not said above, it is."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    carry()
    status, tasks, inbox = (tocsin(*words).out for words in (("status", incident), ("tasks", incident), ("inbox",)))
    assert set(DUE.findall(status)) == set(DUE.findall(tasks)) >= set(DUE.findall(inbox)) != set()
    zone = tocsin("status", incident, "--json").json["zone"]
    assert f"({zone})" in status
    assert all(re.search(r" CES?T\)$", line) for line in inbox.splitlines() if DUE.search(line))


def test_a_form_that_lacks_something_says_how_it_is_given(tocsin: Run, incident: str) -> None:
    """The option stands in the hint, and a moment says how it is written."""
    carry()
    ran = tocsin("answer", incident, "look")
    assert ran.code == 3
    assert "  kind: is missing. Give one of: meeting, other." in ran.err
    assert "--set NAME=VALUE" in ran.err
