"""`http.request` says truly whether something was done, and tells nobody its secrets."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest
from pydantic import ValidationError

from engine.actions.http_models import HttpParams
from engine.actions.http_request import HttpRequestAction
from engine.domain.errors import IntegrationError, OutcomeUnknownError
from engine.ports.lookup import Absent, CannotTell, Found
from engine.ports.web import HttpRequest, HttpResponse
from tests.unit.actions.fakes import NOW, FakeHttp, answer, context

URL = "https://rec.example/lock"
LOOK = "https://rec.example/state"
ACTION = HttpRequestAction()
AUTH = {"Authorization": {"secret": "REC_TOKEN", "prefix": "Bearer "}}


def params(**given: object) -> HttpParams:
    """Return parameters as a playbook gives them."""
    return HttpParams.model_validate_json(json.dumps({"method": "POST", "url": URL, **given}))


def answered(status: int, **headers: str) -> FakeHttp:
    """Return a world in which the address answers so."""
    return FakeHttp({URL: lambda request: HttpResponse(status, request.url, headers, b"")})


async def test_a_request_carries_its_key_and_its_secrets() -> None:
    """The key is ours whatever the author wrote; secrets are filled in where they stand, also deep in the JSON."""
    http = answered(201)
    given = params(headers={**AUTH, "idempotency-key": "mine"}, json={"a": [{"secret": "REC_TOKEN"}], "n": None})
    result = await ACTION.do(given, context(http=http))
    sent = http.asked[0]
    assert sent.headers == {
        "Authorization": "Bearer s3cr3t-value",
        "Content-Type": "application/json",
        "Idempotency-Key": "key-1",
    }
    assert sent.body is not None
    assert json.loads(sent.body) == {"a": ["s3cr3t-value"], "n": None}
    assert result.status == 201


async def test_a_secret_that_comes_back_is_struck_out() -> None:
    """An echo of the secret reaches neither the result nor its text form."""

    def echo(request: HttpRequest) -> HttpResponse:
        body = json.dumps({"you": dict(request.headers), "s3cr3t-value": 1}).encode()
        return HttpResponse(200, request.url, {"Content-Type": "application/json", "Set-Cookie": "a=b"}, body)

    result = await ACTION.do(params(headers=AUTH), context(http=FakeHttp({URL: echo})))
    assert "s3cr3t" not in result.model_dump_json(by_alias=True)
    assert result.as_json()["json"] == {
        "you": {"Authorization": "Bearer [secret]", "Idempotency-Key": "key-1"},
        "[secret]": 1,
    }
    assert result.headers == {"content-type": "application/json"}


async def test_an_unknown_secret_sends_nothing() -> None:
    """The error names the secret, and the request never leaves."""
    http = answered(200)
    with pytest.raises(IntegrationError, match="There is no secret OTHER"):
        await ACTION.do(params(headers={"X": {"secret": "OTHER"}}), context(http=http))
    assert http.asked == []


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 422])
async def test_a_refusal_is_final(status: int) -> None:
    """It is surely not done, and trying again makes no sense."""
    with pytest.raises(IntegrationError, match=str(status)) as raised:
        await ACTION.do(params(), context(http=answered(status)))
    assert not raised.value.retryable
    assert not isinstance(raised.value, OutcomeUnknownError)
    assert raised.value.hint()


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("7", 7.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        ("soon", None),
        ("-5", 0.0),
        ("nan", None),
        ("1e99", 86_400.0),
    ],
)
@pytest.mark.parametrize("status", [408, 425, 429])
async def test_a_wait_is_respected(status: int, given: str, seconds: float | None) -> None:
    """What was not done and may be tried again says when, as a number or as a date."""
    with pytest.raises(IntegrationError) as raised:
        await ACTION.do(params(), context(http=answered(status, **{"Retry-After": given})))
    assert raised.value.retryable
    assert raised.value.retry_after == seconds


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_error_leaves_the_outcome_open(status: int) -> None:
    """What changes something may have been done; what only reads may simply be tried again."""
    with pytest.raises(OutcomeUnknownError):
        await ACTION.do(params(), context(http=answered(status)))
    with pytest.raises(IntegrationError) as raised:
        await ACTION.do(params(method="GET"), context(http=answered(status)))
    assert raised.value.retryable
    assert not isinstance(raised.value, OutcomeUnknownError)


async def test_what_is_expected_counts_as_done() -> None:
    """`expect` replaces the rule of 2xx."""
    assert (await ACTION.do(params(expect=[409]), context(http=answered(409)))).status == 409
    with pytest.raises(IntegrationError):
        await ACTION.do(params(expect=[409]), context(http=answered(200)))


FOUND = '{"items": [{"id": 7, "locked": true}], "empty": []}'


@pytest.mark.parametrize(
    ("find", "reply", "kind"),
    [
        ({}, answer(FOUND), Found),
        ({"exists": "json.items[0].locked"}, answer(FOUND, kind="application/json"), Found),
        ({"exists": "json.empty"}, answer(FOUND, kind="application/json"), Absent),
        ({"exists": "json.items[3]"}, answer(FOUND, kind="application/json"), Absent),
        ({"exists": "json.items"}, answer(FOUND, kind="application/json", cut=True), CannotTell),
        ({"exists": "json.items"}, answer("<html>"), CannotTell),
        ({}, answer(status=404), Absent),
        ({"absent": [410]}, answer(status=404), CannotTell),
        ({}, answer(status=503), CannotTell),
        ({"expect": [302]}, answer(status=302), Found),
    ],
)
async def test_a_look_up_never_guesses(find: dict[str, object], reply: object, kind: type) -> None:
    """Found, absent and cannot tell follow from the answer alone."""
    http = FakeHttp({LOOK: reply})  # type: ignore[dict-item]  # a table of answers
    found = await ACTION.find(params(find={"url": LOOK, **find}), context(http=http))
    assert isinstance(found, kind)
    assert http.asked[0].method == "GET"


async def test_what_was_found_takes_the_place_of_the_answer() -> None:
    """`take` gives the look-up's answer the shape of the request's own, so that `keep` fits both."""
    http = FakeHttp({LOOK: answer(FOUND, kind="application/json")})
    find = {"url": LOOK, "exists": "json.items[0]", "take": "json.items[0]"}
    found = await ACTION.find(params(find=find), context(http=http))
    assert isinstance(found, Found)
    assert found.value.content == {"id": 7, "locked": True}


async def test_without_a_look_up_only_reading_may_be_repeated() -> None:
    """A writing request that names no `find` cannot be told."""
    assert isinstance(await ACTION.find(params(), context()), CannotTell)
    assert isinstance(await ACTION.find(params(method="GET"), context()), Absent)


@pytest.mark.parametrize(
    "wrong",
    [
        {"headers": {"A b": "x"}},
        {"headers": {"A": "x\r\nB: y"}},
        {"json": {}, "body": "x"},
        {"method": "GET", "json": {}},
        {"timeout": 0},
        {"expect": [99]},
        {"other": 1},
    ],
)
def test_what_makes_no_request_is_refused(wrong: dict[str, object]) -> None:
    """Bad parameters are found before anything is sent."""
    with pytest.raises(ValidationError):
        params(**wrong)
