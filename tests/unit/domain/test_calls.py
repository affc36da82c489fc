"""A playbook inside a playbook: what it is given, how its steps are followed, what becomes of the call."""

from __future__ import annotations

from typing import ClassVar

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.intake import take
from engine.domain.sensitivity import Sensitivity
from tests.unit.domain.story import ACT, HEAD, Story

TAKEDOWN = """
    tocsin: 1
    playbook: takedown
    title: Takedown
    version: 4
    inputs:
      url: {type: url}
      host: {type: text, default: video}
      note: {type: text, optional: true}
    roles:
      commander: {}
    phases:
      legal:
        steps:
          - {id: lock, title: Lock it, action: http.request, with: {url: "{{ inputs.url }}/{{ inputs.host }}"},
             undo: {action: http.request, with: {url: "{{ inputs.url }}/open"}}}
          - {id: send, title: Send the notice, task: Send it., owner: commander, due: 1h, needs: [lock],
             form: {reference: {type: text}, host: {type: text, optional: true, revises: inputs.host}}}
          - {id: verify, title: Look again, action: http.request, with: {url: "{{ inputs.url }}", method: GET},
             needs: [send], keep: {gone: json.gone}}
          - {id: thank, title: Thank them, task: Thank them., owner: commander, due: 5bd, needs: [verify],
             follow_up: true, when: inputs.note == "thank them"}
    outputs:
      removed: {type: boolean, from: steps.verify.output.gone == true}
      reference: {type: text, from: steps.send.output.reference}
"""
EACH = """
      contain:
        steps:
          - {id: takedown, title: Have each copy removed, call: takedown, for_each: inputs.urls,
             with: {url: "{{ item }}", note: "{{ inputs.recording }}"}}
          - {id: after, title: Afterwards, task: Go on., owner: commander, due: 1h, needs: [takedown]}
"""
ONE = """
      contain:
        steps:
          - {id: takedown, title: Have it removed, call: takedown, with: {url: "{{ inputs.urls[0] }}"}}
          - {id: told, title: Tell, ACT, when: steps.takedown.output.removed, needs: [takedown]}
"""
ANA = cmd.Who(person="ana", via="cli", strength="local-shell")
SITES = ["https://a.example", "https://b.example"]


class Calling(Story):
    """A story in which takedown can be called."""

    called: ClassVar[dict[str, str]] = {"takedown": TAKEDOWN}


def calling(phases: str, **inputs: object) -> Calling:
    """Begin a story with these phases."""
    given = {"urls": SITES, "minor": "unknown", **inputs}
    return Calling((HEAD + phases).replace("ACT", ACT), **given)  # type: ignore[arg-type]  # typed values of every kind


def removed(told: Story, call: str) -> None:
    """Let the steps of a call be done, up to its last."""
    told.does(f"{call}/lock")
    told.answers(f"{call}/send.task.1", verdict="done", reference="R-1")
    told.does(f"{call}/verify", gone=True)


def test_each_element_has_a_playbook_of_its_own() -> None:
    """Every element is given its input; the steps of each go on by themselves, in the phase of the call."""
    told = calling(EACH)
    assert told.states() == {
        "takedown[1]": "awaiting_steps", "takedown[1]/lock": "running",
        "takedown[2]": "awaiting_steps", "takedown[2]/lock": "running",
    }  # fmt: skip
    assert [told.incident.step(f"takedown[{number}]/lock").params for number in (1, 2)] == [
        {"url": f"{site}/video"} for site in SITES
    ]
    removed(told, "takedown[2]")
    assert told.incident.step("takedown[2]").status.value == "done"
    assert told.incident.step("takedown[1]/lock").status.value == "running"
    assert told.incident.step("after").status.value == "waiting"


def test_a_call_is_done_with_what_it_gives_back() -> None:
    """When no step of it is awaited any more, its outputs can be read by the caller, and the caller goes on."""
    told = calling(ONE)
    removed(told, "takedown")
    assert told.incident.step("takedown").output == {"removed": True, "reference": "R-1"}
    assert told.states()["told"] == "running"


def test_a_follow_up_in_a_call_holds_it_not() -> None:
    """What follows up inside a call is asked after the call is done."""
    told = calling(EACH, urls=SITES[:1], recording="thank them")
    removed(told, "takedown[1]")
    assert told.incident.step("takedown[1]").status.value == "done"
    assert told.open_asks() == ["takedown[1]/thank.task.1", "after.task.1"]


def test_what_may_be_left_out_is_while_nothing_is_known_of_it() -> None:
    """An optional input that is not known is not waited for; a default holds."""
    told = calling(EACH, urls=SITES[:1])
    assert told.incident.step("takedown[1]").params == {"url": SITES[0], "host": "video"}
    assert told.incident.step("takedown[1]/thank").status.value == "waiting"


def test_a_field_that_was_left_empty_is_left_out_too() -> None:
    """What a step before it may still say is waited for; once it has ended without it, nobody waits."""
    told = calling("""
      contain:
        steps:
          - {id: who, title: Who hosts it?, decision: Say it., by: [commander],
             form: {host: {type: text, optional: true}}}
          - {id: takedown, title: Have it removed, call: takedown,
             with: {url: "{{ inputs.urls[0] }}", note: "{{ steps.who.output.host }}"}}
    """)
    assert told.incident.step("takedown").status.value == "waiting"
    told.answers("who.decision.1")
    assert told.incident.step("takedown").params == {"url": SITES[0], "host": "video"}


def test_what_does_not_fit_fails_the_call_without_saying_what_it_was() -> None:
    """A value that is no address cannot be given as one; the reason names the input alone."""
    told = calling(EACH.replace("{{ item }}", "no address {{ item }}"), urls=SITES[:1])
    entry = told.incident.step("takedown[1]")
    assert (entry.status.value, entry.because) == ("failed", "what it is given as url does not fit")


def test_a_failure_inside_fails_the_call_and_a_second_try_resumes_it() -> None:
    """A step that fails blocks what needs it inside; tried again with success, the call is done after all."""
    told = calling(ONE)
    told.fails("takedown/lock")
    assert told.states() == {
        "takedown": "failed", "takedown/lock": "failed", "takedown/send": "blocked", "takedown/verify": "blocked",
        "takedown/thank": "blocked", "told": "blocked",
    }  # fmt: skip
    assert told.incident.step("takedown").because == "takedown/lock is failed"
    told.tells(ev.RetryOrdered(step="takedown/lock", reason="it is back", by="ana"))
    assert told.incident.step("takedown").status.value == "awaiting_steps"
    removed(told, "takedown")
    assert (told.states()["takedown"], told.states()["told"]) == ("done", "running")


def test_only_what_failed_inside_keeps_the_incident_open() -> None:
    """Once the failure of its step is accepted, a failed call holds nothing up."""
    told = calling(ONE)
    told.fails("takedown/lock")
    assert told.status() == "resolved"
    told.tells(ev.StepResolved(step="takedown/lock", outcome="failed", reason="never mind", by="ana"))
    assert told.status() == "closed"


def test_a_copy_that_is_found_later_gets_its_own() -> None:
    """A list that grows begins a call for each further element, also after the others are done."""
    told = calling(EACH, urls=SITES[:1])
    removed(told, "takedown[1]")
    told.tells(ev.FactAdded(name="urls", values=[SITES[1]], by="ana"))
    assert told.states()["takedown[2]/lock"] == "running"


def test_cancelling_ends_what_is_called_and_takes_back_in_reverse() -> None:
    """What is done inside calls is taken back, the last first; what was not done is ended."""
    told = calling(EACH)
    told.does("takedown[2]/lock")
    told.does("takedown[1]/lock")
    told.tells(ev.CancelOrdered(reason="a false alarm", undo=True, by="ana"))
    assert told.states()["takedown[1]/send"] == told.states()["takedown[1]"] == "cancelled"
    assert [move.subject for move in told.pending.values()] == ["takedown[2]/lock"]
    told.does("takedown[2]/lock")
    told.does("takedown[1]/lock")
    assert (told.status(), told.states()["takedown[1]/lock"]) == ("cancelled", "undone")


def test_under_a_hold_nothing_inside_is_done() -> None:
    """A hold holds the actions of called playbooks like any other."""
    told = calling(EACH, urls=[])
    told.tells(ev.HoldOrdered(reason="wait", by="ana"))
    told.tells(ev.FactAdded(name="urls", values=SITES[:1], by="ana"))
    assert told.states()["takedown[1]"] == "awaiting_steps"
    assert not told.pending
    told.tells(ev.HoldReleased(reason="go on", by="ana"))
    assert told.states()["takedown[1]/lock"] == "running"


def test_an_answer_inside_revises_what_the_call_was_given_and_nothing_else() -> None:
    """The inputs of a call are its own: another of the same playbook and the incident's facts stay as they are."""
    told = calling(EACH)
    told.does("takedown[1]/lock")
    told.answers("takedown[1]/send.task.1", verdict="done", reference="R-1", host="forum")
    assert told.incident.fact("takedown[1]/host") == "forum"
    assert told.incident.fact("takedown[2]/host") == "video"
    assert "host" not in told.incident.facts
    assert told.incident.step("takedown[1]").authors == ("ana",)


def test_what_is_called_is_at_least_as_sensitive_as_the_call() -> None:
    """A restricted call has restricted steps, whose forms are too."""
    told = calling(ONE.replace("call: takedown,", "call: takedown, sensitivity: restricted,"))
    send = told.plan.step_at("takedown/send")
    assert send.sensitivity is send.form["reference"].sensitivity is Sensitivity.RESTRICTED
    assert told.plan.steps["takedown"].call is not None
    assert told.plan.steps["takedown"].call.steps["send"].sensitivity is Sensitivity.INTERNAL


def test_a_person_asks_for_a_call_to_be_tried_again() -> None:
    """Trying a call again tries what went wrong in it."""
    told = calling(ONE)
    told.fails("takedown/lock")
    taken = take(told.plan, told.incident, cmd.RetryStep(step="takedown", reason="again"), ANA, now=told.now)
    (order,) = taken if not isinstance(taken, Refusal) else ()
    assert isinstance(order, ev.RetryOrdered)
    assert order.step == "takedown/lock"


def test_a_call_is_taken_back_step_by_step() -> None:
    """Who asks for a call to be taken back is told what of it can be."""
    told = calling(ONE)
    removed(told, "takedown")
    taken = take(told.plan, told.incident, cmd.UndoStep(step="takedown", reason="a mistake"), ANA, now=told.now)
    assert isinstance(taken, Refusal)
    assert (taken.rule, taken.hint) == ("no_undo", "One by one: takedown/lock.")


def test_a_step_inside_is_there_once_its_call_has_begun() -> None:
    """What is not there cannot be skipped; whoever mistypes inside a call is told what there is inside it."""
    told = calling(EACH, urls=SITES[:1])
    far, near = (
        take(told.plan, told.incident, cmd.SkipStep(step=step, reason="no"), ANA, now=told.now)
        for step in ("takedown[2]/send", "takedown[1]/sent")
    )
    assert isinstance(far, Refusal)
    assert isinstance(near, Refusal)
    assert far.hint == "There are: takedown, after."
    assert near.message == "There is no step takedown[1]/sent; did you mean takedown[1]/send?"


def test_what_a_call_was_given_can_be_revised_by_its_path() -> None:
    """A fact of a call is changed like one of the incident, once the call has begun."""
    told = calling(EACH, urls=SITES[:1])
    there, nowhere = (
        take(told.plan, told.incident, cmd.ReviseFact(name=name, value="forum", reason="it moved"), ANA, now=told.now)
        for name in ("takedown[1]/host", "takedown[2]/host")
    )
    assert isinstance(nowhere, Refusal)
    assert not isinstance(there, Refusal)
    told.tells(there[0])
    assert told.incident.fact("takedown[1]/host") == "forum"


WATCHED = TAKEDOWN.replace(
    "keep: {gone: json.gone}}",
    'keep: {gone: json.gone}, repeat: {until: output.gone and inputs.host == "video", every: 6h, max: 3}}',
)


class Watching(Story):
    """A story in which takedown looks again and again."""

    called: ClassVar[dict[str, str]] = {"takedown": WATCHED}


def test_a_step_of_a_called_playbook_repeats_with_the_names_of_its_call() -> None:
    """Its rounds read the inputs of the call, and each has a key of its own."""
    told = Watching((HEAD + ONE).replace("ACT", ACT), urls=SITES, minor="unknown")
    told.does("takedown/lock")
    told.answers("takedown/send.task.1", verdict="done", reference="R-1")
    told.does("takedown/verify", gone=False)
    assert told.states()["takedown/verify"] == "awaiting_time"
    told.waits(hours=6)
    told.does("takedown/verify", gone=True)
    assert told.states()["takedown"] == "done"


def test_one_call_is_enough_where_the_step_says_so() -> None:
    """The others that have not begun are left out, and what needs the step goes on."""
    told = calling(EACH.replace("for_each: inputs.urls,", "for_each: inputs.urls, join: any, max_parallel: 1,"))
    removed(told, "takedown[1]")
    assert told.states()["takedown[1]"] == "done"
    assert told.states()["takedown[2]"] == "skipped"
    assert told.states()["after"] == "awaiting_person"
