"""Files that people give in forms: read from a payload, and fetched from Slack with the bot's token.

Rules kept here: the token goes to Slack's own addresses alone and no redirect is followed; an address is in no message
and is kept without what follows its `?`, where a token may stand; not more is read than may be kept. What comes has the
size that was said: a page to sign in comes in place of a file that the app may not read.
Source: the file object and "Authentication" of files in Slack's reference, which asks for the scope files:read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import aiohttp

from engine.domain.errors import IntegrationError, TurnAwaitedError
from engine.ports.acts import GivenFile

if TYPE_CHECKING:
    from integrations.slack.api import SlackApi

SECONDS: Final = 30
DEFAULT_PAUSE: Final = 30.0
_PIECE: Final = 65_536
_TOLD: Final = ("id", "name", "size", "mimetype", "url_private_download")
_OK, _TOO_MANY, _SERVER_ERROR = 200, 429, 500
_GONE: Final = (404, 410)
_SCOPE: Final = "Give the app every scope of its manifest, files:read too, and install it again."
_ELSE: Final = "Give it in a shell: tocsin answer INC STEP --file FIELD=PATH."


def given_file(file: Mapping[str, Any]) -> GivenFile:
    """Return a file as a payload tells of it."""
    size = file.get("size")
    return GivenFile(
        name=str(file.get("name") or "file"),
        size=size if isinstance(size, int) else None,
        type=str(file.get("mimetype") or ""),
        place=_bare(str(file.get("url_private_download") or "")),
    )


def lean(value: Any) -> Any:  # noqa: ANN401 - any part of a payload
    """Return a part of a payload whose files say no more than is needed to fetch them."""
    match value:
        case Mapping():
            return {name: _lean_files(part) if name == "files" else lean(part) for name, part in value.items()}
        case list():
            return [lean(part) for part in value]
        case _:
            return value


class SlackFiles:
    """Hands out the files of forms."""

    def __init__(self, api: SlackApi) -> None:
        self._web = api.web

    async def fetch(self, file: GivenFile, *, most: int) -> bytes:
        """Return a file's bytes, at most so many.

        Raises:
            TurnAwaitedError: Slack hands it out later.
            IntegrationError: it has more bytes or is not handed out; `retryable`: Slack cannot be reached now.
        """
        if not self._is_ours(file.place):
            raise IntegrationError("Slack does not hand this file out to the app.", hint=_ELSE)
        try:
            data = await self._read(file.place, most=most)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise IntegrationError(
                "Slack did not hand out the file.", hint="It is tried again.", retryable=True
            ) from None
        if len(data) > most:
            raise IntegrationError(f"The file has more than {most} bytes.", hint="Give a smaller file.")
        if file.size is not None and len(data) != file.size:
            raise IntegrationError("Slack handed out something else than the file.", hint=_SCOPE)
        return data

    async def _read(self, place: str, *, most: int) -> bytes:
        headers = {"Authorization": f"Bearer {self._web.token}", "Accept-Encoding": "identity"}
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        data = bytearray()
        async with (
            aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
            session.get(place, headers=headers, allow_redirects=False, proxy=self._web.proxy) as reply,
        ):
            _check(reply.status, reply.headers)
            async for piece in reply.content.iter_chunked(_PIECE):
                data += piece
                if len(data) > most:
                    break
        return bytes(data)

    def _is_ours(self, place: str) -> bool:
        """Return whether an address is Slack's, where the token may go."""
        try:
            theirs, ours = urlsplit(place), urlsplit(self._web.base_url)
            same_door = (theirs.scheme, theirs.port) == (ours.scheme, ours.port)
        except ValueError:
            return False
        host, home = theirs.hostname or "", ours.hostname or ""
        at_home = bool(home) and (host == home or host.endswith(f".{home}"))
        return at_home and same_door and not theirs.username


def _check(status: int, headers: Mapping[str, str]) -> None:
    if status == _OK:
        return
    if status == _TOO_MANY:
        pause = headers.get("Retry-After", "")
        seconds = float(pause) if pause.isascii() and pause.isdigit() else DEFAULT_PAUSE
        raise TurnAwaitedError("Slack asks to slow down with files.", retry_after=seconds, looking=True)
    if status >= _SERVER_ERROR:
        raise IntegrationError(
            f"Slack failed to hand out the file (HTTP {status}).", hint="It is tried again.", retryable=True
        )
    if status in _GONE:
        raise IntegrationError("The file is not in Slack any more.", hint="Give it again.", status=status)
    raise IntegrationError(f"Slack does not let the app read the file (HTTP {status}).", hint=_SCOPE, status=status)


def _lean_files(files: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as it came
    listed = [file for file in files if isinstance(file, Mapping)] if isinstance(files, list) else []
    told = [{name: file[name] for name in _TOLD if name in file} for file in listed]
    return [
        {name: _bare(str(part)) if name.startswith("url") else part for name, part in file.items()} for file in told
    ]


def _bare(place: str) -> str:
    return place.partition("?")[0].partition("#")[0]
