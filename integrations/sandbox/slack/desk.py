"""One person at their Slack client: what they can see and reach, and no more."""

from dataclasses import dataclass

from starlette.requests import Request

from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.methods.views import stack_of
from integrations.sandbox.slack.records import Channel, Message, User, View
from integrations.sandbox.slack.shapes import message_shape
from integrations.sandbox.slack.state import message_in, visible
from integrations.sandbox.slack.wishes import Clicking
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject


@dataclass(frozen=True)
class Desk:
    """A person, the workspace they are in and the call they just made."""

    workspace: Workspace
    user: User
    request: Request

    @property
    def base_url(self) -> str:
        """The address of the sandbox."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}"

    def channels(self) -> list[Channel]:
        """Return the channels that exist for this person."""
        every = self.workspace.state.channels.values()
        return [channel for channel in every if visible(channel, user=self.user.id)]

    def seen(self, channel_id: str) -> Channel:
        """Return a channel the person can see, or refuse."""
        return self.workspace.state.channel_for(channel_id, user=self.user.id)

    def entered(self, channel_id: str) -> Channel:
        """Return a live channel the person is in, or refuse."""
        channel = self.seen(channel_id)
        if self.user.id not in channel.members:
            raise SlackError("not_in_channel")
        if channel.archived:
            raise SlackError("is_archived")
        return channel

    def modals(self) -> list[View]:
        """Return the modals on the person's screen, the top one last."""
        return stack_of(self.workspace, user=self.user.id)

    def modal(self, view_id: str) -> View:
        """Return one of them, or refuse."""
        for view in self.modals():
            if view.id == view_id:
                return view
        raise SlackError("not_found")

    def ephemerals(self) -> list[tuple[Channel, Message]]:
        """Return the messages only this person sees, with their channels."""
        state = self.workspace.state
        mine = [pair for pair in state.ephemerals if pair[1].only_for == self.user.id]
        return [(state.channels[channel_id], message) for channel_id, message in mine]

    def place(self, wish: Clicking) -> tuple[Channel, Message] | View:
        """Return where the person clicked, or refuse."""
        if wish.view_id:
            return self.modal(wish.view_id)
        channel = self.seen(wish.channel or "")
        for shown_in, message in self.ephemerals():
            if shown_in.id == channel.id and message.ts == wish.ts:
                return channel, message
        return channel, message_in(channel, ts=wish.ts or "")

    def shown(self, message: Message, *, channel: Channel) -> JsonObject:
        """Show a message."""
        return message_shape(message, channel=channel, workspace=self.workspace)
