"""Whether a step takes a file: by what the incident, or the playbook that it is called in, knows of minors."""

from __future__ import annotations

from typing import ClassVar

import pytest

from engine.domain import commands as cmd
from engine.domain.authority import Refusal
from engine.domain.intake import take
from engine.domain.minors import no_files_because
from tests.unit.domain.story import HEAD, Story
from tests.unit.domain.test_calls import ANA

CALLED = """
    tocsin: 1
    playbook: takedown
    title: Takedown
    version: 1
    inputs:
      anyone_minor: {type: choice, options: ["no", "yes", unknown], default: unknown}
    roles:
      commander: {}
    phases:
      legal:
        steps:
          - {id: send, title: Send it, task: Send it., owner: commander, form: {receipt: {type: file, optional: true}}}
"""
CALL = """
      contain:
        steps:
          - {id: takedown, title: Have it removed, call: takedown, with: {anyone_minor: "WORD"}}
"""
FILE = {"name": "a.pdf", "sha256": "0" * 64, "size": 1, "type": "application/pdf"}


class Calling(Story):
    """A story in which takedown can be called."""

    called: ClassVar[dict[str, str]] = {"takedown": CALLED}


@pytest.mark.parametrize(("word", "because"), [("no", ""), ("unknown", "(unknown)"), ("yes", "(yes)")])
def test_a_called_playbook_that_asks_takes_no_file_until_it_is_no(word: str, because: str) -> None:
    """Also where the incident's own playbook does not ask; the answer itself is refused, not only its form."""
    told = Calling(HEAD + CALL.replace("WORD", word), urls=["https://a.example"])
    why = no_files_because(told.plan, told.incident, "takedown/send")
    assert why == (f"no file is taken: someone shown may be under 18 {because}" if because else "")
    answer = cmd.Answer(target="takedown/send", verdict="done", values={"receipt": FILE})
    taken = take(told.plan, told.incident, answer, ANA, now=told.now, connected=False)
    assert isinstance(taken, Refusal) is bool(because)
    bare = cmd.Answer(target="takedown/send", verdict="done")
    assert not isinstance(take(told.plan, told.incident, bare, ANA, now=told.now, connected=False), Refusal)


def test_a_step_of_a_playbook_that_does_not_ask_takes_files() -> None:
    """Nobody is shown in it."""
    told = Calling(HEAD + CALL.replace("WORD", "yes"), urls=["https://a.example"])
    assert no_files_because(told.plan, told.incident, "takedown") == ""
