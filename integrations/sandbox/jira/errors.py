"""How the Jira side says no."""

from integrations.sandbox.values import JsonObject


class JiraError(Exception):
    """A refusal: an HTTP status with general messages and messages by field."""

    def __init__(
        self,
        status: int,
        *messages: str,
        errors: dict[str, str] | None = None,
    ) -> None:
        """Refuse with this status."""
        super().__init__(status, *messages)
        self.status = status
        self.messages = messages
        self.errors = errors or {}

    def as_json(self) -> JsonObject:
        """Return the body of the refusal."""
        return {"errorMessages": list(self.messages), "errors": self.errors}


def field_error(field: str, message: str) -> JiraError:
    """Refuse the value of one field."""
    return JiraError(400, errors={field: message})


def no_issue() -> JiraError:
    """Refuse an issue that is not there, or is not for this person."""
    return JiraError(404, "Issue does not exist or you do not have permission to see it.")
