"""Every way a call can fail ends in the one error that says whether it may have been done."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from engine.domain.errors import IntegrationError, OutcomeUnknownError
from engine.ports.lookup import Absent, CannotTell, Found
from integrations.jira import JiraPool, JiraSite, JiraTracker, health
from integrations.jira.refusals import seconds_to_wait
from integrations.sandbox import Fault, FaultKind, Seed
from integrations.sandbox.seed import CustomField
from tests.integration.jira.rig import KEY, START, HandClock, Rig, ticket


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.DROP_REPLY, match="POST issue"),
        Fault(kind=FaultKind.SERVER_ERROR, match="POST issue", after_commit=True),
    ],
)
async def test_a_lost_reply_leaves_one_ticket_that_is_found(rig: Rig, fault: Fault) -> None:
    """A create without an answer is unknown, is not repeated, and the look-up sees it."""
    rig.sandbox.faults.add(fault)
    with pytest.raises(OutcomeUnknownError, match="no certain answer to: create a ticket"):
        await rig.tracker.create_ticket(ticket(), key=KEY)
    found = await rig.tracker.find_ticket(key=KEY)
    assert isinstance(found, Found)
    assert rig.issue(found.value.key).properties == {"tocsin.key": KEY}
    assert len(rig.sandbox.log.calls("POST issue")) == 1


async def test_a_lagging_index_is_waited_for(rig: Rig) -> None:
    """A ticket that the search does not know yet is not taken for absent."""
    rig.sandbox.faults.add(Fault(kind=FaultKind.INDEX_LAG, seconds=3600, count=None))
    made = await rig.tracker.create_ticket(ticket(), key=KEY)

    async def index_catches_up() -> None:
        if len(rig.clock.slept) == 3:
            rig.sandbox.faults.clear()

    rig.clock.meanwhile = index_catches_up
    assert await rig.tracker.find_ticket(key=KEY) == Found(made)
    assert len(rig.clock.slept) == 3


async def test_an_error_while_looking_is_not_absence(rig: Rig) -> None:
    """A look-up that fails cannot tell."""
    rig.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="GET search*", count=None))
    assert isinstance(await rig.tracker.find_ticket(key=KEY), CannotTell)
    assert isinstance(await rig.tracker.find_comment("SEC-9", key=KEY), CannotTell)


async def test_a_copy_with_our_label_is_not_ours(rig: Rig) -> None:
    """A copied ticket carries the label but not the property, and is never adopted."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    rig.issue(made.key).properties.clear()
    assert isinstance(await rig.tracker.find_ticket(key=KEY), CannotTell)
    rig.issue(made.key).properties["tocsin.key"] = "another"
    assert await rig.tracker.find_ticket(key=KEY) == Absent()


async def test_a_deleted_ticket_that_the_index_still_names_is_absent(rig: Rig) -> None:
    """A hit that is not there any more is no hit."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    issue = rig.issue(made.key)
    rig.sandbox.faults.add(Fault(kind=FaultKind.INDEX_LAG, seconds=0.001, count=None))
    del rig.sandbox.jira.state.issues[issue.id]
    assert await rig.tracker.find_ticket(key=KEY) == Absent()


async def test_a_comment_whose_reply_is_lost_is_found(rig: Rig) -> None:
    """A comment without an answer is unknown and there once."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    rig.sandbox.faults.add(Fault(kind=FaultKind.DROP_REPLY, match="POST issue/comment"))
    with pytest.raises(OutcomeUnknownError):
        await rig.tracker.comment(made.key, "once", key=KEY)
    assert isinstance(await rig.tracker.find_comment(made.key, key=KEY), Found)
    assert len(rig.issue(made.key).comments) == 1


async def test_too_many_calls_say_how_long_to_wait(rig: Rig) -> None:
    """A 429 is a certain no with the seconds to wait."""
    rig.sandbox.faults.add(Fault(kind=FaultKind.RATE_LIMITED, match="POST issue", seconds=7))
    with pytest.raises(IntegrationError, match="too many calls") as refused:
        await rig.tracker.create_ticket(ticket(), key=KEY)
    assert (refused.value.retryable, refused.value.retry_after) == (True, 7.0)
    assert not isinstance(refused.value, OutcomeUnknownError)
    assert rig.created() == 0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (format_datetime(START + timedelta(seconds=30), usegmt=True), 30.0),
        (format_datetime(START - timedelta(seconds=30), usegmt=True), 0.0),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    """Both forms of the header are read; nonsense is no answer."""
    assert seconds_to_wait(header, now=START) == seconds


async def test_a_broken_read_may_be_asked_again(rig: Rig) -> None:
    """A 500 or a cut connection on a read is retryable and never unknown."""
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    for kind in (FaultKind.SERVER_ERROR, FaultKind.DROP_REPLY):
        rig.sandbox.faults.add(Fault(kind=kind, match="GET issue"))
        with pytest.raises(IntegrationError) as refused:
            await rig.tracker.read(made.key)
        assert refused.value.retryable
        assert not isinstance(refused.value, OutcomeUnknownError)


async def test_a_refused_token_is_named(rig: Rig) -> None:
    """A wrong token is a certain no that says which setting to look at."""
    site = replace(rig.site, token="wrong")
    async with JiraPool(site, clock=rig.clock) as pool:
        with pytest.raises(IntegrationError, match="HTTP 401") as refused:
            await JiraTracker(site, clock=rig.clock, pool=pool).create_ticket(ticket(), key=KEY)
    assert not refused.value.retryable
    assert "TOCSIN_JIRA_TOKEN" in refused.value.hint()
    assert "wrong" not in str(refused.value)
    assert "wrong" not in repr(site)


async def test_a_token_without_its_mail_is_told_what_is_lacking(rig: Rig) -> None:
    """Jira Cloud refuses it in words that help nobody."""
    site = replace(rig.site, email="")
    async with JiraPool(site, clock=rig.clock) as pool:
        tracker = JiraTracker(site, clock=rig.clock, pool=pool)
        if rig.sandbox.jira.is_cloud:
            with pytest.raises(IntegrationError, match="HTTP 403") as refused:
                await tracker.create_ticket(ticket(), key=KEY)
            assert "TOCSIN_JIRA_EMAIL" in refused.value.hint()
        else:
            await tracker.create_ticket(ticket(), key=KEY)


async def test_an_unreachable_jira_was_surely_not_asked() -> None:
    """A refused connection is retryable and not unknown, also for a write."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    site = JiraSite(url=f"http://127.0.0.1:{port}", email="a@example.com", token="t", project="SEC")
    clock = HandClock()
    async with JiraPool(site, clock=clock) as pool:
        with pytest.raises(IntegrationError, match="cannot be reached") as refused:
            await JiraTracker(site, clock=clock, pool=pool).create_ticket(ticket(), key=KEY)
        checks = await health(pool, site=site, clock=clock)
    assert refused.value.retryable
    assert not isinstance(refused.value, OutcomeUnknownError)
    assert not any(check.ok for check in checks)


class TestARequiredField:
    """A project that requires a field Tocsin knows nothing of."""

    @pytest.fixture
    def seed(self, seed: Seed) -> Seed:
        required = CustomField(id="customfield_10050", name="Business unit", required=True)
        return seed.model_copy(update={"jira": seed.jira.model_copy(update={"custom_fields": (required,)})})

    async def test_it_is_named(self, rig: Rig) -> None:
        """The refusal names the field, and the doctor names it before anything is made."""
        with pytest.raises(IntegrationError, match="customfield_10050: Business unit is required") as refused:
            await rig.tracker.create_ticket(ticket(), key=KEY)
        assert not refused.value.retryable
        checks = await health(rig.pool, site=rig.site, clock=rig.clock)
        assert [check.name for check in checks if not check.ok] == ["jira epic", "jira task"]
        assert all("Business unit (customfield_10050)" in check.says for check in checks if not check.ok)

    async def test_it_can_be_configured(self, rig: Rig) -> None:
        """A value in the settings fills it in."""
        site = replace(rig.site, fields={"customfield_10050": "Security"})
        made = await JiraTracker(site, clock=rig.clock, pool=rig.pool).create_ticket(ticket(), key=KEY)
        assert rig.issue(made.key).custom == {"customfield_10050": "Security"}
        assert all(check.ok for check in await health(rig.pool, site=site, clock=rig.clock))


async def test_the_doctor_sees_a_clock_that_is_off(rig: Rig) -> None:
    """An hour between the clocks is reported, and all else is well."""
    other = HandClock()
    other.at += timedelta(hours=1)
    checks = await health(rig.pool, site=rig.site, clock=other)
    assert [check.name for check in checks if not check.ok] == ["jira clock"]
