"""Block Kit is checked as Slack checks it: at each limit accepted, one over refused."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.sandbox.slack.blocks import BLOCKS, MESSAGE, checked_blocks, checked_view
from integrations.sandbox.slack.errors import SlackError

Block = dict[str, Any]


def plain(text: str) -> Block:
    """A plain text object."""
    return {"type": "plain_text", "text": text}


def section(length: int = 1, **given: object) -> Block:
    """A section with a text of this length."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}, **given}


def button(number: int = 0, **given: object) -> Block:
    """A button."""
    return {"type": "button", "text": plain("go"), "action_id": f"go{number}", **given}


def actions(*elements: Block) -> Block:
    """A row of elements."""
    return {"type": "actions", "elements": list(elements)}


def options(count: int) -> list[Block]:
    """Options to choose from."""
    return [{"text": plain(f"o{n}"), "value": str(n)} for n in range(count)]


def field(element: Block) -> Block:
    """An input around an element."""
    return {"type": "input", "label": plain("label"), "element": element}


def modal(*blocks: Block, **given: object) -> Block:
    """A modal."""
    return {"type": "modal", "title": plain("title"), "submit": plain("ok"), "blocks": list(blocks), **given}


AT_THE_LIMIT: dict[str, tuple[list[Block], list[Block]]] = {
    "section text": ([section(3000)], [section(3001)]),
    "blocks": ([section()] * 50, [section()] * 51),
    "header": (
        [{"type": "header", "text": plain("x" * 150)}],
        [{"type": "header", "text": plain("x" * 151)}],
    ),
    "fields": ([section(fields=[plain("x")] * 10)], [section(fields=[plain("x")] * 11)]),
    "elements": (
        [actions(*(button(n) for n in range(25)))],
        [actions(*(button(n) for n in range(26)))],
    ),
    "button text": ([actions(button(text=plain("x" * 75)))], [actions(button(text=plain("x" * 76)))]),
    "button value": ([actions(button(value="x" * 2000))], [actions(button(value="x" * 2001))]),
    "action id": ([actions(button(action_id="x" * 255))], [actions(button(action_id="x" * 256))]),
    "block id": ([section(block_id="x" * 255)], [section(block_id="x" * 256)]),
    "context": (
        [{"type": "context", "elements": [plain("x")] * 10}],
        [{"type": "context", "elements": [plain("x")] * 11}],
    ),
    "options": (
        [actions({"type": "static_select", "action_id": "a", "options": options(100)})],
        [actions({"type": "static_select", "action_id": "a", "options": options(101)})],
    ),
}

WRONG: dict[str, list[Any]] = {
    "unknown block": [{"type": "carousel_of_cats"}],
    "unknown element": [actions({"type": "lever"})],
    "unknown key": [section(colour="red")],
    "empty text": [section(0)],
    "nothing in a section": [{"type": "section"}],
    "markdown where plain is due": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "a style that is none": [actions(button(style="shiny"))],
    "repeated block ids": [section(block_id="a"), section(block_id="a")],
    "repeated action ids": [actions(button(1), button(1))],
    "a text input in a row of actions": [actions({"type": "plain_text_input", "action_id": "a"})],
    "no block at all": ["section"],
}


@pytest.mark.parametrize("name", AT_THE_LIMIT)
def test_a_limit_is_a_limit(name: str) -> None:
    """What fits is accepted, one more is refused."""
    fits, one_over = AT_THE_LIMIT[name]
    assert checked_blocks(fits, surface=MESSAGE) == fits
    with pytest.raises(SlackError, match="invalid_blocks"):
        checked_blocks(one_over, surface=MESSAGE)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused(name: str) -> None:
    """The refusal points at what is wrong."""
    with pytest.raises(SlackError) as refused:
        checked_blocks(WRONG[name], surface=MESSAGE)
    assert refused.value.code == "invalid_blocks"
    assert "json-pointer:/blocks" in str(refused.value.details)


def test_the_total_of_a_message_is_bounded() -> None:
    """Blocks that each fit may be too long together."""
    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        checked_blocks([section(3000)] * 5, surface=MESSAGE)


@pytest.mark.parametrize(
    "view",
    [
        modal(title=plain("x" * 25)),
        modal(submit=plain("x" * 25)),
        modal(private_metadata="x" * 3001),
        modal(*[section()] * 101),
        modal(type="tab"),
        {key: value for key, value in modal(field({"type": "plain_text_input"})).items() if key != "submit"},
        modal(field({"type": "number_input"})),
        modal(field({"type": "radio_buttons", "options": options(11)})),
        "no view",
    ],
)
def test_a_modal_over_its_limits_is_refused(view: object) -> None:
    """A modal is refused as invalid arguments."""
    with pytest.raises(SlackError, match="invalid_arguments"):
        checked_view(view)


@pytest.mark.parametrize(
    "element",
    [
        {"type": "plain_text_input", "multiline": True, "max_length": 3000},
        {"type": "static_select", "options": options(100)},
        {"type": "multi_static_select", "options": options(3)},
        {"type": "users_select"},
        {"type": "datepicker", "initial_date": "2026-11-24"},
        {"type": "datetimepicker"},
        {"type": "radio_buttons", "options": options(3)},
        {"type": "checkboxes", "options": options(3)},
        {"type": "url_text_input"},
        {"type": "number_input", "is_decimal_allowed": False},
    ],
)
def test_a_modal_may_ask_for(element: Block) -> None:
    """Every element that forms need is accepted in an input."""
    view = modal(field({**element, "action_id": "a"}))
    assert checked_view(view) == view


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["type", "text", "elements", "accessory", "block_id", "element", "fields"]),
                inner | st.sampled_from(sorted(BLOCKS)),
            )
        ),
    )
)
def test_anything_is_accepted_or_refused(value: object) -> None:
    """No value, however odd, is anything but blocks or a refusal."""
    with suppress(SlackError):
        accepted = checked_blocks(value, surface=MESSAGE)
        assert all(block["type"] in BLOCKS for block in accepted)
