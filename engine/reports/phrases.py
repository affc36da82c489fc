"""Parts of sentences that more than one text needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from engine.actions.defang import defanged

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.domain.ask import Ask
    from engine.domain.glass import Standing
    from engine.domain.plan import StepPlan
    from engine.domain.steering import Hold, Migration

ENDS = ("?", "!", ".")
BY_LAW = "set by law, counsel says when"


def due_by_law(step: StepPlan, ask: Ask) -> str:
    """Return that the law sets when something is due, while nobody has said the date; else nothing."""
    return BY_LAW if step.lawful and ask.due is None and ask.kind != "approval" else ""


def lead(title: str) -> str:
    """Return a title as the beginning of a line: with a colon, unless it ends with a mark of its own."""
    return title if title.endswith(ENDS) else f"{title}:"


def counted(number: int, thing: str) -> str:
    """Return a number of things: `1 step`, `2 steps`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def awaited(reference: str, *, title: Callable[[str], str]) -> str:
    """Return what a step waits for that reads something unknown, like `inputs.recording`; `title` names a step."""
    root, *path = reference.split(".")
    name = path[-1].replace("_", " ") if path else reference
    if root == "steps" and path[1:] == ["ended"]:
        return f"waits for “{title(path[0])}” to end"
    if root == "steps" and path:
        return f"waits for “{title(path[0])}” to say: {name}" if len(path) > 1 else f"waits for “{title(path[0])}”"
    return f"waits until it is known: {name}"


def unsaid(reference: str, *, title: Callable[[str], str]) -> str:
    """Return what a step reads of another that ended without saying it, like `steps.look.output.links`."""
    _, step, *path = reference.split(".")
    what = f"saying: {path[-1].replace('_', ' ')}" if path[1:] else "a result"
    return f"is blocked: “{title(step)}” ended without {what}"


def within(reason: str) -> str:
    """Return a reason as it stands inside a sentence: without a full stop of its own."""
    return reason.rstrip().removesuffix(".")


def reasoned(reason: str) -> str:
    """Return a reason as a sentence of its own behind another one; empty when none was given."""
    text = defanged(" ".join(reason.split()))
    text = f"{text[:1].upper()}{text[1:]}"
    return f" {text if text.endswith(ENDS) else f'{text}.'}" if text else ""


def objection(standing: Standing, *, title: str, by: str, undo: str, why: str = "") -> str:
    """Return that somebody objects to another's having gone ahead alone, and what there is to do about it."""
    began = f"Somebody went ahead with “{title}” alone"
    match standing:
        case "done":
            return f"“{title}” was done alone, and {by} objects{why}. {undo} takes it back."
        case "failed":
            return f"{began}, it failed, and {by} objects{why}. Tried again, it is approved first."
        case "under way":
            return f"{began}, and {by} objects{why}. Once it is done, {undo} takes it back."
        case _:
            assert_never(standing)


def on_hold(hold: Hold, *, since: str, by: str) -> str:
    """Return that an incident is on hold; `since` and `by` as the reader knows the instant and the person."""
    return f"On hold since {since} by {by}: nothing automatic begins.{reasoned(hold.reason)}"


def different(known: Migration) -> str:
    """Return what another version of a playbook changed, by id, as a sentence."""
    return f"What is different: {'; '.join(known.changes)}." if known.changes else "Only its text is different."


def follows(known: Migration, *, since: str, by: str) -> str:
    """Return which version an incident follows; `since` and `by` as the reader knows the instant and the person."""
    return f"Playbook: version {known.to_version} since {since} by {by}, before {known.from_version}."
