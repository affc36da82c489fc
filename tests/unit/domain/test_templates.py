"""Templates keep types and secrets, and put into text only what can stand there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.expressions import (
    ExpressionError,
    compile_template,
)
from engine.domain.fields import Json
from tests.unit.domain.test_expressions import NAMES


def test_a_template_keeps_the_type_of_a_single_expression() -> None:
    """Text around it makes text; alone, it stays what it is; numbers of the file become decimals."""
    template = compile_template(
        {
            "text": "{{ incident.id }}: {{ steps.takedown.output.n }} {{ inputs.listed }} {{ inputs.seen }}\n",
            "typed": "{{ steps.takedown.output.n }}",
            "list": "{{ inputs.urls }}",
            "plain": [1, 0.5, True, None, "{# no comment #} {x}"],
            "null": "<{{ steps.takedown.output.null }}>",
        }
    )
    assert template.render(NAMES) == {
        "text": "INC-1: 3 false 2026-11-24T02:10:00Z\n",
        "typed": Decimal(3),
        "list": ["https://a.example", "b"],
        "plain": [Decimal(1), Decimal("0.5"), True, None, "{# no comment #} {x}"],
        "null": "<>",
    }
    assert [str(read) for read in template.reads][:2] == ["incident.id", "steps.takedown.output.n"]


def test_a_secret_passes_through_untouched() -> None:
    """Only its name is known; nothing in it is worked out."""
    tree: Json = {"headers": {"Authorization": {"secret": "REC_TOKEN", "prefix": "Bearer "}}}
    template = compile_template(tree)
    assert template.secrets == ("REC_TOKEN",)
    assert template.reads == ()
    assert template.render({}) == tree


@pytest.mark.parametrize(
    "tree",
    [
        {"a": {"secret": "lower"}},
        {"a": {"secret": "{{ item }}"}},
        {"a": {"secret": "NAME", "prefix": "{{ item }}"}},
        {"a": {"secret": 5}},
        {"{{ item }}": 1},
        {"a": "{% if item %}x{% endif %}"},
        {"a": "{{ item"},
        {"a": "{{ item }}" + "x" * 20_000},
        {"a": "{{ }}"},
        {"a": "{{ range(9) }}"},
        {"a": "{{ " + "(" * 2000},
    ],
)
def test_a_template_that_is_none_is_refused(tree: Json) -> None:
    """Statements, templated keys and templated secrets do not exist."""
    with pytest.raises(ExpressionError):
        compile_template(tree)


def test_a_value_from_outside_cannot_pose_as_a_secret() -> None:
    """Else whoever answers a request could have any secret sent to them."""
    template = compile_template({"json": "{{ inputs.foreign }}"})
    assert template.render({"inputs": {"foreign": {"secret": "x", "more": "y"}}})
    for foreign in ({"secret": "SLACK_TOKEN"}, [{"a": {"secret": "SLACK_TOKEN", "prefix": "x"}}]):
        with pytest.raises(ExpressionError, match="looks like a secret"):
            template.render({"inputs": {"foreign": foreign}})


def test_a_list_cannot_stand_inside_text() -> None:
    """Its author says how it is joined."""
    with pytest.raises(ExpressionError, match="join"):
        compile_template({"a": "see {{ inputs.urls }}"}).render(NAMES)
