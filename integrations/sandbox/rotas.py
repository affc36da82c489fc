"""Two rotas: PagerDuty's on-calls under `/pagers/pagerduty/oncalls`, and a calendar under `/pagers/rota.ics`."""

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.sandbox.values import JsonObject

API_TOKEN = "sandbox-api-token"  # noqa: S105 - invented, as everything of the sandbox
SCHEDULE = "PSANDBX"


@dataclass
class RotaDesk:
    """Who is on call in PagerDuty's schedule, as (mail, name, escalation level), and the calendar's text."""

    oncalls: list[tuple[str, str, int]] = field(default_factory=list)
    calendar: str = ""


def rota_routes(desk: RotaDesk) -> list[Route]:
    """Return the routes of the rotas."""

    async def oncalls(request: Request) -> Response:
        return _oncalls(desk, request)

    async def calendar(request: Request) -> Response:
        del request
        if not desk.calendar:
            return Response(status_code=404)
        return Response(desk.calendar, media_type="text/calendar")

    return [
        Route("/pagers/pagerduty/oncalls", oncalls, methods=["GET"]),
        Route("/pagers/rota.ics", calendar, methods=["GET"]),
    ]


def _oncalls(desk: RotaDesk, request: Request) -> Response:
    if request.headers.get("authorization") != f"Token token={API_TOKEN}":
        return JSONResponse({"error": {"message": "Authentication failed", "code": 2006}}, status_code=401)
    query = request.query_params
    if "version=2" not in request.headers.get("accept", "") or "since" not in query or "until" not in query:
        return JSONResponse({"error": {"message": "Invalid Input Provided", "code": 2001}}, status_code=400)
    known = query.getlist("schedule_ids[]") == [SCHEDULE]
    with_users = "users" in query.getlist("include[]")
    found = [_oncall(*one, whole=with_users) for one in desk.oncalls] if known else []
    return JSONResponse({"oncalls": found, "limit": 25, "offset": 0, "more": False})


def _oncall(mail: str, name: str, level: int, *, whole: bool) -> JsonObject:
    user = {"type": "user", "name": name, "email": mail, "summary": name} if whole else {"summary": name}
    return {"user": user, "schedule": {"id": SCHEDULE}, "escalation_level": level, "start": None, "end": None}
