"""Files that people attached to tickets, handed out by Jira.

Rules kept here: the token goes to the configured site alone, and no redirect is followed; not more is read than may be
kept. What comes has the size that Jira said, since a page to sign in may come in its place. While Jira cannot be
reached, nothing is wrong with the file: its turn comes later.
Source: "Get attachment content" of Jira Cloud's REST reference (`redirect=false`: the bytes instead of the way to
them), and the address of Data Center in the attachment's own `content`.
"""

from typing import Final
from urllib.parse import quote

from engine.domain.errors import IntegrationError, TurnAwaitedError
from engine.ports.acts import GivenFile
from integrations.jira.pool import JiraPool, Query

PAUSE: Final = 15.0
"""Real seconds until a Jira that is away is asked again, where it does not say."""
_LEAVE: Final = "Let Tocsin's account see attachments of the project; or give the file in Slack or in a shell."


class JiraFiles:
    """Hands out what is attached to tickets; the place of a file is its id."""

    def __init__(self, pool: JiraPool) -> None:
        self._pool = pool

    async def fetch(self, file: GivenFile, *, most: int) -> bytes:
        """Return a file's bytes, at most so many.

        Raises:
            TurnAwaitedError: Jira cannot be reached now, or hands it out later.
            IntegrationError: it has more bytes or is not handed out.
        """
        try:
            data = await self._read(file, most=most)
        except IntegrationError as refused:
            if refused.retryable:
                pause = refused.retry_after or PAUSE
                raise TurnAwaitedError(refused.message, retry_after=pause, looking=True) from refused
            raise IntegrationError("Jira does not hand this file out.", hint=_LEAVE) from refused
        if len(data) > most:
            raise IntegrationError(f"The file has more than {most} bytes.", hint="Attach a smaller file.")
        if file.size is not None and len(data) != file.size:
            raise IntegrationError("Jira handed out something else than the file.", hint=_LEAVE)
        return data

    async def _read(self, file: GivenFile, *, most: int) -> bytes:
        what = "read an attachment"
        if (await self._pool.deployment()).cloud:
            query: Query = {"redirect": "false"}
            return await self._pool.data(f"rest/api/2/attachment/content/{file.place}", query, most=most, what=what)
        place = f"secure/attachment/{file.place}/{quote(file.name, safe='')}"
        return await self._pool.data(place, most=most, what=what)
