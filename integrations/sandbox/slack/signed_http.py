"""Signed HTTP delivery: payloads are posted to the app's request URL with Slack's v0 signature."""

import json
from urllib.parse import urlencode

import aiohttp

from integrations.sandbox.seed import SlackSeed
from integrations.sandbox.slack.delivery import Delivery, NotDeliveredError
from integrations.sandbox.values import JsonObject, Now, hex_hmac

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


class SignedHttp:
    """Posts to the request URL and takes the body of the reply as the app's answer."""

    def __init__(self, seed: SlackSeed, *, request_url: str, wall: Now) -> None:
        """Sign with the time of `wall`, which must be the clock the app checks against."""
        self._seed = seed
        self._url = request_url
        self._wall = wall

    async def send(self, delivery: Delivery) -> JsonObject:
        """Post once; anything but a 2xx within the time to acknowledge is no answer."""
        content_type, body = _encoded(delivery)
        headers = {"Content-Type": content_type, **self._signature(body)}
        if delivery.retry:
            headers["X-Slack-Retry-Num"] = str(delivery.retry)
            headers["X-Slack-Retry-Reason"] = "http_timeout"
        timeout = aiohttp.ClientTimeout(total=self._seed.ack_seconds)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._url, data=body, headers=headers) as reply,
            ):
                return _answer(reply.status, body=await reply.text())
        except (TimeoutError, aiohttp.ClientError) as lost:
            raise NotDeliveredError from lost

    def _signature(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._wall().timestamp()))
        message = b"v0:" + timestamp.encode() + b":" + body
        digest = hex_hmac(self._seed.signing_secret, message=message)
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def _encoded(delivery: Delivery) -> tuple[str, bytes]:
    match delivery.kind:
        case "events_api":
            return _JSON, json.dumps(delivery.payload).encode()
        case "slash_commands":
            return _FORM, urlencode(delivery.payload).encode()
        case "interactive":
            return _FORM, urlencode({"payload": json.dumps(delivery.payload)}).encode()


def _answer(status: int, *, body: str) -> JsonObject:
    if not 200 <= status < 300:  # noqa: PLR2004 - the range of HTTP success
        raise NotDeliveredError
    try:
        answer = json.loads(body) if body.strip() else {}
    except json.JSONDecodeError:
        # plain text is a valid answer to a command: it is shown to the person
        return {"text": body}
    return answer if isinstance(answer, dict) else {}
