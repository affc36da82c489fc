"""What comes in from Slack, by whichever way: kept in the inbox before Slack is told that it arrived.

Rules kept here: nothing is acknowledged before it is durable; a form that fails its check is answered with errors and
not stored; the same act delivered twice is one row; what could be used in somebody's name for a while (verification
token, response address, what may stand behind a file's address) is not stored, nor an event that nobody reads. A form
is opened after the acknowledgement, within its trigger's three seconds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import structlog

from engine.domain.errors import IntegrationError, OutcomeUnknownError
from integrations.slack.api import RefusedError
from integrations.slack.blocks import escaped
from integrations.slack.files import lean
from integrations.slack.forms import errors_answer, form_view
from integrations.slack.interpret import interpret
from integrations.slack.shape import objects, part

if TYPE_CHECKING:
    from engine.ports.ledger import Inbox
    from engine.ports.shown import Form
    from integrations.slack.api import SlackApi

SOURCE: Final = "slack"
Payload: TypeAlias = Mapping[str, Any]
Opener: TypeAlias = "Callable[[Payload], Awaitable[Form | None]]"
Checker: TypeAlias = Callable[[Payload], Awaitable[Mapping[str, str]]]
Reader: TypeAlias = Callable[[Payload], object | None]

_NOT_KEPT = frozenset({"token", "response_url", "response_urls"})
_AGAIN: Final = "Try it again in a moment."
_ACTS = frozenset({"block_actions", "view_submission"})
_UNTOLD = "Slack did not say whether the form opened. Where you see none, do the same again."
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """What Slack is to be answered (None: an empty acknowledgement), and whether the act was new."""

    answer: Mapping[str, object] | None = None
    new: bool = False


class Reception:
    """Takes payloads in: check, keep, answer, and then open a form when one is wanted."""

    def __init__(
        self, inbox: Inbox, *, api: SlackApi, opener: Opener, checker: Checker, reader: Reader = interpret
    ) -> None:
        self._inbox = inbox
        self._api = api
        self._opener = opener
        self._checker = checker
        self._reader = reader
        self._heard: Callable[[], None] = lambda: None

    def watch(self, heard: Callable[[], None]) -> None:
        """Have somebody told when something new is in the inbox."""
        self._heard = heard

    async def receive(self, payload: Payload, *, envelope: str) -> Received:
        """Keep a payload and return the answer; when this raises, nothing may be acknowledged."""
        if payload.get("type") == "view_submission":
            errors = await self._checker(payload)
            if errors:
                return Received(answer=errors_answer(part(payload, "view"), errors))
        if "command" not in payload and payload.get("type") not in _ACTS and self._reader(payload) is None:
            return Received()
        kept = {name: value for name, value in payload.items() if name not in _NOT_KEPT}
        if payload.get("type") == "view_submission":
            kept = lean(kept)
        new = await self._inbox.put(SOURCE, source_id(payload, envelope=envelope), kept)
        if new:
            self._heard()
        return Received(new=new)

    async def follow_up(self, payload: Payload) -> None:
        """Open the form that this act asks for, if any; of one that does not open, whoever asked for it is told."""
        trigger = str(payload.get("trigger_id") or "")
        if not trigger or payload.get("type") == "view_submission":
            return
        form = await self._opener(payload)
        if form is None:
            return
        try:
            await self._api.call("views.open", trigger_id=trigger, view=form_view(form))
        except IntegrationError as error:
            _log.warning("a form did not open in Slack", reason=error.message, hint=error.hint())
            again = error.retryable and not isinstance(error, RefusedError)  # what is done later by itself is no form
            refused = f"The form did not open. {error.message} {_AGAIN if again else error.hint()}".strip()
            await self._tell(payload, _UNTOLD if isinstance(error, OutcomeUnknownError) else refused)

    async def _tell(self, payload: Payload, text: str) -> None:
        act = interpret(payload)
        if act is None or not (act.channel and act.user):
            return
        with suppress(IntegrationError):
            await self._api.call("chat.postEphemeral", channel=act.channel, user=act.user, text=escaped(text))


def source_id(payload: Payload, *, envelope: str) -> str:
    """Return an id that is the same for every delivery of the same act."""
    if "command" in payload:
        return f"command/{payload.get('trigger_id') or envelope}"
    match payload.get("type"):
        case "block_actions":
            pressed = next(iter(objects(payload, "actions")), {})
            return f"click/{payload.get('trigger_id') or envelope}/{pressed.get('action_ts', '')}"
        case "view_submission":
            view = part(payload, "view")
            return f"form/{view.get('id') or envelope}/{view.get('hash', '')}"
        case "event_callback":
            return f"event/{payload.get('event_id') or envelope}"
        case _:
            return f"envelope/{envelope}"
