"""Rules in the cases that their one bad playbook does not show: what else they say, and when they keep silent."""

from __future__ import annotations

import pytest

from engine.language.api import check
from tests.unit.language.cases import DECIDE, checked, said, step
from tests.unit.language.facts import ACTIONS, CATALOGS

CALL = '      - {id: c, call: takedown, with: {url: "https://x.example"}}\n'
ASK = "      - {id: ask, title: Ask, action: http.request, with: {url: 'https://x.example'}}\n"


def when(condition: str) -> list[str]:
    """Return what is said of a condition that reads the step `decide`."""
    return said(DECIDE + step(f"needs: [decide]\nwhen: '{condition}'"))


@pytest.mark.parametrize(
    ("condition", "problems"),
    [
        ('incident.id == "INC-1"', []),
        ("incident.exercise", []),
        ("incident.budget == 1", ["PB201 There is no incident.budget."]),
        ("roles.commander is defined", []),
        ("roles.boss is defined", ["PB205 There is no role 'boss'."]),
        ("decide.n > 0", ["PB201 There is no 'decide'."]),
        ("urls is defined", ["PB201 There is no 'urls'."]),
        ("comander == 1", ["PB201 There is no 'comander'."]),
        ("inputs is defined", ["PB202 There is no input ''."]),
        ("steps is defined", ["PB203 There is no step ''."]),
        ('steps.decide.state == "done"', ["PB204 steps.decide.state is not something that can be read of a step."]),
        ("steps.decide is defined", ["PB204 steps.decide is not something that can be read of a step."]),
        ("steps.decide.output is defined", []),
        ("steps.decide.output.n > 0", []),
        ("steps.decide.output.n.m > 0", ["PB212 steps.decide.output.n is a number, so it has no 'm'."]),
        ('inputs.urls[0] == "https://x.example"', []),
        ('steps.decide.output.rows[0].name == "x"', []),
        ('steps.decide.output.rows[0].way == "c"', ["PB224 steps.decide.output.rows.0.way is never 'c'."]),
        ("steps.decide.output.rows[0].what is defined", ["PB212 steps.decide.output.rows.0 has no column 'what'."]),
        (
            "steps.decide.output.rows.name is defined",
            ["PB212 steps.decide.output.rows is a table, so it has no 'name'."],
        ),
        ("steps.decide.output.rows | length > 1", []),
        ("inputs.urls.first is defined", ["PB212 inputs.urls is a list, so it has no 'first'."]),
        ('inputs.urls == "x"', ["PB224 inputs.urls is a list of url, so it never equals one value."]),
        ('"x" in inputs.urls', []),
        ("steps.decide.output.n in [1, 2]", []),
        ('steps.decide.output.n == "1"', ["PB224 steps.decide.output.n is a number, so it never equals '1'."]),
        ("1 < steps.decide.output.n", []),
        ("0 < steps.decide.output.n < 5", []),
        ("steps.decide.output.ok", []),
        ("steps.decide.output.ok == true", []),
        ('steps.decide.output.ok == "yes"', ["PB224 steps.decide.output.ok is a boolean, so it never equals 'yes'."]),
        (
            "steps.decide.output.ok > 1",
            ["PB224 steps.decide.output.ok is a boolean, which is not more or less than anything."],
        ),
        ('steps.decide.output.at == "now"', ["PB224 steps.decide.output.at is a datetime, so it never equals 'now'."]),
        ("steps.decide.output.at < steps.decide.output.at", []),
        ('"kim" in steps.decide.output.who', []),
        ('steps.decide.output.how == "a"', []),
        ('steps.decide.output.how == "c"', ["PB224 steps.decide.output.how is never 'c'."]),
        ("inputs.page == 5", ["PB224 inputs.page is a text, so it never equals 5."]),
        ("item == 1", ["PB210 `item` is known only in a step with `for_each`."]),
        (
            "inputs.page + 1",
            ["PB209 Add is not possible in an expression: it compares and tests, and calculates nothing."],
        ),
    ],
)
def test_a_condition_is_checked_against_what_it_reads(condition: str, problems: list[str]) -> None:
    """Names, kinds and options are known before anything runs."""
    assert when(condition) == problems


@pytest.mark.parametrize(
    ("steps", "problems"),
    [
        (ASK + step("needs: [ask]\nwhen: steps.ask.output.anything == 1"), []),
        (
            "      - {id: w, title: W, wait: 1h}\n" + step("needs: [w]\nwhen: steps.w.output.x == 1"),
            ["PB204 w gives no 'x'."],
        ),
        (step("for_each: inputs.urls\nwhen: item.host is defined"), ["PB212 item is a url, so it has no 'host'."]),
        (step('for_each: inputs.urls\nwhen: item == "x"'), []),
        (step('for_each: \'["a", "b"]\'\nwhen: item.x is defined'), []),
        (step("for_each: inputs.nothing\nwhen: item.x is defined"), ["PB202 There is no input 'nothing'."]),
        (step("for_each: item"), []),
        (
            step("when: steps.both.output.x") + "      - {id: both, title: B, task: B, wait: 1h}\n",
            ["PB105 The step both has task and wait."],
        ),
        (
            step("with: {url: 'https://x.example'}\ntimeout: soon", kind="action: http.request"),
            ["PB401 'soon' is not a duration."],
        ),
        (
            "      - {id: c, call: other}\n" + step("needs: [c]\nwhen: steps.c.output.x"),
            ["PB240 There is no playbook 'other'."],
        ),
        (CALL + step("needs: [c]\nwhen: steps.c.output.removed"), []),
        (CALL + step("needs: [c]\nwhen: steps.c.output.gone"), ["PB204 c gives no 'gone'."]),
        (
            CALL + step('needs: [c]\nwhen: steps.c.output.removed == "yes"'),
            ["PB224 steps.c.output.removed is a boolean, so it never equals 'yes'."],
        ),
    ],
)
def test_what_a_step_gives_depends_on_its_kind(steps: str, problems: list[str]) -> None:
    """An action's result may hold anything unless its names are known; a wait gives nothing."""
    assert said(steps) == problems


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ("{url: '{{ inputs.page }}', tries: '{{ inputs.page }}'}", []),
        ("{url: 'https://x.example', headers: {A: {secret: TOKEN, prefix: 'x '}}}", []),
        (
            "{url: 'https://x.example', headers: {A: 5}}",
            ["PB221 `headers.A.str` does not fit: input should be a valid string."],
        ),
        (
            "{url: 'https://x.example', tries: 0}",
            ["PB221 `tries` does not fit: input should be greater than or equal to 1."],
        ),
        ("{secret: TOKEN}", ["PB221 `url` is missing.", "PB221 The action takes no `secret`."]),
        ("{url: 'https://x.example', json: {'{{ item }}': 1}}", ["PB209 A key cannot hold {{ }}."]),
        ("{url: {secret: lower}}", ["PB209 A secret is a name in capitals."]),
        ("{url: '{% if x %}'}", ["PB209 {% %} is not known in a text."]),
        (
            "{url: '{{ inputs.page'}",
            ["PB209 The text with {{ }} cannot be read: it ends before '}}'."],
        ),
        (
            "{url: 'https://x.example', json: {token: '{{ inputs.page }}', list: [{password: hunter2}]}}",
            ["PB501 A credential is written out under `password`."],
        ),
        (
            "{url: 'https://x.example', tags: [a, 5]}",
            ["PB221 `tags.1` does not fit: input should be a valid string."],
        ),
        ("{url: 'http://localhost:8080/x'}", []),
        ("{url: 'http://{{ inputs.page }}/x'}", []),
        ("{url: 'http:/x'}", []),
    ],
)
def test_what_an_action_is_given_is_checked_as_far_as_it_shows(given: str, problems: list[str]) -> None:
    """Templates and secrets wait for the run; everything else is said now."""
    found = said(step(f"with: {given}", kind="action: http.request"))
    assert found == problems


def test_without_a_commander_everything_is_named() -> None:
    """Only what has nobody is said."""
    base = "tocsin: 1\nplaybook: r\ntitle: R\nversion: 1\nroles: {counsel: {}}\nphases:\n  contain:\n    steps:\n"
    owned = step("owner: counsel") + "      - {id: b, title: B, decision: B, by: counsel}\n"
    lost = "      - {id: c, title: C, decision: C}\n"
    assert check((base + owned).encode(), path="-", actions=ACTIONS, catalogs=CATALOGS).problems == ()
    assert [
        item.message for item in check((base + lost).encode(), path="-", actions=ACTIONS, catalogs=CATALOGS).problems
    ] == ["Nobody is to do c."]


def test_an_action_without_with_points_at_its_name() -> None:
    """There is no `with` to point at."""
    problems = checked(step("", kind="action: http.request")).problems
    assert [(item.rule, item.line, item.column) for item in problems] == [("PB221", 16, 9)]


@pytest.mark.parametrize(
    ("rest", "problems"),
    [
        ("form: {a: {type: text, columns: [x]}}", ["PB131 A text has no columns."]),
        ("form: {a: {type: choice, options: [x, x]}}", ["PB108 An option is given twice."]),
        ("form: {a: {type: text, max: 1.5}}", ["PB109 `max` counts, so it is a whole number."]),
        ("form: {a: {type: number, max: 1.5}}", []),
        ("form: {a: {type: number, default: x}}", ["PB110 The default 'x' is not a number."]),
        ("form: {a: {type: url, revises: inputs.nothing}}", ["PB223 There is no input 'nothing' to revise."]),
        ("form: {a: {type: text, revises: inputs.page}}", []),
        ("max_parallel: 2\nfor_each: inputs.urls", []),
        ("due: 0bd", ["PB401 '0bd' is no time at all."]),
        ("due: 2d\nfollow_up: true", []),
        ("due: 1bd", []),
        ("on_failure: nobody", ["PB203 There is no step 'nobody'."]),
        ("owner: nobody", ["PB205 There is no role 'nobody'."]),
        (
            "approve: {by: [nobody], expires: soon}",
            ["PB205 There is no role 'nobody'.", "PB401 'soon' is not a duration."],
        ),
        ("approve: {by: [commander, counsel], quorum: 2}", []),
        ("sensitivity: privileged\nowner: counsel", []),
    ],
)
def test_a_task_is_checked_key_by_key(rest: str, problems: list[str]) -> None:
    """Each rule speaks only of what it is about."""
    assert said(step(rest)) == problems


def test_a_revision_keeps_to_the_options_of_its_input() -> None:
    """An answer that the input could not hold is refused before anyone gives it."""
    base = (
        "tocsin: 1\nplaybook: r\ntitle: R\nversion: 1\nroles: {commander: {}}\n"
        "inputs:\n  minor: {type: choice, options: [a, b], revises: inputs.minor}\n"
        "phases:\n  contain:\n    steps:\n      - {id: x, title: X, task: X, form: {m: "
        "{type: choice, options: [a, c], revises: inputs.minor}}}\n"
    )
    problems = check(base.encode(), path="-", actions=ACTIONS, catalogs=CATALOGS).problems
    assert [item.message for item in problems] == ["An input revises nothing.", "minor cannot be: c."]


def test_two_decisions_cannot_mark() -> None:
    """One says when the incident is contained, and its answer is yes or no."""
    one = "      - {id: a, title: A?, decision: A?, marks: contained}\n"
    two = "      - {id: b, title: B?, decision: B?, marks: contained}\n"
    typed = "      - {id: c, title: C?, decision: C?, marks: contained, form: {answer: {type: text}}}\n"
    assert said(one + two) == ["PB227 a already marks the incident."]
    assert said(typed) == ["PB227 `answer` is the yes or no that marks."]


def test_reading_before_needing_is_fine_when_something_else_waits() -> None:
    """A need of a need, or a condition that reads the same step, is enough."""
    ask = "      - {id: q, title: Q, action: http.request, with: {url: 'https://x.example'}, needs: [decide]}\n"
    use = "with: {url: 'https://x.example/{{ steps.decide.output.n }}'}"
    both = ask.replace("q,", "r,", 1) + ask.replace("[decide]", "[decide, r]")
    assert said(DECIDE + both + step(f"{use}\nneeds: [q]", kind="action: http.request")) == []
    assert said(DECIDE + ask + step(f"{use}\nneeds: [q]", kind="action: http.request")) == []
    assert said(DECIDE + step(f"{use}\nwhen: steps.decide.output.ok", kind="action: http.request")) == []
    assert said(DECIDE + step(use, kind="action: http.request")) == ["PB229 it reads decide without needing it."]


def test_a_restricted_value_may_go_to_a_system_but_not_to_people() -> None:
    """A ticket of a restricted step, or none at all, names nobody."""
    accounts = DECIDE.replace(
        "how: {type: choice, options: [a, b]}", "ids: {type: text, list: true, sensitivity: restricted}"
    )
    each = "needs: [decide]\nfor_each: steps.decide.output.ids"
    request = f"{each}\nwith: {{url: 'https://x.example/{{{{ item }}}}'}}"
    assert said(accounts + step(request, kind="action: http.request")) == []
    assert said(accounts + step(f"{each}\ntickets: none")) == []
    assert said(accounts + step(f"{each}\nsensitivity: restricted")) == []
    assert [item[:5] for item in said(accounts + step(each))] == ["PB503"]


def test_a_circle_through_a_gate_names_the_phase() -> None:
    """Without a deciding step, harden waits for all of contain."""
    circle = step("needs: [close]") + "  harden:\n    steps:\n      - {id: close, title: C, task: C.}\n"
    assert said(circle) == ["PB225 These wait for each other: it -> close -> phase harden -> it."]
    late = step("needs: [close]\nfollow_up: true") + "  harden:\n    steps:\n      - {id: close, title: C, task: C.}\n"
    assert said(late) == []
    assert said(step("needs: [it]")) == ["PB225 These wait for each other: it -> it."]
    assert said(step("when: steps.it.output.x is defined\nform: {x: {type: text}}")) == []


def test_the_rows_of_a_table_are_done_one_by_one() -> None:
    """`item` is a row, and its columns are checked."""
    each = "for_each: steps.decide.output.rows\nneeds: [decide]\nwhen: item."
    assert said(DECIDE + step(each + 'name == "x"')) == []
    assert said(DECIDE + step(each + 'nam == "x"')) == ["PB212 item has no column 'nam'."]
