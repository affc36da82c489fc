"""Names and docstrings: what a reader is owed, and the names that say nothing."""

import ast
import io
import re
import tokenize

import pytest

from tests.architecture.sources import Source, product, sources, words

EMPTY_WORDS = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
WAIVER = re.compile(r"(?:noqa:\s*|type:\s*ignore\[)[A-Za-z][\w-]*\]?(?P<reason>.*)")
REASON = re.compile(r"[a-z]{2,} [a-z]{2,}", re.IGNORECASE)


def test_every_module_says_what_it_is_for() -> None:
    """The docstring at the top states the rules a module keeps."""
    silent = [
        source.path for source in sources("engine", "integrations", "tests") if not ast.get_docstring(source.tree)
    ]
    assert silent == []


def test_every_test_states_a_behaviour() -> None:
    """A test's docstring is the sentence that it proves."""
    silent = [
        f"{source.path}:{function.lineno} {function.name}"
        for source in sources("tests")
        for function in source.functions()
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    """A module called after its role in a pattern could hold anything."""
    empty = [
        source.path
        for source in product()
        for part in source.path.removesuffix(".py").split("/")
        if EMPTY_WORDS & set(words(part)) or words(part)[:1] == ["base"]
    ]
    assert empty == []


def test_no_class_has_a_name_that_says_nothing() -> None:
    """A class is called after the thing it is."""
    empty = [
        f"{source.path}:{node.lineno} {node.name}"
        for source in product()
        for node in source.classes()
        if EMPTY_WORDS & set(words(node.name)) or words(node.name)[:1] == ["base"]
    ]
    assert empty == []


def test_every_waived_rule_says_which_and_why() -> None:
    """A `noqa` or `type: ignore` carries its code and a reason of at least two words."""
    bare = [
        f"{source.path}:{line} {text}"
        for source in sources("engine", "integrations", "tests")
        for line, text in bare_waivers(source)
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa", False),
        ("# noqa: S105", False),
        ("# noqa: S105 - an invented token", True),
        ("# type: ignore", False),
        ("# type: ignore[arg-type]", False),
        ("# type: ignore[arg-type] # the stub is wrong here", True),
    ],
)
def test_a_waiver_needs_a_code_and_a_reason(comment: str, *, expected: bool) -> None:
    """The check above tells a reasoned waiver from a bare one."""
    assert justified(comment) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("BaseStep", ["base", "step"]), ("HTTPManager", ["http", "manager"]), ("date_utils", ["date", "utils"])],
)
def test_names_are_split_into_words(name: str, expected: list[str]) -> None:
    """An empty word is found inside a longer name, in both spellings."""
    assert words(name) == expected


def bare_waivers(source: Source) -> list[tuple[int, str]]:
    """List the comments of one file that waive a rule without a code or without a reason."""
    tokens = tokenize.generate_tokens(io.StringIO(source.text).readline)
    comments = [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
    return [(line, text) for line, text in comments if "noqa" in text or "type: ignore" in text if not justified(text)]


def justified(comment: str) -> bool:
    """Tell whether a waiving comment names the rule and the reason."""
    match = WAIVER.search(comment)
    return bool(match and REASON.search(match["reason"]))
