"""The text that an incident is pinned to: the playbook, and all that it calls."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.language.api import check, compile_playbook, digest, pin
from engine.language.library import NOTHING, Texts
from engine.language.pinning import pinned, taken_apart
from tests.unit.language.cases import CALLED, GOLDENS, SMALL
from tests.unit.language.facts import ACTIONS

CALLING = (SMALL + '      - {id: c, call: takedown, for_each: inputs.urls, with: {url: "{{ item }}"}}\n').encode()
NAMES = st.text("abcdefghij-", min_size=1, max_size=8)


@given(st.binary(max_size=80), st.dictionaries(NAMES, st.binary(max_size=80), min_size=1, max_size=3))
def test_what_was_put_together_comes_apart_the_same(own: bytes, called: dict[str, bytes]) -> None:
    """Every byte of every called playbook is kept; the first ends in a line's end."""
    found, others = taken_apart(pinned(own, called))
    assert (found, others) == (own.removesuffix(b"\n") + b"\n", called)


def test_a_playbook_that_calls_none_is_its_own_text() -> None:
    """Digests of playbooks without calls stay what they were: of the file's bytes."""
    data = (GOLDENS / "good" / "small-leak.yaml").read_bytes()
    assert pin(data, library=CALLED) == data
    assert compile_playbook(data, path="small-leak.yaml", actions=ACTIONS).digest == digest(data)


def test_the_pinned_text_alone_gives_the_same_plan() -> None:
    """It needs no files any more, and its digest is the plan's, however it was compiled."""
    text = pin(CALLING, library=CALLED)
    fresh = compile_playbook(CALLING, path="small.yaml", actions=ACTIONS, library=CALLED)
    kept = compile_playbook(text, path="small.yaml", actions=ACTIONS, library=NOTHING)
    assert fresh == kept
    assert fresh.digest == digest(text) != digest(CALLING)
    assert yaml.safe_load(text)["playbook"] == "small"


def test_an_edit_of_a_called_playbook_is_another_digest_and_changes_nothing_pinned() -> None:
    """What was pinned calls what was pinned with it, whatever is in the folder now."""
    text = pin(CALLING, library=CALLED)
    edited = CALLED.known["takedown"].replace(b"version: 1", b"version: 2")
    other = Texts({"takedown": edited})
    assert pin(text, library=other) == text
    kept, later = (
        compile_playbook(data, path="small.yaml", actions=ACTIONS, library=other) for data in (text, CALLING)
    )
    assert [plan.steps["c"].call.version for plan in (kept, later) if plan.steps["c"].call] == [1, 2]
    assert kept.digest != later.digest


def test_calls_inside_calls_are_pinned_too() -> None:
    """All that is reached is in the text, each once."""
    text = pin((SMALL + "      - {id: c, call: deep2}\n").encode(), library=CALLED)
    assert list(taken_apart(text)[1]) == ["deep2", "deep3", "deep4"]
    assert check(text, path="small.yaml", actions=ACTIONS).errors == ()


@pytest.mark.parametrize("tail", [b"#: x", b"#|", b"x: [", b"#: takedown\n#|\xff\x00", b"#: takedown\n#|playbook: 1"])
def test_a_text_that_was_tampered_with_gives_problems_and_no_traceback(tail: bytes) -> None:
    """Whatever stands behind the mark, the language says what is wrong."""
    text = pinned(CALLING, {"takedown": b""}).removesuffix(b"#|\n") + tail + b"\n"
    assert check(text, path="small.yaml", actions=ACTIONS).errors
