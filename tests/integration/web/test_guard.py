"""A request goes where it was meant to go: the allow-list, addresses in disguise, redirects and changing names."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.errors import ConfigError, IntegrationError
from engine.ports.web import HttpRequest
from integrations.web.client import WebClient
from integrations.web.guard import AllowList, check_address, checked_url
from tests.integration.web.conftest import Site

FORBIDDEN = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://168.63.129.16/",
    "http://100.100.100.200/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://240.0.0.1/",
    "http://192.0.2.1/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[2001:0:0:0:0:0:0:1]/",
    "http://localhost/",
    "http://\uff11\uff12\uff17.0.0.1/",
    "http://127\u30020\u30020\u30021/",
    "http://\u2460\u2461\u2466.0.0.1/",
]
MALFORMED = [
    "",
    "ftp://host.example/",
    "file:///etc/passwd",
    "gopher://host.example/",
    "//host.example/",
    "http:///x",
    "http://user:pw@host.example/",
    "http://user@host.example/",
    "http://host.example:99999/",
    "http://host.example/a b",
    "http://host.example/\r\nX: y",
    "http://[::1/",
    "http://" + "a" * 5000,
]


def at(*addresses: str, allow: Sequence[str] = ()) -> WebClient:
    """Return a client for which every name is at these addresses."""

    async def look_up(host: str, port: int) -> Sequence[str]:
        del host, port
        return addresses

    return WebClient(AllowList.parse(allow), look_up=look_up)


async def refused(http: WebClient, url: str) -> IntegrationError:
    """Return the error of a fetch that was not sent."""
    with pytest.raises(IntegrationError, match="not sent") as raised:
        await http.fetch(HttpRequest("GET", url, timeout=2))
    assert not raised.value.retryable
    return raised.value


@pytest.mark.parametrize("url", FORBIDDEN)
async def test_no_way_of_writing_an_address_leads_inside(url: str) -> None:
    """Loopback, private, link-local, metadata and reserved addresses are refused in every spelling."""
    await refused(WebClient(AllowList()), url)


@pytest.mark.parametrize("url", MALFORMED)
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    """Only http and https, without credentials."""
    error = await refused(WebClient(AllowList()), url)
    assert "pw" not in error.message + error.hint()


@pytest.mark.parametrize("url", [url for url in FORBIDDEN if "//" in url])
async def test_a_redirect_leads_nowhere_else(site: Site, url: str) -> None:
    """Each hop is checked like the first."""
    site.locations["/go"] = url
    await refused(WebClient(AllowList.parse([site.host])), site.url("/go"))
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "found", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1%eth0", "100.64.1.1"]
)
async def test_a_name_does_not_lead_inside(found: str) -> None:
    """What a name resolves to is checked, also if only one of its addresses is forbidden."""
    await refused(at(found), "http://host.example/")
    await refused(at("93.184.215.14", found), "https://host.example/")


async def test_a_name_that_changes_its_answer_gains_nothing(site: Site) -> None:
    """The addresses that were checked are the ones that are connected to: one look-up, one connection."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked: list[str] = []

    async def look_up(host: str, port: int) -> Sequence[str]:
        asked.append(f"{host}:{port}")
        return next(answers)

    http = WebClient(AllowList.parse([site.host]), look_up=look_up)
    response = await http.fetch(HttpRequest("GET", f"http://name.example:{site.port}/"))
    assert (response.status, asked) == (200, [f"name.example:{site.port}"])
    await refused(http, f"http://name.example:{site.port}/")


async def test_sending_needs_the_allow_list(site: Site) -> None:
    """A host that is not named is refused with a hint that says how to name it."""
    other = WebClient(AllowList.parse(["rec.example", "127.0.0.1:1"]))
    with pytest.raises(IntegrationError, match="not on the allow-list") as raised:
        await other.send(HttpRequest("POST", site.url("/")))
    assert f"{site.host} to TOCSIN_HTTP_ALLOW" in raised.value.hint()
    with pytest.raises(IntegrationError, match="not on the allow-list"):
        await other.send(HttpRequest("POST", "https://rec.example.evil.example/"))
    assert site.asked == []
    every_port = WebClient(AllowList.parse(["127.0.0.1"]))
    assert (await every_port.send(HttpRequest("POST", site.url("/")))).status == 200


def judged(host: str, address: str, *allow: str) -> bool:
    """Return whether a host may be at an address."""
    try:
        check_address(ipaddress.ip_address(address), host=host, port=443, allow=AllowList.parse(allow))
    except IntegrationError:
        return False
    return True


@pytest.mark.parametrize(
    ("host", "address", "allow", "may"),
    [
        ("rec.example", "10.0.0.5", ["rec.example"], True),
        ("REC.example.", "10.0.0.5", ["rec.example:443"], True),
        ("rec.example", "10.0.0.5", ["rec.example:8443"], False),
        ("rec.example", "127.0.0.1", ["rec.example"], False),
        ("rec.example", "169.254.169.254", ["rec.example"], False),
        ("rec.example", "fd00:ec2::254", ["rec.example"], False),
        ("rec.example", "fd12::5", ["rec.example"], True),
        ("rec.example", "::ffff:10.0.0.5", ["rec.example"], True),
        ("localhost", "127.0.0.1", ["localhost:443"], True),
        ("localhost", "127.0.0.1", [], False),
        ("127.0.0.1", "127.0.0.1", ["127.0.0.1:443"], True),
        ("::1", "::1", ["[::1]:443"], True),
        ("::1", "::1", ["::1"], True),
        ("169.254.169.254", "169.254.169.254", ["169.254.169.254"], True),
        ("host.example", "93.184.215.14", [], True),
        ("host.example", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", [], True),
        ("host.example", "64:ff9b::5db8:d70e", [], True),
    ],
)
def test_the_allow_list_opens_no_more_than_it_names(host: str, address: str, allow: list[str], *, may: bool) -> None:
    """A named host may be in a private network; loopback and metadata only by their own address."""
    assert judged(host, address, *allow) is may


@given(st.integers(0, 2**32 - 1))
def test_an_address_means_the_same_in_every_wrapping(number: int) -> None:
    """Mapped, 6to4 and NAT64 forms of an IPv4 address are judged as that address."""
    plain = judged("x.example", str(ipaddress.IPv4Address(number)))
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | number)
    sixtofour = ipaddress.IPv6Address((0x2002 << 112) | (number << 80))
    nat64 = ipaddress.IPv6Address((0x64FF9B << 96) | number)
    assert [judged("x.example", str(form)) for form in (mapped, sixtofour, nat64)] == [plain] * 3


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """Whatever is given, it ends in an address or in the one error."""
    try:
        assert checked_url(text).scheme in ("http", "https")
    except IntegrationError:
        return


@pytest.mark.parametrize(
    "entry", ["http://x.example", "x.example:", "x.example:0", "x:99999", "*.example", "a b", ":80"]
)
def test_an_entry_that_means_nothing_is_refused(entry: str) -> None:
    """The operator is told at once."""
    with pytest.raises(ConfigError, match="not a host"):
        AllowList.parse([entry])


def test_empty_entries_are_left_out() -> None:
    """A trailing comma does no harm."""
    assert AllowList.parse(["", " rec.example "]) == AllowList.parse(["rec.example"])
