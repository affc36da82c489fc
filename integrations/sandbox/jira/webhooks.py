"""Webhooks an administrator registered: signed posts, tried again with the same identifier.

Rules, as Jira keeps them: best effort, several attempts, no order; the raw body is signed with
`X-Hub-Signature: sha256=...`; `X-Atlassian-Webhook-Identifier` stays the same over attempts.
"""

import asyncio
import json
from itertools import count

import aiohttp

from integrations.sandbox.faults import FaultBoard, FaultKind
from integrations.sandbox.overtaking import Overtaking
from integrations.sandbox.seed import WebhookSeed
from integrations.sandbox.values import JsonObject, hex_hmac, pseudonym

_LOST = frozenset({FaultKind.WEBHOOK_LOST})
_TWICE = frozenset({FaultKind.DUPLICATE_DELIVERY})


class Webhooks:
    """Posts what happened to every registered address that asked for it."""

    def __init__(self, registered: tuple[WebhookSeed, ...], *, faults: FaultBoard) -> None:
        """Post to these addresses; more may be registered later."""
        self.registered = list(registered)
        self._faults = faults
        self._overtaking = Overtaking(faults)
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, event: str, *, body: JsonObject) -> None:
        """Send an event in the background."""
        payload = json.dumps({"webhookEvent": event, **body}).encode()
        for hook in self.registered:
            if event in hook.events:
                task = asyncio.get_running_loop().create_task(self._until_taken(hook, event=event, payload=payload))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop sending."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _until_taken(self, hook: WebhookSeed, *, event: str, payload: bytes) -> None:
        identifier = pseudonym("webhook", next(self._numbers)).lower()
        names = (event, hook.url)
        if self._faults.take(_LOST, names=names):
            return
        await self._overtaking.hold(names)
        for attempt, pause in enumerate((0.0, *hook.retry_seconds)):
            await asyncio.sleep(pause)
            headers = _headers(hook, payload=payload, identifier=identifier, attempt=attempt)
            if await _post(hook, payload=payload, headers=headers):
                self._overtaking.arrived()
                if self._faults.take(_TWICE, names=names):
                    await _post(hook, payload=payload, headers=headers)
                return


def _headers(hook: WebhookSeed, *, payload: bytes, identifier: str, attempt: int) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Atlassian Webhook HTTP Client",
        "X-Atlassian-Webhook-Identifier": identifier,
        "X-Atlassian-Webhook-Flow": "Primary",
    }
    if attempt:
        headers["X-Atlassian-Webhook-Retry"] = str(attempt)
    if hook.secret:
        headers["X-Hub-Signature"] = f"sha256={hex_hmac(hook.secret, message=payload)}"
    return headers


async def _post(hook: WebhookSeed, *, payload: bytes, headers: dict[str, str]) -> bool:
    timeout = aiohttp.ClientTimeout(total=hook.patience_seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(hook.url, data=payload, headers=headers) as reply,
        ):
            return reply.ok
    except (TimeoutError, aiohttp.ClientError):
        # the receiver is down: the next attempt may find it up
        return False
