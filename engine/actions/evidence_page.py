"""What was fetched, judged: a media file, a page that shows media, a page, or a closed door. Pure.

Rules kept here: a claim needs proof (a media type and bytes that are not a web page); a page that asks to sign in or
to prove that one is human counts as blocked; sources of one player are alternatives, players are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from engine.ports.web import HttpResponse

PLAYERS = frozenset({"video", "audio"})
META = frozenset(
    {"og:video", "og:video:url", "og:video:secure_url", "og:audio", "og:audio:url", "twitter:player:stream"}
)
MEDIA = ("video/", "audio/", "image/")
PLAYLISTS = ("mpegurl", "dash+xml")
SIGNATURES = ((0, b"\x1a\x45\xdf\xa3"), (4, b"ftyp"), (0, b"OggS"), (0, b"ID3"), (0, b"RIFF"), (0, b"FLV"))
SIGN_IN = re.compile(r"/(log-?in|sign-?in|signin|sso|auth|authorize|oauth2?|consent|checkpoint)(/|\.|$)", re.IGNORECASE)
CHALLENGES = (
    b"cf-challenge",
    b"g-recaptcha",
    b"h-captcha",
    b"hcaptcha.com",
    b"just a moment...",
    b"verify you are human",
)
OK = 200


@dataclass(frozen=True, slots=True)
class Page:
    """What a web page shows: for each player the addresses of its sources, and whether it asks for a password."""

    players: tuple[tuple[str, ...], ...] = ()
    asks_password: bool = False


@dataclass(slots=True)
class _Seen:
    players: list[list[str]] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)
    password: bool = False


def media_type(response: HttpResponse) -> str:
    """Return the declared type without its parameters, in small letters; empty when none was declared."""
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_page(response: HttpResponse) -> bool:
    """Return whether a web page came back, by its type or, where none was declared, by its first bytes."""
    kind = media_type(response)
    return kind in ("text/html", "application/xhtml+xml") or (not kind and _looks_like_markup(response.body))


def is_media(response: HttpResponse) -> bool:
    """Return whether a whole media file came back."""
    kind = media_type(response)
    if response.status != OK or response.truncated or not response.body or any(word in kind for word in PLAYLISTS):
        return False
    signed = any(response.body[at : at + len(sign)] == sign for at, sign in SIGNATURES)
    return signed or (kind.startswith(MEDIA) and (kind == "image/svg+xml" or not _looks_like_markup(response.body)))


def read_page(response: HttpResponse) -> Page:
    """Return what a page shows; broken markup gives what could be read of it."""
    reader = _Reader(response.url)
    reader.feed(response.body.decode("utf-8", errors="replace"))
    reader.close()
    seen = reader.seen
    players = [sources for sources in seen.players if sources] or ([seen.announced] if seen.announced else [])
    return Page(tuple(tuple(dict.fromkeys(sources)) for sources in players), asks_password=seen.password)


def closed_because(response: HttpResponse, *, asked: str, page: Page | None) -> str:
    """Return why an answer is a closed door, empty when it is none."""
    if response.status != OK:
        return f"the answer was {response.status}"
    if not response.body:
        return "the answer was empty"
    if page is None:
        return ""
    if page.asks_password:
        return "the page asks to sign in"
    if SIGN_IN.search(urlsplit(response.url).path) and urlsplit(asked).path != urlsplit(response.url).path:
        return "it led to a page to sign in"
    if any(sign in response.body.lower() for sign in CHALLENGES):
        return "the page asks to prove that a person is looking"
    return ""


class _Reader(HTMLParser):
    """Gathers players and password fields."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = _Seen()
        self._url = url
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: text or "" for name, text in attrs}
        if tag in PLAYERS:
            self.seen.players.append([])
            self._inside = True
            self._add(given.get("src", ""))
        elif tag == "source" and self._inside:
            self._add(given.get("src", ""))
        elif tag == "meta" and (given.get("property") or given.get("name", "")).lower() in META:
            if address := self._absolute(given.get("content", "")):
                self.seen.announced.append(address)
        elif tag == "input" and given.get("type", "").lower() == "password":
            self.seen.password = True

    def handle_endtag(self, tag: str) -> None:
        if tag in PLAYERS:
            self._inside = False

    def _add(self, source: str) -> None:
        if address := self._absolute(source):
            self.seen.players[-1].append(address)

    def _absolute(self, source: str) -> str:
        try:
            address = urldefrag(urljoin(self._url, source.strip())).url if source.strip() else ""
        except ValueError:
            return ""
        return address if address.startswith(("http://", "https://", "blob:", "data:")) else ""


def _looks_like_markup(body: bytes) -> bool:
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<!--"))
