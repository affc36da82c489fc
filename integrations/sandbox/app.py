"""The ASGI application: both services, the people, the faults, the log and the page."""

from base64 import b64encode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from integrations.sandbox.control import control_routes
from integrations.sandbox.gate import Gate
from integrations.sandbox.jira.api import jira_routes
from integrations.sandbox.page.routes import page_routes
from integrations.sandbox.pagers import pager_routes
from integrations.sandbox.rotas import rota_routes
from integrations.sandbox.seed import Seed
from integrations.sandbox.slack.api import api_endpoint
from integrations.sandbox.slack.handing import download_endpoint
from integrations.sandbox.slack.human import human_routes
from integrations.sandbox.slack.responding import respond_endpoint
from integrations.sandbox.slack.uploading import upload_endpoint
from integrations.sandbox.values import Now
from integrations.sandbox.world import World, new_world


def create_app(seed: Seed, *, now: Now, wall: Now | None = None) -> ASGIApp:
    """Build a sandbox and return it as an ASGI application."""
    return app_of(new_world(seed, now=now, wall=wall))


def app_of(world: World) -> ASGIApp:
    """Return the ASGI application of an existing world."""
    slack = world.slack
    routes = [
        Route("/health", _health),
        Route("/slack/api/{method}", api_endpoint(slack), methods=["GET", "POST"]),
        Route("/slack/upload/{file}", upload_endpoint(slack), methods=["POST", "PUT"]),
        Route("/slack/files/{file}/{name}", download_endpoint(slack)),
        Route("/slack/files/{file}/download/{name}", download_endpoint(slack)),
        Route("/slack/respond/{url_id}", respond_endpoint(slack), methods=["POST"]),
        WebSocketRoute("/slack/socket", slack.sockets.serve),
        *human_routes(slack),
        *jira_routes(world.jira),
        *control_routes(world),
        *pager_routes(world.pagers, wall=world.wall),
        *rota_routes(world.rotas),
        *page_routes(world),
    ]
    tokens = _tokens(world.seed)
    return Gate(Starlette(routes=routes), log=world.log, faults=world.faults, now=world.now, tokens=tokens)


def _tokens(seed: Seed) -> frozenset[str]:
    """Return what the app sends as `Authorization`."""
    login = b64encode(f"{seed.jira.bot_email}:{seed.jira.bot_token}".encode()).decode()
    bearers = (seed.slack.bot_token, seed.slack.app_token, seed.jira.bot_token)
    return frozenset({f"Basic {login}", *(f"Bearer {token}" for token in bearers)})


async def _health(request: Request) -> Response:
    del request
    return PlainTextResponse("ok")
