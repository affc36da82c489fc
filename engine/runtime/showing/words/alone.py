"""What is shown of going ahead alone: from when one may, who did and why, what became of it, what others make of it.

Rules kept here: the button is there only once the wait is over; a reason is told only where everybody may read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.glass import alone_from, stands
from engine.domain.tokens import ask_token
from engine.ports.shown import Button
from engine.reports.phrases import objection
from engine.runtime.showing.words.scene import RECORDED, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Ask

ALONE = "Go ahead alone"
ENDED = {"failed": " It failed.", "unconfirmed": " Nobody can tell yet whether it was done."}
RATIFIED = {"approved": "Ratified", "declined": "Objected to"}


def went_ahead(scene: Scene, ask: Ask) -> str:
    """Return who went ahead without an approval, when and why; empty when nobody did."""
    broken = ask.broken
    if broken is None:
        return ""
    reason = RECORDED.get(scene.step(ask.step).sensitivity) or broken.reason.rstrip(".")
    lead = "Done alone" if broken.ended == "done" else "Gone ahead alone"
    after = ENDED.get(broken.ended, "")
    return f"{lead}, without approval, by {scene.name(broken.by)} at {scene.local(broken.at)}: {reason}.{after}"


def looked_at(scene: Scene, ask: Ask) -> str:
    """Return what somebody made of what was done alone; empty while nobody has said."""
    word, last = RATIFIED.get(ask.outcome, ""), ask.last
    if not ask.ratifies or not word or last is None:
        return ""
    reason = RECORDED.get(scene.step(ask.step).sensitivity) or last.reason
    return f"{word} by {scene.name(last.by)} at {scene.local(last.at)}{f': {reason}' if last.reason else ''}"


def before_ratifying(scene: Scene, ask: Ask) -> Iterator[str]:
    """Yield what whoever ratifies has to know."""
    yield went_ahead(scene, scene.incident.asks[ask.ratifies])
    yield "Somebody else says whether that was right. An objection takes nothing back by itself."


def foreseen(scene: Scene, ask: Ask) -> Iterator[str]:
    """Yield from when somebody may go ahead alone."""
    moment = alone_from(scene.plan, scene.incident, ask)
    if moment is not None:
        yield f"From {scene.local(moment)} on one person may go ahead alone, with a written reason."


def buttons(scene: Scene, ask: Ask) -> Iterator[Button]:
    """Yield the button of whoever goes ahead alone, once that is possible."""
    moment = alone_from(scene.plan, scene.incident, ask)
    if moment is not None and scene.now >= moment:
        yield Button(ALONE, "break_glass", ask_token(scene.incident.id, ask.id), "danger")


def objections(scene: Scene) -> Iterator[str]:
    """Yield what somebody went ahead with alone and another objects to, while something of it stands."""
    for ask in scene.incident.asks.values():
        found = stands(scene.incident, ask)
        if found is not None and ask.last is not None:
            yield objection(found, title=scene.title(ask.step), by=scene.name(ask.last.by), undo="`tocsin undo`")
