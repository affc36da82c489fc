"""`http.request`: ask another system to do or tell something.

Rules kept here:
1. The request always carries `Idempotency-Key`, so that a careful counterpart does it once.
2. 2xx (or what `expect` lists) is done. Other answers below 500 are surely not done; 408, 425 and 429 may be tried
   again, after `Retry-After` where it is given. From 500 on, a request that changes something may have been done.
3. Without `find`, a request that changes something cannot be looked up. A look-up answers `Found` only for an
   answer that says so, `Absent` only for a status listed in `absent` or an empty place, and else cannot tell.
4. Secrets are filled in at the last moment; an answer that repeats one has it struck out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.actions.http_models import FindRequest, HttpParams, HttpResult
from engine.actions.http_shape import Sealed, retry_after, seal, shown
from engine.actions.interface import Action, ActionContext
from engine.actions.keep import NothingThereError, at
from engine.domain.errors import IntegrationError, OutcomeUnknownError, TocsinError
from engine.domain.kinds import Reach
from engine.domain.traits import ActionTraits
from engine.domain.values import Json
from engine.ports.lookup import Absent, CannotTell, Found
from engine.ports.web import HttpRequest, HttpResponse

MAX_BYTES = 2_000_000
SAFE = frozenset({"GET", "HEAD"})
AGAIN = frozenset({408, 425, 429})
SUCCESS = range(200, 300)
SERVER_ERROR = 500
_HINT = "Check the address, the parameters and what the other system expects; `expect` lists what counts as done."
_HINTS = {
    401: "Check the secret that the step's headers name.",
    403: "Check what the account behind the secret may do.",
    404: "Check the address; what it names is not there.",
}
EXAMPLE: Mapping[str, Json] = {
    "method": "POST",
    "url": "https://rec.example/api/recordings/4711/lock",
    "headers": {"Authorization": {"secret": "REC_TOKEN", "prefix": "Bearer "}},
    "json": {"reason": "incident"},
    "timeout": 10,
    "expect": [200, 409],
    "find": {"url": "https://rec.example/api/recordings/4711", "exists": "json.locked"},
}


class HttpRequestAction(Action[HttpParams, HttpResult]):
    """Asks an allow-listed system."""

    name = "http.request"
    summary = "Send a request to an allow-listed system, with an idempotency key."
    traits = ActionTraits(writes=True, reach=Reach.INWARD, findable=True)
    params = HttpParams
    result = HttpResult
    keeps = ("status",)
    example = EXAMPLE

    async def do(self, params: HttpParams, context: ActionContext) -> HttpResult:
        sealed = seal(params.headers, params.body, json=params.content, context=context)
        response = await context.http.send(_request(params.method, params.url, sealed, timeout=params.timeout))
        _judge(response, method=params.method, expect=params.expect, context=context)
        return shown(response, struck=sealed.secrets)

    async def find(self, params: HttpParams, context: ActionContext) -> Found[HttpResult] | Absent | CannotTell:
        if params.method in SAFE:
            return Absent()
        if params.find is None:
            return CannotTell("the step names no `find` request that looks up what was done")
        try:
            sealed = seal(params.find.headers, None, json=None, context=context)
            request = _request(params.find.method, params.find.url, sealed, timeout=params.timeout)
            response = await context.http.send(request)
        except TocsinError as error:
            return CannotTell(f"the look-up failed: {error.message}")
        return _found(params.find, response, sealed)


def _request(method: str, url: str, sealed: Sealed, *, timeout: float) -> HttpRequest:
    return HttpRequest(method, url, sealed.headers, sealed.body, timeout=timeout, max_bytes=MAX_BYTES)


def _judge(response: HttpResponse, *, method: str, expect: Collection[int], context: ActionContext) -> None:
    """Raise unless the answer means that it is done."""
    status = response.status
    if status in (expect or SUCCESS):
        return
    wait = retry_after(response.headers, now=context.clock.real_now())
    message = f"The other system answered {status}."
    if status >= SERVER_ERROR and method not in SAFE:
        raise OutcomeUnknownError(
            f"{message} It may or may not have done it.", hint="Look there before doing it again."
        )
    again = status >= SERVER_ERROR or status in AGAIN
    hint = "It is tried again where the step has `retry`." if again else _HINTS.get(status, _HINT)
    raise IntegrationError(message, hint=hint, retryable=again, retry_after=wait if again else None, status=status)


def _found(find: FindRequest, response: HttpResponse, sealed: Sealed) -> Found[HttpResult] | Absent | CannotTell:
    if response.status in find.absent:
        return Absent()
    if response.status not in (find.expect or SUCCESS):
        return CannotTell(f"the look-up was answered with {response.status}")
    result = shown(response, struck=sealed.secrets)
    if find.exists is None:
        return Found(result)
    if find.exists.startswith("json") and (response.truncated or result.content is None):
        return CannotTell("the look-up's answer is not JSON that can be read")
    return Found(_taken(result, find)) if _there(result, find.exists) else Absent()


def _there(result: HttpResult, place: str) -> bool:
    try:
        found = at(result.as_json(), place)
    except NothingThereError:
        return False
    return found not in (None, False, "", [], {})


def _taken(result: HttpResult, find: FindRequest) -> HttpResult:
    """Return the look-up's answer in the shape of the request's own."""
    if find.take is None:
        return result
    try:
        return result.model_copy(update={"content": at(result.as_json(), find.take)})
    except NothingThereError:
        return result
