"""What a button, a form and a command come to: a form first, a command, or a refusal."""

from __future__ import annotations

from functools import partial

from engine.domain import commands as cmd
from engine.domain.authority import Refusal
from engine.domain.intake import take
from engine.domain.tokens import FormKind, form_token
from engine.ports.acts import Act, ActKind
from engine.ports.shown import Form
from engine.runtime.desk import Look
from engine.runtime.inward.forms import SIGNED, answer_form, declare_form, review_form
from engine.runtime.inward.meaning import Judge, Meaning, Refused, adding, answering, filled, pressed
from tests.unit.domain.story import Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A leak
    version: 1
    inputs:
      urls: {type: url, list: true}
      accounts: {type: text, list: true, sensitivity: restricted, optional: true}
      minor: {type: choice, options: ["no", "yes"], default: "yes"}
    roles: {commander: {required: true}, counsel: {title: Counsel}}
    phases:
      contain:
        steps:
          - id: depicted
            title: Who is shown?
            decision: Look at the invitation.
            by: [commander]
            form:
              minor: {type: choice, options: ["no", "yes"], revises: inputs.minor}
              names: {type: text, sensitivity: restricted, optional: true}
          - {id: warn, title: Warn the host, task: Write to them., owner: counsel, for_each: inputs.urls}
          - {id: cut, title: Cut it off, task: Do it., owner: counsel, for_each: inputs.accounts,
             when: inputs.accounts is defined}
          - {id: check, title: Check this, task: Do it., owner: counsel, form: {note: {type: text, optional: true}}}
    """
ANA = cmd.Who(person="ana", via="slack", strength="slack-signed")
CARLA = cmd.Who(person="carla", via="slack", strength="slack-signed")


def leak() -> Story:
    """An incident with two addresses and one restricted account."""
    return Story(PLAYBOOK, urls=["https://a.example/1", "https://b.example/2"], accounts=["somebody"], minor="yes")


def look_of(story: Story) -> Look:
    """Look at it now."""
    return Look(story.plan, story.incident, story.now)


def judge_of(story: Story, who: cmd.Who) -> Judge:
    """Judge as the desk does."""
    return partial(take, story.plan, story.incident, who=who, now=story.now)


def pressing(story: Story, action: str, subject: str, who: cmd.Who) -> Meaning | None:
    """Press a button."""
    act = Act(user="U1", kind=ActKind.BUTTON, action=action)
    return pressed(act, subject, look=look_of(story), judge=judge_of(story, who))


def test_a_button_is_a_command_when_nothing_needs_to_be_filled_in() -> None:
    """Approve, done without a form, seen, and being on it."""
    story = leak()
    assert pressing(story, "approve", "x.approval.1", ANA) == cmd.Answer(target="x.approval.1", verdict="approve")
    assert pressing(story, "done", "warn[1].task.1", CARLA) == cmd.Answer(target="warn[1].task.1", verdict="done")
    assert pressing(story, "acknowledge", "warn[1].task.1:missed:1", ANA) == cmd.AddNote(text="Seen: Warn the host")
    assert pressing(story, "acknowledge", "warn[1].task.1", CARLA) == cmd.Acknowledge(target="warn[1].task.1")
    assert pressing(story, "release", "hold", ANA) == cmd.ReleaseIncident()
    assert pressing(story, "accept", "handover:3", ANA) == cmd.AcceptHandover(number=3)
    assert pressing(story, "dance", "warn[1].task.1", ANA) is None


def test_a_form_whose_fields_may_all_stay_empty_is_asked_for_all_the_same() -> None:
    """A press alone finishes no step that has a form."""
    form = pressing(leak(), "done", "check.task.1", CARLA)
    assert isinstance(form, Form)
    assert form.token == form_token(FormKind.ANSWER, incident="INC-1", subject="check.task.1")


def test_a_form_is_offered_to_nobody_whose_answer_would_be_refused() -> None:
    """The refusal is the desk's own, for answering and for declining."""
    for action in ("answer", "decline"):
        meaning = pressing(leak(), action, "depicted.decision.1", CARLA)
        assert isinstance(meaning, Refused)
        assert meaning.refusal.rule == "not_asked"
    early = pressing(leak(), "review", "review", ANA)
    assert isinstance(early, Refused)
    assert early.refusal.rule == "no_review"


def test_a_form_shows_what_is_known_and_which_element_it_is_about() -> None:
    """Addresses harmless, restricted elements only counted."""
    story = leak()
    asks = story.incident.asks
    decision = answer_form(story.plan, story.incident, asks["depicted.decision.1"])
    assert decision.values == {"minor": "yes"}
    assert decision.intro == "Who is shown?\nLook at the invitation."
    second = answer_form(story.plan, story.incident, asks["warn[2].task.1"])
    assert second.intro.endswith("Number 2 of 2: hxxps://b[.]example/2")
    assert answer_form(story.plan, story.incident, asks["cut[1].task.1"]).intro.endswith("Number 1 of 1.")


def test_what_is_restricted_is_asked_for_and_never_shown_again() -> None:
    """The earlier answer stands in the form without it."""
    story = leak()
    story.answers("depicted.decision.1", minor="no", names="Somebody Shown")
    form = answer_form(story.plan, story.incident, story.incident.asks["depicted.decision.1"])
    assert form.values == {"minor": "no"}
    assert "Somebody" not in str(form)


def test_a_filled_form_is_the_command_it_was_opened_for() -> None:
    """A decision is answered, a task is done, a reason declines."""
    look = look_of(leak())
    assert filled(FormKind.ANSWER, "depicted.decision.1", values={"minor": "no"}, look=look) == cmd.Answer(
        target="depicted.decision.1", verdict="answer", values={"minor": "no"}
    )
    assert filled(FormKind.ANSWER, "check.task.1", values={}, look=look) == cmd.Answer(
        target="check.task.1", verdict="done"
    )
    assert filled(FormKind.DECLINE, "check.task.1", values={"reason": " Not ours. "}, look=look) == cmd.Answer(
        target="check.task.1", verdict="decline", reason="Not ours."
    )


def test_a_review_that_keeps_names_offers_no_other_choice() -> None:
    """Asking to be anonymous where nobody offered it is refused later, and not quietly signed here."""
    look = look_of(leak())
    assert SIGNED not in review_form(look.plan, look.incident).fields
    command = filled(FormKind.REVIEW, "review", values={SIGNED: "anonymously", "luck": "Much."}, look=look)
    assert command == cmd.AnswerReview(answers={"luck": "Much."}, anonymous=True)


def test_done_of_a_step_that_is_done_several_times_asks_which() -> None:
    """Nothing is guessed."""
    story = leak()
    meaning = answering("warn", look=look_of(story), judge=judge_of(story, CARLA))
    assert isinstance(meaning, Refused)
    assert meaning.refusal == Refusal(
        "which", "warn is done once per element: say which one.", "One of: warn[1], warn[2]."
    )


def test_what_is_added_goes_to_the_list_of_addresses() -> None:
    """The first one that holds addresses."""
    assert adding(leak().plan, "https://c.example https://d.example") == cmd.AddToFact(
        name="urls", values=["https://c.example", "https://d.example"]
    )


def test_the_form_of_a_playbook_says_how_to_get_another() -> None:
    """And keeps restricted fields marked."""
    form = declare_form(leak().plan, name="story", others=["lost-device"])
    assert form.intro.splitlines() == [
        "Playbook: A leak (story).",
        "Others: lost-device. Type `/incident declare NAME` for one of them.",
    ]
    assert form.fields["accounts"].hint == "(Kept out of channels and tickets.)"
    assert form.token == "|story|declare"


ALONE = """
    tocsin: 1
    playbook: story
    title: A leak
    version: 1
    roles: {commander: {required: true}, counsel: {title: Counsel}}
    phases:
      contain:
        steps:
          - {id: lock, title: Lock it, action: http.request, with: {url: "https://a.example"},
             undo: {action: http.request, with: {url: "https://a.example/undo"}},
             approve: {by: [counsel], break_glass: true}}
    """


def test_going_ahead_alone_asks_why_once_it_is_possible() -> None:
    """Too early it is refused before anything is filled in; the form says what follows from it."""
    story, ask = Story(ALONE), "lock.approval.1"
    refused = pressing(story, "break_glass", ask, ANA)
    assert isinstance(refused, Refused)
    assert refused.refusal.rule == "too_early"
    story.waits(minutes=15)
    form = pressing(story, "break_glass", ask, ANA)
    assert isinstance(form, Form)
    assert form.token == form_token(FormKind.GLASS, incident="INC-1", subject=ask)
    assert form.intro.startswith("Lock it: nobody has approved it.")
    command = filled(FormKind.GLASS, ask, values={"reason": " it spreads "}, look=look_of(story))
    assert command == cmd.BreakGlass(target=ask, reason="it spreads")
