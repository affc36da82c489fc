"""`slack.post`: say something in the incident's channel, or in another one.

Rule kept here: the text goes out as it was approved, to the last character; without a chat the step fails plainly,
so that somebody says it by other means, and never counts as said.
"""

from __future__ import annotations

from pydantic import Field

from engine.actions.interface import Action, ActionContext, Params, Result
from engine.domain.errors import IntegrationError, TurnAwaitedError
from engine.domain.kinds import Reach
from engine.domain.traits import ActionTraits
from engine.ports.chat import Chat, MessageRef
from engine.ports.lookup import Absent, CannotTell, Found
from engine.ports.shown import Message

EXERCISE = "Exercise: this is not a real incident."


class PostParams(Params):
    """What `slack.post` takes."""

    text: str = Field(min_length=1, max_length=3000, description="What is said, exactly.")
    channel: str | None = Field(None, description="The chat's id of a channel; the incident's own when left out.")


class PostResult(Result):
    """Where the message is."""

    channel: str
    ts: str


class SlackPost(Action[PostParams, PostResult]):
    """Posts a message."""

    name = "slack.post"
    summary = "Post a message to the incident's channel, or to another one."
    traits = ActionTraits(writes=True, reach=Reach.OUTWARD, findable=True)
    params = PostParams
    result = PostResult
    keeps = ("channel", "ts")
    example = {"text": "Please do not search for it, open it or pass it on."}  # noqa: RUF012 the seam reads it only

    async def do(self, params: PostParams, context: ActionContext) -> PostResult:
        chat, channel = _where(params, context)
        message = Message(params.text, footer=EXERCISE if context.exercise else "")
        return _result(await chat.post(channel, message, key=context.key))

    async def find(self, params: PostParams, context: ActionContext) -> Found[PostResult] | Absent | CannotTell:
        try:
            chat, channel = _where(params, context)
            found = await chat.find_post(channel, key=context.key, since=context.started_at)
        except TurnAwaitedError:
            raise
        except IntegrationError as error:
            return CannotTell(f"the look-up failed: {error.message}")
        return Found(_result(found.value)) if isinstance(found, Found) else found


def _where(params: PostParams, context: ActionContext) -> tuple[Chat, str]:
    if context.chat is None:
        hint = "Say it by other means and settle the step with `tocsin resolve`, or set TOCSIN_SLACK_BOT_TOKEN."
        raise IntegrationError("Nothing was posted: no chat is configured.", hint=hint)
    channel = params.channel or context.channel
    if channel is None:
        raise IntegrationError("Nothing was posted: the incident has no channel yet.", retryable=True)
    return context.chat, channel


def _result(ref: MessageRef) -> PostResult:
    return PostResult(channel=ref.channel, ts=ref.id)
