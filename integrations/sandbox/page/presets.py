"""The faults a visitor can choose by one click.

Rule kept here: a label is told by whoever made a fault, so that the panel can say of each what became of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integrations.sandbox.faults import Fault, FaultKind

_MESSAGE = "chat.post*"
_WRITE = "P* issue*"
"""Every call that makes or changes an issue."""
_DELIVERED = "[ies]*"
"""Interactions, events and slash commands."""
_WEBHOOK = "jira:*"
_HELD = 10.0


@dataclass(frozen=True)
class Preset:
    """A fault with the words for it: what stands on its button, and what it does."""

    name: str
    service: str
    label: str
    says: str
    fault: Fault

    def armed(self) -> Fault:
        """Return the fault as it is put in force."""
        return self.fault.model_copy(update={"label": f"{self.service}: {self.label}"})


PRESETS = (
    Preset(
        "slack-429",
        "Slack",
        "429, slow down",
        "The next message is refused for 3 seconds.",
        Fault(kind=FaultKind.RATE_LIMITED, match=_MESSAGE, seconds=3),
    ),
    Preset(
        "slack-500",
        "Slack",
        "500, not done",
        "The next message fails, and is not there.",
        Fault(kind=FaultKind.SERVER_ERROR, match=_MESSAGE),
    ),
    Preset(
        "slack-lost",
        "Slack",
        "Done, reply lost",
        "The next message is there, but nobody is told.",
        Fault(kind=FaultKind.DROP_REPLY, match=_MESSAGE),
    ),
    Preset(
        "slack-hang",
        "Slack",
        "No answer",
        "The next message is neither there nor answered.",
        Fault(kind=FaultKind.HANG, match=_MESSAGE),
    ),
    Preset(
        "slack-slow",
        "Slack",
        "Slow answers",
        "The next five calls take 2 seconds each.",
        Fault(kind=FaultKind.SLOW, match="*.*", seconds=2, count=5),
    ),
    Preset(
        "slack-twice",
        "Slack",
        "Deliver twice",
        "The next click, form or command arrives twice.",
        Fault(kind=FaultKind.DUPLICATE_DELIVERY, match=_DELIVERED),
    ),
    Preset(
        "slack-order",
        "Slack",
        "Out of order",
        "The next click, form or command waits for another one.",
        Fault(kind=FaultKind.OUT_OF_ORDER, match=_DELIVERED, seconds=_HELD),
    ),
    Preset(
        "slack-token",
        "Slack",
        "Token revoked",
        "The app's token is refused, until it is lifted.",
        Fault(kind=FaultKind.TOKEN_REVOKED, match="*.*", count=None),
    ),
    Preset(
        "slack-socket",
        "Slack",
        "Cut the socket",
        "The app has to connect again, at once.",
        Fault(kind=FaultKind.SOCKET_DISCONNECT),
    ),
    Preset(
        "jira-429",
        "Jira",
        "429, slow down",
        "The next write is refused for 3 seconds.",
        Fault(kind=FaultKind.RATE_LIMITED, match=_WRITE, seconds=3),
    ),
    Preset(
        "jira-500",
        "Jira",
        "500, not done",
        "The next write fails, and nothing is changed.",
        Fault(kind=FaultKind.SERVER_ERROR, match=_WRITE),
    ),
    Preset(
        "jira-lost",
        "Jira",
        "Done, reply lost",
        "The next write is done, but nobody is told.",
        Fault(kind=FaultKind.DROP_REPLY, match=_WRITE),
    ),
    Preset(
        "jira-hang",
        "Jira",
        "No answer",
        "The next write is neither done nor answered.",
        Fault(kind=FaultKind.HANG, match=_WRITE),
    ),
    Preset(
        "jira-lag",
        "Jira",
        "Search lags",
        "Searching is 30 seconds behind, until it is lifted.",
        Fault(kind=FaultKind.INDEX_LAG, seconds=30, count=None),
    ),
    Preset(
        "jira-twice",
        "Jira",
        "Webhook twice",
        "The next webhook arrives twice.",
        Fault(kind=FaultKind.DUPLICATE_DELIVERY, match=_WEBHOOK),
    ),
    Preset(
        "jira-order",
        "Jira",
        "Out of order",
        "The next webhook waits for another one.",
        Fault(kind=FaultKind.OUT_OF_ORDER, match=_WEBHOOK, seconds=_HELD),
    ),
    Preset(
        "jira-unheard",
        "Jira",
        "Webhook lost",
        "The next webhook never arrives.",
        Fault(kind=FaultKind.WEBHOOK_LOST, match=_WEBHOOK),
    ),
    Preset(
        "jira-token",
        "Jira",
        "Token revoked",
        "The app's token is refused, until it is lifted.",
        Fault(kind=FaultKind.TOKEN_REVOKED, match="/jira/rest/*", count=None),
    ),
    Preset(
        "jira-503",
        "Jira",
        "Down for a while",
        "Every call fails with 503, until it is lifted.",
        Fault(kind=FaultKind.SERVER_ERROR, match="/jira/rest/*", status=503, count=None),
    ),
)


KIND_WORDS: Mapping[FaultKind, str] = {
    FaultKind.RATE_LIMITED: "refuse it with 429",
    FaultKind.SERVER_ERROR: "fail with 500",
    FaultKind.DROP_REPLY: "do it, lose the reply",
    FaultKind.SLOW: "answer late",
    FaultKind.HANG: "never answer",
    FaultKind.TOKEN_REVOKED: "refuse the token",
    FaultKind.INDEX_LAG: "let searching lag",
    FaultKind.SOCKET_DISCONNECT: "cut the socket",
    FaultKind.WEBHOOK_LOST: "lose a delivery",
    FaultKind.DUPLICATE_DELIVERY: "deliver twice",
    FaultKind.OUT_OF_ORDER: "deliver out of order",
}
"""What each kind of fault is called."""


def preset(name: str) -> Preset | None:
    """Return a preset by name."""
    return next((entry for entry in PRESETS if entry.name == name), None)


def waiting(presets: Sequence[Preset], *, faults: Sequence[Fault]) -> dict[str, int]:
    """Return how many faults of each preset are in force, by its name."""
    labels = [fault.label for fault in faults]
    return {entry.name: labels.count(entry.armed().label) for entry in presets}
