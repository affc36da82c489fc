"""Small checks of JSON values, from which the rules of Block Kit are put together.

A check takes a value and the JSON pointer to it, and yields one complaint per thing wrong.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Check: TypeAlias = Callable[[object, str], Iterator[str]]

PLAIN = frozenset({"plain_text"})
ANY_TEXT = frozenset({"plain_text", "mrkdwn"})


@dataclass(frozen=True)
class Shape:
    """What an object may hold, what it must hold, and of which at least one."""

    fields: Mapping[str, Check]
    required: frozenset[str] = frozenset()
    one_of: frozenset[str] = frozenset()

    def complaints(self, value: object, pointer: str) -> Iterator[str]:
        """Yield what is wrong with an object."""
        if not isinstance(value, dict):
            yield complaint("must be an object", pointer)
            return
        for key in value.keys() - self.fields.keys():
            yield complaint(f"invalid additional property: {key}", pointer)
        for key in sorted(self.required - value.keys()):
            yield complaint(f"missing required field: {key}", pointer)
        if self.one_of and not self.one_of & value.keys():
            yield complaint(f"must define one of: {', '.join(sorted(self.one_of))}", pointer)
        for key in value.keys() & self.fields.keys():
            yield from self.fields[key](value[key], f"{pointer}/{key}")


def complaint(message: str, pointer: str) -> str:
    """Word a complaint as Slack does."""
    return f"[ERROR] {message} [json-pointer:{pointer}]"


def string(limit: int, *, low: int = 0) -> Check:
    """Accept a string of at most `limit` characters."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield complaint("must be a string", pointer)
        elif len(value) > limit:
            yield complaint(f"must be less than {limit + 1} characters", pointer)
        elif len(value) < low:
            yield complaint(f"must be more than {low - 1} characters", pointer)

    return check


def constant(*allowed: str) -> Check:
    """Accept one of these strings."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if value not in allowed:
            yield complaint(f"must be one of: {', '.join(allowed)}", pointer)

    return check


def boolean(value: object, pointer: str) -> Iterator[str]:
    """Accept true or false."""
    if not isinstance(value, bool):
        yield complaint("must be a boolean", pointer)


def whole(low: int, high: int) -> Check:
    """Accept a whole number within bounds."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            yield complaint(f"must be an integer from {low} to {high}", pointer)

    return check


def anything(value: object, pointer: str) -> Iterator[str]:
    """Accept whatever is there."""
    del value, pointer
    yield from ()


def array(item: Check, *, high: int, low: int = 1) -> Check:
    """Accept a list of `low` to `high` items that pass."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield complaint("must be an array", pointer)
            return
        if len(value) > high:
            yield complaint(f"no more than {high} items allowed", pointer)
        if len(value) < low:
            yield complaint(f"no less than {low} items allowed", pointer)
        for index, entry in enumerate(value):
            yield from item(entry, f"{pointer}/{index}")

    return check


def text(limit: int, *, kinds: frozenset[str] = PLAIN) -> Check:
    """Accept a text object of one of these kinds, neither empty nor over the limit."""
    shape = Shape(
        fields={
            "type": constant(*sorted(kinds)),
            "text": string(limit, low=1),
            "emoji": boolean,
            "verbatim": boolean,
        },
        required=frozenset({"type", "text"}),
    )
    return shape.complaints


def tagged(shapes: Mapping[str, Shape], *, what: str) -> Check:
    """Accept an object whose `type` names one of these shapes."""

    def check(value: object, pointer: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in shapes:
            yield complaint(f"unsupported type of {what}: {kind}", pointer)
            return
        yield from shapes[kind].complaints(value, pointer)

    return check
