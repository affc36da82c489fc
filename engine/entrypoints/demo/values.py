"""What somebody of the cast writes into a field, as its form or its ticket describes it.

Rule kept here: what the script knows of a field comes first; everything else is made up from what is shown: its kind,
its options and its hint. Of a file the script knows the name; it is given as a file, never typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Told = Mapping[str, object]
LINK = "https://intranet.example.com/records/4711"
SENTENCE = "Done as described; the record is kept with the incident."
FILE = "file"
_KEPT_OUT = re.compile(r"^\* No file for (?P<names>.+?) belongs here:", re.MULTILINE)
_TABLE = "table, a line for each row: "
_LINE = re.compile(r"^\*\*\s+(?P<name>\w+)\s+\((?P<what>.*?)(?P<optional>, optional)?\)(?::.*)?$")


def for_modal(view: Mapping[str, Any], told: Told, *, now: str) -> dict[str, object]:
    """Return a value for each field of a form that has to be filled, and for each that the script knows.

    Of a file it is the name: it has to be given first.
    """
    values: dict[str, object] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        name = str(block["block_id"])
        if name in told:
            values[name] = told[name]
        elif not block.get("optional") and not _filled(block["element"]):
            values[name] = _made_up(block["element"], now=now)
    return values


def files_of(view: Mapping[str, Any], values: Mapping[str, object]) -> list[str]:
    """Return the fields of a form that are filled with files."""
    elements = {str(block["block_id"]): block["element"] for block in view["blocks"] if block["type"] == "input"}
    return [name for name in values if elements[name]["type"] == "file_input"]


def for_ticket(description: str, told: Told, *, now: str) -> tuple[dict[str, str], list[str]]:
    """Return a value for each field that a ticket asks for, and the names of the files that are attached to it."""
    values: dict[str, str] = {}
    files: list[str] = []
    for found in filter(None, map(_LINE.match, description.replace("\\", "").splitlines())):
        name, is_file = found["name"], found["what"].startswith(FILE)
        if is_file and (name in told or not found["optional"]):
            files.append(str(told.get(name) or f"{name}.pdf"))
            values[name] = files[-1]
        elif name in told:
            values[name] = str(told[name])
        elif not found["optional"]:
            values[name] = _from_words(found["what"], now=now)
    return values, files


def kept_out(description: str) -> set[str]:
    """Return the fields whose files do not belong into a ticket, as it says."""
    found = _KEPT_OUT.search(description.replace("\\", ""))
    return set(found["names"].split(" and ")) if found else set()


def received(name: str) -> bytes:
    """Return what stands in a file of that name."""
    return f"%PDF-1.4\n% {name}: received, with thanks. Invented, as everything here.\n".encode()


def _filled(element: Mapping[str, Any]) -> bool:
    return any(key.startswith("initial_") and element[key] for key in element)


def _made_up(element: Mapping[str, Any], *, now: str) -> object:
    match element["type"]:
        case "static_select":
            return element["options"][0]["value"]
        case "multi_static_select":
            return [element["options"][0]["value"]]
        case "number_input":
            return str(element.get("min_value", "1"))
        case "url_text_input":
            return LINK
        case "file_input":
            return "receipt.pdf"
        case "users_select":
            return "U0ANA"
        case "multi_users_select":
            return ["U0ANA"]
        case _:
            placeholder = str((element.get("placeholder") or {}).get("text", ""))
            return now if re.match(r"\d{4}-", placeholder) else SENTENCE


def _from_words(what: str, *, now: str) -> str:
    if what.startswith(_TABLE):
        columns = what.removeprefix(_TABLE).split(" | ")
        return " | ".join(_cell(column.removesuffix(" (optional)").partition(": ")[2], now=now) for column in columns)
    kind, _, options = what.partition(" of: ")
    if options:
        return options.split(", ")[0]
    match kind.partition(",")[0]:
        case "number":
            return "1"
        case "yes or no":
            return "yes"
        case "date and time with its zone":
            return now
        case "address":
            return LINK
        case "person":
            return "ana"
        case _:
            return SENTENCE


def _cell(kind: str, *, now: str) -> str:
    return kind.partition("/")[0] if "/" in kind else _from_words(kind, now=now)
