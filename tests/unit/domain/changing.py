"""A playbook in several versions, and incidents of it that are so and so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.mapping.change import Change
from engine.domain.migrating import differences
from tests.unit.domain.story import Story
from tests.unit.domain.versions import compiled

if TYPE_CHECKING:
    pass


TEXT = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    inputs:
      urls: {type: url, list: true, min: 1}
      mirrors: {type: url, list: true, optional: true}
      minor: {type: choice, options: ["no", "yes", unknown], default: unknown}
      recording: {type: text, optional: true, sensitivity: restricted}
    roles:
      commander: {required: true}
      counsel: {required: true}
      comms: {else: commander}
    phases:
      contain:
        steps:
          - {id: lock, title: Lock, action: http.request, with: {url: lock}, keep: {open: json.open},
             undo: {action: http.request, with: {url: unlock}}}
          - {id: copies, title: Report, action: http.request, for_each: inputs.urls, with: {url: "{{ item }}"}}
          - {id: told, title: Tell, action: slack.post, with: {text: Please wait.}, approve: {by: [counsel]}}
          - {id: scope, title: Scope, decision: How bad is it?, by: [commander], due: 1h,
             form: {severity: {type: choice, options: [low, high]},
                    hidden: {type: text, optional: true, sensitivity: privileged}}}
          - {id: contained, title: Contained?, decision: Is it?, by: [commander], due: 1h, marks: contained}
          - {id: pause, title: Pause, wait: 2h}
      communicate:
        steps:
          - {id: words, title: Words, task: Write them., owner: comms, due: 1h, form: {text: {type: text}}}
          - {id: minors, title: Minors, task: Tell them., due: 1h, when: inputs.minor == "yes",
             sensitivity: restricted}
          - {id: later, title: Later, task: Look again., owner: commander, due: 1h, needs: [words]}
"""


TELL = "          - {id: told, title: Tell, action: slack.post, with: {text: Please wait.}, approve: {by: [counsel]}}\n"


LATER = "          - {id: later, title: Later, task: Look again., owner: commander, due: 1h, needs: [words]}\n"


MINORS = """          - {id: minors, title: Minors, task: Tell them., due: 1h, when: inputs.minor == "yes",
             sensitivity: restricted}
"""


POST = """          - {id: union, title: Union, task: Tell them., owner: hr, due: 1h}
"""


DISABLE = "identity.disable, with: {account: lock},"


EVERY = "repeat: {until: output.text is defined, every: 1h, max: 3}"


SEVERITY = "severity: {type: choice, options: [low, high]}"


def begun() -> Story:
    """An incident whose first steps have begun."""
    return Story(TEXT, urls=["https://a.example/1"], minor="unknown", recording="rec-7")


def locked() -> Story:
    """An incident in which the lock is done."""
    told = begun()
    told.does("lock", open=False)
    return told


def scoped() -> Story:
    """An incident of which the scope is answered."""
    told = begun()
    told.answers("scope.decision.1", severity="high")
    return told


def marked() -> Story:
    """An incident that somebody said is contained."""
    told = begun()
    told.answers("contained.decision.1", answer=True, why="closed")
    return told


def left_out() -> Story:
    """An incident in which a person left a step out."""
    told = begun()
    told.tells(ev.SkipOrdered(step="later", reason="not here", by="ana"))
    return told


def taken_back() -> Story:
    """An incident in which the lock is being taken back."""
    told = locked()
    told.tells(ev.UndoOrdered(step="lock", by="ana"))
    return told


def means(told: Story, text: str) -> dict[str, str]:
    return {found.what: found.means for found in differences(Change(told.plan, compiled(text), told.incident))}


SHORT = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles: {commander: {required: true}}
    phases:
      contain:
        steps:
          - {id: first, title: First, task: Do it., due: 1h}
          - {id: second, title: Second, task: Do it., due: 1h}
      review:
        steps:
          - {id: last, title: Last, task: Do it., due: 1h}
"""
