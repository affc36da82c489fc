"""Lines of `field: value` under a ticket fill a form in; everything else people write does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.fields import FieldSpec, FieldType
from engine.domain.sensitivity import Sensitivity
from engine.runtime.inward.comments import strictest, written

FIELDS = {
    "reference": FieldSpec("reference", FieldType.TEXT),
    "submitted_at": FieldSpec("submitted_at", FieldType.DATETIME),
    "link": FieldSpec("link", FieldType.URL),
    "urls": FieldSpec("urls", FieldType.URL, list=True),
    "contact": FieldSpec("contact", FieldType.PERSON),
    "names": FieldSpec("names", FieldType.TEXT, sensitivity=Sensitivity.RESTRICTED),
    "advice": FieldSpec("advice", FieldType.TEXT, sensitivity=Sensitivity.PRIVILEGED),
}


def read(*comments: str) -> dict[str, str | list[str]]:
    """Read comments, oldest first; the account `emi.sato` is emi."""
    return written(comments, FIELDS, person=lambda account: "emi" if account == "emi.sato" else account)


@pytest.mark.parametrize(
    ("comment", "values"),
    [
        ("reference: EDPB-17", {"reference": "EDPB-17"}),
        ("* *Reference*: EDPB-17", {"reference": "EDPB-17"}),
        ("*Reference:* EDPB-17", {"reference": "EDPB-17"}),
        ("Submitted at : 2026-03-02 03:10", {"submitted_at": "2026-03-02 03:10"}),
        ("Link: [the page|https://a.example/x]", {"link": "https://a.example/x"}),
        ("link: [https://a.example/x|https://a.example/x|smart-link]", {"link": "https://a.example/x"}),
        ("urls: https://a.example\nurls: https://b.example", {"urls": ["https://a.example", "https://b.example"]}),
        ("contact: [~emi.sato]", {"contact": "emi"}),
        ("contact: [~accountid:emi.sato] please", {"contact": "emi"}),
        ("reference: one\nreference: two", {"reference": "one\ntwo"}),
        (r"reference: PR\_4471", {"reference": "PR_4471"}),
        ("reference:", {}),
        ("Filed it this morning, see: the portal", {}),
        ("", {}),
    ],
)
def test_a_line_that_names_a_field_fills_it(comment: str, values: dict[str, str | list[str]]) -> None:
    """However the tracker's markup dresses it; the rest says nothing."""
    assert read(comment) == values


def test_what_was_written_later_counts() -> None:
    """Field by field, so that what was missing can be added."""
    assert read("reference: one\nlink: https://a.example", "reference: two") == {
        "reference": "two",
        "link": "https://a.example",
    }


def test_a_comment_is_kept_as_closely_as_the_closest_field_it_names() -> None:
    """At least as closely as its step."""
    assert strictest("reference: x", FIELDS, least=Sensitivity.INTERNAL) is Sensitivity.INTERNAL
    assert strictest("reference: x\nnames: y", FIELDS, least=Sensitivity.INTERNAL) is Sensitivity.RESTRICTED
    assert strictest("names: y\nadvice: z", FIELDS, least=Sensitivity.INTERNAL) is Sensitivity.PRIVILEGED
    assert strictest("hello", FIELDS, least=Sensitivity.RESTRICTED) is Sensitivity.RESTRICTED


@given(st.lists(st.text(st.characters(codec="utf-8") | st.sampled_from(":\n*[]~|reference")), max_size=3))
def test_nothing_that_people_write_is_an_error(comments: list[str]) -> None:
    """And nothing but the form's fields comes of it."""
    assert read(*comments).keys() <= FIELDS.keys()
