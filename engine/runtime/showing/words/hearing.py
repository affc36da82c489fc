"""What consulted roles said before a decision, on its card and on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.views import VIEW, titles, views_of
from engine.ports.shown import Section
from engine.runtime.showing.words.scene import RECORDED, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Ask

LONGEST_VIEW = 1000


def view_sections(scene: Scene, ask: Ask) -> Iterator[Section]:
    """Yield what consulted roles said before a decision, and who is still to say something."""
    if ask.kind == "approval":
        return
    views = [ask] if ask.kind == VIEW else views_of(scene.incident, ask.step)
    lines = [line for view in views if (ask.kind != VIEW or view.last) for line in _view_lines(scene, view)]
    if lines:
        yield Section(tuple(lines), heading="View" if ask.kind == VIEW else "Views")


def _view_lines(scene: Scene, view: Ask) -> Iterator[str]:
    """Yield what a consulted role said: as much as everybody may read."""
    role = titles(scene.plan, view.by)
    if view.last is None:
        waiting = f"waits for {scene.names(view.by)}" if view.open else "was not there"
        yield f"{role}: {waiting}"
        return
    said = view.last.reason if view.last.verdict == "decline" else str(view.last.values.get(VIEW, ""))
    hidden = RECORDED.get(scene.step(view.step).sensitivity)
    none = "has no view: " if view.last.verdict == "decline" else ""
    told = hidden or (said if len(said) <= LONGEST_VIEW else f"{said[:LONGEST_VIEW]} …")
    yield f"{role}, {scene.name(view.last.by)} at {scene.local(view.last.at)}: {none}{told}"
