"""Where a request may go: the allow-list, and which addresses are never reached by accident.

Rules kept here:
1. Only `http` and `https`, no credentials in the address, and a host in its plain form (`2130706433` and `0x7f.1` are
   loopback in disguise and are refused).
2. An address is judged by what it means: an IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) counts as itself.
3. Without the allow-list only public addresses are reached. A *name* on it may lead into a private network, but to
   this machine, to link-local and to metadata services only the address itself on the list leads (or `localhost`).
4. Whatever is not surely public is refused.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from yarl import URL

from engine.domain.errors import ConfigError, IntegrationError

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_URL = 4096
MAX_PORT = 65535
METADATA: frozenset[IPAddress] = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "100.100.100.200",  # Alibaba Cloud
        "168.63.129.16",  # Azure's WireServer, a public address
        "169.254.169.254",
        "169.254.170.2",  # AWS container credentials
        "192.0.0.192",  # Oracle Cloud
        "fd00:ec2::254",  # AWS over IPv6
    )
)
NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
DEFAULT_PORTS = {"http": 80, "https": 443}
_SENDABLE = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")  # RFC 3986, section 3


@dataclass(frozen=True, slots=True)
class AllowList:
    """Hosts by name or address; a port of None means every port."""

    entries: frozenset[tuple[str, int | None]] = frozenset()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> AllowList:
        """Return the list of `host`, `host:port`, `[::1]:port` entries; raise `ConfigError` for anything else."""
        return cls(frozenset(_entry(text.strip()) for text in texts if text.strip()))

    def names(self, host: str, port: int) -> bool:
        """Return whether a host is named, for this port or every port."""
        return (_plain(host), port) in self.entries or (_plain(host), None) in self.entries


def host_of(url: str) -> str:
    """Return the host and port of an address as an allow-list names them; raise `IntegrationError` for no address."""
    found = checked_url(url)
    host = found.raw_host or ""
    return f"[{host}]:{found.port}" if ":" in host else f"{host}:{found.port}"


def checked_url(text: str) -> URL:
    """Return the address if it is one that may be asked for at all; raise `IntegrationError` otherwise."""
    if len(text) > MAX_URL or any(ord(character) <= ord(" ") for character in text):
        raise refused("the address is too long or holds spaces")
    try:
        url, parts = URL(text), urlsplit(text)
        _ = url.port
    except ValueError as error:
        raise refused("it is not an address") from error
    if url.scheme not in DEFAULT_PORTS or not url.raw_host:
        raise refused("only http and https addresses can be reached")
    if url.user is not None or url.password is not None:
        raise refused("an address must not hold credentials", hint="Put them in a header, as {secret: NAME}.")
    if literal(url.raw_host) is None and _is_disguised(url.raw_host):
        raise refused(f"{url.raw_host} is an address in disguise")
    return _as_written(url, parts)


def check_host(host: str, *, port: int, allow: AllowList, public: bool) -> None:
    """Refuse a host that is not allow-listed (unless any `public` one will do), or that is a forbidden address."""
    if not public and not allow.names(host, port):
        hint = f"Add {_written(host)}:{port} to TOCSIN_HTTP_ALLOW if Tocsin may talk to it."
        raise refused(f"{host}:{port} is not on the allow-list", hint=hint)
    address = literal(host)
    if address is not None:
        check_address(address, host=host, port=port, allow=allow)


def check_address(address: IPAddress, *, host: str, port: int, allow: AllowList) -> None:
    """Refuse an address that a host turned out to be at; raise `IntegrationError`, retryable never."""
    meant = _meant(address)
    if _is_public(meant) or allow.names(str(address), port) or allow.names(str(meant), port):
        return
    named = allow.names(host, port)
    if named and (_is_private(meant) or (meant.is_loopback and _is_localhost(host))):
        return
    hint = f"Add {_written(str(address))}:{port} to TOCSIN_HTTP_ALLOW only if Tocsin may talk to that machine."
    raise refused(f"{host} is at {address}, which is not a public address", hint=hint)


def literal(host: str) -> IPAddress | None:
    """Return the address that a host is written as, None when it is a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").rstrip("."))
    except ValueError:
        return None


def refused(why: str, *, hint: str = "Check the address.") -> IntegrationError:
    """Return the error of a request that was not sent."""
    return IntegrationError(f"The request was not sent: {why}.", hint=hint)


def _as_written(url: URL, parts: SplitResult) -> URL:
    """Return the address with path and query byte for byte as written where they may be, as a signature may need."""
    if not _SENDABLE.fullmatch(f"{parts.path}?{parts.query}"):
        return url
    path = parts.path or "/"
    return URL.build(scheme=url.scheme, authority=url.raw_authority, path=path, query_string=parts.query, encoded=True)


def _meant(address: IPAddress) -> IPAddress:
    """Return the IPv4 address that an IPv6 address stands for, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and any(address in network for network in NAT64):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return inner or address


def _is_public(address: IPAddress) -> bool:
    if address in METADATA or address.is_multicast or address.is_reserved or not address.is_global:
        return False
    # Teredo and site-local addresses lead elsewhere than they say.
    return isinstance(address, ipaddress.IPv4Address) or (address.teredo is None and not address.is_site_local)


def _is_private(address: IPAddress) -> bool:
    return address not in METADATA and any(address in network for network in PRIVATE)


def _is_localhost(host: str) -> bool:
    return _plain(host) == "localhost" or _plain(host).endswith(".localhost")


def _is_disguised(host: str) -> bool:
    """Return whether a resolver would read a host as an IPv4 address although it is not written as one."""
    try:
        socket.inet_aton(host.rstrip("."))
    except OSError:
        return False
    return True


def _plain(host: str) -> str:
    address = literal(host)
    return str(address) if address is not None else host.rstrip(".").lower()


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _entry(text: str) -> tuple[str, int | None]:
    if literal(text) is not None:
        return _plain(text), None
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = text, ""
    well_written = host and not set(host) & set("/@*? ") and (not colon or port.isascii())
    if not well_written or (colon and not (port.isdigit() and 0 < int(port) <= MAX_PORT)):
        raise ConfigError(
            f"{text!r} is not a host or host:port.", hint="Write TOCSIN_HTTP_ALLOW=rec.example,10.0.0.5:8443."
        )
    return _plain(host), int(port) if colon else None
