"""The layout blocks of Block Kit: what a message or a modal may show, refused as Slack refuses it.

Sources: Slack's Block Kit reference for the counts and lengths; the total of about 13,200 characters
is not documented and was met in practice.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from integrations.sandbox.slack.checks import (
    ANY_TEXT,
    Check,
    Shape,
    anything,
    array,
    boolean,
    complaint,
    constant,
    string,
    tagged,
    text,
)
from integrations.sandbox.slack.elements import BUTTONS, FIELDS, IMAGES, MAX_ID, PICKERS
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.values import JsonObject

MAX_TOTAL_TEXT = 13_200
MAX_VIEW_BYTES = 250_000

_TEXTS: Mapping[str, Shape] = {
    kind: Shape(
        fields={"type": anything, "text": string(2000), "emoji": boolean, "verbatim": boolean},
        required=frozenset({"text"}),
    )
    for kind in ANY_TEXT
}
_NOT_BESIDE_TEXT = frozenset({"datetimepicker"})
_ACCESSORIES = {kind: shape for kind, shape in {**BUTTONS, **PICKERS, **IMAGES}.items() if kind not in _NOT_BESIDE_TEXT}


def _block(*, required: frozenset[str] = frozenset(), one_of: frozenset[str] = frozenset(), **own: Check) -> Shape:
    fields = {"type": anything, "block_id": string(MAX_ID), **own}
    return Shape(fields=fields, required=required, one_of=one_of)


BLOCKS: Mapping[str, Shape] = {
    "section": _block(
        text=text(3000, kinds=ANY_TEXT),
        fields=array(text(2000, kinds=ANY_TEXT), high=10),
        accessory=tagged(_ACCESSORIES, what="accessory"),
        expand=boolean,
        one_of=frozenset({"text", "fields"}),
    ),
    "header": _block(text=text(150), required=frozenset({"text"})),
    "divider": _block(),
    "image": _block(
        image_url=string(3000),
        alt_text=string(2000),
        title=text(2000),
        required=frozenset({"image_url", "alt_text"}),
    ),
    "actions": _block(
        elements=array(tagged({**BUTTONS, **PICKERS}, what="element"), high=25),
        required=frozenset({"elements"}),
    ),
    "context": _block(
        elements=array(tagged({**_TEXTS, **IMAGES}, what="element"), high=10),
        required=frozenset({"elements"}),
    ),
    "input": _block(
        label=text(2000),
        element=tagged({**FIELDS, **PICKERS}, what="element"),
        hint=text(2000),
        optional=boolean,
        dispatch_action=boolean,
        required=frozenset({"label", "element"}),
    ),
    "markdown": _block(text=string(12_000, low=1), required=frozenset({"text"})),
    "rich_text": _block(elements=array(anything, high=100), required=frozenset({"elements"})),
}

_check_block = tagged(BLOCKS, what="block")

_VIEW = Shape(
    fields={
        "type": constant("modal"),
        "title": text(24),
        "blocks": array(_check_block, high=100, low=0),
        "submit": text(24),
        "close": text(24),
        "private_metadata": string(3000),
        "callback_id": string(MAX_ID),
        "external_id": string(MAX_ID),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    required=frozenset({"type", "title", "blocks"}),
)


@dataclass(frozen=True)
class Surface:
    """Where blocks are shown, how many fit and how a refusal is called."""

    limit: int
    refusal: str


MESSAGE = Surface(limit=50, refusal="invalid_blocks")


def checked_blocks(value: object, *, surface: Surface) -> list[JsonObject]:
    """Return the blocks, or refuse them with a complaint for each thing wrong."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise SlackError("invalid_blocks_format")
    complaints = list(array(_check_block, high=surface.limit, low=0)(value, "/blocks"))
    complaints = complaints or list(_repeated_ids(value, pointer="/blocks"))
    if complaints:
        raise _refusal(surface.refusal, complaints=complaints)
    if _characters(value) > MAX_TOTAL_TEXT:
        raise SlackError("msg_blocks_too_long")
    return value


def checked_view(value: object) -> JsonObject:
    """Return the view, or refuse it with a complaint for each thing wrong."""
    if not isinstance(value, dict):
        complaints = [complaint("must be an object", "/view")]
        raise _refusal("invalid_arguments", complaints=complaints)
    # the SDK sends null for what was left out; so does Slack accept it
    view = {key: entry for key, entry in value.items() if entry is not None}
    complaints = list(_VIEW.complaints(view, "/view"))
    if not complaints:
        complaints = [*_repeated_ids(view["blocks"], pointer="/view/blocks"), *_unsent(view)]
    if complaints:
        raise _refusal("invalid_arguments", complaints=complaints)
    if len(json.dumps(view).encode()) > MAX_VIEW_BYTES:
        raise SlackError("view_too_large")
    return view


def elements_of(block: JsonObject) -> list[JsonObject]:
    """Return the interactive elements of a block."""
    found = [block.get("element"), block.get("accessory")]
    if block.get("type") == "actions":
        found += block.get("elements", [])
    return [element for element in found if isinstance(element, dict)]


def _repeated_ids(blocks: list[JsonObject], *, pointer: str) -> Iterator[str]:
    for block_id, times in Counter(block.get("block_id") for block in blocks).items():
        if block_id and times > 1:
            yield complaint(f"block_id already exists: {block_id}", pointer)
    for index, block in enumerate(blocks):
        actions = Counter(element.get("action_id") for element in elements_of(block))
        for action_id, times in actions.items():
            if action_id and times > 1:
                yield complaint(f"action_id already exists: {action_id}", f"{pointer}/{index}")


def _unsent(view: JsonObject) -> Iterator[str]:
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        yield complaint("a view with input blocks must have a submit", "/view/submit")


def _characters(value: object) -> int:
    match value:
        case str():
            return len(value)
        case list():
            return sum(_characters(entry) for entry in value)
        case dict():
            return sum(_characters(entry) for entry in value.values())
        case _:
            return 0


def _refusal(code: str, *, complaints: list[str]) -> SlackError:
    return SlackError(code, errors=complaints, response_metadata={"messages": complaints})
