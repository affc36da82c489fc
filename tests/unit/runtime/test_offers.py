"""What Prefect's pages offer of a playbook: a form made of its inputs, or nothing."""

from __future__ import annotations

from textwrap import dedent

from engine.bootstrap import action_facts
from engine.domain.plan import Plan
from engine.language.api import compile_playbook
from engine.runtime.prefect.offers import offer, told_too_much, withheld

REST = """\
roles: {commander: {required: true}}
phases:
  contain:
    steps:
      - {id: look, title: Look at it, task: Look at it., owner: commander}
"""


def plan(inputs: str, *, more: str = "") -> Plan:
    """A playbook with these inputs."""
    head = f"tocsin: 1\nplaybook: form\ntitle: A form\nversion: 1\ndescription: For a test.\n{more}inputs:\n"
    lines = "".join(f"  {line}\n" for line in dedent(inputs).strip().splitlines())
    return compile_playbook((head + lines + REST).encode(), path="form.yaml", actions=action_facts())


def test_each_type_of_input_has_its_field() -> None:
    """Bounds, options, defaults and hints are in it; an address in any writing and a person's id are texts."""
    made = offer(
        "form",
        plan(
            """
            summary: {type: text, min: 3, max: 300, hint: One sentence.}
            urls: {type: url, list: true, min: 1, max: 9}
            aware_at: {type: datetime, default: now}
            kind: {type: choice, options: [meeting, training], default: meeting}
            copies: {type: number, min: 0, max: 2.5, default: 1}
            contact: {type: person, optional: true}
            """
        ),
    )
    fields = made.schema["properties"]
    assert made.schema["required"] == ["summary", "urls"]
    assert fields == {
        "summary": {
            "title": "Summary",
            "position": 0,
            "description": "One sentence.",
            "type": "string",
            "minLength": 3,
            "maxLength": 300,
        },
        "urls": {
            "title": "Urls",
            "position": 1,
            "description": "A whole address, like https://video.example/watch/1.",
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "maxItems": 9,
        },
        "aware_at": {
            "title": "Aware at",
            "position": 2,
            "description": "Left empty: now.",
            "type": "string",
            "format": "date-time",
        },
        "kind": {
            "title": "Kind",
            "position": 3,
            "description": "",
            "type": "string",
            "enum": ["meeting", "training"],
            "default": "meeting",
        },
        "copies": {
            "title": "Copies",
            "position": 4,
            "description": "",
            "type": "number",
            "minimum": 0,
            "maximum": 2.5,
            "default": 1,
        },
        "contact": {"title": "Contact", "position": 5, "description": "An id of the people file.", "type": "string"},
    }
    assert (made.playbook, len(made.digest)) == ("form", 64)
    assert made.says.startswith("# A form\n\nFor a test.\n\nRunning this declares an incident")


def test_no_field_answers_what_nobody_answered() -> None:
    """Prefect's switch sends `false` untouched, so it is shown only where there is a default."""
    inputs = """
        listed: {type: boolean, default: true}
        insured: {type: boolean, optional: true}
        public: {type: boolean}
        """
    made = offer("form", plan(inputs)).schema
    kinds = {
        name: (field["type"], field.get("enum"), field.get("default")) for name, field in made["properties"].items()
    }
    asked = ("string", ["yes", "no"], None)
    assert kinds == {"listed": ("boolean", None, True), "insured": asked, "public": asked}
    assert made["required"] == ["public"]


def test_what_is_confidential_is_not_offered() -> None:
    """A playbook that needs a restricted or privileged input, or is so itself, each by its name."""
    assert withheld("form", plan("summary: {type: text}")) == ""
    inputs = """
        reporter: {type: text, sensitivity: restricted}
        advice: {type: text, sensitivity: privileged}
        summary: {type: text}
        """
    assert withheld("form", plan(inputs)) == (
        "form cannot be triggered from Prefect: reporter is restricted, advice is privileged."
    )
    whole = plan("summary: {type: text}", more="sensitivity: restricted\n")
    assert withheld("form", whole) == "form cannot be triggered from Prefect: the playbook itself is restricted."


def test_a_confidential_input_that_may_be_left_out_is_left_out() -> None:
    """The form has no field for it and says how it is added; a run that was given it all the same is refused."""
    known = plan("""
        summary: {type: text}
        account: {type: text, optional: true, sensitivity: restricted}
        """)
    assert withheld("form", known) == ""
    made = offer("form", known)
    assert list(made.schema["properties"]) == made.schema["required"] == ["summary"]
    assert "Not asked for here, since it is kept closer: account. Afterwards add it with" in made.says
    assert told_too_much(known, {"summary": "x"}) == ""
    assert told_too_much(known, {"summary": "x", "account": "a"}).startswith("account is restricted. Prefect keeps")
