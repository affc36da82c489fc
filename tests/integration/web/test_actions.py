"""Actions over the genuine client: what reaches a server, and what is found again after a lost reply."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from engine.actions.evidence_capture import EvidenceCapture
from engine.actions.evidence_models import CaptureParams
from engine.actions.http_models import FindRequest, HttpParams
from engine.actions.http_request import HttpRequestAction
from engine.domain.errors import OutcomeUnknownError
from engine.ports.lookup import Found
from integrations.web.client import WebClient
from integrations.web.guard import AllowList
from tests.integration.web.conftest import MP4, Site
from tests.unit.actions.fakes import FakeVault, context


async def test_a_page_and_its_media_are_captured(site: Site) -> None:
    """The very bytes that were served are in the vault."""
    vault = FakeVault()
    given = replace(context(vault=vault), http=WebClient(AllowList.parse([site.host])))
    result = await EvidenceCapture().do(CaptureParams(url=site.url("/watch")), given)
    assert (result.outcome, result.sha256) == ("page and media", hashlib.sha256(MP4).hexdigest())
    assert vault.items[result.sha256] == MP4


async def test_what_a_lost_reply_hid_is_found_again(site: Site) -> None:
    """The request arrived once; the look-up by key finds it, and nothing is sent twice."""
    given = replace(context(), http=WebClient(AllowList.parse([site.host])))
    find = FindRequest(url=site.url(f"/state?key={given.key}"))
    params = HttpParams(method="POST", url=site.url("/drop"), find=find)
    with pytest.raises(OutcomeUnknownError):
        await HttpRequestAction().do(params, given)
    assert isinstance(await HttpRequestAction().find(params, given), Found)
    assert [(asked.method, asked.path) for asked in site.asked] == [("POST", "/drop"), ("GET", "/state")]
    assert site.asked[0].headers["Idempotency-Key"] == given.key
