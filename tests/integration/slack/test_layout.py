"""Whatever the engine shows fits into what Slack takes, checked by the local Slack's own validator."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.errors import IntegrationError
from engine.domain.fields import NOW, FieldSpec, FieldType
from engine.ports.shown import Button, Form, Message, Section
from integrations.sandbox.slack.blocks import MESSAGE, checked_blocks, checked_view
from integrations.slack.blocks import escaped, fallback, laid_out, pieces
from integrations.slack.forms import form_view

TEXT = st.one_of(st.text(max_size=200), st.sampled_from(["&<>" * 3000, "word " * 4000, "\n" * 50, "é" * 40_000, " "]))
TOKEN = st.text(alphabet="abcdef0123456789", min_size=1, max_size=40)
BUTTONS = st.builds(
    Button,
    label=TEXT,
    action=st.sampled_from(["approve", "decline", "done"]),
    token=TOKEN,
    style=st.sampled_from(["", "primary", "danger", "odd"]),
)
SECTIONS = st.builds(Section, lines=st.lists(TEXT, max_size=4).map(tuple), heading=st.text(max_size=40))
MESSAGES = st.builds(
    Message,
    text=TEXT,
    heading=TEXT,
    sections=st.one_of(
        st.lists(SECTIONS, max_size=4).map(tuple),
        st.builds(lambda section, times: (section,) * times, SECTIONS, st.integers(0, 80)),
    ),
    buttons=st.lists(BUTTONS, max_size=30).map(tuple),
    footer=TEXT,
)


@given(MESSAGES)
def test_any_message_fits(message: Message) -> None:
    """Blocks, lengths and the total stay within Slack's limits, and no button is lost."""
    layout = laid_out(message)
    blocks = checked_blocks(layout.blocks, surface=MESSAGE)
    assert all(checked_blocks(further, surface=MESSAGE) for further in layout.further)
    shown = [element["value"] for block in blocks if block["type"] == "actions" for element in block["elements"]]
    assert shown == [button.token for button in message.buttons]
    assert blocks
    assert 0 < len(fallback(message)) <= 4000


@given(st.text(alphabet="a&<>\n ", max_size=400), st.integers(min_value=10, max_value=60))
def test_splitting_loses_nothing_but_line_ends_and_cuts_no_entity(text: str, limit: int) -> None:
    """Each piece is within the limit and reads back; together they say the same."""
    split = list(pieces(escaped(text), limit=limit))
    plain = [piece.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for piece in split]
    assert all(len(piece) <= limit for piece in split)
    assert [escaped(part) for part in plain] == split
    assert "".join("".join(plain).split()) == "".join(text.split())


def shown(blocks: list[dict[str, Any]]) -> str:
    """Return the texts of sections."""
    return "\n".join(block["text"]["text"] for block in blocks if block["type"] == "section")


@given(
    st.lists(st.sampled_from(["word " * 500, "a&b<c> " * 700, "line\n" * 900, "x" * 3100, "short"]), max_size=9),
    st.integers(0, 26),
)
def test_text_that_does_not_fit_goes_on_and_loses_nothing(texts: list[str], buttons: int) -> None:
    """The message says where it goes on; all of it together is all of the text."""
    rows = tuple(Button(label="Yes", action="done", token="t") for _ in range(buttons))
    layout = laid_out(Message(text="x", sections=(Section(lines=tuple(texts) or ("-",)),), buttons=rows))
    whole = "".join([shown(layout.blocks).replace("… it goes on in the thread.", ""), *map(shown, layout.further)])
    assert "".join(whole.split()) == "".join(escaped("".join(texts) or "-").split())
    assert ("it goes on in the thread" in shown(layout.blocks)) == bool(layout.further)


def test_text_that_never_ends_is_cut_and_says_so() -> None:
    """After ten further messages its end points to all of it."""
    layout = laid_out(Message(text="x", sections=(Section(lines=("long line " * 30_000,)),)))
    assert len(layout.further) == 10
    assert layout.further[-1][-1]["text"]["text"] == "… cut here; `tocsin status` shows all of it."


def test_more_buttons_than_fit_are_refused_and_not_dropped() -> None:
    """Nobody should believe that the one they miss does not exist."""
    many = tuple(Button(label="x" * 75, action="done", token="t" * 40) for _ in range(200))
    with pytest.raises(IntegrationError, match="more buttons"):
        laid_out(Message(text="x", buttons=many))


FIELD_TYPES = [kind for kind in FieldType if kind is not FieldType.TABLE]
SPECS = st.builds(
    FieldSpec,
    name=st.just("f"),
    type=st.sampled_from(FIELD_TYPES),
    list=st.booleans(),
    optional=st.booleans(),
    options=st.lists(st.text(min_size=1, max_size=200).filter(str.strip), max_size=120, unique=True).map(tuple),
    min=st.one_of(st.none(), st.decimals(0, 5000, places=0)),
    max=st.one_of(st.none(), st.decimals(0, 5000, places=0)),
    hint=TEXT,
)
VALUES: st.SearchStrategy[Any] = st.one_of(st.none(), st.booleans(), TEXT, st.lists(TEXT, max_size=3))


@given(SPECS, VALUES, TEXT, TEXT)
def test_any_form_fits(spec: FieldSpec, value: object, title: str, intro: str) -> None:
    """Every type of field, with any hint, options, bounds and first value, is a view that Slack takes."""
    form = Form(title=title, token="t-1", fields={"a_field": spec, "other": spec}, intro=intro, values={"other": value})
    view = checked_view(form_view(form))
    assert [block["block_id"] for block in view["blocks"] if block["type"] == "input"] == ["a_field", "other"]


def view_of(form: Form) -> dict[str, Any] | None:
    """Return a form's view; None for one that is refused before it is sent."""
    try:
        return form_view(form)
    except IntegrationError:
        return None


@given(st.lists(SPECS, min_size=1, max_size=60), TEXT)
def test_a_long_form_fits_or_says_how_to_answer_it(specs: list[FieldSpec], intro: str) -> None:
    """Slack never refuses what the adapter sends; what it could not show is refused before."""
    form = Form(title="x", token="t", fields={f"field_{n}": spec for n, spec in enumerate(specs)}, intro=intro)
    view = view_of(form)
    assert view is None or checked_view(view)["blocks"]
    assert view is not None or len(specs) > 10


def test_a_moment_that_is_now_when_it_is_left_out_says_so() -> None:
    """Nobody types the time at 03:10 because the field looks as if it had to be known."""
    spec = FieldSpec(name="aware_at", type=FieldType.DATETIME, default=NOW, hint="When we knew.")
    (field,) = checked_view(form_view(Form(title="x", token="t", fields={"aware_at": spec})))["blocks"]
    assert (field["optional"], field["hint"]["text"]) == (True, "When we knew. Left empty: now.")


def test_a_file_is_chosen_in_slacks_own_element() -> None:
    """One file, or as many as the field takes and Slack lets choose; what happens to it is said."""
    one = FieldSpec(name="receipt", type=FieldType.FILE, max=Decimal(1000), hint="As it came.")
    many = FieldSpec(name="photos", type=FieldType.FILE, list=True, max=Decimal(3))
    fields = {"receipt": one, "photos": many, "more": FieldSpec(name="more", type=FieldType.FILE, list=True)}
    blocks = checked_view(form_view(Form(title="x", token="t", fields=fields)))["blocks"]
    assert [block["element"] for block in blocks] == [
        {"type": "file_input", "max_files": most, "action_id": "value"} for most in (1, 3, 10)
    ]
    assert blocks[0]["hint"]["text"].startswith("As it came. 1000 bytes at most. It goes to the evidence vault.")
    assert "10000000 bytes" in blocks[2]["hint"]["text"]
