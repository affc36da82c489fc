"""Damaged copies of the playbooks that come with Tocsin: lint says something of each, in bounded time."""

from __future__ import annotations

import random
import time
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bootstrap import action_facts, catalogs
from engine.language.api import check
from engine.language.render import as_github, as_json, as_text
from engine.settings.folders import Folders

LIBRARY = Path(__file__).parents[3] / "playbooks"
FILES = sorted(LIBRARY.glob("*.yaml"))
PIECES = (
    *(b"steps", b"needs: ", b"when: ", b"{{ ", b" }}", b"item", b"inputs.", b"[", b"]", b"{", b"}", b":", b"- "),
    *(b"\n", b"  ", b"\t", b"null", b"true", b"1e999", b"-1", b"\xff", b"'", b'"', b"not ", b"0x1", b"9" * 400),
    *(b"&a ", b"*a", b"!!x ", b"|", b">", b"? ", b"%", b"\xe2\x80\xae", b"call: takedown", b"steps.a.output.b"),
    *(b" is defined", b" in ", b"{%"),
)
SECONDS = 10
"""Of this process alone; such a file takes a hundredth of it."""


@cache
def source(path: Path) -> bytes:
    """Return what a file holds."""
    return path.read_bytes()


def damage(data: bytearray, chance: random.Random) -> None:
    """Take bytes away, write others in their place, put a piece of the language there, or exchange two lines."""
    at, length = chance.randrange(len(data)), chance.randrange(1, 40)
    match chance.randrange(6):
        case 0:
            data[at : at + length] = b""
        case 1:
            data[at] = chance.randrange(256)
        case 2:
            data[at:at] = chance.choice(PIECES)
        case 3:
            data[at : at + length] = chance.choice(PIECES)
        case 4:
            other = chance.randrange(len(data))
            data[at : at + length] = data[other : other + chance.randrange(1, 80)]
        case _:
            lines = bytes(data).split(b"\n")
            one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
            lines[one], lines[two] = lines[two], lines[one]
            data[:] = b"\n".join(lines)


@settings(max_examples=max(100, settings.default.max_examples if settings.default else 0), deadline=None)
@given(st.sampled_from(FILES), st.integers(0, 2**32), st.integers(1, 6))
def test_a_damaged_playbook_gives_problems_and_never_a_traceback(path: Path, seed: int, times: int) -> None:
    """Whatever happened to it, each problem has its place, and a plan is there exactly when none is an error."""
    chance, data = random.Random(seed), bytearray(source(path))  # noqa: S311 a test that can be played again
    for _ in range(times):
        damage(data, chance)
    before = time.process_time()
    result = check(bytes(data), path=path.name, actions=action_facts(), catalogs=catalogs(), library=Folders([LIBRARY]))
    text = as_text(result.problems, source=data.decode(errors="replace"), colour=True)
    assert as_json(result.problems) + as_github(result.problems) + text
    assert all(item.line >= 1 and item.column >= 1 and item.message for item in result.problems)
    assert (result.plan is None) == bool(result.errors)
    assert time.process_time() - before < SECONDS
