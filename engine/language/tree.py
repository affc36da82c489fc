"""Bytes to a tree of YAML 1.2 nodes, each with its place; what is wrong becomes problems, never a traceback.

Rules kept here: nodes are built from the parser's events, without recursion, so depth and size are bounded event by
event; anchors, aliases, tags, second documents and duplicate keys are refused; a scalar means what YAML 1.2 says
(`no` is a word, a date is a text); a number keeps its value exactly or is refused; a character that programs
disagree about is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import yaml
from yaml._yaml import Mark as _CMark

from engine.language.marks import Mark, Rule, problem
from engine.language.scalars import ScalarError, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.problem import Problem

MAX_BYTES = 1_048_576
MAX_DEPTH = 64
MAX_NODES = 20_000

NOT_TEXT = Rule("PB001", "The file is UTF-8 text without characters that programs read differently.")
TOO_BIG = Rule("PB002", "The file is at most 1 MiB, 64 levels deep and 20,000 nodes long.")
BAD_YAML = Rule("PB003", "The file is YAML.")
NO_ALIAS = Rule("PB004", "Nothing is anchored or repeated by alias.")
NO_TAG = Rule("PB005", "Nothing has a tag.")
ONE_DOCUMENT = Rule("PB006", "The file holds one document.")
DUPLICATE_KEY = Rule("PB007", "A mapping has each key once.")
ODD_KEY = Rule("PB008", "A key is plain text.")
ODD_SCALAR = Rule("PB009", "A number can be kept exactly.")
EMPTY_FILE = Rule("PB010", "The file holds a playbook.")
EMPTY_VALUE = Rule("PB011", "A key has a value.")
RULES = (
    NOT_TEXT, TOO_BIG, BAD_YAML, NO_ALIAS, NO_TAG, ONE_DOCUMENT, DUPLICATE_KEY, ODD_KEY, ODD_SCALAR, EMPTY_FILE,
    EMPTY_VALUE,
)  # fmt: skip

Plain: TypeAlias = "str | bool | int | float | list[Plain] | dict[str, Plain] | None"

_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udfff]")


@dataclass(slots=True)
class Scalar:
    """A single value; `empty` when nothing at all is written."""

    mark: Mark
    value: str | bool | int | float | None
    empty: bool = False


@dataclass(slots=True)
class Sequence:
    """A list."""

    mark: Mark
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """A mapping; `keys` says where each key is written."""

    mark: Mark
    items: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Mark] = field(default_factory=dict)
    pending: str | None = None


Node: TypeAlias = "Scalar | Sequence | Mapping"


class _StopReading(Exception):  # noqa: N818 ends the reading, its cause is already noted
    """Nothing after this can be trusted."""


def read_tree(data: bytes, *, path: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Return the tree of a file, or None where none can be made, and what is wrong with the YAML."""
    reader = _Reader(path)
    try:
        text = reader.text(data)
        reader.read(text)
    except _StopReading:
        return None, tuple(reader.problems)
    return reader.root, tuple(reader.problems)


def plain(node: Node) -> Plain:
    """Return a tree as ordinary lists, dictionaries and scalars."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case _:
            return {key: plain(item) for key, item in node.items.items()}


def find(node: Node, loc: tuple[str | int, ...]) -> tuple[Node, Mark]:
    """Return the nearest node on the way to `loc` and the place of its key; segments that lead nowhere are skipped."""
    mark = node.mark
    for segment in loc:
        if isinstance(node, Mapping) and segment in node.items:
            mark = node.keys[str(segment)]
            node = node.items[str(segment)]
        elif isinstance(node, Sequence) and isinstance(segment, int) and segment < len(node.items):
            node = node.items[segment]
            mark = node.mark
    return node, mark


def walk(node: Node, loc: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Yield every node with what leads to it."""
    yield loc, node
    match node:
        case Mapping():
            for key, item in node.items.items():
                yield from walk(item, (*loc, key))
        case Sequence():
            for index, item in enumerate(node.items):
                yield from walk(item, (*loc, index))
        case _:
            return


class _Reader:
    """Turns events into nodes with a stack of open collections."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._stack: list[Sequence | Mapping] = []
        self._count = 0
        self._documents = 0

    def text(self, data: bytes) -> str:
        """Return the text of a file, without a byte order mark at its start."""
        if len(data) > MAX_BYTES:
            self._stop(TOO_BIG, Mark(), f"The file has more than {MAX_BYTES:,} bytes.", "Split it.")
        try:
            text = data.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8")
            hint = f"It begins like {looks}. Save it as UTF-8." if (looks := _encoding(data)) else "Save it as UTF-8."
            self._stop(NOT_TEXT, _mark_at(before), "The file is not UTF-8 text from here on.", hint)
        if match := _REFUSED.search(text):
            code = f"U+{ord(match[0]):04X}"
            hint = "Delete it; where it is wanted, write it as an escape in double quotes."
            self._stop(NOT_TEXT, _mark_at(text[: match.start()]), f"The file holds the character {code} here.", hint)
        return text

    def read(self, text: str) -> None:
        try:
            for event in yaml.parse(text, Loader=yaml.CLoader):
                self._take(event)
        except yaml.YAMLError as error:
            mark = _mark_of(getattr(error, "problem_mark", None))
            reason = str(getattr(error, "problem", None) or "it cannot be read")
            self._stop(BAD_YAML, mark, f"This is not YAML: {reason}.", _yaml_hint(reason))
        if self.root is None:
            self._stop(EMPTY_FILE, Mark(), "The file is empty.", "Start with `tocsin: 1`.")

    def _take(self, event: yaml.Event) -> None:
        # The most frequent events come first: this is where reading spends its time.
        match event:
            case yaml.ScalarEvent():
                mark = _mark_of(event.start_mark)
                self._refuse_extras(event.anchor, event.tag, mark)
                self._scalar(event, mark)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._stack.pop()
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                mark = _mark_of(event.start_mark)
                self._refuse_extras(event.anchor, event.tag, mark)
                self._open(Sequence(mark) if isinstance(event, yaml.SequenceStartEvent) else Mapping(mark), mark)
            case yaml.AliasEvent():
                mark = _mark_of(event.start_mark)
                self._note(NO_ALIAS, mark, f"*{event.anchor} repeats another part of the file.", "Write it out.")
                self._add(Scalar(mark, event.anchor), mark)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    mark = _mark_of(event.start_mark)
                    self._stop(ONE_DOCUMENT, mark, "A second document starts here.", "Give each playbook its own file.")
            case _:
                pass

    def _scalar(self, event: yaml.ScalarEvent, mark: Mark) -> None:
        parent = self._stack[-1] if self._stack else None
        if isinstance(parent, Mapping) and parent.pending is None:
            if not event.style and not _is_text(event.value):
                hint = "Put it in quotes." if event.value else "Write the key before the colon."
                self._note(ODD_KEY, mark, f"The key {event.value or 'here'} is not text.", hint)
            self._key(parent, event.value, mark)
            return
        plain_style = not event.style
        try:
            value = resolve(event.value) if plain_style else event.value
        except ScalarError as error:
            self._note(ODD_SCALAR, mark, str(error), "Put it in quotes if it is a text.")
            value = event.value
        self._add(Scalar(mark, value, empty=plain_style and event.value == ""), mark)

    def _key(self, parent: Mapping, key: str, mark: Mark) -> None:
        if key in parent.items:
            first = parent.keys[key].line
            self._note(DUPLICATE_KEY, mark, f"{key!r} is already given in line {first}.", "Keep one of the two.")
        parent.pending = key
        parent.keys.setdefault(key, mark)
        self._count += 1

    def _open(self, node: Sequence | Mapping, mark: Mark) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._stop(TOO_BIG, mark, f"This is more than {MAX_DEPTH} levels deep.", "Write it flatter.")
        parent = self._stack[-1] if self._stack else None
        if isinstance(parent, Mapping) and parent.pending is None:
            self._stop(
                ODD_KEY, mark, "A list or mapping cannot be a key.", 'Text with {{ }} is put in quotes: "{{ x }}".'
            )
        self._add(node, mark)
        self._stack.append(node)

    def _add(self, node: Node, mark: Mark) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            self._stop(TOO_BIG, mark, f"The file has more than {MAX_NODES} nodes.", "Split it.")
        match self._stack[-1] if self._stack else None:
            case None:
                self.root = node
            case Sequence() as parent:
                parent.items.append(node)
            case Mapping(pending=None) as parent:
                self._note(ODD_KEY, mark, "This cannot be a key.", "Write the key as plain text.")
                parent.pending = f"<line {mark.line}>"
                parent.keys[parent.pending] = mark
            case parent:
                # Of a duplicate key the first value stays; its problem is already noted.
                parent.items.setdefault(str(parent.pending), node)
                parent.pending = None

    def _refuse_extras(self, anchor: str | None, tag: str | None, mark: Mark) -> None:
        if anchor is not None:
            self._note(NO_ALIAS, mark, f"&{anchor} anchors a part of the file.", "Write it out where it is needed.")
        if tag is not None:
            self._note(NO_TAG, mark, f"{tag} is a tag.", "Leave it out; quotes make a text.")

    def _note(self, rule: Rule, mark: Mark, message: str, hint: str) -> None:
        self.problems.append(problem(rule, mark, path=self.path, message=message, hint=hint))

    def _stop(self, rule: Rule, mark: Mark, message: str, hint: str) -> None:
        self._note(rule, mark, message, hint)
        raise _StopReading


def _encoding(data: bytes) -> str:
    """Return what a file that is not UTF-8 seems to be, by its first bytes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    return "a compressed file" if data.startswith((b"PK\x03\x04", b"\x1f\x8b")) else ""


def _mark_of(place: yaml.error.Mark | _CMark | None) -> Mark:
    return Mark() if place is None else Mark(place.line + 1, place.column + 1)


def _mark_at(before: str) -> Mark:
    lines = re.split(r"\r\n|\r|\n", before)
    return Mark(len(lines), len(lines[-1]) + 1)


def _is_text(plain_scalar: str) -> bool:
    try:
        return isinstance(resolve(plain_scalar), str)
    except ScalarError:
        return False


def _yaml_hint(reason: str) -> str:
    if "mapping values are not allowed" in reason:
        return "A text with a colon is put in quotes."
    if "tab" in reason:
        return "Indent with spaces; a tab stands here, or just before."
    if "Unicode character escape" in reason:
        return "Write the character itself; halves of a pair, as JSON writes some, are no characters in YAML."
    if "found character" in reason:
        return "Indent with spaces, and put a text that starts with @, ` or % in quotes."
    return "Look at the indentation and the quotes just before."
