"""The faults a visitor can choose by one click; one line each."""

from dataclasses import dataclass

from integrations.sandbox.faults import Fault, FaultKind


@dataclass(frozen=True)
class Preset:
    """A fault with the words for it."""

    name: str
    service: str
    label: str
    fault: Fault


_ALL_JIRA = "/jira/rest/*"

# fmt: off  (one line per preset is the point of the table)
PRESETS = (
    Preset(
        "slack-lost",
        "Slack",
        "Take the next message, lose the reply",
        Fault(kind=FaultKind.DROP_REPLY, match="chat.postMessage"),
    ),
    Preset(
        "slack-429",
        "Slack",
        "Rate-limit the next message (3 s)",
        Fault(kind=FaultKind.RATE_LIMITED, match="chat.postMessage", seconds=3),
    ),
    Preset("slack-500", "Slack", "Fail the next three calls", Fault(kind=FaultKind.SERVER_ERROR, match="*.*", count=3)),
    Preset(
        "slack-slow",
        "Slack",
        "Slow the next five calls (2 s)",
        Fault(kind=FaultKind.SLOW, match="*.*", seconds=2, count=5),
    ),
    Preset("slack-socket", "Slack", "Cut the socket connections", Fault(kind=FaultKind.SOCKET_DISCONNECT)),
    Preset(
        "jira-lost",
        "Jira",
        "Create the next issue, lose the reply",
        Fault(kind=FaultKind.DROP_REPLY, match="POST issue"),
    ),
    Preset(
        "jira-503",
        "Jira",
        "Be unavailable for three calls",
        Fault(kind=FaultKind.SERVER_ERROR, match=_ALL_JIRA, status=503, count=3),
    ),
    Preset("jira-hang", "Jira", "Hang the next call", Fault(kind=FaultKind.HANG, match=_ALL_JIRA)),
    Preset("jira-lag", "Jira", "Let searching lag by 30 s", Fault(kind=FaultKind.INDEX_LAG, seconds=30, count=None)),
    Preset("hook-lost", "Jira", "Lose the next webhook", Fault(kind=FaultKind.WEBHOOK_LOST, match="*")),
    Preset("hook-twice", "Jira", "Deliver the next webhook twice", Fault(kind=FaultKind.DUPLICATE_DELIVERY, match="*")),
)
# fmt: on


def preset(name: str) -> Preset | None:
    """Return a preset by name."""
    return next((entry for entry in PRESETS if entry.name == name), None)
