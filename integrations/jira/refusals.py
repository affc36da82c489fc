"""What went wrong with a call, told apart by the only question that counts: may it have been done?

Rules kept here:
1. An answer from 400 to 499 is a certain no. A 5xx, a cut connection or a timeout after sending leaves a write unknown.
2. What never left this machine (refused, unresolved, no TLS) was surely not done.
3. A read is never unknown: it can be asked again.
"""

from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from jira import JIRAError
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NameResolutionError, NewConnectionError

from engine.domain.errors import GoneError, IntegrationError, OutcomeUnknownError

_HINTS = {
    401: "Check TOCSIN_JIRA_EMAIL and TOCSIN_JIRA_TOKEN: the token may have expired (they live a year at most).",
    403: "Give Tocsin's account the permission in the project. Jira Cloud takes a token only together with its mail, "
    "TOCSIN_JIRA_EMAIL, and one with scopes only at api.atlassian.com.",
    404: "Check the project and the ticket's key, and that Tocsin's account may see them.",
    410: "This Jira has removed that call; look for a newer Tocsin.",
}
_NEVER_SENT = (ConnectTimeoutError, NameResolutionError, NewConnectionError)
_LONGEST = 300
_MISSING = 404
_BUSY = 429
_BROKEN = 500


class MissingError(GoneError):
    """It is not there, or not for us to see."""


class FieldsRefusedError(IntegrationError):
    """Jira refused the value of a field."""

    def __init__(self, message: str, *, fields: frozenset[str], hint: str) -> None:
        super().__init__(message, hint=hint)
        self.fields = fields


def refusal(error: Exception, *, what: str, writes: bool, now: datetime) -> IntegrationError:
    """Say what an exception of the client means; `what` says what was tried (`create a ticket`)."""
    if isinstance(error, JIRAError) and error.status_code is not None:
        return _answered(error, status=error.status_code, what=what, writes=writes, now=now)
    if isinstance(error, requests.exceptions.SSLError):
        hint = "Check TOCSIN_JIRA_URL and the certificates this machine trusts."
        return IntegrationError(f"Jira: could not {what}: no trusted connection.", hint=hint)
    if _never_sent(error):
        hint = "Check TOCSIN_JIRA_URL and the network."
        return IntegrationError(f"Jira: could not {what}: it cannot be reached.", hint=hint, retryable=True)
    if writes:
        return _unknown(what, why=type(error).__name__)
    return IntegrationError(f"Jira: could not {what}: {type(error).__name__}.", retryable=True)


def refuse_newer(change: str, *, ours: bool, known: str | None, what: str) -> None:
    """Raise `IntegrationError` when a change is neither ours nor known: it is taken in before it is overwritten."""
    if change and not ours and known is not None and change != known:
        raise IntegrationError(f"Jira: somebody changed {what}; that is taken in first.", retryable=True)


def seconds_to_wait(header: str | None, *, now: datetime) -> float | None:
    """Read `Retry-After`: a number of seconds, or the date of RFC 9110."""
    if not header:
        return None
    with suppress(ValueError):
        return max(0.0, float(header))
    with suppress(ValueError, TypeError):
        date = parsedate_to_datetime(header)
        at = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(0.0, (at - now).total_seconds())
    return None


def _answered(error: JIRAError, *, status: int, what: str, writes: bool, now: datetime) -> IntegrationError:
    said = " ".join(str(error.text or "").split())[:_LONGEST]
    if status == _BUSY:
        wait = seconds_to_wait(_header(error, "Retry-After"), now=now)
        return IntegrationError(f"Jira: could not {what}: too many calls.", retryable=True, retry_after=wait)
    if status >= _BROKEN and writes:
        return _unknown(what, why=f"HTTP {status}")
    if status >= _BROKEN:
        return IntegrationError(f"Jira: could not {what}: HTTP {status}.", retryable=True)
    fields = _field_errors(error)
    if fields:
        listed = "; ".join(f"{name}: {message}" for name, message in sorted(fields.items()))
        hint = "Give that field a value in config/jira.yaml, or take it off the screen; see `tocsin doctor`."
        return FieldsRefusedError(f"Jira: could not {what}: {listed}", fields=frozenset(fields), hint=hint)
    kind = MissingError if status == _MISSING else IntegrationError
    return kind(f"Jira: could not {what}: HTTP {status}: {said}", hint=_HINTS.get(status))


def _unknown(what: str, *, why: str) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        f"Jira: no certain answer to: {what} ({why}).", hint="It is looked up before it is tried again."
    )


def _never_sent(error: Exception) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, _NEVER_SENT)


def _header(error: JIRAError, name: str) -> str | None:
    return None if error.response is None else error.response.headers.get(name)


def _field_errors(error: JIRAError) -> dict[str, str]:
    if error.response is None:
        return {}
    try:
        body = error.response.json()
    except ValueError:
        return {}
    errors = body.get("errors") if isinstance(body, dict) else None
    return {str(name): str(message) for name, message in errors.items()} if isinstance(errors, dict) else {}
