"""What was owed: duties of the law and of contracts, decisions that mattered, promises between people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.incident import base_id
from engine.domain.plan import StepKind
from engine.domain.views import VIEW, is_view
from engine.reports.clocks import clocks
from engine.reports.phrases import lead
from engine.reports.review import places
from engine.reports.review.case import Case, at
from engine.reports.values import span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.domain.ask import Ask

MOST_DECISIONS = 6
NOT_ASKED_FOR = "what was answered does not ask for it"
ANSWERED = frozenset({"answered", "declined", "approved"})
ENDED = {"failed": ", and it failed", "unconfirmed": ", and nobody can tell whether it was done"}


def duties(case: Case) -> list[dict[str, Any]]:
    """Return a row for each law or contract that was considered, the declined ones too."""
    return [*_clocks(case), *_laws(case), *_insurer(case)]


def _clocks(case: Case) -> Iterator[dict[str, Any]]:
    """Yield each duty of a clock that began; what is not plain hours is for counsel to say."""
    for clock in clocks(case.plan, case.incident, may_see=case.reader.may_see):
        for duty in clock["duties"]:
            due, filed = _due_in_hours(clock, duty), _instant(duty["fulfilled"])
            yield {
                "duty": f"{clock['name']}: {duty['title']}",
                "applies": _applies(clock, duty),
                "decided_by": case.name(clock["by"]) if clock["by"] else "",
                "clock_started": clock["began"],
                "due": at(due),
                "filed": duty["fulfilled"],
                "margin": _margin(due, filed),
                "late": bool(due and filed and filed > due),
                "reference": case.answer(duty["step"], places.REFERENCE) if duty["step"] else "",
                "reason": "" if duty["asked_for"] else NOT_ASKED_FOR,
            }


def _applies(clock: Mapping[str, Any], duty: Mapping[str, Any]) -> str:
    """Return whether a duty is owed; what was done for a law whose clock never began is not said to be."""
    if not duty["asked_for"]:
        return "no"
    return "yes" if clock["began"] or clock["kept"] else "no clock began"


def _due_in_hours(clock: Mapping[str, Any], duty: Mapping[str, Any]) -> datetime | None:
    hours = places.HOURS.get(f"{clock['regime']}.{duty['stage']}")
    began = _instant(clock["began"])
    return began + timedelta(hours=hours) if began and hours else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _laws(case: Case) -> Iterator[dict[str, Any]]:
    step = case.plan.steps.get(places.DUTIES)
    ask = case.incident.asks.get(case.incident.step(places.DUTIES).ask or "")
    if step is None or ask is None or ask.last is None:
        return
    told = {clock["regime"] for clock in clocks(case.plan, case.incident, may_see=case.reader.may_see)}
    for law, (title, hours) in places.LAWS.items():
        applies = case.answer(places.DUTIES, f"{law}_applies")
        if not applies or law.replace("_", "-") in told:
            continue
        started = case.moment(places.DUTIES, f"{law}_clock_started")
        due = started + timedelta(hours=hours) if started and hours else None
        filed = case.moment(places.FILED, "submitted_at") if law in places.FILED_LAWS and applies == "yes" else None
        yield {
            "duty": title,
            "applies": applies,
            "decided_by": case.name(ask.last.by),
            "clock_started": at(started),
            "due": at(due),
            "filed": at(filed),
            "margin": _margin(due, filed),
            "late": bool(due and filed and filed > due),
            "reference": case.answer(places.FILED, "reference") if filed else "",
            "reason": case.answer(places.DUTIES, f"{law}_reason"),
        }


def _insurer(case: Case) -> Iterator[dict[str, Any]]:
    ask = next((known for known in case.incident.asks.values() if base_id(known.step) == places.INSURER), None)
    if ask is None:
        return
    filed = ask.closed_at if ask.outcome == "answered" else None
    yield {
        "duty": "Contracts and insurer",
        "applies": "yes",
        "decided_by": case.name(ask.last.by) if ask.last else "",
        "clock_started": at(ask.opened_at),
        "due": at(ask.due),
        "filed": at(filed),
        "margin": _margin(ask.due, filed),
        "late": bool(ask.due and filed and filed > ask.due),
        "reference": case.answer(places.INSURER, "insurer_reference"),
        "reason": "",
    }


def decisions(case: Case) -> list[dict[str, Any]]:
    """Return the decisions that mattered: those that must be told by rule, then the others, six in all."""
    by_rule = list(_by_rule(case))
    others = [row for row in _answered_decisions(case) if len(by_rule) < MOST_DECISIONS]
    return [*by_rule, *others[: max(0, MOST_DECISIONS - len(by_rule))]]


def _by_rule(case: Case) -> Iterator[dict[str, Any]]:
    for entry in case.entries:
        event = entry.event
        match event:
            case ev.AskAnswered() if event.ask in case.incident.asks and case.incident.asks[event.ask].ratifies:
                what = "objected to going ahead alone" if event.verdict == "decline" else "ratified"
                instance = event.ask.partition(".")[0]
            case ev.AskAnswered(verdict="decline") if not is_view(event.ask):
                what = "declined"
                instance = event.ask.partition(".")[0]
            case ev.GlassBroken():
                what, instance = f"{_alone(case, event.ask)}; {_looked_at(case, event.ask)}", event.step
            case ev.StepResolved():
                what, instance = f"settled by hand: {event.outcome}", event.step
            case ev.SkipOrdered():
                what, instance = "left out by hand", event.step
            case _:
                continue
        yield {
            "seq": entry.seq,
            "at": at(entry.at),
            "who": case.name(entry.actor),
            "what": f"{lead(case.title(instance))} {what}",
            "why": case.reader.of_step(instance, event.reason),
        }


def _alone(case: Case, approval: str) -> str:
    """Return that somebody went ahead without an approval, and what became of it."""
    broken = case.incident.asks[approval].broken
    ended = broken.ended if broken is not None else ""
    lead = "done alone" if ended == "done" else "gone ahead with alone"
    return f"{lead}, without its approval{ENDED.get(ended, '')}"


def _looked_at(case: Case, approval: str) -> str:
    """Return what others made of it that somebody went ahead alone."""
    ratification = case.incident.asks.get(case.incident.asks[approval].ratification)
    if ratification is None or ratification.last is None:
        return "nobody has ratified it"
    word = "objected to" if ratification.outcome == "declined" else "ratified"
    return f"{word} by {case.name(ratification.last.by)}"


def _answered_decisions(case: Case) -> Iterator[dict[str, Any]]:
    for entry in case.of(ev.AskAnswered):
        event = entry.event
        instance = event.ask.partition(".")[0]  # type: ignore[attr-defined]  # of that type
        if case.step(instance).kind is StepKind.DECISION and not is_view(event.ask):  # type: ignore[attr-defined]  # as above
            yield {
                "seq": entry.seq,
                "at": at(entry.at),
                "who": case.name(entry.actor),
                "what": case.title(instance),
                "why": case.reader.filled(instance, event.values),  # type: ignore[attr-defined]  # as above
            }


def promises(case: Case) -> dict[str, Any]:
    """Return how many targets were met, missed and are open, and the missed ones by name."""
    rows = targets(case)
    missed = [row for row in rows if row["outcome"] == "missed"]
    return {
        "met": sum(row["outcome"] == "met" for row in rows),
        "missed": len(missed),
        "open": sum(row["outcome"] == "open" for row in rows),
        "missed_ones": missed,
    }


def targets(case: Case) -> list[dict[str, Any]]:
    """Return every target between people: what was due when, when it was done, and by how much it was missed."""
    rows = []
    for ask in case.incident.asks.values():
        if ask.due is None or ask.kind == VIEW or (ask.kind == "approval" and not ask.ratifies):
            continue
        ended = ask.closed_at
        late = (ended or case.now) - ask.due
        outcome = "missed" if late > timedelta(0) else _in_time(ask)
        rows.append(
            {
                "step": ask.step,
                "title": case.title(ask.step),
                "asked": case.asked(ask),
                "due": at(ask.due),
                "done": at(ended),
                "outcome": outcome,
                "by": span(late) if outcome == "missed" else None,
                **({"called": [case.name(call.person) for call in ask.calls]} if ask.calls else {}),
            }
        )
    return rows


def _in_time(ask: Ask) -> str:
    """Return how a target stands that nobody is late with; one that was taken back was neither met nor missed."""
    if ask.open:
        return "open"
    return "met" if ask.outcome in ANSWERED else "no longer asked"


def _margin(due: datetime | None, done: datetime | None) -> str | None:
    if due is None or done is None:
        return None
    return f"{span(due - done)} before" if done <= due else f"{span(done - due)} late"
