"""The pages: chat and tracker as one chosen person, and a panel that makes things fail.

The person is kept in a cookie. What they do goes through the same human and REST interfaces that a
scripted cast uses; the page only renders and calls.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from integrations.sandbox.control import add_fault
from integrations.sandbox.faults import REQUEST_FAULTS
from integrations.sandbox.jira import catalog
from integrations.sandbox.page import chat, mrkdwn, tracker, wiki
from integrations.sandbox.page.presets import KIND_WORDS, PRESETS, preset, waiting
from integrations.sandbox.seed import Person
from integrations.sandbox.slack.methods.views import stack_of
from integrations.sandbox.slack.state import visible
from integrations.sandbox.values import JsonObject
from integrations.sandbox.world import World

COOKIE = "sandbox-person"

_RECENT = 14
_PACKAGE = "integrations.sandbox.page"
_STATIC = {"sandbox.css": "text/css", "sandbox.js": "text/javascript"}


class Pages:
    """The pages of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._templates = Environment(loader=PackageLoader(_PACKAGE), autoescape=True, trim_blocks=True)
        self._templates.filters |= {
            "mrkdwn": self._mrkdwn,
            "plain": mrkdwn.plain,
            "wiki": wiki.rendered,
            "local": _local,
        }
        self._templates.globals |= {"hue": _hue, "initials": _initials, "resolutions": catalog.RESOLUTIONS}

    async def home(self, request: Request) -> Response:
        """Lead to the busiest place: the channel spoken in last."""
        user = self._world.slack.state.users[self._person(request).slack_id]
        named = [channel for channel, _ in chat.channels_of(self._world.slack, user=user)]
        spoken = [channel for channel in named if channel.messages]
        busiest = max(spoken, key=lambda c: float(c.messages[-1].ts), default=named[0] if named else None)
        return RedirectResponse(f"/channels/{busiest.id}" if busiest else "/issues", status_code=303)

    async def channel(self, request: Request) -> Response:
        """Show a channel."""
        user = self._world.slack.state.users[self._person(request).slack_id]
        channel = self._world.slack.state.channels.get(request.path_params["channel"])
        if channel is None or not visible(channel, user=user.id):
            return RedirectResponse("/", status_code=303)
        lines = chat.lines_of(self._world.slack, channel=channel, user=user)
        title = chat.name_of(self._world.slack, some_id=channel.id)
        return self._page("channel.html", request, channel=channel, lines=lines, title=title)

    async def board(self, request: Request) -> Response:
        """Show all issues by status."""
        return self._page("board.html", request, cards=tracker.cards_of(self._world.jira), statuses=catalog.STATUSES)

    async def issue(self, request: Request) -> Response:
        """Show an issue."""
        found = self._world.jira.state.with_key(request.path_params["issue"])
        if found is None:
            return RedirectResponse("/issues", status_code=303)
        sheet = tracker.sheet_of(self._world.jira, issue=found)
        return self._page("issue.html", request, sheet=sheet, accounts=self._world.jira.state.accounts)

    async def permalink(self, request: Request) -> Response:
        """Lead from a permalink to the channel, and to the message where it names one."""
        channel, anchor = request.path_params["channel"], request.path_params.get("anchor", "")
        return RedirectResponse(f"/channels/{channel}{f'#{anchor}' if anchor else ''}", status_code=303)

    async def browse(self, request: Request) -> Response:
        """Lead from an issue's address to its page."""
        return RedirectResponse(f"/issues/{request.path_params['issue']}", status_code=303)

    async def become(self, request: Request) -> Response:
        """Act as somebody else."""
        response = JSONResponse({"ok": True})
        response.set_cookie(COOKIE, request.path_params["handle"], samesite="strict")
        return response

    async def revision(self, request: Request) -> Response:
        """Say how far the world is, so that the page knows when to look again."""
        person = self._person(request)
        views = stack_of(self._world.slack, user=person.slack_id)
        state = self._world.slack.state
        parts = [
            len(self._world.log.entries),
            [(fault.id, fault.struck) for fault in self._world.faults.listed()],
            state.last_microseconds,
            len(state.ephemerals),
            *(f"{view.id}{view.hash}{view.errors}" for view in views),
        ]
        return JSONResponse({"revision": "/".join(str(part) for part in parts)})

    async def fail(self, request: Request) -> Response:
        """Put a preset fault in force."""
        chosen = preset(request.path_params["preset"])
        if chosen is None:
            return JSONResponse({"error": "no such preset"}, status_code=404)
        await add_fault(self._world, fault=chosen.armed())
        return JSONResponse({"ok": True})

    async def static(self, request: Request) -> Response:
        """Serve the style sheet and the script."""
        name = request.path_params["name"]
        if name not in _STATIC:
            return Response(status_code=404)
        content = files(_PACKAGE).joinpath("static", name).read_bytes()
        return Response(content, media_type=_STATIC[name])

    def _page(self, template: str, request: Request, **content: object) -> Response:
        person = self._person(request)
        frame = {**self._frame(person), "channel": None, "sheet": None, **content}
        return HTMLResponse(self._templates.get_template(template).render(frame))

    def _frame(self, person: Person) -> JsonObject:
        world = self._world
        user = world.slack.state.users[person.slack_id]
        return {
            "person": person,
            "people": world.seed.people,
            "project": world.seed.jira,
            "workspace": world.seed.slack,
            "users": world.slack.state.users,
            "channels": chat.channels_of(world.slack, user=user),
            "modals": stack_of(world.slack, user=person.slack_id),
            "cards": tracker.cards_of(world.jira),
            "presets": PRESETS,
            "waiting": waiting(PRESETS, faults=world.faults.listed()),
            "faults": world.faults.listed(),
            "faults_over": world.faults.over(),
            "fault_kinds": REQUEST_FAULTS,
            "kind_words": KIND_WORDS,
            "calls": sorted({entry.name for entry in world.log.entries if entry.service in ("slack", "jira")}),
            "entries": [e for e in world.log.entries if e.service != "human"][-_RECENT:][::-1],
            "now": _local(world.now(), person),
            "connected": world.slack.sockets.connected,
        }

    def _person(self, request: Request) -> Person:
        handle = request.cookies.get(COOKIE, "")
        people = self._world.seed.people
        return next((person for person in people if person.handle == handle), people[0])

    def _mrkdwn(self, text: str) -> str:
        return mrkdwn.rendered(text, names=lambda some_id: chat.name_of(self._world.slack, some_id=some_id))


def page_routes(world: World) -> list[Route]:
    """Return the routes of the pages."""
    pages = Pages(world)
    table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("GET", "/", pages.home),
        ("GET", "/channels/{channel}", pages.channel),
        ("GET", "/issues", pages.board),
        ("GET", "/issues/{issue}", pages.issue),
        ("GET", "/archives/{channel}", pages.permalink),
        ("GET", "/archives/{channel}/{anchor}", pages.permalink),
        ("GET", "/jira/browse/{issue}", pages.browse),
        ("POST", "/page/become/{handle}", pages.become),
        ("GET", "/page/revision", pages.revision),
        ("POST", "/page/fail/{preset}", pages.fail),
        ("GET", "/page/{name}", pages.static),
    ]
    return [Route(path, handler, methods=[verb]) for verb, path, handler in table]


def _local(moment: datetime, person: Person) -> datetime:
    return moment.astimezone(ZoneInfo(person.timezone))


def _hue(name: str) -> int:
    return sum(index * ord(letter) for index, letter in enumerate(name, start=7)) % 360


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()
