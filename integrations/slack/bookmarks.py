"""Links at the top of a channel, known by their titles.

Rule kept here: what is there already under a title is changed and not added again; bookmarks of people stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from integrations.slack.api import SlackApi


class Bookmarks:
    """The bookmarks of channels."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    async def show(self, channel: str, links: Mapping[str, str]) -> None:
        """Bring links to the top of a channel, by title."""
        listed = await self._api.call("bookmarks.list", channel_id=channel)
        known = {str(entry.get("title")): entry for entry in listed.get("bookmarks") or ()}
        for title, link in links.items():
            there = known.get(title)
            if there is None:
                await self._api.call("bookmarks.add", channel_id=channel, title=title, type="link", link=link)
            elif there.get("link") != link:
                await self._api.call("bookmarks.edit", channel_id=channel, bookmark_id=there["id"], link=link)
