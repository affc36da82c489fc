"""The report as Markdown: the same content, for wikis and pull requests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from engine.reports.review.html import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Local = "Callable[[str | None], str]"


def markdown(report: Mapping[str, Any]) -> str:
    """Return the report as Markdown."""
    local = partial(moment, zone=report["page_one"]["head"]["zone"])
    without = report["page_one_says"]["not_moments"]
    return "\n".join([*_page_one(report["page_one"], local, without=without), *_behind(report, local)]) + "\n"


def _page_one(one: Mapping[str, Any], local: Callable[[str | None], str], *, without: Sequence[str]) -> Iterator[str]:
    head = one["head"]
    if head["exercise"]:
        yield from ("> **EXERCISE, story clock**: nothing in this report happened to real people.", "")
    severity = f" · {head['severity']['final']}" if head["severity"] else ""
    yield from (f"# {head['incident']}: {_safe(head['title'])}", "")
    yield f"Post-incident review · {head['state']}{severity} · {head['playbook']} v{head['version']} · {head['zone']}"
    withheld = head["withheld"]
    yield f"{withheld['privileged']} privileged and {withheld['restricted']} restricted entries are withheld."
    yield from ("", "## What happened", "", *map(_safe, one["happened"]), "", "## Times", "")
    moments = {name: at for name, at in one["times"]["moments"].items() if at or name not in without}
    yield from _table(("what", "when"), [(name, local(at)) for name, at in moments.items()])
    yield from (f"- {name}: **{length}**" for name, length in one["times"]["lengths"].items() if length)
    yield from ("", "## Duties", "")
    yield from _table(
        ("duty", "applies", "clock started", "due", "filed", "margin", "reference, reason"),
        [
            (
                row["duty"],
                row["applies"],
                local(row["clock_started"]),
                local(row["due"]),
                local(row["filed"]),
                row["margin"] or "-",
                f"{row['reference']} {row['reason']}",
            )
            for row in one["duties"]
        ],
    )
    yield from ("", "## Decisions that mattered", "")
    yield from (
        f"- {_safe(row['what'])} ({row['who']}, {local(row['at'])}, event {row['seq']}): {_safe(row['why'])}"
        for row in one["decisions"]
    )
    yield from ("", "## Promises", "")
    promised = one["promises"]
    yield f"{promised['met']} met, **{promised['missed']} missed**, {promised['open']} open"
    yield from (f"- **{_safe(row['title'])}: missed by {row['by']}**" for row in promised["missed_ones"])
    yield from ("", "## What we learned", "")
    yield from (f"- {name}: {_safe(text)}" for name, texts in one["learned"].items() for text in texts)
    yield from ("", "## What changes", "")
    yield from (f"- {_safe(item)}" for item in one["changes"]["actions"])
    yield from (f"- {_safe(row['title'])}: {row['owner']}, {local(row['due'])}" for row in one["changes"]["follow_ups"])
    yield from _trust(one["trust"])


def _trust(trust: Mapping[str, Any]) -> Iterator[str]:
    good = "the chain verifies" if trust["verified"] else f"**it does not fit at event {trust['mismatch']['seq']}**"
    yield from ("", "## Trust in this page", "")
    yield f"{trust['events']} events; {good}; head `{trust['head']}`. Check it: `{trust['how']}`."


def _behind(report: Mapping[str, Any], local: Callable[[str | None], str]) -> Iterator[str]:
    yield from ("", "## Targets", "")
    yield from _table(
        ("what", "due", "done", "outcome"),
        [(row["title"], local(row["due"]), local(row["done"]), _outcome(row)) for row in report["targets"]],
    )
    for kind, rows in report["approvals"].items():
        yield from ("", f"## Approvals {kind}", "")
        yield from (f"- {local(row['at'])} {row['who']}: {_safe(row['what'])} {_safe(row['why'])}" for row in rows)
    yield from ("", "## Tickets", "")
    yield from (f"- [{row['key']}]({row['url']}) {_safe(row['for'])}" for row in report["tickets"])
    if report["views"]:
        yield from ("", "## Views", "")
        yield from _table(
            ("what", "view of", "when", "who", "view"),
            [(row["what"], row["role"], local(row["at"]), row["who"], row["view"]) for row in report["views"]],
        )
    for table in report["tables"]:
        yield from ("", f"## {_safe(table['title'])}", "")
        yield from _table(table["columns"], table["rows"])
    yield from ("", "## Evidence", "")
    yield from _table(
        ("kind", "from", "SHA-256", "now"),
        [(row["kind"], _origin(row, local), row["sha256"], row["state"]) for row in report["evidence"]],
    )
    yield from _controls(report["controls"], local)
    for name, rows in report["review_answers"].items():
        yield from ("", f"## Review: {name}", "")
        yield from (f"- {_safe(row['question'])} {_safe(row['answer'])} ({row['who']})" for row in rows)
    yield from ("", "## Timeline", "")
    yield from _table(
        ("event", "when", "who", "what"),
        [(str(row["seq"]), local(row["at"]), row["who"] or "Tocsin", row["text"]) for row in report["timeline"]],
    )


def _origin(row: Mapping[str, Any], local: Callable[[str | None], str]) -> str:
    """Return where an item is from, with who gave it, how and when, and what describes it."""
    if "manifest_state" not in row:
        return str(row["from"])
    given = f"given by {row['by']} ({row['via']}) {local(row['captured_at'])}"
    return f"{row['from']}, {row['media_type']}, {given}; manifest {row['manifest'][:12]}..., {row['manifest_state']}"


def _controls(rows: Sequence[Mapping[str, Any]], local: Callable[[str | None], str]) -> Iterator[str]:
    if not rows:
        return
    yield from ("", "## Controls", "")
    yield from _table(
        ("control", "what it asks for", "done", "steps"),
        [
            (
                row["control"],
                row["title"],
                f"{row['done']} of {row['of']}",
                "; ".join(_step(step, local) for step in row["steps"]),
            )
            for row in rows
        ],
    )


def _step(step: Mapping[str, Any], local: Callable[[str | None], str]) -> str:
    said = f"{step['who']}, {local(step['at'])}" if step["who"] else step["state"]
    return f"{step['title']} ({said})"


def _outcome(row: Mapping[str, Any]) -> str:
    called = f"; called: {', '.join(row['called'])}" if row.get("called") else ""
    return f"{row['outcome']} {row['by'] or ''}".strip() + called


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(_safe(name) for name in head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(_safe(cell) for cell in row)} |"


def _safe(text: str) -> str:
    """Return text that stays text: on one line, and without marks that Markdown would act on."""
    flat = " ".join(str(text).split())
    return flat.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[").replace("`", "'")
