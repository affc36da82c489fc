"""A message laid out as Block Kit.

Rules kept here, from Slack's reference: at most 50 blocks, a text of a section at most 3000 characters, a header 150,
25 buttons in a row, and (not documented, met in practice) about 13,200 characters in all. Text is plain: `&`, `<` and
`>` are escaped, so nothing that people write can mention anybody or pose as a link. Buttons are never dropped; text
that does not fit goes on in further messages, to be put into the message's thread, and the message says so.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.domain.errors import IntegrationError
from engine.ports.shown import Button, Message, Section

Block: TypeAlias = dict[str, Any]

MAX_BLOCKS = 50
MAX_HEADER = 150
MAX_TEXT = 3000
MAX_FALLBACK = 3900
MAX_FOOTER = 2000
MAX_LABEL = 75
MAX_ROW = 25
MAX_TOTAL = 12_500
_PIECE = 2900
MAX_FURTHER = 10
_GOES_ON = "… it goes on in the thread."
_WHERE_MORE = "… cut here; `tocsin status` shows all of it."
_EMPTY = "(no text)"
_LONGEST_ENTITY = 5
_STYLES = frozenset({"primary", "danger"})


@dataclass(frozen=True, slots=True)
class Layout:
    """The blocks of a message, and those of the messages in which its text goes on."""

    blocks: list[Block]
    further: tuple[list[Block], ...] = ()


def laid_out(message: Message, *, called: str = "") -> Layout:
    """Lay a message out; without sections its text is the body, with them the text is for notifications only.

    `called` is who is mentioned, in Slack's markup: the one part that is not plain text.
    """
    head = [_header(message.heading)] if message.heading.strip() else []
    head += [_section(called)] if called else []
    rows = list(_rows(message.buttons))
    foot = [_context(message.footer)] if message.footer.strip() else []
    room = MAX_TOTAL - sum(len(json.dumps(block, ensure_ascii=False)) for block in [*head, *rows, *foot])
    if room < MAX_LABEL or len(head) + len(rows) + len(foot) >= MAX_BLOCKS:
        raise IntegrationError("The message has more buttons than Slack can show.", hint="Ask in several messages.")
    parts = [text for section in message.sections if (text := _section_text(section))] or [escaped(message.text)]
    texts, rest = _body(parts, room=room, blocks=MAX_BLOCKS - len(head) - len(rows) - len(foot))
    body = list(map(_section, texts)) or ([] if head or rows or foot else [_section(_EMPTY)])
    return Layout([*head, *body, *rows, *foot], tuple(_further(rest)))


def fallback(message: Message) -> str:
    """Return the text for notifications."""
    text = message.text.strip() or message.heading.strip() or _EMPTY
    return next(pieces(escaped(text), limit=MAX_FALLBACK), _EMPTY)


def escaped(text: str) -> str:
    """Return plain text as Slack's markup shows it unchanged."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, *, limit: int) -> str:
    """Return the text, shortened with an ellipsis when it is longer than the limit."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def pieces(text: str, *, limit: int) -> Iterator[str]:
    """Split escaped text at lines where possible, never inside an entity; blank pieces are left out."""
    while text:
        end = len(text)
        if end > limit:
            end = text.rfind("\n", 1, limit) + 1 or _outside_entity(text, end=limit)
        if text[:end].strip():
            yield text[:end].rstrip("\n")
        text = text[end:]


def _outside_entity(text: str, *, end: int) -> int:
    start = text.rfind("&", end - _LONGEST_ENTITY, end)
    return start if start > 0 and ";" not in text[start:end] else end


def _section_text(section: Section) -> str:
    heading = [f"*{escaped(section.heading)}*"] if section.heading.strip() else []
    return "\n".join([*heading, *map(escaped, section.lines)]).strip()


def _body(parts: Sequence[str], *, room: int, blocks: int) -> tuple[list[str], list[str]]:
    """Give each part its own block, or, when there are too many, all parts as one text; and what is left over."""
    texts = [piece for part in parts for piece in pieces(part, limit=_PIECE)]
    if len(texts) > blocks or _size(texts) > room:
        texts = list(pieces("\n\n".join(parts), limit=_PIECE))
    if len(texts) <= blocks and _size(texts) <= room:
        return texts, []
    kept, rest = _fitting(texts, room=room - _size([_GOES_ON]), blocks=blocks - 1)
    return [*kept, _GOES_ON], rest


def _fitting(texts: Sequence[str], *, room: int, blocks: int) -> tuple[list[str], list[str]]:
    """Return the texts that fit, the last one perhaps in part, and what is left over."""
    kept: list[str] = []
    rest = list(texts)
    while rest and len(kept) < blocks:
        left = room - _size([*kept, ""])
        if left < MAX_LABEL:
            break
        first, *others = pieces(rest[0], limit=min(left, _PIECE))
        kept.append(first)
        rest[:1] = others
    return kept, rest


def _further(rest: list[str]) -> Iterator[list[Block]]:
    for number in range(1, MAX_FURTHER + 1):
        if not rest:
            return
        kept, rest = _fitting(rest, room=MAX_TOTAL - _size([_WHERE_MORE]), blocks=MAX_BLOCKS - 1)
        last = [_WHERE_MORE] if rest and number == MAX_FURTHER else []
        yield [_section(text) for text in [*kept, *last]]


def _size(texts: Iterable[str]) -> int:
    return sum(len(text) + len("section") + len("mrkdwn") for text in texts)


def _rows(buttons: Sequence[Button]) -> Iterator[Block]:
    counts = Counter(button.action for button in buttons)
    elements = [
        _button(button, action_id=button.action if counts[button.action] == 1 else f"{button.action}:{number}")
        for number, button in enumerate(buttons, start=1)
    ]
    for start in range(0, len(elements), MAX_ROW):
        row = elements[start : start + MAX_ROW]
        yield {"type": "actions", "block_id": f"buttons-{start // MAX_ROW + 1}", "elements": row}


def _button(button: Button, *, action_id: str) -> Block:
    label = {"type": "plain_text", "text": cut(button.label.strip() or button.action, limit=MAX_LABEL)}
    style = {"style": button.style} if button.style in _STYLES else {}
    return {"type": "button", "action_id": action_id, "text": label, "value": button.token, **style}


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": cut(text.strip(), limit=MAX_HEADER)}}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _context(text: str) -> Block:
    shown = next(pieces(escaped(text.strip()), limit=MAX_FOOTER))
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": shown}]}
