"""How the Slack side says no."""

from integrations.sandbox.values import JsonObject


class SlackError(Exception):
    """A refusal: HTTP 200 with `ok: false`, an error code and maybe details."""

    def __init__(self, code: str, **details: object) -> None:
        """Refuse with this code."""
        super().__init__(code)
        self.code = code
        self.details = details

    def as_json(self) -> JsonObject:
        """Return the body of the refusal."""
        return {"ok": False, "error": self.code, **self.details}


def invalid_arguments(message: str) -> SlackError:
    """Refuse an argument, saying which."""
    return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}"]})


class RateLimitedError(Exception):
    """Too many calls: HTTP 429 with Retry-After."""

    def __init__(self, retry_after: int) -> None:
        """Ask the caller to wait this many seconds."""
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after
