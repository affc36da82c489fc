# ruff: noqa: ARG002 - a fake takes all that the port takes
"""A world in memory for actions: it answers what it was told to and remembers what it was asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from engine.actions.interface import ActionContext, Minor
from engine.domain.chain import Head
from engine.domain.errors import ConfigError, IntegrationError
from engine.ports.chat import Invited, MessageRef, Said
from engine.ports.lookup import Absent, CannotTell, Found
from engine.ports.people import Person
from engine.ports.reports import CompiledReport
from engine.ports.shown import Message
from engine.ports.vault import Stored
from engine.ports.web import HttpRequest, HttpResponse

NOW = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
Answer = Callable[[HttpRequest], HttpResponse]


def answer(
    body: bytes | str = b"", *, status: int = 200, kind: str = "text/html", url: str = "", cut: bool = False
) -> Answer:
    """Return a function that answers every request alike."""
    data = body.encode() if isinstance(body, str) else body

    def answered(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status, url or request.url, {"content-type": kind}, data, truncated=cut)

    return answered


@dataclass
class FakeHttp:
    """Answers by address."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    asked: list[HttpRequest] = field(default_factory=list)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Answer a request, or be unreachable."""
        self.asked.append(request)
        if request.url not in self.answers:
            raise IntegrationError("it cannot be reached.", retryable=True)
        return self.answers[request.url](request)

    async def fetch(self, request: HttpRequest) -> HttpResponse:
        """Answer a request, or be unreachable."""
        return await self.send(request)


@dataclass
class FakeVault:
    """Keeps bytes by their hash."""

    items: dict[str, bytes] = field(default_factory=dict)

    async def put(self, data: bytes) -> Stored:
        """Keep bytes."""
        digest = hashlib.sha256(data).hexdigest()
        self.items[digest] = data
        return Stored(digest, len(data))

    async def get(self, sha256: str) -> bytes:
        """Return bytes."""
        return self.items[sha256]

    async def check(self, sha256: str) -> str:
        """Return whether bytes still have their hash."""
        if sha256 not in self.items:
            return "missing"
        return "match" if hashlib.sha256(self.items[sha256]).hexdigest() == sha256 else "mismatch"

    async def seal(self, sha256: str) -> None:
        """Forget bytes."""
        del self.items[sha256]


@dataclass
class FakeSecrets:
    """Knows two secrets."""

    known: Mapping[str, str] = field(default_factory=lambda: {"REC_TOKEN": "s3cr3t-value"})

    def resolve(self, name: str) -> str:
        """Return a secret."""
        if name not in self.known:
            raise ConfigError(f"There is no secret {name}.")
        return self.known[name]


@dataclass
class FakeClock:
    """Stands still."""

    def now(self) -> datetime:
        """Return the story's instant."""
        return NOW

    def real_now(self) -> datetime:
        """Return the real instant."""
        return NOW

    def monotonic(self) -> float:
        """Return no time."""
        return 0.0

    def real_delay(self, due: datetime) -> float:
        """Return the seconds until an instant."""
        return max(0.0, (due - NOW).total_seconds())

    async def sleep(self, seconds: float) -> None:
        """Wait for nothing."""


@dataclass
class FakeChat:
    """Keeps what was posted under its key."""

    posts: dict[str, tuple[str, Message]] = field(default_factory=dict)

    async def open_channel(self, name: str, *, incident: str, key: str) -> str:
        """Open a channel."""
        return f"C-{name}"

    async def find_channel(self, name: str, *, incident: str, key: str) -> Found[str] | Absent | CannotTell:
        """Find no channel."""
        return Absent()

    async def invite(self, channel: str, people: Sequence[Person]) -> Invited:
        """Invite everyone."""
        return Invited(tuple(person.id for person in people), {})

    async def remove(self, channel: str, people: Sequence[Person]) -> None:
        """Take nobody out."""

    async def set_topic(self, channel: str, topic: str) -> None:
        """Keep no topic."""

    async def post(self, channel: str, message: Message, *, key: str) -> MessageRef:
        """Post."""
        self.posts[key] = (channel, message)
        return MessageRef(channel, f"ts-{key}")

    async def find_post(self, channel: str, *, key: str, since: datetime) -> Found[MessageRef] | Absent | CannotTell:
        """Look a post up."""
        return Found(MessageRef(channel, f"ts-{key}")) if key in self.posts else Absent()

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Edit nothing."""

    async def pin(self, ref: MessageRef) -> None:
        """Pin nothing."""

    async def bookmark(self, channel: str, links: Mapping[str, str]) -> None:
        """Show no link."""

    async def read(self, ref: MessageRef) -> Said | None:
        """Find nothing."""
        return None

    async def whisper(self, channel: str, person: Person, text: str) -> None:
        """Whisper to nobody."""

    async def link(self, ref: MessageRef) -> str:
        """Return an address."""
        return f"https://chat.example/{ref.channel}/{ref.id}"

    def address(self, channel: str) -> str:
        """Return an address."""
        return f"https://chat.example/{channel}"


class FakeReports:
    """Has written the report."""

    async def compile(self, incident: str) -> CompiledReport:
        """Return where the report is."""
        return CompiledReport({"html": f"{incident}.html"}, "ab" * 32, Head(7, "cd" * 32))


def context(
    *,
    http: FakeHttp | None = None,
    vault: FakeVault | None = None,
    chat: FakeChat | None = None,
    reports: FakeReports | None = None,
    minor: Minor = "no",
    exercise: bool = False,
    channel: str | None = "C1",
) -> ActionContext:
    """Return what an action is given in these tests."""
    return ActionContext(
        incident="INC-1",
        title="Recording",
        step="preserve[1]",
        key="key-1",
        started_at=NOW,
        exercise=exercise,
        minor=minor,
        channel=channel,
        roles={"commander": ("ana",), "counsel": ("carla",), "comms": ("dev", "ana"), "hr": ()},
        http=http or FakeHttp(),
        vault=vault or FakeVault(),
        secrets=FakeSecrets(),
        clock=FakeClock(),
        chat=chat,
        reports=reports,
    )
