"""What `tocsin doctor` asks Slack: whose token this is, and what it may not do that it should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrations.slack.methods import needed_scopes

if TYPE_CHECKING:
    from integrations.slack.api import SlackApi


@dataclass(frozen=True, slots=True)
class Health:
    """The workspace and the bot behind the token, and the scopes it lacks."""

    team: str
    bot: str
    bot_user: str
    missing_scopes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether everything that Tocsin calls may be called."""
        return not self.missing_scopes


async def health(api: SlackApi) -> Health:
    """Ask Slack; raise `IntegrationError` with a hint when it cannot be reached or refuses the token."""
    answer, headers = await api.call_with_headers("auth.test")
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    return Health(
        team=str(answer.get("team", "")),
        bot=str(answer.get("user", "")),
        bot_user=str(answer.get("user_id", "")),
        missing_scopes=tuple(scope for scope in needed_scopes() if scope not in granted),
    )
