"""Playbooks that somebody broke: whatever happened to a good file, lint says something of it or it can be used."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.api import Checked, check
from engine.language.render import as_github, as_json, as_text
from engine.language.tree import MAX_BYTES
from tests.unit.language.cases import GOLDENS
from tests.unit.language.facts import ACTIONS

ROOT = Path(__file__).parents[3]
GOOD = (GOLDENS / "good" / "small-leak.yaml").read_bytes()
SOURCES = (GOOD, (GOLDENS / "design" / "video-leak.yaml").read_bytes())
TREES = [yaml.load(source, Loader=yaml.CSafeLoader) for source in SOURCES]  # noqa: TID251 the safe loader, over our own files
MANY = settings(max_examples=max(60, settings.default.max_examples if settings.default else 0), deadline=None)
"""At least sixty; under a profile that searches deeper, as many as that says."""
SEEDS = st.integers(0, 2**32)


def sound(data: bytes) -> Checked:
    """Check bytes as a file, and that the result keeps what the language promises."""
    result = check(data, path="<stdin>", actions=ACTIONS)
    text = as_text(result.problems, source=data.decode(errors="replace"), colour=True)
    assert as_json(result.problems) + as_github(result.problems) + text
    assert all(item.line >= 1 and item.column >= 1 and item.message for item in result.problems)
    assert (result.plan is None) == bool(result.errors)
    return result


def places(tree: Any, parent: Any = None, key: Any = None) -> list[tuple[Any, Any]]:  # noqa: ANN401 trees of YAML
    """Return every place in a tree, as what holds it and its key there."""
    found = [] if parent is None else [(parent, key)]
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return found + [place for name, item in inside for place in places(item, tree, name)]


def mutate(tree: Any, chance: random.Random) -> None:  # noqa: ANN401 trees of YAML
    """Delete, double, move or swap one node of a tree."""
    (parent, key), (other, name) = chance.choices(places(tree), k=2)
    match chance.choice(["delete", "double", "copy", "swap", "wrap"]):
        case "delete":
            del parent[key]
        case "double" if isinstance(parent, list):
            parent.insert(key, json.loads(json.dumps(parent[key])))
        case "copy" | "double":
            other[name] = json.loads(json.dumps(parent[key]))
        case "swap":
            parent[key], other[name] = json.loads(json.dumps([other[name], parent[key]]))
        case _:
            parent[key] = chance.choice([[parent[key]], {str(key): parent[key]}, None, "", 0, True, "{{ item }}"])


@MANY
@given(st.sampled_from(TREES), SEEDS, st.integers(1, 4))
def test_nodes_that_are_missing_doubled_or_elsewhere(tree: dict[str, Any], seed: int, times: int) -> None:
    """Every part of a playbook in the place of every other."""
    chance = random.Random(seed)  # noqa: S311 a test that can be played again
    changed = json.loads(json.dumps(tree))
    for _ in range(times):
        if places(changed):
            mutate(changed, chance)
    sound(json.dumps(changed).encode())


@MANY
@given(st.sampled_from(SOURCES), SEEDS, st.integers(1, 5))
def test_bytes_that_are_missing_doubled_or_wrong(source: bytes, seed: int, times: int) -> None:
    """A file that was damaged on its way."""
    chance = random.Random(seed)  # noqa: S311 as above
    data = bytearray(source)
    for _ in range(times):
        at, length = chance.randrange(len(data)), chance.randrange(1, 30)
        part = data[at : at + length]
        put = chance.choice([b"", part + part, chance.randbytes(length), part[::-1], bytes([data[at] ^ 0x80])])
        data[at : at + length] = put
    sound(bytes(data))


@MANY
@given(st.sampled_from(SOURCES), SEEDS, st.integers(1, 5))
def test_lines_that_are_missing_doubled_or_further_in(source: bytes, seed: int, times: int) -> None:
    """A file in the hands of whoever edits it, or of a merge that went wrong."""
    chance = random.Random(seed)  # noqa: S311 as above
    lines = source.decode().splitlines()
    for _ in range(times):
        at = chance.randrange(len(lines))
        lines[at : at + 1] = chance.choice(
            [[], [lines[at]] * 2, ["  " + lines[at]], [lines[at][2:]], ["\t" + lines[at]], ["<<<<<<< ours", lines[at]]]
        )
    sound("\n".join(lines).encode())


BOMBS = {
    "deep": b"[" * MAX_BYTES,
    "deep mapping": b"{a: " * (MAX_BYTES // 4),
    "deep block": b"".join(b" " * depth + b"a:\n" for depth in range(1400)),
    "aliases": b"a0: &a0 [x, x]\n"
    + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 5000)),
    "one long word": b"title: " + b"x" * (MAX_BYTES - 10),
    "one long text": b'title: "' + b"\\u00e9" * (MAX_BYTES // 6 - 10) + b'"',
    "many keys": b"".join(b"k%d: 1\n" % number for number in range(80_000)),
    "many questions": b"? " * (MAX_BYTES // 2),
    "many documents": b"---\n" * (MAX_BYTES // 4),
    "long number": b"version: " + b"9" * (MAX_BYTES - 20),
    "long expression": GOOD.replace(b"inputs.page is defined", b"not " * 200_000 + b"inputs.page"),
    "many braces": GOOD.replace(b"Close every link to the page", b"{{" * 100_000),
    "ten megabytes": b"#" * 10_000_000,
}
BOUNDED = """
import pathlib, resource, sys, time
from engine.language.api import check
from tests.unit.language.facts import ACTIONS
resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))
for path in sys.argv[1:]:
    before = time.process_time()
    result = check(pathlib.Path(path).read_bytes(), path=path, actions=ACTIONS)
    assert result.problems, path
    assert len(result.problems) < 30_000, path
    assert time.process_time() - before < 30, path
"""


def test_what_is_made_to_explode_is_refused_in_little_memory(tmp_path: Path) -> None:
    """Nesting, repetition and sheer size meet a bound before they cost anything."""
    for name, data in BOMBS.items():
        (tmp_path / name).write_bytes(data)
    files = [str(tmp_path / name) for name in BOMBS]
    ran = subprocess.run([sys.executable, "-c", BOUNDED, *files], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 400_000_000


@pytest.mark.parametrize("name", BOMBS)
def test_each_of_them_is_said_in_a_few_lines(name: str) -> None:
    """Whoever sees it is told what is wrong, not shown a megabyte."""
    result = check(BOMBS[name], path="<stdin>", actions=ACTIONS)
    text = as_text(result.problems[:20], source=BOMBS[name].decode())
    assert len(text) < 20 * 700
