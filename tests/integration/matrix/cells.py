"""The cells of the fault matrix: every write and every way in, by everything that can go wrong with it.

Rules kept here: a cell says what must be true afterwards in a word; one that cannot hold like the others says so in a
word of its own, and why stands in `NOTES`. `python -m tests.integration.matrix.cells` prints what belongs into
docs/reliability.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from integrations.sandbox import Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ONCE: Final = "once"
PERHAPS: Final = "at most once (a)"
AGAIN: Final = "once, pressed again (b)"
NOTES: Final = (
    "(a) What is whispered to one person is not looked up: nobody is told twice, perhaps nobody is told.",
    "(b) Slack does not deliver these again. The person sees that it failed and presses again, and it counts once.",
)


@dataclass(frozen=True)
class Write:
    """A call that changes something: the port's method, the call it makes, and from when on it is made to fail."""

    method: str
    call: str
    begins: str = "declared"
    skip: int = 0
    part: str = ""
    """What of the method it is, where it takes more than one call."""
    port: str = "Chat"

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return f"{self.method} ({self.part})" if self.part else self.method


WRITES: Final = (
    Write("open_channel", "conversations.create", part="the channel"),
    Write("open_channel", "conversations.setPurpose", part="its mark"),
    Write("invite", "conversations.invite"),
    Write("remove", "conversations.kick", begins="kept out"),
    Write("set_topic", "conversations.setTopic"),
    Write("post", "chat.postMessage", part="a message"),
    Write("post", "chat.postMessage", skip=2, part="what goes on in its thread"),
    Write("edit", "chat.update"),
    Write("pin", "pins.add"),
    Write("bookmark", "bookmarks.add", part="a new link"),
    Write("bookmark", "bookmarks.edit", begins="answered", part="a changed link"),
    Write("whisper", "chat.postEphemeral", begins="whispered"),
    Write("create_epic", "POST issue", port="Tracker"),
    Write("create_ticket", "POST issue", skip=1, port="Tracker"),
    Write("describe", "PUT issue", port="Tracker"),
    Write("comment", "POST issue/comment", port="Tracker"),
    Write("assign", "PUT */issue/SEC-2", begins="handed on", port="Tracker"),
    Write("schedule", "PUT */issue/SEC-2", begins="handed on", skip=1, port="Tracker"),
    Write("merge", "POST issueLink", begins="handed on", part="its link", port="Tracker"),
    Write("merge", "POST issue/transitions", begins="handed on", part="its closing", port="Tracker"),
    Write("reopen", "POST issue/transitions", begins="refused", port="Tracker"),
    Write("close", "POST issue/transitions", begins="answered", port="Tracker"),
)
REFUSED: Final = "no connection"
WRONG: Final[Mapping[str, Fault | None]] = {
    "all is well": None,
    "429, come back later": Fault(kind=FaultKind.RATE_LIMITED, seconds=3),
    "500": Fault(kind=FaultKind.SERVER_ERROR),
    "500, but done": Fault(kind=FaultKind.SERVER_ERROR, after_commit=True),
    "done, reply lost": Fault(kind=FaultKind.DROP_REPLY),
    "token refused": Fault(kind=FaultKind.TOKEN_REVOKED),
    "no answer": Fault(kind=FaultKind.HANG),
    "no answer, but done": Fault(kind=FaultKind.HANG, after_commit=True),
    REFUSED: None,
}
"""What goes wrong with a write; `REFUSED` is not of the far side's making."""
WHISPER: Final = "whisper"
CERTAIN: Final = ("all is well", "429, come back later", "token refused", REFUSED)
"""After these it is certain whether it was done."""

WAYS: Final = (
    "a button over the socket",
    "a button over HTTP",
    "a form over the socket",
    "a form over HTTP",
    "a command over the socket",
    "a command over HTTP",
    "a webhook of Jira",
    "a file at a ticket in Jira",
)
AMISS: Final = ("delivered twice", "acknowledged too late", "the line breaks before the answer", "out of order")
"""What goes wrong with a delivery."""


def expected_of_write(write: Write, wrong: str) -> str:
    """Return what must be true of a write after something went wrong with it."""
    return PERHAPS if write.method == WHISPER and wrong not in CERTAIN else ONCE


def expected_of_way(way: str, amiss: str) -> str:
    """Return what must be true of an act after something went wrong with its delivery."""
    late = amiss in ("acknowledged too late", "the line breaks before the answer")
    return AGAIN if late and "Jira" not in way else ONCE


def table() -> str:
    """Return both tables and the notes, as the documents hold them."""
    writes = [(write.name, [expected_of_write(write, wrong) for wrong in WRONG]) for write in WRITES]
    ways = [(way, [expected_of_way(way, amiss) for amiss in AMISS]) for way in WAYS]
    return "\n".join([*drawn("a write", WRONG, writes), "", *drawn("a way in", AMISS, ways), "", *NOTES, ""])


def drawn(corner: str, columns: Iterable[str], rows: Iterable[tuple[str, list[str]]]) -> list[str]:
    """Return the lines of a table."""
    heads = [corner, *columns]
    return [
        f"| {' | '.join(heads)} |",
        f"| {' | '.join('---' for _ in heads)} |",
        *(f"| {' | '.join([name, *cells])} |" for name, cells in rows),
    ]


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201 - that is what it is for
