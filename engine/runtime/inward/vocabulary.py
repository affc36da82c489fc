"""The words after `/incident`: what each does and needs, and what is said about one that is not understood. Pure.

Rule kept here: whoever mistypes is told what they may have meant, and whoever forgets something how it is typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

LONGEST = 20
"""Letters of a word that is said again; what is longer is no slip of the hand."""
_NUMBER = re.compile(r"INC-[0-9]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    """How a word is typed, what it does, and whether something has to follow it."""

    usage: str
    does: str
    needs: bool = False
    command: str = ""
    """The command of `tocsin` that does the same; empty: the one of the same name."""


WORDS: Final[Mapping[str, Word]] = {
    "declare": Word("declare [PLAYBOOK]", "declares an incident, as `/incident` alone does", command="trigger"),
    "status": Word("status", "says where it stands"),
    "tasks": Word("tasks", "lists what is open, for whom and until when, yours first"),
    "add": Word("add URL", "adds a place where it was seen", needs=True),
    "note": Word("note [TEXT]", "puts a remark on the timeline; without a text it asks who may read it"),
    "fact": Word("fact NAME [VALUE]", "changes what is known, with a reason", needs=True),
    "done": Word("done STEP", "says that a step is done", needs=True),
    "ack": Word("ack STEP", "says that you are on it, so that nobody else is called", needs=True),
    "break-glass": Word(
        "break-glass STEP WHY", "goes ahead alone with what nobody approves, where the playbook lets one", needs=True
    ),
    "assign": Word("assign ROLE @PERSON", "gives a role to people, the first one first", needs=True),
    "handover": Word("handover [@PERSON]", "offers the command to somebody, who accepts or declines"),
    "exclude": Word(
        "exclude @PERSON WHY", "keeps somebody out who is in it themselves; the reason is shown to few", needs=True
    ),
    "admit": Word("admit @PERSON", "lets somebody who was kept out take part again", needs=True),
    "hold": Word("hold [WHY]", "stops everything automatic at once"),
    "release": Word("release [WHY]", "lets it go on"),
    "resolve": Word(
        "resolve STEP done/failed/retry WHY",
        "says what became of a step that failed or that nobody can tell of",
        needs=True,
    ),
    "help": Word("help", "shows this", command="--help"),
}
HELP: Final = "\n".join(
    [
        "In an incident's channel (elsewhere, put its number behind the word, as in `/incident status INC-1`):",
        *(f"`/incident {word.usage}` {word.does}" for word in WORDS.values()),
        "Approvals and answers are given with the buttons under their messages.",
    ]
)


def not_understood(action: str) -> str:
    """Return what is said about a word that there is not."""
    if _NUMBER.fullmatch(action):
        return f"Put the number behind a word: `/incident status {action.upper()}`."
    if not action.isalpha() or len(action) > LONGEST:
        return f"That is no word that `/incident` knows.\n{HELP}"
    close = get_close_matches(action, WORDS, n=1)
    if close:
        meant = f"Did you mean `/incident {WORDS[close[0]].usage}`?"
        return f"There is no `/incident {action}`. {meant} `/incident help` shows all."
    return f"There is no `/incident {action}`.\n{HELP}"


def usage(action: str) -> str:
    """Return how a word is typed that something has to follow."""
    return f"`/incident {WORDS[action].usage}` {WORDS[action].does}: something is missing behind it."
