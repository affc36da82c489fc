"""Expressions compare what is known, reach nothing else, and say what they wait for."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.expressions import (
    Expression,
    ExpressionError,
    Reference,
    UnknownValueError,
    compile_expression,
    compile_template,
)
from engine.domain.fields import Instant, Value

SEEN = Instant(datetime(2026, 11, 24, 2, 10, tzinfo=UTC), "Europe/Berlin")
NAMES: Mapping[str, object] = {
    "inputs": {"urls": ["https://a.example", "b"], "minor": "no", "unset": None, "seen": SEEN, "listed": False},
    "steps": {
        "takedown": {"output": {"n": Decimal(3), "half": Decimal("0.5"), "ok": True, "null": None, "deep": {"a b": 1}}},
        "waiting": {},
    },
    "roles": {"commander": "kim"},
    "incident": {"id": "INC-1"},
    "item": " X/y ",
    "idempotency_key": "k",
}


def value_of(source: str) -> Value:
    """Work out an expression."""
    return compile_expression(source).evaluate(NAMES)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('inputs.minor == "no"', True),
        ('inputs["minor"] != "no"', False),
        ("steps.takedown.output.n > 0", True),
        ("steps.takedown.output.n == 3", True),
        ("steps.takedown.output.half == 0.5", True),
        ("steps.takedown.output.n < 2.5", False),
        ("-1 < steps.takedown.output.n", True),
        ('steps.takedown.output.deep["a b"]', Decimal(1)),
        ("steps.takedown.output.ok and not inputs.listed", True),
        ('"b" in inputs.urls', True),
        ('inputs.minor in ["yes", "unknown"]', False),
        ("inputs.urls[1]", "b"),
        ("inputs.urls | length > 1", True),
        ("inputs.seen == inputs.seen and inputs.seen <= inputs.seen", True),
        ("inputs.seen > inputs.seen", False),
        ('"late" if inputs.listed else "early"', "early"),
        ("[1, 2.5, true]", [Decimal(1), Decimal("2.5"), True]),
        ("roles.commander", "kim"),
        ("incident.id", "INC-1"),
        ("inputs.unset is defined", False),
        ("inputs.never is not defined", True),
        ("steps.waiting.output.x is defined", False),
        ("steps.nowhere.output.x is undefined", True),
        ("inputs.urls[7] is defined", False),
        ("inputs.minor.deeper is defined", False),
        ('inputs.unset | default("x")', "x"),
        ("inputs.unset is defined and inputs.unset == 1", False),
        ("steps.takedown.output.null == none", True),
        ("item | trim | lower | urlencode", "x%2Fy"),
        ("item | upper", " X/Y "),
        ("inputs.urls | first | defang", "hxxps://a[.]example"),
        ("inputs.urls | last", "b"),
        ('inputs.urls | join(" and ")', "https://a.example and b"),
        ("inputs.seen | date", "2026-11-24"),
        ("inputs.seen | time", "03:10 Europe/Berlin"),
        ("steps.takedown.output | length", Decimal(5)),
        ("steps.takedown.output.deep['a b'] | lower", "1"),
        ("0 < steps.takedown.output.n < 5", True),
    ],
)
def test_an_expression_compares_and_picks(source: str, value: Value) -> None:
    """Typed values go in, a typed value comes out."""
    found = value_of(source)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("inputs.never", "inputs.never"),
        ("inputs.unset == 1", "inputs.unset"),
        ("steps.waiting.output.x", "steps.waiting.output.x"),
        ("inputs.listed or steps.later.output.y", "steps.later.output.y"),
        ("inputs.never | lower | default('x')", "inputs.never"),
    ],
)
def test_what_is_not_known_is_named(source: str, missing: str) -> None:
    """The one that is needed is named, so that people see what a step waits for."""
    with pytest.raises(UnknownValueError) as caught:
        value_of(source)
    assert str(caught.value.reference) == missing
    assert str(pickle.loads(pickle.dumps(caught.value)).reference) == missing  # noqa: S301 the bytes are this test's own


@pytest.mark.parametrize(
    "source",
    [
        "",
        "  ",
        "a b",
        "range(9)",
        "inputs.urls.append(1)",
        "inputs.__class__.__mro__()",
        '"a" * 1000000000',
        "2 ** 99",
        "1 + 1",
        '"a" ~ "b"',
        "inputs.urls[0:1]",
        "inputs[inputs.minor]",
        "inputs[-1]",
        "inputs[true]",
        "(inputs.urls | first).x",
        "{1: 2}",
        "(1, 2)",
        "-inputs.n",
        "+1",
        "1e999",
        "inputs.a | nope",
        "inputs.a | lower(1)",
        "inputs.a | join(d='x')",
        "inputs.a is mapping",
        "inputs.a is defined(1)",
        "inputs" + ".a" * 13,
        "x" * 4001,
        "(" * 2000,
        "not " * 900 + "inputs.a",
        "[" + "1," * 400 + "1]",
        "9" * 3000 + "." + "9" * 900,
        "9" * 3999,
        "{{ inputs.a }}",
        "lambda: 1",
        "'unclosed",
        "inputs.a ; inputs.b",
    ],
)
def test_what_is_more_than_a_comparison_is_refused(source: str) -> None:
    """Nothing is called, calculated, looped or reached into, and nothing grows without bound."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source)
    assert caught.value.message
    assert caught.value.hint()


@pytest.mark.parametrize("source", ["self", "nowhere.x", "lipsum", "namespace", "loop.index", "caller", "environment"])
def test_a_name_from_elsewhere_leads_nowhere(source: str) -> None:
    """Not even what Jinja2 itself would put there."""
    with pytest.raises(ExpressionError, match="There is no"):
        value_of(source)


@pytest.mark.parametrize(
    "source",
    [
        "inputs.urls > 3",
        '"x" in steps.takedown.output.n',
        "inputs.listed | length",
        "inputs.minor | date",
        "inputs.minor | first",
        "[] | first",
        "inputs.urls | lower",
        "steps.takedown.output.deep | upper",
    ],
)
def test_values_that_do_not_go_together_are_an_error(source: str) -> None:
    """The error names the expression and no value in it."""
    with pytest.raises(ExpressionError) as caught:
        value_of(source)
    assert not isinstance(caught.value, UnknownValueError)
    assert "a.example" not in caught.value.message


def test_reads_are_known_before_anything_runs() -> None:
    """Each look-up once; guarded only where every use of it is."""
    reads = compile_expression(
        'inputs.a is defined and inputs.b is defined and inputs.b == "x" and item | default(1)'
    ).reads
    assert reads == (
        Reference("inputs", ("a",), guarded=True),
        Reference("inputs", ("b",)),
        Reference("item", (), guarded=True),
    )


def test_a_python_object_is_never_reached_into() -> None:
    """Names lead through mappings and lists alone."""

    class Trap:
        secret = "seen"

    with pytest.raises(UnknownValueError):
        compile_expression("inputs.trap.secret").evaluate({"inputs": {"trap": Trap()}})
    with pytest.raises(ExpressionError):
        compile_expression("inputs.trap").evaluate({"inputs": {"trap": Trap()}})


def test_a_result_is_bounded() -> None:
    """What is too large for a message or a request is refused."""
    with pytest.raises(ExpressionError, match="more than"):
        compile_expression("inputs.a").evaluate({"inputs": {"a": "x" * 300_000}})
    deep: object = "x"
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(ExpressionError):
        compile_expression("inputs.a").evaluate({"inputs": {"a": deep}})


def test_expressions_and_templates_are_values() -> None:
    """They can be compared, hashed, copied and stored."""
    expression = compile_expression("inputs.a == 1")
    assert expression == Expression("inputs.a == 1", (Reference("inputs", ("a",)),))
    assert hash(expression) == hash(copy.deepcopy(expression))
    template = compile_template({"a": ["{{ item }}"]})
    assert pickle.loads(pickle.dumps((expression, template))) == (expression, template)  # noqa: S301 the bytes are this test's own


@given(st.text(alphabet="inputs.urlem()[]{}|\"'<>=! 01andort~*-+,:", max_size=80))
def test_any_source_is_an_expression_or_refused(source: str) -> None:
    """Nothing that can be written raises anything else, when read or when worked out."""
    try:
        found = value_of(source)
    except ExpressionError:
        return
    assert isinstance(found, str | bool | Decimal | Instant | list | dict | None)
