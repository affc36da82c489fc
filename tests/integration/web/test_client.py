"""The genuine client against a real server: what arrives, what is bounded, and what an error means."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import pytest

from engine.domain.errors import IntegrationError, OutcomeUnknownError
from engine.ports.web import Http, HttpRequest
from integrations.web.client import WebClient
from integrations.web.guard import AllowList
from tests.integration.web.conftest import Site


def client(*allowed: str) -> WebClient:
    """Return a client that may go to these hosts."""
    return WebClient(AllowList.parse(allowed))


async def test_a_request_arrives_as_it_was_given(site: Site) -> None:
    """Method, headers and body go out unchanged; the answer comes back whole."""
    http: Http = client(site.host)
    request = HttpRequest("POST", site.url("/lock?a=%2F"), {"Idempotency-Key": "k"}, b"body")
    response = await http.send(request)
    assert (response.status, response.body, response.truncated) == (200, b"hello", False)
    assert response.headers["x-path"] == "/lock"
    asked = site.asked[0]
    assert (asked.method, asked.raw_path, asked.headers["Idempotency-Key"]) == ("POST", "/lock?a=%2F", "k")
    assert site.bodies == [b"body"]


async def test_nothing_is_shared_between_requests(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cookie comes along, and a proxy of the environment is not used."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    http = client(site.host)
    await http.send(HttpRequest("GET", site.url("/1")))
    await http.send(HttpRequest("GET", site.url("/2")))
    assert "Cookie" not in site.asked[1].headers


@pytest.mark.parametrize("path", ["/drop", "/half"])
async def test_a_lost_reply_leaves_the_outcome_open(site: Site, path: str) -> None:
    """What changes something may have been done; what only reads may be tried again."""
    http = client(site.host)
    with pytest.raises(OutcomeUnknownError, match="may or may not"):
        await http.send(HttpRequest("POST", site.url(path)))
    with pytest.raises(IntegrationError) as raised:
        await http.send(HttpRequest("GET", site.url(path)))
    assert raised.value.retryable
    assert not isinstance(raised.value, OutcomeUnknownError)
    assert sum(asked.method == "POST" for asked in site.asked) == 1


async def test_no_answer_in_time_leaves_the_outcome_open(site: Site) -> None:
    """The time is bounded, and the request had arrived."""
    with pytest.raises(OutcomeUnknownError, match="no answer within"):
        await client(site.host).send(HttpRequest("POST", site.url("/hang"), timeout=2))
    assert len(site.asked) == 1


async def test_what_never_connected_was_surely_not_done() -> None:
    """A refused connection and an unknown name may be tried again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    host = f"127.0.0.1:{port}"

    async def nobody(host: str, port: int) -> Sequence[str]:
        raise OSError(f"no {host}:{port}")

    for http, url in (
        (client(host), f"http://{host}/"),
        (WebClient(AllowList.parse(["gone.example"]), look_up=nobody), "http://gone.example/"),
    ):
        with pytest.raises(IntegrationError) as raised:
            await http.send(HttpRequest("POST", url, {"A": "secret"}))
        assert raised.value.retryable
        assert not isinstance(raised.value, OutcomeUnknownError)
        assert "secret" not in raised.value.message + raised.value.hint()


async def test_a_body_is_cut_at_its_bound(site: Site) -> None:
    """A long body, and a small one that unpacks to a long one, are cut and said to be."""
    http = client(site.host)
    for path in ("/big", "/bomb"):
        response = await http.send(HttpRequest("GET", site.url(path), max_bytes=1000))
        assert (len(response.body), response.truncated) == (1000, True)
    whole = await http.send(HttpRequest("GET", site.url("/big"), max_bytes=100_000))
    assert (len(whole.body), whole.truncated) == (100_000, False)


async def test_a_packed_body_is_unpacked_or_refused(site: Site) -> None:
    """What claims to be packed and is not cannot be trusted."""
    http = client(site.host)
    assert (await http.send(HttpRequest("GET", site.url("/packed")))).body == b"hello"
    with pytest.raises(IntegrationError, match="cannot be unpacked"):
        await http.send(HttpRequest("GET", site.url("/broken")))


async def test_sending_follows_no_redirect(site: Site) -> None:
    """A redirect is the answer."""
    site.locations["/old"] = "/new"
    response = await client(site.host).send(HttpRequest("POST", site.url("/old")))
    assert (response.status, len(site.asked)) == (302, 1)


async def test_fetching_follows_redirects_and_says_where_it_ended(site: Site) -> None:
    """At most five, and to another host nothing goes along that could let somebody in."""
    site.locations |= {"/0": "/1", "/1": f"http://localhost:{site.port}/end", "/loop": "/loop"}
    http = client(site.host, f"localhost:{site.port}")
    response = await http.fetch(HttpRequest("POST", site.url("/0"), {"Authorization": "x", "Accept": "*/*"}, b"no"))
    assert response.url == f"http://localhost:{site.port}/end"
    assert [asked.method for asked in site.asked] == ["GET"] * 3
    assert [asked.headers.get("Authorization") for asked in site.asked] == ["x", "x", None]
    assert site.bodies == [b""] * 3
    with pytest.raises(IntegrationError, match="more than 5 times"):
        await http.fetch(HttpRequest("GET", site.url("/loop")))


@pytest.mark.parametrize(
    "headers", [{"A": "x\r\nB: y"}, {"A\r\nB": "y"}, {"A": "\x00"}], ids=["value", "name", "control"]
)
async def test_a_header_cannot_smuggle_another(site: Site, headers: dict[str, str]) -> None:
    """Nothing that ends a line reaches the wire."""
    with pytest.raises(IntegrationError) as raised:
        await client(site.host).send(HttpRequest("GET", site.url("/"), headers))
    assert site.asked == []
    assert "B: y" not in raised.value.message
