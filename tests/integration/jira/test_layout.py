"""Markup and the choice of a transition, as pure functions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.errors import IntegrationError
from integrations.jira import JiraSite
from integrations.jira.markup import LONGEST, laid_out
from integrations.jira.workflow import step_towards

SITE = JiraSite(url="http://jira", token="t", project="SEC")


@pytest.mark.parametrize(
    ("plain", "markup"),
    [
        ("* (x) Revoke the link", "* (x) Revoke the link"),
        ("* (!) Revoke the link", "* (!) Revoke the link"),
        ("# first", "# first"),
        ("h2. Phase", "h2. Phase"),
        ("h1. Phase", "h1&#46; Phase"),
        ("- dash", "\\- dash"),
        ("say (x) or (!)", "say \\(x) or \\(\\!)"),
        ("C:\\temp", "C:&#92;temp"),
        ("a|b {noformat} [~ana] !x.png!", "a\\|b \\{noformat} \\[\\~ana] \\!x.png!"),
        ("see https://tocsin.example/i/INC-7?a_b=*c", "see https://tocsin.example/i/INC-7?a_b=\\*c"),
        ("file_name-x 2+2", "file_name-x 2+2"),
        ("hxxps://bad[.]example", "hxxps://bad\\[.]example"),
    ],
)
def test_plain_text_shows_as_written(plain: str, markup: str) -> None:
    """Only the openings the port allows are markup."""
    assert laid_out(plain) == markup


@given(st.text())
def test_no_text_opens_a_macro_or_a_link(text: str) -> None:
    """Whatever is typed, each brace and bracket is escaped and the length fits."""
    markup = laid_out(text)
    assert len(markup) <= LONGEST + 100
    for place, character in enumerate(markup):
        assert character not in "{[|" or markup[place - 1] == "\\"


def offered(name: str, category: str, **fields: object) -> dict[str, object]:
    """Offer a transition."""
    return {"id": name, "name": name, "to": {"statusCategory": {"key": category}}, "fields": fields}


def test_the_way_to_done_leads_through_work_in_progress() -> None:
    """Without a short cut the next best category is taken."""
    step = step_towards(("done", "indeterminate"), offered=[offered("Start", "indeterminate")], done=True, site=SITE)
    assert (step.id, step.category, step.fields) == ("Start", "indeterminate", {})


def test_a_resolution_that_jira_does_not_offer_is_not_set() -> None:
    """A done ticket gets a resolution that does not decline, whatever it is called there."""
    values = [{"name": "Duplicate"}, {"name": "Erledigt"}]
    screen = {"resolution": {"required": True, "allowedValues": values}}
    assert step_towards(("done",), offered=[offered("End", "done", **screen)], done=True, site=SITE).fields == {
        "resolution": {"name": "Erledigt"}
    }


def test_a_required_field_of_a_transition_is_named() -> None:
    """What Tocsin cannot fill in is said before anything is sent."""
    option = offered("End", "done", customfield_1={"required": True, "name": "Root cause"})
    with pytest.raises(IntegrationError, match="requires the field 'Root cause'") as refused:
        step_towards(("done",), offered=[option], done=True, site=SITE)
    assert "customfield_1" in refused.value.hint()


def test_no_transition_to_the_category_lists_what_there_is() -> None:
    """The refusal says which transitions there are."""
    with pytest.raises(IntegrationError, match=r"category done \(offered: Back\)"):
        step_towards(("done",), offered=[offered("Back", "new")], done=True, site=SITE)
