"""The workspace: its records, its clock and its ways to the app, in one value."""

from dataclasses import dataclass
from datetime import datetime

from integrations.sandbox.faults import FaultBoard
from integrations.sandbox.seed import Seed, SlackSeed
from integrations.sandbox.slack.delivery import Deliveries, Transport
from integrations.sandbox.slack.records import Channel, Message, ResponseUrl, Trigger
from integrations.sandbox.slack.signed_http import SignedHttp
from integrations.sandbox.slack.sockets import Sockets
from integrations.sandbox.slack.state import SlackState, seeded_state
from integrations.sandbox.values import Monotonic, Now


@dataclass
class Workspace:
    """Everything the Slack side of the sandbox is made of."""

    seed: Seed
    now: Now
    monotonic: Monotonic
    state: SlackState
    sockets: Sockets
    deliveries: Deliveries
    address: str = ""
    """Where the app reaches the sandbox; people may know it by another name."""

    @property
    def app(self) -> SlackSeed:
        """What was seeded about the workspace and its app."""
        return self.seed.slack

    @property
    def time(self) -> datetime:
        """The present instant."""
        return self.now()

    def post(self, channel: Channel, *, message: Message) -> Message:
        """Append a message to its channel."""
        channel.messages.append(message)
        return message

    def new_trigger(self, user: str, *, view_id: str | None = None) -> str:
        """Return a trigger id for this person."""
        trigger_id = self.state.new_id("TR")
        self.state.triggers[trigger_id] = Trigger(user=user, minted=self.monotonic(), view_id=view_id)
        return trigger_id

    def new_response_path(self, user: str, *, channel: str, message_ts: str | None = None) -> str:
        """Return the path of a response URL for an interaction in this channel."""
        url_id = self.state.new_id("R")
        self.state.response_urls[url_id] = ResponseUrl(
            user=user, channel=channel, minted=self.monotonic(), message_ts=message_ts
        )
        return f"/slack/respond/{url_id}"


def new_workspace(seed: Seed, *, now: Now, wall: Now, monotonic: Monotonic, faults: FaultBoard) -> Workspace:
    """Build the workspace a seed describes."""
    sockets = Sockets(seed.slack)
    transport: Transport = sockets
    if seed.slack.request_url:
        transport = SignedHttp(seed.slack, request_url=seed.slack.request_url, wall=wall)
    return Workspace(
        seed=seed,
        now=now,
        monotonic=monotonic,
        state=seeded_state(seed, at=now()),
        sockets=sockets,
        deliveries=Deliveries(seed.slack, now=now, faults=faults, transport=transport),
    )
