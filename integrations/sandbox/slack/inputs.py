"""What a person typed or chose, as Slack's client would check it and put it into `state.values`.

Slack's client refuses to submit a modal with a required field left empty, a text too long or an
address that is none; the app never hears of it. A choice that is not offered cannot be made at all.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias
from urllib.parse import urlparse

from integrations.sandbox.slack.blocks import elements_of
from integrations.sandbox.values import JsonObject

MAX_GIVEN = 10_000_000
"""Bytes of a file in a modal."""
EMPTY = "Please complete this required field."

Reader: TypeAlias = Callable[[JsonObject, object], JsonObject]


class ImpossibleError(ValueError):
    """What was asked for cannot be done with what is on the screen."""


def options_of(element: JsonObject) -> list[JsonObject]:
    """Return the options an element offers, those of its groups included."""
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def read_value(element: JsonObject, *, value: object) -> JsonObject:
    """Return the state of an element after a person chose or typed `value`."""
    kind = element["type"]
    if kind not in _READERS:
        message = f"a {kind} takes no value"
        raise ImpossibleError(message)
    return {"type": kind, **_READERS[kind](element, value)}


def initial_value(element: JsonObject) -> JsonObject:
    """Return the state of an element nobody has touched."""
    key = _STATE_KEYS[element["type"]]
    initial = element.get(_INITIAL_KEYS.get(key, f"initial_{key.removeprefix('selected_')}"))
    empty: object = [] if key in _PLURAL else None
    return {"type": element["type"], key: empty if initial is None else initial}


def is_empty(state: JsonObject) -> bool:
    """Say whether an element holds nothing."""
    return state.get(_STATE_KEYS[state["type"]]) in (None, "", [])


def view_state(content: JsonObject, *, values: Mapping[str, object]) -> JsonObject:
    """Return `state.values` of a view after a person filled it; untouched fields keep their start.

    `values` maps a block id to a value, or to values by action id.
    """
    blocks = {block["block_id"]: block for block in content["blocks"]}
    unknown = sorted(values.keys() - blocks.keys())
    if unknown:
        message = f"nothing to fill in called {', '.join(unknown)}; there is {', '.join(blocks)}"
        raise ImpossibleError(message)
    state: JsonObject = {}
    for block_id, block in blocks.items():
        states = dict(_block_state(block, given=values.get(block_id)))
        if states:
            state[block_id] = states
    return state


def with_files(state: JsonObject, *, given: Callable[[str], JsonObject]) -> JsonObject:
    """Return a state whose chosen files, named by their ids, are told as Slack tells of them."""
    return {
        block_id: {action_id: _told(one, given=given) for action_id, one in states.items()}
        for block_id, states in state.items()
    }


def client_errors(content: JsonObject, *, state: JsonObject) -> dict[str, str]:
    """Return what Slack's client itself would refuse, by block id."""
    errors = {}
    for block in content["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = state[block["block_id"]][action_id_of(element, block=block)]
        problem = _problem(element, state=value, optional=block.get("optional", False))
        if problem:
            errors[block["block_id"]] = problem
    return errors


def action_id_of(element: JsonObject, *, block: JsonObject) -> str:
    """Return the action id, or the one Slack would have made up."""
    return str(element.get("action_id") or f"{block['block_id']}-action")


def _block_state(block: JsonObject, *, given: object) -> Iterator[tuple[str, JsonObject]]:
    elements = [element for element in elements_of(block) if element["type"] in _STATE_KEYS]
    for element in elements:
        action_id = action_id_of(element, block=block)
        value = given.get(action_id) if isinstance(given, dict) else given
        if value is None:
            yield action_id, initial_value(element)
        else:
            yield action_id, read_value(element, value=value)


def _problem(element: JsonObject, *, state: JsonObject, optional: bool) -> str | None:
    if is_empty(state):
        return None if optional else EMPTY
    if element["type"] == "file_input":
        return _file_problem(element, files=state["files"])
    value = state.get("value")
    if not isinstance(value, str):
        return None
    if len(value) > element.get("max_length", 3000):
        return f"Please enter at most {element['max_length']} characters."
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    return _FORMAT_PROBLEMS[element["type"]](value) if element["type"] in _FORMAT_PROBLEMS else None


def _file_problem(element: JsonObject, *, files: list[JsonObject]) -> str | None:
    most: int = element.get("max_files", 10)
    endings: list[str] = element.get("filetypes") or []
    if len(files) > most:
        return f"Please choose at most {most} files."
    strange = [file["name"] for file in files if endings and file["filetype"] not in endings]
    return f"Please choose files of these types: {', '.join(endings)}." if strange else None


def _told(state: JsonObject, *, given: Callable[[str], JsonObject]) -> JsonObject:
    if state["type"] != "file_input":
        return state
    return {**state, "files": [given(str(file_id)) for file_id in state["files"]]}


def _number_problem(value: str) -> str | None:
    try:
        float(value)
    except ValueError:
        return "Please enter a number."
    return None


def _address_problem(value: str) -> str | None:
    parts = urlparse(value)
    whole = parts.scheme in ("http", "https") and bool(parts.netloc)
    return None if whole else "Please enter a valid URL."


def _mail_problem(value: str) -> str | None:
    return None if "@" in value.strip("@") else "Please enter a valid email."


def _plain(key: str) -> Reader:
    return lambda _, value: {key: str(value)}


def _option(element: JsonObject, value: object) -> JsonObject:
    for option in options_of(element):
        if option["value"] == value:
            return option
    message = f"{value!r} is not offered; there is {[o['value'] for o in options_of(element)]}"
    raise ImpossibleError(message)


def _many(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _one_option(element: JsonObject, value: object) -> JsonObject:
    return {"selected_option": _option(element, value)}


def _more_options(element: JsonObject, value: object) -> JsonObject:
    return {"selected_options": [_option(element, entry) for entry in _many(value)]}


def _instant(_: JsonObject, value: object) -> JsonObject:
    return {"selected_date_time": int(str(value))}


_FORMAT_PROBLEMS: Mapping[str, Callable[[str], str | None]] = {
    "number_input": _number_problem,
    "url_text_input": _address_problem,
    "email_text_input": _mail_problem,
}

_STATE_KEYS: Mapping[str, str] = {
    "plain_text_input": "value",
    "url_text_input": "value",
    "email_text_input": "value",
    "number_input": "value",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}

_INITIAL_KEYS: Mapping[str, str] = {"value": "initial_value", "files": "initial_files"}

_PLURAL = frozenset({"selected_options", "selected_users", "files"})

_READERS: Mapping[str, Reader] = {
    **{kind: _plain(key) for kind, key in _STATE_KEYS.items()},
    "static_select": _one_option,
    "radio_buttons": _one_option,
    "overflow": _one_option,
    "multi_static_select": _more_options,
    "checkboxes": _more_options,
    "multi_users_select": lambda _, value: {"selected_users": _many(value)},
    "datetimepicker": _instant,
    "file_input": lambda _, value: {"files": _many(value)},
}
