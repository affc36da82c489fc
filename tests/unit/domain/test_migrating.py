"""A running incident goes over to another version: what fits, what does not, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.fold import fold, fold_all
from engine.domain.mapping.change import Change
from engine.domain.mapping.rules import RULES, obstacles
from tests.unit.domain.changing import (
    DISABLE,
    EVERY,
    LATER,
    MINORS,
    POST,
    SEVERITY,
    SHORT,
    TELL,
    TEXT,
    begun,
    left_out,
    locked,
    marked,
    means,
    scoped,
    taken_back,
)
from tests.unit.domain.story import START, Story
from tests.unit.domain.versions import asks, compiled, edited, migrate

if TYPE_CHECKING:
    from collections.abc import Callable


OBSTACLES: tuple[tuple[str, Callable[[], Story], tuple[tuple[str, str], ...]], ...] = (
    ("input recording (openness)", begun, (("optional: true, sensitivity: restricted}", "optional: true}"),)),
    ("step minors (openness)", begun, ((",\n             sensitivity: restricted}", "}"),)),
    ("step scope, field hidden (openness)", begun, (("optional: true, sensitivity: privileged}", "optional: true}"),)),
    ("step later (step_gone)", left_out, ((LATER, ""),)),
    ("step told (step_gone)", begun, ((TELL, ""),)),
    ("step minors (step_gone)", begun, ((MINORS, ""),)),
    ("step lock (step_changed)", begun, (("http.request, with: {url: lock}, keep: {open: json.open},", DISABLE),)),
    ("step words (step_changed)", begun, (("task: Write them., owner: comms", "decision: Write?, by: [comms]"),)),
    ("step words (step_changed)", begun, ((", form: {text:", f", {EVERY}, form: {{text:"),)),
    ("step copies (elements)", begun, (("for_each: inputs.urls", "for_each: inputs.mirrors"),)),
    ("step lock (written_out)", begun, (("with: {url: lock}", "with: {url: close}"),)),
    ("step told (written_out)", begun, (("Please wait.", "Please go."),)),
    ("step lock (written_out)", taken_back, (("with: {url: unlock}", "with: {url: open}"),)),
    ("step told (approval)", begun, (("by: [counsel]}}", "by: [commander]}}"),)),
    ("step scope, field severity (answered)", scoped, ((SEVERITY, "bad: {type: text, optional: true}"),)),
    ("step scope, field severity (answered)", scoped, ((SEVERITY, "severity: {type: text}"),)),
    ("step scope, field severity (answered)", scoped, (("options: [low, high]", "options: [low, middle]"),)),
    ("step scope, field where (answered)", scoped, (("form: {severity", "form: {where: {type: text}, severity"),)),
    ("step scope (heard)", scoped, (("form: {severity", "consult: [counsel], form: {severity"),)),
    ("step lock (kept)", locked, (("keep: {open: json.open}", "keep: {open: json.open, owner: json.owner}"),)),
    ("step pause (moment)", begun, (("wait: 2h", "wait: 3h"),)),
    ("step contained (moment)", marked, ((", marks: contained", ""),)),
    (
        "role comms (role_gone)",
        begun,
        (("      comms: {else: commander}\n", "      press: {else: commander}\n"), ("owner: comms", "owner: press")),
    ),
    ("phase communicate (phase_gone)", begun, (("      communicate:\n", "      harden:\n"),)),
    ("input minor (input)", begun, (('["no", "yes", unknown], default: unknown', '["no", "yes"], default: "no"'),)),
    ("input recording (input)", begun, (("recording: {type: text,", "tape: {type: text,"),)),
    ("input urls (input)", begun, (("type: url, list: true, min", "type: text, list: true, min"),)),
)
"""What is in the way, when, and the edit that causes it."""


@pytest.mark.parametrize(("place", "make", "edits"), OBSTACLES)
def test_what_does_not_fit_is_named(place: str, make: Callable[[], Story], edits: tuple[tuple[str, str], ...]) -> None:
    """The incident stays as it is, and the refusal names the place and the rule."""
    told = make()
    before = told.incident
    found = migrate(told, edited(TEXT, *edits))
    assert place in found, found
    assert told.incident is before


def test_every_rule_has_its_obstacle() -> None:
    """No rule stands in the list that nothing shows."""
    shown = {place.rpartition("(")[2].rstrip(")") for place, _, _ in OBSTACLES}
    assert shown | {"same", "called"} == set(RULES)


def test_the_same_text_and_another_playbook_are_refused() -> None:
    """There is nothing to go over to, or it would be another incident."""
    told = begun()
    assert list(migrate(told, TEXT)) == ["version 1 (same)"]
    assert list(migrate(told, edited(TEXT, ("playbook: story", "playbook: tale")))) == [
        "playbook tale (another_playbook)"
    ]


def test_a_playbook_that_is_restricted_stays_so() -> None:
    """What was said under a name that few may see is not opened by an edit."""
    closed = TEXT.replace("    inputs:", "    sensitivity: restricted\n    inputs:", 1).replace(TELL, "")
    change = Change(compiled(closed), compiled(edited(TEXT, (TELL, ""))), begun().incident)
    assert obstacles(change)[0].place == "playbook story"


def test_only_the_commander_asks_and_says_why() -> None:
    """Others are told whom to ask; without a reason nothing is taken."""
    told = begun()
    text = edited(TEXT, (LATER, LATER.replace("1h", "2h")))
    carla, _ = asks(told, text, who=cmd.Who(person="carla"))
    assert isinstance(carla, Refusal)
    assert (carla.rule, carla.ask) == ("not_allowed", ("ana",))
    silent, _ = asks(told, text, reason=" ")
    assert isinstance(silent, Refusal)
    assert silent.rule == "reason"


def test_an_incident_that_ends_is_left_alone() -> None:
    """Neither while it is called off nor afterwards; a closed one is opened again first."""
    told = begun()
    told.tells(ev.CancelOrdered(reason="a drill", by="ana"))
    assert list(migrate(told, edited(TEXT))) == ["ending"]
    for subject in ("lock", "copies[1]"):
        told.does(subject)
    assert told.status() == "cancelled"
    assert list(migrate(told, edited(TEXT))) == ["closed"]


def test_new_steps_begin_and_old_ones_stay_done() -> None:
    """A step of a phase that is open begins at once; what is done is neither lost nor done again."""
    told = locked()
    text = edited(TEXT, (LATER, LATER + POST), ("      comms:", "      hr: {else: counsel}\n      comms:"))
    assert migrate(told, text) == {}
    assert told.states()["lock"] == "done"
    assert "union.task.1" in told.open_asks()
    assert sorted(move.subject for move in told.pending.values()) == ["copies[1]"]
    assert (told.incident.playbook_version, told.incident.digest) == (2, told.plan.digest)
    (known,) = told.incident.migrations
    assert (known.from_version, known.to_version, known.by) == (1, 2, "ana")
    assert known.changes == ("role hr: added", "step union: added")


def test_a_new_step_of_a_settled_phase_begins_late() -> None:
    """The phase stays settled, and the incident does not close before the step has ended."""
    told = Story(SHORT)
    told.answers("first.task.1", verdict="done")
    told.answers("second.task.1", verdict="done")
    assert told.incident.phases["contain"].status.value == "settled"
    text = edited(SHORT, ("      review:", "          - {id: more, title: More, task: Do it., due: 1h}\n      review:"))
    assert means(told, text) == {
        "step more: added": "it begins when what it needs is there, late: its phase has settled"
    }
    assert migrate(told, text) == {}
    assert "more.task.1" in told.open_asks()
    told.answers("last.task.1", verdict="done")
    assert told.status() == "resolved"
    told.answers("more.task.1", verdict="done")
    assert told.status() == "closed"


def test_a_step_that_nobody_has_touched_may_go() -> None:
    """It is dropped from the state too, also when its condition had said no."""
    told = begun()
    opened = TEXT.replace(",\n             sensitivity: restricted}", "}")
    told = Story(opened, urls=["https://a.example/1"], minor="no")
    assert told.states()["minors"] == "skipped"
    gone = MINORS.replace(",\n             sensitivity: restricted}", "}")
    assert migrate(told, edited(opened, (gone, ""), (LATER, ""))) == {}
    assert "minors" not in told.states()
    assert "step minors: gone" in told.incident.migrations[0].changes


def test_elements_of_what_has_not_begun_are_counted_anew() -> None:
    """A list that was spread over steps that wait may be another list."""
    text = TEXT.replace("for_each: inputs.urls,", "for_each: inputs.urls, when: inputs.minor == item,")
    told = Story(text, urls=["https://a.example/1", "https://a.example/2"], minor="no", mirrors=["https://b.example"])
    assert told.states()["copies[2]"] == "skipped"
    assert migrate(told, edited(text, ("for_each: inputs.urls", "for_each: inputs.mirrors"))) == {}
    assert sorted(name for name in told.states() if name.startswith("copies")) == ["copies[1]"]


def test_conditions_and_needs_of_what_has_not_begun_are_looked_at_again() -> None:
    """A step that was skipped begins when the new condition holds; one that waited, when it needs less."""
    told = Story(TEXT, urls=["https://a.example/1"], minor="no")
    assert told.states()["minors"] == "skipped"
    text = edited(TEXT, ('when: inputs.minor == "yes"', 'when: inputs.minor != "unknown"'), (", needs: [words]", ""))
    assert migrate(told, text) == {}
    assert {"minors.task.1", "later.task.1"} <= set(told.open_asks())


def test_what_is_asked_keeps_its_target() -> None:
    """A new due time counts when it is asked the next time, and the preview says so."""
    told = begun()
    due = told.incident.asks["words.task.1"].due
    text = edited(TEXT, ("owner: comms, due: 1h", "owner: comms, due: 3h"))
    assert means(told, text) == {"step words: due": "it is asked already: whom and until when stays"}
    assert migrate(told, text) == {}
    assert told.incident.asks["words.task.1"].due == due


def test_a_declined_act_may_be_written_anew() -> None:
    """The way on for a mistake in what waits for approval: decline it, migrate, try it again."""
    told = begun()
    told.answers("told.approval.1", "carla", verdict="decline")
    assert migrate(told, edited(TEXT, ("Please wait.", "Please go."))) == {}
    told.tells(ev.RetryOrdered(step="told", by="ana"))
    assert told.incident.step("told").params == {"text": "Please go."}
    assert "told.approval.2" in told.open_asks()


def test_new_inputs_are_given_or_have_a_default_or_may_be_unknown() -> None:
    """What must be known is asked for by name; what is given is a fact from then on."""
    told = begun()
    fresh = ("severity: {type: number}", "region: {type: text, default: eu}", "note: {type: text, optional: true}")
    text = edited(TEXT, ("      minor:", "".join(f"      {line}\n" for line in (*fresh, "minor:"))[:-1]))
    assert list(migrate(told, text)) == ["input severity (input_missing)"]
    assert list(migrate(told, text, severity="high")) == ["input severity (input_missing)"]
    assert list(migrate(told, text, severity="2", minor="no")) == ["input minor (input_known)"]
    assert list(migrate(told, text, severity="2", kind="x")) == ["input kind (input_missing)"]
    assert migrate(told, text, severity="2") == {}
    assert told.incident.fact("region") == "eu"
    assert told.incident.fact("note") is None
    assert told.incident.facts["severity"].by == "ana"


def test_going_back_follows_the_same_rules() -> None:
    """An older version is taken when nothing new has begun, and refused when something has."""
    told = begun()
    newer = edited(TEXT, (LATER, LATER + POST.replace("hr", "counsel").replace("due: 1h", "due: 1h, needs: [later]")))
    assert migrate(told, newer) == {}
    assert migrate(told, TEXT) == {}
    assert [one.to_version for one in told.incident.migrations] == [2, 1]
    assert migrate(told, edited(TEXT, (LATER, LATER + POST.replace("hr", "counsel")))) == {}
    assert list(migrate(told, TEXT)) == ["step union (step_gone)"]


def test_a_hold_does_not_stop_a_migration() -> None:
    """Whoever stopped an incident to mend its playbook can do so, and then lets it go on."""
    told = begun()
    told.tells(ev.HoldOrdered(reason="the text is wrong", by="ana"))
    assert migrate(told, edited(TEXT, (LATER, ""))) == {}
    assert told.incident.hold is not None


def test_what_is_different_is_told_with_what_itmeans() -> None:
    """Every part that differs is named once, by id, with its consequence where the incident stands."""
    told = locked()
    text = edited(
        TEXT,
        ("title: A story", "title: Another story"),
        ("counsel: {required: true}", "counsel: {required: true, title: Our counsel}"),
        (
            "mirrors: {type: url, list: true, optional: true}",
            "mirrors: {type: url, list: true, optional: true, hint: x}",
        ),
        ("title: Lock,", "title: Close it,"),
        ("      communicate:\n", "      communicate:\n        after: [contain]\n"),
        (LATER, ""),
        ("title: Report,", "title: Report it,"),
        ("id: minors, title: Minors", "id: minors, title: Minor"),
    )
    assert means(told, text) == {
        "playbook: title": "it counts from here on; the incident keeps its title",
        "phase communicate: gate, after": "it has opened and stays open",
        "input mirrors: hint": "what is known stays known",
        "role counsel: title": "who holds it stays",
        "step lock: title": "it has ended: what was done stays, the change counts only if it is done again",
        "step copies: title": "it has begun: the change counts for what is still to come of it",
        "step minors: title": "it has not begun and is looked at again",
        "step later: gone": "it had not begun and is dropped",
    }


def test_an_event_of_a_migration_folds_the_same_alone_and_among_many() -> None:
    """Folding in a row gives the state that folding one by one gives."""
    told = begun()
    assert migrate(told, edited(TEXT, (LATER, ""))) == {}
    alone = None
    for place, event in enumerate(told.told, start=1):
        alone = fold(alone, event, at=START, seq=place)
    assert fold_all(None, [(place, START, event) for place, event in enumerate(told.told, start=1)]) == alone
