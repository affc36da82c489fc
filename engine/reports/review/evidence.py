"""The evidence of an incident: what was captured or registered, and what people gave, each with its custody.

Rules kept here: every item has its hash, and whether its bytes still have it is looked at anew; what a reader may not
see is not listed. Files of timelines that are older than custody are listed by the answer they were part of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.fields import FieldType
from engine.domain.values import decode
from engine.reports.review.case import Case, at

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = "not verifiable"


def evidence(case: Case) -> list[dict[str, Any]]:
    """Return every evidence item with its hash, and whether its bytes still have it."""
    kept = list(_kept(case))
    known = {(row["step"], row["field"], row["sha256"]) for row in kept}
    older = [row for row in _answered(case) if (row["step"], row["field"], row["sha256"]) not in known]
    return [*_gathered(case), *kept, *older]


def _gathered(case: Case) -> Iterator[dict[str, Any]]:
    for step, entry in case.steps():
        if step.action not in ("evidence.capture", "evidence.add") or not entry.output:
            continue
        output: Any = decode(entry.output)
        for item in output.get("items") or ():
            yield {
                "step": entry.id,
                "outcome": str(output.get("outcome", "added")),
                "kind": str(item["kind"]),
                "sha256": str(item["sha256"]),
                "size": str(item["size"]),
                "from": str(item["url"]),
                "captured_at": str(item["captured_at"]),
                "state": case.checks.get(str(item["sha256"]), UNKNOWN),
            }


def _kept(case: Case) -> Iterator[dict[str, Any]]:
    """Yield the files whose custody is on the timeline."""
    for entry in case.of(ev.FileKept):
        event: Any = entry.event
        if case.reader.closed(event.ask, event.field) is None:
            given = {"name": event.name, "sha256": event.sha256, "size": event.size}
            yield {
                **_row(case, event.ask.partition(".")[0], event.field, given, when=at(entry.at)),
                "media_type": event.media_type,
                "by": case.name(event.by),
                "via": event.via,
                "manifest": event.manifest,
                "manifest_state": case.checks.get(event.manifest, UNKNOWN),
            }


def _answered(case: Case) -> Iterator[dict[str, Any]]:
    """Yield the files that answers hold."""
    for step, entry in case.steps():
        for name, spec in step.form.items():
            value = case.raw_of(step, entry, name) if spec.type is FieldType.FILE else None
            known: Any = decode(value) if value is not None else []
            for item in known if isinstance(known, list) else [known]:
                yield _row(case, entry.id, name, item, when=at(entry.settled_at))


def _row(case: Case, step: str, field: str, item: dict[str, Any], *, when: str | None) -> dict[str, Any]:
    return {
        "step": step,
        "outcome": "given",
        "kind": "file",
        "field": field,
        "sha256": str(item["sha256"]),
        "size": str(item["size"]),
        "from": str(item["name"]),
        "captured_at": when,
        "state": case.checks.get(str(item["sha256"]), UNKNOWN),
    }
