"""What each failure of Slack means to the engine: refused, to be repeated, or unknown."""

import pytest

from engine.domain.errors import IntegrationError, OutcomeUnknownError
from engine.ports.shown import Message
from integrations.sandbox import Fault, FaultKind, Sandbox, Seed, default_seed
from integrations.slack import RefusedError, SlackApi, SlackChat, health


@pytest.fixture
def seed() -> Seed:
    """A workspace whose app may not pin."""
    plain = default_seed()
    scopes = tuple(scope for scope in plain.slack.scopes if scope != "pins:write")
    return plain.model_copy(update={"slack": plain.slack.model_copy(update={"scopes": scopes})})


async def test_a_rate_limit_is_a_certain_no_with_a_time(sandbox: Sandbox, chat: SlackChat) -> None:
    """Nothing was posted, and the engine knows when to come back."""
    sandbox.faults.add(Fault(kind=FaultKind.RATE_LIMITED, match="chat.postMessage", seconds=7))
    with pytest.raises(IntegrationError) as limited:
        await chat.post("#security", Message(text="one"), key="k")
    assert not isinstance(limited.value, OutcomeUnknownError)
    assert (limited.value.retryable, limited.value.retry_after) == (True, 7)
    assert sandbox.log.calls("chat.postMessage", committed=True) == []


@pytest.mark.parametrize("after", [False, True])
async def test_a_server_error_leaves_a_write_unknown(sandbox: Sandbox, chat: SlackChat, *, after: bool) -> None:
    """A 500 says nothing about whether the message is there; the client sends once."""
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="chat.postMessage", after_commit=after))
    with pytest.raises(OutcomeUnknownError):
        await chat.post("#security", Message(text="one"), key="k")
    assert len(sandbox.log.calls("chat.postMessage")) == 1


async def test_a_write_that_takes_too_long_is_unknown(sandbox: Sandbox) -> None:
    """The patience of the client ends; what Slack does then is not known."""
    sandbox.faults.add(Fault(kind=FaultKind.HANG, match="chat.*"))
    hasty = SlackChat(SlackApi(bot_token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url, timeout=1))
    with pytest.raises(OutcomeUnknownError):
        await hasty.post("#security", Message(text="one"), key="k")


async def test_a_slow_answer_is_an_answer(sandbox: Sandbox, chat: SlackChat) -> None:
    """Within the client's patience nothing is different."""
    sandbox.faults.add(Fault(kind=FaultKind.SLOW, match="chat.postMessage", seconds=0.2, after_commit=True))
    await chat.post("#security", Message(text="one"), key="k")
    assert len(sandbox.log.calls("chat.postMessage", committed=True)) == 1


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.DROP_REPLY])
async def test_a_failed_read_may_be_repeated(sandbox: Sandbox, api: SlackApi, kind: FaultKind) -> None:
    """Reading changes nothing, so nothing is unknown."""
    sandbox.faults.add(Fault(kind=kind, match="auth.test"))
    with pytest.raises(IntegrationError) as failed:
        await health(api)
    assert not isinstance(failed.value, OutcomeUnknownError)
    assert failed.value.retryable


async def test_a_slack_that_is_not_there_did_nothing() -> None:
    """Without a connection even a write is certain not to have been done."""
    chat = SlackChat(SlackApi(bot_token="xoxb-1", base_url="http://127.0.0.1:9/"))
    with pytest.raises(IntegrationError) as failed:
        await chat.post("C1", Message(text="one"), key="k")
    assert not isinstance(failed.value, OutcomeUnknownError)
    assert failed.value.retryable


async def test_a_refused_token_says_what_to_do(sandbox: Sandbox) -> None:
    """It is not repeated, and the hint names the setting."""
    with pytest.raises(RefusedError, match="invalid_auth") as refused:
        await health(SlackApi(bot_token="xoxb-wrong", base_url=sandbox.slack_base_url))
    assert not refused.value.retryable
    assert "TOCSIN_SLACK_BOT_TOKEN" in refused.value.hint()


async def test_a_missing_scope_is_named(api: SlackApi, chat: SlackChat) -> None:
    """Both by the call that needs it and by the doctor."""
    ref = await chat.post("#security", Message(text="one"), key="k")
    with pytest.raises(RefusedError, match="needs pins:write"):
        await chat.pin(ref)
    assert (await health(api)).missing_scopes == ("pins:write",)
