"""Three pagers under `/pagers`: PagerDuty's Events API v2, Opsgenie's Alert API v2, and a receiver of signed webhooks.

Each refuses what the real one refuses, and tells alerts apart by the key it is given: what is sent again is counted.
An alert that is acknowledged or ended before there is one is taken and forgotten, as the real ones do.
"""

import hmac
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.sandbox.values import JsonObject, Now, hex_hmac

PAGERDUTY_KEY = "0123456789abcdef0123456789abcdef"
OPSGENIE_KEY = "00000000-1111-2222-3333-444444444444"
WEBHOOK_SECRET = "sandbox-pager-secret"  # noqa: S105 - invented, as everything of the sandbox
SEVERITIES = frozenset({"critical", "error", "warning", "info"})
PRIORITIES = frozenset({"P1", "P2", "P3", "P4", "P5"})
KEY_LENGTH, MOST_KEY, MOST_SUMMARY = 32, 255, 1024
MOST_MESSAGE, MOST_ALIAS, MOST_DESCRIPTION, MOST_RESPONDERS = 130, 512, 15_000, 50
TOLERANCE_SECONDS = 300


@dataclass
class Alert:
    """One alert: `sent` counts how often it was asked for, `state` is open, acknowledged or ended."""

    service: str
    key: str
    body: JsonObject
    state: str = "open"
    sent: int = 1


@dataclass
class PagerDesk:
    """The alerts of all three, oldest first."""

    alerts: list[Alert] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    """Idempotency keys that the webhook's receiver has taken."""

    def opened(self, service: str, key: str, body: JsonObject) -> None:
        """Open an alert, or count it where one of that key is open."""
        known = self.known(service, key)
        if known is not None and known.state != "ended":
            known.sent += 1
        else:
            self.alerts.append(Alert(service, key, body))

    def moved(self, service: str, key: str, state: str) -> None:
        """Acknowledge or end an alert, if there is one that is not ended."""
        known = self.known(service, key)
        if known is not None and known.state != "ended":
            known.state = state

    def known(self, service: str, key: str) -> Alert | None:
        """Return the newest alert of a key."""
        found = (alert for alert in reversed(self.alerts) if (alert.service, alert.key) == (service, key))
        return next(found, None)


def pager_routes(desk: PagerDesk, *, wall: Now) -> list[Route]:
    """Return the routes of the pagers; `wall` is the clock that signatures are checked against."""

    async def pagerduty(request: Request) -> Response:
        return _pagerduty(desk, await _json(request))

    async def opsgenie(request: Request) -> Response:
        return _created(desk, request, await _json(request))

    async def opsgenie_action(request: Request) -> Response:
        return _acted(desk, request, await _json(request))

    async def webhook(request: Request) -> Response:
        return _told(desk, request, await request.body(), now=wall().timestamp())

    async def listed(request: Request) -> Response:
        del request
        return JSONResponse({"alerts": [vars(alert) for alert in desk.alerts]})

    table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("POST", "/pagers/pagerduty/v2/enqueue", pagerduty),
        ("POST", "/pagers/opsgenie/v2/alerts", opsgenie),
        ("POST", "/pagers/opsgenie/v2/alerts/{alias}/{action}", opsgenie_action),
        ("POST", "/pagers/webhook", webhook),
        ("GET", "/pagers", listed),
    ]
    return [Route(path, handler, methods=[verb]) for verb, path, handler in table]


async def _json(request: Request) -> JsonObject | None:
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        return None
    try:
        body = json.loads(await request.body())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _pagerduty(desk: PagerDesk, event: JsonObject | None) -> Response:
    errors = ["Event is not JSON"] if event is None else list(_event_errors(event))
    if event is None or errors:
        refusal = {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
        return JSONResponse(refusal, status_code=400)
    match event["event_action"]:
        case "trigger":
            desk.opened("pagerduty", event["dedup_key"], event)
        case "acknowledge":
            desk.moved("pagerduty", event["dedup_key"], "acknowledged")
        case _:
            desk.moved("pagerduty", event["dedup_key"], "ended")
    taken = {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}
    return JSONResponse(taken, status_code=202)


def _event_errors(event: JsonObject) -> Iterable[str]:
    key = event.get("routing_key")
    if not isinstance(key, str) or len(key) != KEY_LENGTH:
        yield f"Length of 'routing_key' is incorrect (should be {KEY_LENGTH} characters)"
    elif key != PAGERDUTY_KEY:
        yield "'routing_key' is invalid"
    if event.get("event_action") not in ("trigger", "acknowledge", "resolve"):
        yield "'event_action' must be one of trigger, acknowledge, resolve"
    if not _text(event.get("dedup_key"), most=MOST_KEY):
        yield f"'dedup_key' is missing or longer than {MOST_KEY} characters"
    if event.get("event_action") == "trigger":
        yield from _payload_errors(event.get("payload"), links=event.get("links", []))


def _payload_errors(payload: object, *, links: object) -> Iterable[str]:
    if not isinstance(payload, dict):
        yield "'payload' is missing or blank"
        return
    if not _text(payload.get("summary"), most=MOST_SUMMARY):
        yield "'payload.summary' is missing or too long"
    if not _text(payload.get("source"), most=MOST_SUMMARY):
        yield "'payload.source' is missing or blank"
    if payload.get("severity") not in SEVERITIES:
        yield "'payload.severity' is invalid"
    if not isinstance(links, list) or any(not isinstance(link, dict) or not link.get("href") for link in links):
        yield "'links' is no list of objects with 'href'"


def _opsgenie_refusal(request: Request, body: JsonObject | None) -> Response | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "GenieKey" or key != OPSGENIE_KEY:
        return JSONResponse({"message": "Could not authenticate", "took": 0.0}, status_code=401)
    if body is None:
        return JSONResponse({"message": "Request body is not processable.", "took": 0.0}, status_code=422)
    return None


def _created(desk: PagerDesk, request: Request, body: JsonObject | None) -> Response:
    refusal = _opsgenie_refusal(request, body)
    if refusal is not None or body is None:
        return refusal or Response(status_code=422)
    errors = dict(_alert_errors(body))
    if errors:
        words = "Request body is not processable. Please check the errors."
        return JSONResponse({"message": words, "errors": errors, "took": 0.0}, status_code=422)
    desk.opened("opsgenie", str(body["alias"]), body)
    return _accepted()


def _alert_errors(body: JsonObject) -> Iterable[tuple[str, str]]:
    if not _text(body.get("message"), most=MOST_MESSAGE):
        yield "message", f"should be between 1 and {MOST_MESSAGE} characters"
    if not _text(body.get("alias"), most=MOST_ALIAS):
        yield "alias", f"should be between 1 and {MOST_ALIAS} characters"
    if len(str(body.get("description", ""))) > MOST_DESCRIPTION:
        yield "description", "is too long"
    if body.get("priority", "P3") not in PRIORITIES:
        yield "priority", "should be one of P1, P2, P3, P4 or P5"
    details = body.get("details", {})
    if not isinstance(details, dict) or not all(isinstance(value, str) for value in details.values()):
        yield "details", "should be a map of text"
    responders = body.get("responders", [])
    if not isinstance(responders, list) or len(responders) > MOST_RESPONDERS or not all(map(_responder, responders)):
        yield "responders", "should be users with `id` or `username`, or teams"


def _responder(given: Any) -> bool:  # noqa: ANN401 - whatever was sent
    return (
        isinstance(given, dict)
        and given.get("type") in ("user", "team")
        and bool(given.get("username") or given.get("id"))
    )


def _acted(desk: PagerDesk, request: Request, body: JsonObject | None) -> Response:
    refusal = _opsgenie_refusal(request, body)
    if refusal is not None:
        return refusal
    state = {"acknowledge": "acknowledged", "close": "ended"}.get(request.path_params["action"])
    if state is None or request.query_params.get("identifierType") != "alias":
        return JSONResponse({"message": "No such resource", "took": 0.0}, status_code=404)
    desk.moved("opsgenie", request.path_params["alias"], state)
    return _accepted()


def _accepted() -> Response:
    return JSONResponse({"result": "Request will be processed", "took": 0.1, "requestId": "r"}, status_code=202)


def _told(desk: PagerDesk, request: Request, raw: bytes, *, now: float) -> Response:
    timestamp, key = request.headers.get("tocsin-timestamp", ""), request.headers.get("idempotency-key", "")
    expected = f"v1={hex_hmac(WEBHOOK_SECRET, message=f'v1:{timestamp}:'.encode() + raw)}"
    signed = hmac.compare_digest(expected, request.headers.get("tocsin-signature", ""))
    fresh = timestamp.isascii() and timestamp.isdigit() and abs(now - int(timestamp)) <= TOLERANCE_SECONDS
    if not signed or not fresh or not key:
        return JSONResponse({"error": "not signed, too old, or without a key"}, status_code=401)
    if key in desk.seen:
        return Response(status_code=204)
    desk.seen.add(key)
    body = json.loads(raw)
    match body["action"]:
        case "page":
            desk.opened("webhook", body["key"], body)
        case "acknowledge":
            desk.moved("webhook", body["key"], "acknowledged")
        case _:
            desk.moved("webhook", body["key"], "ended")
    return Response(status_code=204)


def _text(given: object, *, most: int) -> bool:
    return isinstance(given, str) and 0 < len(given) <= most
