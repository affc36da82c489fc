"""`evidence.capture`: keep what is public at an address before it changes.

Rules kept here:
1. Nothing is fetched unless it is known that nobody shown is under 18.
2. Capture never lies: `page and media` needs a whole media file for every player on the page; what asks to sign in,
   refuses or is empty is `blocked`; everything else is `page only`. The reason is part of the result.
3. What came back is kept in the vault as it came, also when it is a closed door, with a manifest of addresses,
   times, statuses and headers. An address that cannot be reached at all is an error, so that it is tried again.
4. All is bounded: four players, two sources each, 20 MB for a page, 200 MB for a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.actions.defang import defanged
from engine.actions.evidence_models import CaptureParams, CaptureResult, EvidenceItem, Outcome
from engine.actions.evidence_page import Page, closed_because, is_media, is_page, media_type, read_page
from engine.actions.evidence_store import item_of, now_text, put_manifest
from engine.actions.interface import Action, ActionContext, check_minor_gate
from engine.domain.errors import IntegrationError
from engine.domain.kinds import Reach
from engine.domain.traits import ActionTraits
from engine.domain.values import Json
from engine.ports.lookup import Absent, CannotTell, Found
from engine.ports.web import HttpRequest, HttpResponse

MAX_PLAYERS = 4
MAX_SOURCES = 2
PAGE_BYTES = 20_000_000
MEDIA_BYTES = 200_000_000
PAGE_SECONDS = 30.0
MEDIA_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class _Taken:
    """One answer, stored."""

    item: EvidenceItem
    response: HttpResponse
    asked: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a capture came to: its outcome, why it is no more than that, and all that was stored."""

    outcome: Outcome
    reason: str
    taken: tuple[_Taken, ...]


class EvidenceCapture(Action[CaptureParams, CaptureResult]):
    """Fetches an address and what its players play into the vault."""

    name = "evidence.capture"
    summary = "Keep a public page and its media in the evidence vault, unless someone shown may be under 18."
    traits = ActionTraits(writes=True, reach=Reach.NONE, minor_gate=True, findable=True, heavy=True)
    params = CaptureParams
    result = CaptureResult
    keeps = tuple(CaptureResult.model_fields)
    example = {"url": "https://video.example/watch/4711"}  # noqa: RUF012 the seam reads it only

    async def do(self, params: CaptureParams, context: ActionContext) -> CaptureResult:
        check_minor_gate(context)
        captured_at = now_text(context)
        first = await _take(params.url, context=context, limit=PAGE_BYTES, seconds=PAGE_SECONDS)
        judged = await _judge(first, context)
        details: dict[str, Json] = {
            "outcome": judged.outcome,
            "reason": judged.reason,
            "requests": [_request_details(taken) for taken in judged.taken],
        }
        items = [taken.item for taken in judged.taken]
        main = next((item for item in items if item.kind == "media"), items[0])
        return CaptureResult(
            outcome=judged.outcome,
            reason=judged.reason,
            url=defanged(params.url),
            final_url=defanged(first.response.url),
            status=first.response.status,
            captured_at=captured_at,
            sha256=main.sha256,
            manifest=await put_manifest(context, items=items, details=details),
            items=items,
        )

    async def find(self, params: CaptureParams, context: ActionContext) -> Found[CaptureResult] | Absent | CannotTell:
        """Answer `Absent`: capturing again reads again, and the vault keeps equal bytes once."""
        del params, context
        return Absent()


async def _judge(first: _Taken, context: ActionContext) -> _Judged:
    response = first.response
    if is_media(response):
        return _Judged("page and media", "", (_as_media(first),))
    page = read_page(response) if is_page(response) else None
    closed = closed_because(response, asked=first.asked, page=page)
    players = page.players if page is not None else ()
    if not players or (closed and response.status != 200):  # noqa: PLR2004 the one status of a whole page
        return (
            _Judged("blocked", closed, (first,)) if closed else _Judged("page only", _why_only(first, page), (first,))
        )
    media, missing = await _take_players(players, context)
    if not missing:
        return _Judged("page and media", "", (first, *media))
    if closed and not media:
        return _Judged("blocked", closed, (first,))
    return _Judged("page only", missing, (first, *media))


async def _take_players(players: tuple[tuple[str, ...], ...], context: ActionContext) -> tuple[list[_Taken], str]:
    """Fetch one whole source of each player; return them and why any is missing."""
    media: list[_Taken] = []
    missing = (
        "" if len(players) <= MAX_PLAYERS else f"the page has {len(players)} players, {MAX_PLAYERS} were looked at"
    )
    for sources in players[:MAX_PLAYERS]:
        found = await _take_one(sources, context)
        if isinstance(found, str):
            missing = missing or found
        else:
            media.append(found)
    return media, missing


async def _take_one(sources: tuple[str, ...], context: ActionContext) -> _Taken | str:
    why = "the media is assembled in the browser and has no address of its own"
    for source in [source for source in sources if source.startswith("http")][:MAX_SOURCES]:
        try:
            taken = await _take(source, context=context, limit=MEDIA_BYTES, seconds=MEDIA_SECONDS)
        except IntegrationError as error:
            why = f"the media could not be fetched: {error.message}"
            continue
        if is_media(taken.response):
            return _as_media(taken)
        why = f"the media's address gave no whole media file ({taken.response.status})"
    return why


async def _take(url: str, *, context: ActionContext, limit: int, seconds: float) -> _Taken:
    response = await context.http.fetch(HttpRequest("GET", url, timeout=seconds, max_bytes=limit))
    stored = await context.vault.put(response.body)
    item = item_of(
        stored,
        kind="page",
        media_type=media_type(response),
        url=response.url,
        captured_at=now_text(context),
        truncated=response.truncated,
    )
    return _Taken(item, response, url)


def _as_media(taken: _Taken) -> _Taken:
    return replace(taken, item=taken.item.model_copy(update={"kind": "media"}))


def _why_only(first: _Taken, page: Page | None) -> str:
    if first.response.truncated:
        return f"only the first {first.item.size} bytes were taken"
    return "the page shows no media that can be fetched" if page is not None else "it is neither a page nor media"


def _request_details(taken: _Taken) -> dict[str, Json]:
    return {
        "asked": taken.asked,
        "final": taken.response.url,
        "status": str(taken.response.status),
        "headers": dict(taken.response.headers),
        "sha256": taken.item.sha256,
    }
