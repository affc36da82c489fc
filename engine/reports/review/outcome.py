"""What comes of it: what was learned, what changes, which tickets there are, and why the report can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.surfaces import EPIC, TICKET, ticket_of
from engine.domain.values import decode
from engine.reports.review import places
from engine.reports.review.case import Case, at
from engine.reports.values import text_of

if TYPE_CHECKING:
    pass

HEADS = ("response", "communication", "security", "luck")


def learned(case: Case) -> dict[str, list[str]]:
    """Return a sentence or two for each head, from the review's answers and the meeting."""
    by_head = answers_by_head(case)
    found = {name: [row["answer"] for row in by_head.get(name, ())][:2] for name in HEADS}
    lucky = case.answer(places.MEETING, "lucky")
    if lucky and lucky not in found["luck"]:
        found["luck"] = [lucky, *found["luck"]][:2]
    return found


def answers_by_head(case: Case) -> dict[str, list[dict[str, str]]]:
    """Return the review's answers under their heads; anonymous ones without a name."""
    found: dict[str, list[dict[str, str]]] = {}
    asked: Any = []
    for step, entry in case.steps():
        if step.action == "review.collect" and entry.output:
            asked = decode(entry.output.get("questions")) or []
    for question in asked:
        for review in case.incident.reviews:
            text = review.answers.get(str(question["id"]))
            if text:
                who = "anonymous" if review.by == "anonymous" else case.name(review.by)
                row = {"question": str(question["question"]), "answer": text_of(text), "who": who}
                found.setdefault(str(question["head"]), []).append(row)
    return found


def changes(case: Case) -> dict[str, Any]:
    """Return what changes: action items, the change of the plan, and the follow-ups that go on."""
    items = case.raw(places.MEETING, "actions") or []
    follow_ups = [
        {
            "step": ask.step,
            "title": case.title(ask.step),
            "owner": ", ".join(map(case.name, case.incident.roles.get(ask.by[0], ()))) if ask.by else "",
            "due": at(ask.due),
            "ticket": ticket_of(case.incident, ask.id),
        }
        for ask in case.incident.asks.values()
        if ask.open and case.step(ask.step).follow_up
    ]
    return {
        "actions": [text_of(item) for item in items],
        "plan_change": case.answer(places.PLAN_CHANGE, "change")
        or case.answer(places.PLAN_CHANGE, "nothing_to_change_because"),
        "follow_ups": follow_ups,
    }


def trust(case: Case) -> dict[str, Any]:
    """Return why this page can be believed, and how that is checked."""
    published = [
        {
            "where": _where(effect),
            "phase": effect.subject,
            "seq": str(effect.result["seq"]),
            "hash": str(effect.result["hash"]),
        }
        for effect in case.incident.effects.values()
        if effect.kind in ("head_chat", "head_tracker") and effect.status == "done" and "hash" in effect.result
    ]
    manifests = {entry.event.manifest for entry in case.of(ev.FileKept) if isinstance(entry.event, ev.FileKept)}
    states = [state for digest, state in case.checks.items() if digest not in manifests]
    signed = case.incident.asks.get(case.incident.step(places.SIGN_OFF).ask or "")
    return {
        "events": case.head.seq,
        "head": case.head.hash,
        "verified": case.mismatch is None,
        "mismatch": {"seq": case.mismatch.seq, "reason": case.mismatch.reason} if case.mismatch else None,
        "published": published,
        "evidence": {state: states.count(state) for state in ("match", "mismatch", "missing")},
        "signed_off": {"by": case.name(signed.last.by), "at": at(signed.last.at)} if signed and signed.last else None,
        "how": f"tocsin verify {case.incident.id}",
    }


def tickets(case: Case) -> list[dict[str, str]]:
    """Return the epic and every ticket with its address."""
    return [
        {
            "key": str(effect.result["key"]),
            "url": str(effect.result["url"]),
            "for": "the incident" if effect.kind == EPIC else case.title(effect.subject.partition(".")[0]),
        }
        for effect in case.incident.effects.values()
        if effect.kind in (EPIC, TICKET) and effect.status == "done"
    ]


def _where(effect: Any) -> str:  # noqa: ANN401 - an effect
    return str(effect.result.get("ticket") or "the incident's channel")
