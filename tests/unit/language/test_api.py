"""The way in: any bytes give a playbook or problems, quickly, and never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from cProfile import Profile
from dataclasses import dataclass
from typing import Literal

import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from engine.domain.fields import FieldType
from engine.domain.plan import ActionTraits, Reach
from engine.language.api import Checked, check, facts_of
from engine.language.render import as_github, as_json, as_text
from tests.unit.language.cases import GOLDENS, SMALL, checked
from tests.unit.language.facts import ACTIONS

EXAMPLE = (GOLDENS / "design" / "video-leak.yaml").read_text(encoding="utf-8")
GOOD = (GOLDENS / "good" / "small-leak.yaml").read_text(encoding="utf-8")
TRAITS = ActionTraits(writes=False, reach=Reach.NONE)
WORDS = sorted(set(GOOD.replace(",", " ").replace("{", " ").replace("}", " ").split()))


def sound(result: Checked) -> bool:
    """Tell whether a result keeps what the language promises, whatever went in."""
    texts = as_text(result.problems) + as_json(result.problems) + as_github(result.problems)
    placed = all(item.line >= 1 and item.column >= 1 and item.message for item in result.problems)
    return bool(texts) and placed and (result.plan is None) == bool(result.errors)


def look(data: bytes) -> Checked:
    """Check bytes as a file."""
    return check(data, path="f.yaml", actions=ACTIONS)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_playbook_or_problems(data: bytes) -> None:
    """Nothing that can be in a file makes the language raise."""
    assert sound(look(data))


@given(st.text(max_size=300))
def test_any_text_gives_a_playbook_or_problems(text: str) -> None:
    """Neither does anything that can be typed."""
    assert sound(look(text.encode("utf-8", "surrogatepass")))


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.sampled_from(WORDS), st.text(max_size=10)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=20,
)
PATHS = [
    ("inputs", "urls"),
    ("inputs", "urls", "min"),
    ("inputs",),
    ("roles", "comms"),
    ("roles",),
    ("phases",),
    ("phases", "contain", "steps"),
    ("phases", "contain", "after"),
    *(
        ("phases", "contain", "steps", index, key)
        for index in range(6)
        for key in ("id", "when", "for_each", "with", "form", "needs", "approve", "undo", "on_failure", "due", "keep")
    ),
]


@given(st.sampled_from(PATHS), TREES)
def test_any_change_of_a_good_playbook_gives_a_playbook_or_problems(path: tuple[str | int, ...], value: object) -> None:
    """A good file with one part replaced by anything is still read to its end."""
    tree = yaml.load(GOOD, Loader=yaml.CSafeLoader)  # noqa: TID251 the safe loader, over this test's own file
    parent = tree
    for segment in path[:-1]:
        parent = parent[segment]
    parent[path[-1]] = value
    assert sound(look(json.dumps(tree).encode()))


@given(st.integers(0, len(EXAMPLE)), st.integers(0, 40), st.sampled_from(["", "{{", "}}", ":", "- ", "\n", "\t", "'"]))
def test_any_cut_of_the_example_gives_a_playbook_or_problems(start: int, length: int, put: str) -> None:
    """A file in the middle of being edited is read as far as it goes."""
    assert sound(look((EXAMPLE[:start] + put + EXAMPLE[start + length :]).encode()))


@given(st.text(alphabet="inputs.urlsed()[]{}|\"'<>=! 01andor~*-", max_size=60))
def test_any_condition_gives_a_playbook_or_problems(source: str) -> None:
    """Whatever is written in an expression, lint says something or it can be used."""
    step = f"      - {{id: a, title: A, task: A, when: {json.dumps(source)}}}\n"
    assert sound(checked(step))


def test_problems_are_sorted_and_said_once() -> None:
    """A reader goes through the file from top to bottom."""
    data = (GOLDENS / "bad" / "PB221.yaml").read_bytes()
    problems = look(data).problems
    assert list(problems) == sorted(set(problems))


def test_twice_as_many_steps_are_not_four_times_the_work() -> None:
    """An editor can lint while its author types: calls are counted, since how long they take is the machine's."""
    step = """\
      - id: s{0}
        title: Step {0}
        action: http.request
        needs: [s{1}]
        when: inputs.page is defined and "x" in inputs.urls
        with: {{method: POST, url: "https://x.example/{{{{ inputs.page | urlencode }}}}/{2}/{0}"}}
        undo: {{none: It stays.}}
"""

    def calls(steps: int) -> int:
        first = step.format(0, 0, steps).replace("        needs: [s0]\n", "")
        text = SMALL + first + "".join(step.format(number, number - 1, steps) for number in range(1, steps))
        profile = Profile()
        result = profile.runcall(check, text.encode(), path="small.yaml", actions=ACTIONS)
        assert result.problems == ()
        return sum(entry.callcount for entry in profile.getstats())

    calls(1)  # what is built once is built
    assert calls(200) < 3 * calls(100)


def test_the_registry_becomes_facts() -> None:
    """What an action says of itself is all that the language knows of it."""

    class Params(BaseModel):
        text: str

    class Result(BaseModel):
        ts: str
        state: Literal["sent", "queued"]
        count: int
        items: list[str]

    @dataclass(frozen=True)
    class Action:
        name: str
        keeps: tuple[str, ...] | None
        params: type[BaseModel] = Params
        traits: ActionTraits = TRAITS
        summary: str = "Says."
        result: type[BaseModel] = Result

    facts = facts_of({"say.it": Action("say.it", ("ts",)), "http.request": Action("http.request", None)})
    assert (facts["say.it"].outputs, facts["say.it"].generic) == (frozenset({"ts"}), False)
    every = facts_of({"say.it": Action("say.it", tuple(Result.model_fields))})["say.it"].kinds
    assert {name: (kind.type, kind.options) for name, kind in every.items()} == {
        "ts": (FieldType.TEXT, ()),
        "state": (FieldType.CHOICE, ("sent", "queued")),
        "count": (FieldType.NUMBER, ()),
    }
    assert (facts["http.request"].outputs, facts["http.request"].generic) == (None, True)


def test_the_language_loads_little() -> None:
    """`tocsin lint` starts fast: nothing of the runtime or of storage is imported."""
    code = "import sys, engine.language.api; print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"prefect", "sqlalchemy", "fastapi", "slack_sdk", "jira", "aiohttp", "httpx"} & set(ran.stdout.split())
