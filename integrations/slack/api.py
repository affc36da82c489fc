"""One call of Slack's Web API, and what its failures mean.

Rules kept here: the client never repeats a call by itself (its default posts twice after a lost reply). An answer
with an error code is a refusal and nothing was done, but for the few codes by which Slack says that it does not know;
those, an HTTP 5xx, a broken connection and a timeout leave the outcome of a write unknown. A call that could not even
connect was not made. A 429 says that nothing was done: the call waits for its turn, see `pacing`. Reads are simply
repeatable. A write is sent only while whoever sends it holds what they act on.
"""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from engine.domain.errors import IntegrationError, OutcomeUnknownError, TurnAwaitedError
from engine.ports.holding import check_held
from integrations.slack.methods import METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrations.slack.pacing import Pace

DEFAULT_BASE_URL = "https://slack.com/api/"
CALL_SECONDS = 20
DEFAULT_PAUSE = 30.0
_SERVER_ERROR = 500
_TOO_MANY = 429

_UNSURE = frozenset({"internal_error", "fatal_error", "service_unavailable", "service_timeout", "unknown_error"})
_PAUSES = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_RETRYABLE = frozenset({"request_timeout", "accesslimited", "team_added_to_org"})

_NEW_TOKEN = "Install the app again from its manifest and set TOCSIN_SLACK_BOT_TOKEN to its bot token."  # noqa: S105 - no token, a sentence about one
_NEW_APP_TOKEN = "Make an app-level token with connections:write and set TOCSIN_SLACK_APP_TOKEN to it."  # noqa: S105 - as above
_HINTS: Final[Mapping[str, str]] = {
    "not_authed": _NEW_TOKEN,
    "invalid_auth": _NEW_TOKEN,
    "token_revoked": _NEW_TOKEN,
    "token_expired": _NEW_TOKEN,
    "account_inactive": _NEW_TOKEN,
    "not_allowed_token_type": "TOCSIN_SLACK_BOT_TOKEN starts with xoxb-, TOCSIN_SLACK_APP_TOKEN with xapp-; swap them.",
    "missing_scope": "Give the app every scope of its manifest and install it again; `tocsin doctor` lists them.",
    "channel_not_found": "Invite the app to the channel, or check its id.",
    "not_in_channel": "Invite the app to the channel.",
    "is_archived": "Take the channel out of the archive.",
    "restricted_action": "Ask a workspace administrator to allow the app to do this.",
    "name_taken": "Choose another name for the channel.",
    "expired_trigger_id": "The form took too long to open; press the button again.",
    "exchanged_trigger_id": "The form was opened already; press the button again.",
}


class RefusedError(IntegrationError):
    """Slack refused the call."""

    def __init__(self, code: str, *, method: str, data: Mapping[str, Any]) -> None:
        super().__init__(
            f"Slack refused {method}: {_explained(code, data)}.",
            hint=_hint(code, method=method),
            retryable=code in _RETRYABLE,
        )
        self.code = code
        self.data = data
        """Slack's answer."""


class SlackApi:
    """Slack's Web API, by method name; without a pace, calls are made as they come."""

    def __init__(
        self,
        *,
        bot_token: str,
        base_url: str = DEFAULT_BASE_URL,
        timeout: int = CALL_SECONDS,
        pace: Pace | None = None,
    ) -> None:
        self.web = AsyncWebClient(token=bot_token, base_url=base_url, timeout=timeout, retry_handlers=[])
        self._pace = pace

    async def call(
        self, method: str, *, token: str | None = None, place: str = "", **arguments: object
    ) -> Mapping[str, Any]:
        """Call a method once, with the bot's token unless given another, and return Slack's answer.

        `place` is what a call that must wait is known by when it comes again, else its arguments are.

        Raises:
            RefusedError: Slack said no; nothing was done.
            TurnAwaitedError: nothing was done, because Slack takes it later.
            IntegrationError: nothing was done, and the call may be repeated.
            OutcomeUnknownError: a write that may or may not have been done.
        """
        return (await self.call_with_headers(method, token=token, place=place, **arguments))[0]

    async def call_with_headers(
        self, method: str, *, token: str | None = None, place: str = "", **arguments: object
    ) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """Call a method as `call` does; return the answer and its HTTP headers."""
        if self._pace is None:
            return await self._sent(method, token=token, arguments=arguments)
        known, channel = METHODS[method], str(arguments.get("channel") or "")
        lane = self._pace.lane(method, rate=known.rate, channel=channel)
        sent = partial(self._sent, method, token=token, arguments=arguments)
        return await lane.run(sent, key=place or _place(arguments), looking=not known.writes)

    async def _sent(
        self, method: str, *, token: str | None, arguments: Mapping[str, object]
    ) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        writes = METHODS[method].writes
        if writes:
            check_held()
        try:
            # Always in the body of a POST: a query ends in the logs of proxies, and a GET is repeated by aiohttp.
            given: dict[str, Any] = {"json": arguments} if writes else {"data": arguments}
            reply: Any = await self.web.api_call(method, headers=_bearer(token), **given)
        except SlackApiError as error:
            raise _failure(error, method=method, writes=writes) from None
        except aiohttp.ClientConnectorError:
            raise IntegrationError(
                f"Slack cannot be reached for {method}.", hint="Check the network and the base URL.", retryable=True
            ) from None
        except (aiohttp.ClientError, SlackClientError, TimeoutError, OSError) as error:
            raise _lost(f"Slack did not answer {method} ({type(error).__name__}).", writes=writes) from None
        return dict(reply.data), {name.lower(): value for name, value in reply.headers.items()}


def _place(arguments: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(arguments, sort_keys=True, default=str).encode()).hexdigest()


def _bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def _failure(error: SlackApiError, *, method: str, writes: bool) -> IntegrationError:
    response: Any = error.response
    data = getattr(response, "data", None)
    answer: dict[str, Any] = data if isinstance(data, dict) else {}
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))  # aiohttp's, when unreadable
    code = str(answer.get("error") or "")
    if status == _TOO_MANY or code in _PAUSES:
        pause = _pause(getattr(response, "headers", {}))
        message = f"Slack asks to slow down with {method}, for {pause:g} s."
        return TurnAwaitedError(message, retry_after=pause, looking=not writes)
    if status >= _SERVER_ERROR or not code or code in _UNSURE:
        return _lost(f"Slack failed at {method} ({code or 'no readable answer'}, HTTP {status}).", writes=writes)
    return RefusedError(code, method=method, data=answer)


def _lost(message: str, *, writes: bool) -> IntegrationError:
    if writes:
        return OutcomeUnknownError(message, hint="It may have been done; Tocsin looks it up before it repeats it.")
    return IntegrationError(message, hint="It is read again shortly.", retryable=True)


def _pause(headers: Mapping[str, str]) -> float:
    text = headers.get("Retry-After") or headers.get("retry-after") or ""
    return float(text) if text.isascii() and text.isdigit() else DEFAULT_PAUSE


def _hint(code: str, *, method: str) -> str:
    hint = _HINTS.get(code, "`tocsin doctor` checks the connection to Slack.")
    return _NEW_APP_TOKEN if hint == _NEW_TOKEN and method == "apps.connections.open" else hint


def _explained(code: str, data: Mapping[str, Any]) -> str:
    if code == "missing_scope":
        return f"missing_scope (needs {data.get('needed', 'another scope')})"
    messages = (data.get("response_metadata") or {}).get("messages") or ()
    return f"{code} ({'; '.join(map(str, messages))})" if messages else code
