"""Messages, statements and reviews: exact words, and plain failures."""

from __future__ import annotations

import hashlib

import pytest

from engine.actions.defang import defanged
from engine.actions.review_collect import CollectParams, ReviewCollect
from engine.actions.review_compile import CompileParams, ReviewCompile
from engine.actions.slack_post import EXERCISE, PostParams, SlackPost
from engine.actions.statement_draft import StatementDraft, StatementParams
from engine.domain.errors import IntegrationError
from engine.ports.lookup import Absent, Found
from tests.unit.actions.fakes import FakeChat, FakeReports, FakeVault, context

POST = SlackPost()


async def test_a_message_goes_to_the_incidents_channel_under_its_key() -> None:
    """It is found again by that key, and marked in an exercise."""
    chat = FakeChat()
    given = context(chat=chat, exercise=True)
    assert isinstance(await POST.find(PostParams(text="hi"), given), Absent)
    result = await POST.do(PostParams(text="hi"), given)
    assert await POST.find(PostParams(text="hi"), given) == Found(result)
    channel, message = chat.posts["key-1"]
    assert (channel, message.text, message.footer) == ("C1", "hi", EXERCISE)


async def test_a_message_may_go_elsewhere() -> None:
    """A named channel wins."""
    assert (await POST.do(PostParams(text="hi", channel="C9"), context(chat=FakeChat()))).channel == "C9"


async def test_without_a_chat_nothing_counts_as_said() -> None:
    """The step fails plainly and says what to do; without a channel it is tried again."""
    with pytest.raises(IntegrationError, match="no chat is configured") as raised:
        await POST.do(PostParams(text="hi"), context())
    assert "tocsin resolve" in raised.value.hint()
    assert not raised.value.retryable
    with pytest.raises(IntegrationError, match="no channel yet") as raised:
        await POST.do(PostParams(text="hi"), context(chat=FakeChat(), channel=None))
    assert raised.value.retryable


async def test_a_statement_is_exact_bytes() -> None:
    """The same parts give the same hash, and those very bytes are in the vault."""
    vault = FakeVault()
    given = StatementParams(acknowledge="It  happened.", steps="We act.\nNow.", version=2)
    result = await StatementDraft().do(given, context(vault=vault))
    assert result.text == "It happened.\n\nWe act. Now.\n"
    assert result.sha256 == hashlib.sha256(result.text.encode()).hexdigest()
    assert vault.items[result.sha256] == result.text.encode()
    assert (result.version, result.problems) == (2, [])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("The leaker is known.", "leaker"),
        ("It is FULLY\ncontained.", "fully contained"),
        ("Hackers posted it.", "hackers"),
        ("See https://host.example/watch", "web address"),
        ("See https://acme.example.evil.example/", "web address"),
        ("See www.host.example", "web address"),
        ("Ann Example was shown.", "stay hidden"),
    ],
)
async def test_a_statement_that_says_too_much_is_told_so(text: str, rule: str) -> None:
    """Each problem names its rule, and never the hidden words."""
    given = StatementParams(acknowledge=text, hide=["Ann Example"], own_addresses=["https://acme.example"])
    problems = (await StatementDraft().do(given, context())).problems
    assert len(problems) == 1
    assert rule in problems[0]
    assert "Ann" not in problems[0]


async def test_harmless_words_pass() -> None:
    """A word inside another does not count, and our own page may be named."""
    given = StatementParams(
        acknowledge="Suspected fakery: see https://acme.example/news.", own_addresses=["https://acme.example/"]
    )
    assert (await StatementDraft().do(given, context())).problems == []


async def test_everyone_with_a_role_is_asked_once() -> None:
    """People are counted, vacant roles are left out."""
    result = await ReviewCollect().do(CollectParams(), context())
    assert (result.asked_roles, result.asked_people, len(result.questions)) == (
        ["commander", "counsel", "comms"],
        3,
        12,
    )
    some = await ReviewCollect().do(CollectParams(roles=["comms", "hr"], anonymous="refused"), context())
    assert (some.asked_roles, some.asked_people, some.anonymous) == (["comms"], 2, False)
    with pytest.raises(IntegrationError, match="Nobody can be asked"):
        await ReviewCollect().do(CollectParams(roles=["hr"]), context())


async def test_a_report_is_bound_to_its_head() -> None:
    """The result carries the hash and the head; without a writer it fails plainly."""
    result = await ReviewCompile().do(CompileParams(), context(reports=FakeReports()))
    assert (result.head_seq, result.files) == (7, {"html": "INC-1.html"})
    with pytest.raises(IntegrationError, match="No report was written"):
        await ReviewCompile().do(CompileParams(), context())


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("see https://a.b.example/x.mp4?y=1 now", "see hxxps://a[.]b[.]example/x.mp4?y=1 now"),
        ("HTTP://A.example", "HxxP://A[.]example"),
        ("no address", "no address"),
    ],
)
def test_addresses_are_made_harmless(text: str, harmless: str) -> None:
    """They can be read and not followed."""
    assert defanged(text) == harmless
