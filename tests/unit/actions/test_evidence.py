"""Capture never lies, and touches nothing while someone shown may be under 18."""

from __future__ import annotations

import hashlib
import json

import pytest
from pydantic import ValidationError

from engine.actions.evidence_add import EvidenceAdd
from engine.actions.evidence_capture import EvidenceCapture
from engine.actions.evidence_models import AddParams, CaptureParams, CaptureResult
from engine.actions.interface import Minor
from engine.domain.errors import IntegrationError
from engine.domain.values import encode_foreign
from tests.unit.actions.fakes import Answer, FakeHttp, FakeVault, answer, context

URL = "https://host.example/watch"
MP4 = b"\x00\x00\x00\x18ftypisom" + b"\x00" * 64
VIDEO = answer(MP4, kind="video/mp4")
PLAYER = '<html><video src="/a.mp4"></video></html>'


async def captured(http: FakeHttp, vault: FakeVault | None = None) -> CaptureResult:
    """Capture the address."""
    return await EvidenceCapture().do(CaptureParams(url=URL), context(http=http, vault=vault))


@pytest.mark.parametrize(
    ("page", "media", "outcome", "reason"),
    [
        (answer(PLAYER), VIDEO, "page and media", ""),
        (VIDEO, None, "page and media", ""),
        (answer(MP4, kind="application/octet-stream"), None, "page and media", ""),
        (answer(b"GIF89a", kind="image/gif"), None, "page and media", ""),
        (answer('<meta property="og:video" content="/a.mp4">'), VIDEO, "page and media", ""),
        (answer('<video><source src="/gone.mp4"><source src="/a.mp4"></video>'), VIDEO, "page and media", ""),
        (answer('<html><form><input type="password"></form><video src="/a.mp4"></html>'), VIDEO, "page and media", ""),
        (answer("<html>text</html>"), None, "page only", "shows no media"),
        (answer(PLAYER), None, "page only", "could not be fetched"),
        (answer(PLAYER), answer("<html>no</html>", kind="video/mp4"), "page only", "no whole media"),
        (answer(PLAYER), answer(MP4, kind="video/mp4", cut=True), "page only", "no whole media"),
        (answer(PLAYER), answer(MP4, kind="video/mp4", status=206), "page only", "no whole media"),
        (answer(PLAYER), answer("#EXTM3U", kind="application/vnd.apple.mpegurl"), "page only", "no whole media"),
        (answer('<video src="blob:https://host.example/1"></video>'), None, "page only", "assembled in the browser"),
        (answer('<video src="/a.mp4"></video><video src="/b.mp4"></video>'), VIDEO, "page only", "could not be"),
        (answer('<video src="/a.mp4"></video>' * 5), VIDEO, "page only", "5 players"),
        (answer(MP4, kind="video/mp4", cut=True), None, "page only", "only the first"),
        (answer(b"%PDF", kind="application/pdf"), None, "page only", "neither a page nor media"),
        (answer(status=403), None, "blocked", "403"),
        (answer(PLAYER, status=404), VIDEO, "blocked", "404"),
        (answer(PLAYER, status=503), VIDEO, "blocked", "503"),
        (answer(""), None, "blocked", "empty"),
        (answer('<input type="password">'), None, "blocked", "sign in"),
        (answer("<html>hi</html>", url="https://host.example/login?next=watch"), None, "blocked", "sign in"),
        (answer("<html><div class='h-captcha'></div></html>"), None, "blocked", "person is looking"),
    ],
)
async def test_a_capture_says_what_it_is(page: Answer, media: Answer | None, outcome: str, reason: str) -> None:
    """The outcome follows from what came back, and the reason says why it is no more."""
    answers = {URL: page} | ({"https://host.example/a.mp4": media} if media else {})
    result = await captured(FakeHttp(answers))
    assert (result.outcome, bool(result.reason)) == (outcome, bool(reason))
    assert reason in result.reason


async def test_what_was_captured_can_be_proven() -> None:
    """Items carry the hash of the very bytes; the manifest is stored too and holds the whole address."""
    vault = FakeVault()
    result = await captured(FakeHttp({URL: answer(PLAYER), "https://host.example/a.mp4": VIDEO}), vault)
    assert [item.kind for item in result.items] == ["page", "media"]
    for item in result.items:
        assert hashlib.sha256(vault.items[item.sha256]).hexdigest() == item.sha256
        assert item.id == item.sha256[:16]
    assert result.sha256 == hashlib.sha256(MP4).hexdigest()
    assert result.items[1].url == "hxxps://host[.]example/a.mp4"
    assert result.final_url == "hxxps://host[.]example/watch"
    assert result.captured_at == "2026-11-24T02:10:00Z"
    manifest = json.loads(vault.items[result.manifest])
    assert [request["asked"] for request in manifest["requests"]] == [URL, "https://host.example/a.mp4"]
    assert manifest["incident"] == "INC-1"
    encode_foreign(result.as_json())


@pytest.mark.parametrize("minor", ["yes", "unknown"])
async def test_nothing_is_touched_while_someone_may_be_under_18(minor: Minor) -> None:
    """Neither fetched nor stored nor hashed, by either action; trying again changes nothing."""
    http, vault = FakeHttp({URL: VIDEO}), FakeVault()
    given = context(http=http, vault=vault, minor=minor)
    words = rf"nothing captured: someone shown may be under 18 \({minor}\)"
    with pytest.raises(IntegrationError, match=words) as raised:
        await EvidenceCapture().do(CaptureParams(url=URL), given)
    with pytest.raises(IntegrationError, match=words):
        await EvidenceAdd().do(AddParams(text="a note"), given)
    assert not raised.value.retryable
    assert (http.asked, vault.items) == ([], {})


async def test_an_address_that_cannot_be_reached_is_tried_again() -> None:
    """It is no outcome: nobody knows yet what is there."""
    with pytest.raises(IntegrationError) as raised:
        await captured(FakeHttp())
    assert raised.value.retryable


async def test_a_text_becomes_evidence() -> None:
    """It is hashed as it is given."""
    vault = FakeVault()
    result = await EvidenceAdd().do(AddParams(text="a note", source="https://x.example/1"), context(vault=vault))
    assert vault.items[result.sha256] == b"a note"
    assert result.items[0].url == "hxxps://x[.]example/1"


async def test_bytes_in_the_vault_become_evidence_only_if_whole() -> None:
    """Missing or changed bytes are refused."""
    vault = FakeVault()
    stored = await vault.put(b"bytes")
    added = await EvidenceAdd().do(AddParams(sha256=stored.sha256, media_type="video/mp4"), context(vault=vault))
    assert (added.size, added.items[0].kind) == (5, "file")
    vault.items[stored.sha256] = b"other"
    for digest, state in ((stored.sha256, "mismatch"), ("0" * 64, "missing")):
        with pytest.raises(IntegrationError, match=state):
            await EvidenceAdd().do(AddParams(sha256=digest), context(vault=vault))


def test_evidence_is_one_thing() -> None:
    """Either bytes or a text."""
    with pytest.raises(ValidationError):
        AddParams()
    with pytest.raises(ValidationError):
        AddParams(text="x", sha256="0" * 64)
