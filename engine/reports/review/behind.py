"""What stands behind page one: who did what, approvals, views, phases, and the timeline itself."""

from __future__ import annotations

from typing import Any

from engine.domain import timeline as ev
from engine.domain.lifecycle import SETTLED
from engine.domain.views import VIEW, is_view, role_of, titles
from engine.reports.review.case import Case, at
from engine.reports.tables import filled_tables
from engine.reports.timeline import shown_to_people
from engine.reports.values import span

UNNAMED = ("clock", "engine", "anonymous", "tracker", "chat")


def timeline(case: Case, *, everything: bool = False) -> list[dict[str, Any]]:
    """Return the timeline that people read; `everything`: with what is only the engine's bookkeeping."""
    return [
        {
            "seq": line.seq,
            "at": at(line.at),
            "real_at": at(line.real_at),
            "who": line.actor,
            "text": line.text,
            "phase": line.phase,
            "step": line.step,
            "kind": line.kind,
        }
        for line in (case.lines if everything else shown_to_people(case.lines))
    ]


def who_did_what(case: Case) -> list[dict[str, Any]]:
    """Return how much each person did, by kind, those who did most first."""
    found: dict[str, dict[str, int]] = {}
    for entry in case.entries:
        if entry.actor in UNNAMED:
            continue
        kind = _deed(entry.event)
        if kind:
            row = found.setdefault(entry.actor, {"answers": 0, "approvals": 0, "declines": 0, "other": 0})
            row[kind] += 1
    rows = [{"who": case.name(person), **counts} for person, counts in found.items()]
    return sorted(rows, key=lambda row: -(row["answers"] + row["approvals"] + row["declines"] + row["other"]))


def _deed(event: ev.Event) -> str:
    match event:
        case ev.AskAnswered(verdict="approve"):
            return "approvals"
        case ev.AskAnswered(verdict="decline"):
            return "declines"
        case ev.AskAnswered():
            return "answers"
        case ev.AnswerRefused() | ev.FileKept():
            return ""
        case ev.InputEvent():
            return "other"
        case _:
            return ""


def approvals(case: Case) -> dict[str, list[dict[str, Any]]]:
    """Return the approvals that were given, declined and refused, each with who, when and what exactly."""
    found: dict[str, list[dict[str, Any]]] = {"given": [], "declined": [], "refused": []}
    for entry in case.entries:
        event = entry.event
        row = {"seq": entry.seq, "at": at(entry.at), "who": case.name(entry.actor)}
        match event:
            case ev.AskAnswered() if (
                event.ask in case.incident.asks and case.incident.asks[event.ask].kind == "approval"
            ):
                ask = case.incident.asks[event.ask]
                kind = "given" if event.verdict == "approve" else "declined"
                reason = case.reader.of_step(ask.step, event.reason)
                what = f"{case.title(ask.step)}{' (somebody went ahead alone)' if ask.ratifies else ''}"
                found[kind].append({**row, "what": what, "digest": ask.digest, "why": reason})
            case ev.AnswerRefused():
                found["refused"].append({**row, "what": case.title(event.step or ""), "why": event.message})
            case _:
                continue
    return found


def views(case: Case) -> list[dict[str, Any]]:
    """Return the views of consulted roles, and the decisions that were made without one."""
    rows = []
    for entry in case.of(ev.AskAnswered):
        event: Any = entry.event
        instance, roles = event.ask.partition(".")[0], tuple(event.without)
        said = case.reader.of_step(instance, str(event.values.get(VIEW, "")) or event.reason)
        row = {"seq": entry.seq, "at": at(entry.at), "who": case.name(entry.actor), "what": case.title(instance)}
        if is_view(event.ask):
            rows.append({**row, "role": titles(case.plan, (role_of(event.ask),)), "view": said})
        rows += [{**row, "role": titles(case.plan, (role,)), "view": "decided without it"} for role in roles]
    return rows


def tables(case: Case) -> list[dict[str, Any]]:
    """Return every table that people filled in and the reader may see."""
    found = filled_tables(case.plan, case.incident, may_see=case.reader.may_see)
    return [
        {
            "step": table.step,
            "title": f"{case.title(table.step)}: {table.field.replace('_', ' ')}",
            "columns": list(table.columns),
            "rows": [list(row) for row in table.rows],
        }
        for table in found
    ]


def phases(case: Case) -> list[dict[str, Any]]:
    """Return when each phase opened and settled, how long it took, and how its steps ended."""
    rows = []
    for phase in case.plan.phases:
        known = case.incident.phases.get(phase.id)
        entries = [entry for step, entry in case.steps() if step.phase == phase.id]
        ended = {state.value: sum(entry.status is state for entry in entries) for state in SETTLED}
        settled = known.settled_at if known else None
        rows.append(
            {
                "phase": phase.id,
                "opened": at(known.opened_at) if known else None,
                "settled": at(settled),
                "took": span(settled - known.opened_at) if known and settled else None,
                "steps": len(entries),
                "ended": {state: count for state, count in sorted(ended.items()) if count},
            }
        )
    return rows
