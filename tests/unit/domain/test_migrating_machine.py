"""An incident under any order of events that goes over to any edited copy of its playbook, at any moment."""

from __future__ import annotations

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from engine.domain.fold import fold
from engine.domain.lifecycle import StepStatus
from tests.unit.domain.story import START
from tests.unit.domain.test_conductor_machine import PLAYBOOK, Incidents
from tests.unit.domain.versions import edited, migrate

RISKY = (
    '          - {id: risky, title: Risky, action: http.request, with: {url: "https://b.example"}, on_failure: stop}\n'
)
EDITS = (
    (RISKY, RISKY + "          - {id: extra, title: Extra, task: Do it., owner: counsel, due: 1h}\n"),
    ("      harden:\n", "          - {id: post, title: Post, task: Do it., due: 1h, needs: [words]}\n      harden:\n"),
    ('when: inputs.minor == "no"', 'when: inputs.minor != "yes"'),
    ('with: {url: "https://a.example"}', 'with: {url: "https://c.example"}'),
    ("form: {text: {type: text}}", "form: {text: {type: text}, more: {type: text, optional: true}}"),
    ("max_parallel: 2", "max_parallel: 1"),
    (", due: 2h, marks: contained", ", due: 3h, marks: contained"),
    ("- {id: audit, title: Audit", "- {id: audit_again, title: Audit"),
    (
        "title: Keep, action: http.request, for_each: inputs.urls",
        "title: Keep, action: http.request, for_each: inputs.more",
    ),
    ("      minor:", "      more: {type: url, list: true, optional: true}\n      minor:"),
    ("expires: 30m", "expires: 1h"),
)
"""Parts of the playbook that an edit may replace, each by itself or with others."""


class Versions(Incidents):
    """The same incident; now and then the commander takes it over to another version."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 1

    @precondition(lambda self: not self.told.incident.over)
    @rule(chosen=st.sets(st.sampled_from(range(len(EDITS))), max_size=4))
    def version_is_changed(self, chosen: set[int]) -> None:
        """The commander asks for an edited copy; it is taken over whole, or nothing changes."""
        if EDITS[8] in [EDITS[place] for place in chosen]:
            chosen = chosen | {9}
        text = edited(PLAYBOOK, *(EDITS[place] for place in sorted(chosen)), version=self.version + 1)
        before = self.told.incident
        ended = {name for name, step in before.steps.items() if step.status is StepStatus.DONE}
        refused = migrate(self.told, text)
        if refused:
            assert self.told.incident is before
            return
        self.version += 1
        after = self.told.incident
        assert after.playbook_version == self.version
        assert {name for name in ended if after.step(name).status is StepStatus.DONE} == ended
        assert {name: effect.status for name, effect in before.effects.items() if effect.status == "done"}.items() <= {
            name: effect.status for name, effect in after.effects.items()
        }.items()

    @invariant()
    def replay_follows_every_version(self) -> None:
        """The timeline alone gives the same state, whatever versions it has followed."""
        state = None
        for place, event in enumerate(self.told.told, start=1):
            state = fold(state, event, at=START, seq=place)
        assert state is not None
        assert (state.digest, state.spreads, len(state.migrations)) == (
            self.told.plan.digest,
            self.told.incident.spreads,
            self.version - 1,
        )


Versions.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
TestVersions = Versions.TestCase
