"""What the conductor decides, one rule of design section 3 at a time."""

from __future__ import annotations

from datetime import timedelta

from engine.domain import timeline as ev
from tests.unit.domain.story import story


def test_ready_actions_begin_together_and_dependants_wait() -> None:
    """Actions that need nothing begin at once; what needs them begins when they are done."""
    told = story("""
      contain:
        steps:
          - {id: one, title: One, ACT}
          - {id: two, title: Two, ACT}
          - {id: three, title: Three, ACT, needs: [one]}
    """)
    assert told.states() == {"one": "running", "two": "running"}
    told.does("one")
    assert told.states() == {"one": "done", "two": "running", "three": "running"}


def test_an_incident_goes_from_declared_to_closed() -> None:
    """Phases open by their gates, and the incident closes when review has settled."""
    told = story("""
      contain:
        steps:
          - {id: lock, title: Lock, ACT}
      harden:
        steps:
          - {id: audit, title: Audit, task: Look., owner: commander, due: 1h}
      review:
        steps:
          - {id: sum_up, title: Sum up, task: Write., owner: commander, due: 1h}
    """)
    assert set(told.incident.phases) == {"contain"}
    told.does("lock")
    assert told.status() == "contained"
    assert told.open_asks() == ["audit.task.1"]
    told.answers("audit.task.1", verdict="done")
    assert told.status() == "resolved"
    told.answers("sum_up.task.1", verdict="done")
    assert told.status() == "closed"


def test_a_failed_step_blocks_what_needs_it_but_no_other_phase() -> None:
    """A failure without on_failure blocks its dependants; the phase still settles."""
    told = story("""
      contain:
        steps:
          - {id: one, title: One, ACT}
          - {id: two, title: Two, task: Go on., owner: commander, due: 1h, needs: [one]}
          - {id: three, title: Three, task: Go on., owner: commander, due: 1h, needs: [{step: one, is: settled}]}
      harden:
        steps:
          - {id: four, title: Four, task: Later., owner: commander, due: 1h}
    """)
    told.fails("one")
    assert told.states()["two"] == "blocked"
    assert told.open_asks() == ["three.task.1"]
    told.answers("three.task.1", verdict="done")
    assert told.open_asks() == ["four.task.1"]
    assert told.status() == "contained"


def test_a_retry_revives_what_was_blocked() -> None:
    """When a failed step is retried and done, what it blocked is looked at again."""
    told = story("""
      contain:
        steps:
          - {id: one, title: One, ACT}
          - {id: two, title: Two, task: Go on., owner: commander, due: 1h, needs: [one]}
    """)
    told.fails("one")
    told.tells(ev.RetryOrdered(step="one", by="ana"))
    assert told.states()["one"] == "running"
    told.does("one")
    assert told.states() == {"one": "done", "two": "awaiting_person"}


def test_an_incident_does_not_close_over_a_step_that_revives_in_the_same_turn() -> None:
    """What a late retry unblocks is gone through before the incident is called closed."""
    told = story("""
      contain:
        steps:
          - {id: one, title: One, ACT, on_failure: continue}
          - {id: two, title: Two, task: Go on., owner: commander, due: 1h, needs: [one]}
          - {id: three, title: Three, ACT, needs: [two]}
      review:
        steps:
          - {id: sum_up, title: Sum up, task: Write., owner: commander, due: 1h}
    """)
    told.does("one")
    told.answers("two.task.1", verdict="decline")
    assert told.states()["three"] == "blocked"
    told.tells(ev.RetryOrdered(step="two", by="ana"))
    told.answers("sum_up.task.1", verdict="done")
    assert told.status() == "resolved"
    told.answers("two.task.2", verdict="done")
    assert told.states()["three"] == "running"
    assert told.status() == "resolved"
    told.does("three")
    assert told.status() == "closed"


def test_a_failure_that_may_be_tried_again_waits_for_its_timer() -> None:
    """A retryable failure sets a timer in real time and tries again with the same key."""
    told = story("""
      contain:
        steps:
          - {id: one, title: One, ACT}
    """)
    first = next(iter(told.pending))
    told.fails("one", retry_in=timedelta(seconds=5))
    assert told.states() == {"one": "retrying"}
    told.waits(seconds=6)
    assert list(told.pending) == [first]
    assert told.pending[first].attempt == 2


def test_on_failure_stop_holds_new_work_until_a_person_decides() -> None:
    """Nothing new begins after a failure under stop; accepting the failure lets the rest go on."""
    told = story("""
      contain:
        steps:
          - {id: one, title: One, ACT, on_failure: stop}
          - {id: two, title: Two, ACT}
          - {id: three, title: Three, task: Go on., owner: commander, due: 1h, needs: [two]}
    """)
    told.fails("one")
    told.does("two")
    assert told.open_asks() == []
    told.tells(ev.StepResolved(step="one", outcome="failed", reason="we live with it", by="ana"))
    assert told.open_asks() == ["three.task.1"]


def test_an_unset_optional_input_keeps_a_step_waiting_but_holds_no_gate() -> None:
    """A condition on what is not known neither runs, nor skips, nor holds the phase; once known it runs late."""
    told = story("""
      contain:
        steps:
          - {id: one, title: One, ACT, when: inputs.recording == "x"}
      harden:
        steps:
          - {id: two, title: Two, task: Later., owner: commander, due: 1h}
    """)
    assert told.states() == {"two": "awaiting_person"}
    told.answers("two.task.1", verdict="done")
    assert told.status() == "resolved"
    told.tells(ev.FactRevised(name="recording", value="x", reason="found", by="ana"))
    assert told.states()["one"] == "running"
    told.does("one")
    assert told.status() == "closed"


def test_a_revised_fact_revives_a_skipped_step() -> None:
    """A step skipped by its condition is looked at again when the fact changes."""
    told = story("""
      contain:
        steps:
          - {id: one, title: One, ACT, when: inputs.minor == "no"}
          - {id: two, title: Two, task: Wait., owner: commander, due: 1h}
    """)
    assert told.states()["one"] == "skipped"
    told.tells(ev.FactRevised(name="minor", value="no", reason="invitation list", by="ana"))
    assert told.states()["one"] == "running"


def test_what_begins_late_is_waited_for() -> None:
    """A copy that is found after its phase has settled is dealt with before the incident is called resolved."""
    told = story("""
      contain:
        steps: [{id: report, title: Report it, for_each: inputs.urls, task: Report it., owner: commander}]
      legal:
        steps: [{id: file, title: File, task: File it., owner: counsel}]
      review:
        steps: [{id: sum_up, title: Sum up, task: Write., owner: commander}]
    """)
    told.answers("report[1].task.1", verdict="done")
    told.tells(ev.FactAdded(name="urls", values=["https://a.example/2"], by="hana"))
    told.answers("file.task.1", "carla", verdict="done")
    assert {phase: known.status.value for phase, known in told.incident.phases.items()} == dict.fromkeys(
        ("contain", "legal"), "settled"
    )
    assert told.status() == "contained"
    told.answers("report[2].task.1", verdict="done")
    assert told.status() == "resolved"


def test_a_growing_list_starts_an_instance_per_element_also_later() -> None:
    """Instances are counted from 1; a copy found later gets its own."""
    told = story("""
      contain:
        steps:
          - {id: keep, title: Keep, action: http.request, for_each: inputs.urls, with: {url: "{{ item }}"}}
          - {id: after, title: After, task: Go on., owner: commander, due: 1h, needs: [keep]}
    """)
    assert told.states() == {"keep[1]": "running"}
    told.does("keep[1]")
    assert told.open_asks() == ["after.task.1"]
    told.tells(ev.FactAdded(name="urls", values=["https://b.example/2"], by="hana"))
    assert told.states()["keep[2]"] == "running"
    assert told.incident.step("keep[2]").params == {"url": "https://b.example/2"}


def test_max_parallel_begins_no_more_than_so_many_at_once() -> None:
    """With max_parallel 1 the second element begins when the first has ended."""
    told = story(
        """
      contain:
        steps:
          - id: keep
            title: Keep
            action: http.request
            for_each: inputs.urls
            max_parallel: 1
            with: {url: "{{ item }}"}
    """,
        urls=["https://a.example/1", "https://b.example/2"],
    )
    assert told.states() == {"keep[1]": "running"}
    told.does("keep[1]")
    assert told.states() == {"keep[1]": "done", "keep[2]": "running"}
