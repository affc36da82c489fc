"""A form laid out as a modal, and a filled modal read back.

Rules kept here: a block's id is the field's name, so that errors find their place; what is read back is what was typed
or chosen, untouched: the engine checks it as it checks every answer. A person is read back as a Slack user id and named
in `chosen_people`. A choice that is left open is `None`. An initial value is shown whole or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias, assert_never

from engine.domain.errors import IntegrationError
from engine.domain.fields import FieldSpec, FieldType, Now
from engine.domain.files import most_bytes
from engine.domain.tables import row_hint
from engine.domain.values import Instant
from engine.ports.shown import Form
from integrations.slack.blocks import cut, escaped, pieces
from integrations.slack.files import given_file
from integrations.slack.shape import objects, part

if TYPE_CHECKING:
    from engine.ports.acts import GivenFile

Block: TypeAlias = dict[str, Any]
Raw: TypeAlias = "str | list[str] | None"

CALLBACK: Final = "tocsin.form"
ACTION: Final = "value"
MAX_TITLE = 24
MAX_FIELDS = 90
MAX_INPUT = 3000
MAX_ERROR = 300
MAX_OPTIONS = 100
MAX_OPTION = 75
MAX_HINT = 2000
MAX_VIEW_BYTES = 240_000
MAX_FILES = 10
MAX_FILE_BYTES = 10_000_000
"""What Slack's own element for files takes."""
_SHORT_TEXT = 150
_PIECE = 2900
_INTRO_PIECES = 5
_CUT = "… cut here; the message in the channel and `tocsin status` show all of it."
_MOMENT = "2026-11-24 03:10, or 2026-11-24T03:10+01:00 in another zone"
_LEFT_EMPTY = "Left empty: now."
_FILE = "file_input"
_COPY = "It goes to the evidence vault. Slack keeps its own copy among your files: delete it there if it must not stay."
_ACCOUNT: Final = re.compile(r"[UW][A-Z0-9]+")
_ANSWERS: Final = ("yes", "no")


def form_view(form: Form) -> Block:
    """Lay a form out as a modal; raise `IntegrationError` for one that Slack cannot show."""
    if len(form.fields) > MAX_FIELDS:
        message = f"The form has {len(form.fields)} fields, and Slack shows at most {MAX_FIELDS}."
        raise IntegrationError(message, hint="Answer it with `tocsin answer`.")
    texts = list(pieces(escaped(form.intro), limit=_PIECE))
    if len(texts) > _INTRO_PIECES:
        texts = [*texts[:_INTRO_PIECES], _CUT]
    intro = [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in texts]
    inputs = [_input(name, spec, value=form.values.get(name)) for name, spec in form.fields.items()]
    view = {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": form.token,
        "title": _plain(form.title.strip() or "Form", limit=MAX_TITLE),
        "submit": _plain(form.submit.strip() or "Send", limit=MAX_TITLE),
        "close": _plain("Cancel", limit=MAX_TITLE),
        "blocks": [*intro, *inputs],
    }
    if len(json.dumps(view).encode()) > MAX_VIEW_BYTES:
        raise IntegrationError("The form is larger than Slack shows.", hint="Answer it with `tocsin answer`.")
    return view


def filled_values(view: Mapping[str, Any]) -> dict[str, Raw]:
    """Return what was typed and chosen in a view, by field; files are `chosen_files`."""
    return {name: _read(state) for name, state in _states(view) if state.get("type") != _FILE}


def chosen_files(view: Mapping[str, Any]) -> dict[str, tuple[GivenFile, ...]]:
    """Return the files that were given in a view, by field; a field without any is left out."""
    given = {name: objects(state, "files") for name, state in _states(view) if state.get("type") == _FILE}
    return {name: tuple(map(given_file, files)) for name, files in given.items() if files}


def chosen_people(view: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields whose values are Slack user ids."""
    return frozenset(
        name for name, state in _states(view) if state.get("type") in ("users_select", "multi_users_select")
    )


def errors_answer(view: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, object]:
    """Return the answer that shows errors under their fields; one without a place goes under the first field."""
    inputs = [str(block.get("block_id")) for block in objects(view, "blocks") if block.get("type") == "input"]
    placed: dict[str, str] = {}
    for name, text in errors.items():
        place = name if name in inputs or not inputs else inputs[0]
        placed[place] = cut(f"{placed[place]} {text}" if place in placed else text, limit=MAX_ERROR)
    return {"response_action": "errors", "errors": placed}


def _input(name: str, spec: FieldSpec, *, value: object) -> Block:
    shown = spec.default if value is None and not isinstance(spec.default, Now) else value
    element = {**_element(spec, value=shown), "action_id": ACTION}
    told = f"{spec.hint} {_LEFT_EMPTY}".strip() if isinstance(spec.default, Now) else spec.hint.strip()
    told = f"{told} {row_hint(spec)}".strip() if spec.columns else told
    told = f"{told} {_file_hint(spec)}".strip() if spec.type is FieldType.FILE else told
    hint = {"hint": _plain(told, limit=MAX_HINT)} if told else {}
    return {
        "type": "input",
        "block_id": name,
        "label": _plain(_label(name), limit=MAX_HINT),
        "optional": spec.optional or spec.default is not None or (spec.list and not spec.min),
        "element": element,
        **hint,
    }


def _element(spec: FieldSpec, *, value: object) -> Block:
    match spec.type:
        case FieldType.BOOLEAN:
            return _select(spec, _ANSWERS, value=_yes_no(value))
        case FieldType.CHOICE if _selectable(spec.options):
            return _select(spec, spec.options, value=value)
        case FieldType.PERSON:
            return _people(spec, value=value)
        case FieldType.NUMBER if not spec.list:
            return _number(spec, value=value)
        case FieldType.URL if not spec.list:
            return {"type": "url_text_input", **_initial(value)}
        case FieldType.TEXT | FieldType.CHOICE | FieldType.NUMBER | FieldType.URL | FieldType.DATETIME:
            return _text(spec, value=value)
        case FieldType.TABLE:
            return _table(spec, value=value)
        case FieldType.FILE:
            return {"type": _FILE, "max_files": _most_files(spec)}
        case _:
            assert_never(spec.type)


def _text(spec: FieldSpec, *, value: object) -> Block:
    element: Block = {"type": "plain_text_input", "multiline": spec.list, **_initial(value)}
    if spec.list:
        return {**element, "placeholder": _plain("one per line", limit=_SHORT_TEXT)}
    if spec.type is FieldType.DATETIME:
        return {**element, "placeholder": _plain(_MOMENT, limit=_SHORT_TEXT)}
    if spec.type is FieldType.CHOICE:
        return {**element, "placeholder": _plain(f"one of: {', '.join(spec.options)}", limit=_SHORT_TEXT)}
    longest = MAX_INPUT if spec.max is None else min(MAX_INPUT, max(1, int(spec.max)))
    shortest = min(longest, max(0, int(spec.min or 0)))
    return {
        **{key: entry for key, entry in element.items() if key != "initial_value" or len(entry) <= longest},
        "multiline": longest > _SHORT_TEXT,
        "max_length": longest,
        "min_length": shortest,
    }


def _most_files(spec: FieldSpec) -> int:
    return max(1, min(MAX_FILES, int(spec.max or MAX_FILES))) if spec.list else 1


def _file_hint(spec: FieldSpec) -> str:
    return f"{min(most_bytes(spec), MAX_FILE_BYTES)} bytes at most. {_COPY}"


def _table(spec: FieldSpec, *, value: object) -> Block:
    names = " | ".join(column.name for column in spec.columns)
    rows = value if isinstance(value, list | tuple) else ()
    shown = [_row(spec, row) for row in rows if isinstance(row, Mapping)]
    place = _plain(f"one row per line: {names}", limit=_SHORT_TEXT)
    return {"type": "plain_text_input", "multiline": True, "placeholder": place, **_initial(shown)}


def _row(spec: FieldSpec, row: Mapping[str, object]) -> str:
    cells = (_typed(_yes_no(row.get(column.name))) for column in spec.columns)
    return " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells)


def _number(spec: FieldSpec, *, value: object) -> Block:
    bounds = {"min_value": spec.min, "max_value": spec.max}
    limits = {key: format(bound, "f") for key, bound in bounds.items() if bound is not None}
    return {"type": "number_input", "is_decimal_allowed": True, **limits, **_initial(value)}


def _select(spec: FieldSpec, options: Sequence[str], *, value: object) -> Block:
    offered = {option: {"text": _plain(option, limit=MAX_OPTION), "value": option} for option in options}
    chosen = value if isinstance(value, list | tuple) else [value]
    initial = [offered[entry] for entry in chosen if isinstance(entry, str) and entry in offered]
    element: Block = {"type": "static_select", "options": list(offered.values())}
    if spec.list:
        return {**element, "type": "multi_static_select", **({"initial_options": initial} if initial else {})}
    return {**element, **({"initial_option": initial[0]} if initial else {})}


def _people(spec: FieldSpec, *, value: object) -> Block:
    """Return a choice of accounts; it begins with those of a value that are Slack's user ids."""
    chosen = [str(user) for user in (value if isinstance(value, list | tuple) else [value])]
    accounts = [user for user in chosen if _ACCOUNT.fullmatch(user)]
    if spec.list:
        return {"type": "multi_users_select", **({"initial_users": accounts} if accounts else {})}
    return {"type": "users_select", **({"initial_user": accounts[0]} if accounts else {})}


def _selectable(options: Sequence[str]) -> bool:
    return 0 < len(options) <= MAX_OPTIONS and all(len(option) <= MAX_OPTION for option in options)


def _yes_no(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_yes_no(entry) for entry in value]
    return {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else value


def _initial(value: object) -> Block:
    text = "\n".join(map(_typed, value)) if isinstance(value, list | tuple) else _typed(value)
    return {"initial_value": text} if text and len(text) <= MAX_INPUT else {}


def _typed(value: object) -> str:
    match value:
        case None:
            return ""
        case Instant():
            return value.local().isoformat()
        case _:
            return str(value)


def _states(view: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    fields = part(part(view, "state"), "values")
    for name in fields:
        state = part(part(fields, name), ACTION)
        if state:
            yield name, state


def _read(state: Mapping[str, Any]) -> Raw:
    match state.get("type"):
        case "static_select":
            return _text_of(part(state, "selected_option").get("value"))
        case "multi_static_select":
            return [str(option.get("value")) for option in objects(state, "selected_options")]
        case "users_select":
            return _text_of(state.get("selected_user"))
        case "multi_users_select":
            chosen = state.get("selected_users")
            return [str(user) for user in chosen] if isinstance(chosen, list) else []
        case _:
            return _text_of(state.get("value"))


def _text_of(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _label(name: str) -> str:
    words = name.replace("_", " ").strip() or name
    return words[:1].upper() + words[1:]


def _plain(text: str, *, limit: int) -> Block:
    return {"type": "plain_text", "text": cut(text.strip(), limit=limit)}
