"""Jira's wiki markup as HTML: headings, lists, tables, quotes, code and links."""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from integrations.sandbox.page.mrkdwn import anchor

_INLINE = re.compile(r"((?<!\\)\{\{.+?\}\}|(?<!\\)\[[^\[\]\n]+\]|https?://[^\s|\]]+[^\s|\].,;:!?)])")
_ESCAPED = re.compile(r"\\([^\w\s&])")
_COLOUR = re.compile(r"(?<!\\)\{color:[#\w]+\}(.*?)(?<!\\)\{color\}")
_MARKS = (
    ("(/)", "<span class=yes>\u2713</span>"),
    ("(x)", "<span class=no>\u2717</span>"),
    ("(!)", "<strong>!</strong>"),
)
_STYLES = (
    (re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w-])-(\S(?:[^-\n]*\S)?)-(?![\w-])"), r"<s>\1</s>"),
)
_HEADING = re.compile(r"h([1-6])\.\s+(.*)")
_ITEM = re.compile(r"([*#-]+)\s+(.*)")
_FENCE = re.compile(r"\{(code|noformat|quote|panel)[^}]*\}")


def rendered(text: str | None) -> Markup:
    """Render wiki markup."""
    lines = (text or "").replace("\r\n", "\n").split("\n")
    return Markup("\n".join(_blocks(lines)))  # noqa: S704 - every part was escaped on the way


def _blocks(lines: list[str]) -> Iterator[str]:
    index = 0
    while index < len(lines):
        line = lines[index].strip()
        end = _end_of_block(lines, start=index)
        yield _block(line, lines=[entry.strip() for entry in lines[index:end]])
        index = end


def _end_of_block(lines: list[str], *, start: int) -> int:
    first = lines[start].strip()
    if _FENCE.fullmatch(first):
        closing = (
            n for n in range(start + 1, len(lines)) if lines[n].strip() == first.partition(":")[0].rstrip("}") + "}"
        )
        return next(closing, len(lines) - 1) + 1
    kind = _kind(first)
    end = start + 1
    while kind in ("list", "table", "text") and end < len(lines) and _kind(lines[end].strip()) == kind:
        end += 1
    return end


def _kind(line: str) -> str:
    if not line:
        return "gap"
    if _HEADING.fullmatch(line):
        return "heading"
    if _FENCE.fullmatch(line):
        return "fence"
    if line.startswith("----"):
        return "rule"
    if line.startswith("|"):
        return "table"
    return "list" if _ITEM.fullmatch(line) else "text"


def _block(first: str, *, lines: list[str]) -> str:
    match _kind(first):
        case "gap":
            return ""
        case "rule":
            return "<hr>"
        case "heading":
            found = _HEADING.fullmatch(first)
            return f"<h4>{_inline(found[2])}</h4>" if found else ""
        case "fence":
            return _fenced(first, lines=lines[1:-1])
        case "list":
            return _list(lines)
        case "table":
            return f"<table>{''.join(_row(line) for line in lines)}</table>"
        case _:
            return f"<p>{'<br>'.join(_inline(line) for line in lines)}</p>"


def _fenced(first: str, *, lines: list[str]) -> str:
    if first.startswith(("{code", "{noformat")):
        return f"<pre>{escape(chr(10).join(lines))}</pre>"
    return f"<blockquote>{'<br>'.join(_inline(line) for line in lines)}</blockquote>"


def _list(lines: list[str]) -> str:
    items = []
    for line in lines:
        found = _ITEM.fullmatch(line)
        if found:
            items.append(f'<li class="depth{len(found[1])}">{_inline(found[2])}</li>')
    tag = "ol" if lines[0].startswith("#") else "ul"
    return f"<{tag}>{''.join(items)}</{tag}>"


def _row(line: str) -> str:
    tag, mark = ("th", "||") if line.startswith("||") else ("td", "|")
    cells = line.strip("|").split(mark)
    return f"<tr>{''.join(f'<{tag}>{_inline(cell.strip())}</{tag}>' for cell in cells)}</tr>"


def _inline(text: str) -> str:
    return "".join(_piece(part) for part in _INLINE.split(text) if part)


def _piece(part: str) -> str:
    if part.startswith("{{"):
        return f"<code>{escape(part[2:-2])}</code>"
    if part.startswith("["):
        label, _, target = part[1:-1].rpartition("|")
        return anchor(target, label=label or target)
    if part.startswith(("http://", "https://")):
        return anchor(part, label=part)
    styled = _COLOUR.sub(r"<small class=faint>\1</small>", str(escape(part)))
    for mark, shown in _MARKS:
        styled = re.sub(rf"(?<!\\){re.escape(mark)}", shown, styled)
    styled = _ESCAPED.sub(lambda found: f"&#{ord(found[1])};", styled)
    for pattern, replacement in _STYLES:
        styled = pattern.sub(replacement, styled)
    return styled
