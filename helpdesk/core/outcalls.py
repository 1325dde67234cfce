"""Requests that the desk sends to addresses which people gave it: to public places alone, and never for long.

1. Only http and https, without a name or password in the address, to a port that the address says or the usual one.
2. The name is looked up once, and the connection goes to what was looked at: an answer that changes between the look
   and the call leads nowhere else. Every address that the name has must be public; one that is not refuses them all.
3. Private places (loopback, local networks, link-local, carrier-grade NAT, what embeds such an address) are refused
   unless the installation allows them.
4. No redirect is followed, no proxy is asked, and of the answer only its status is read.
5. The whole call has one limit of time: who answers a byte a minute holds up nobody.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LIMIT_SECONDS = 10.0
LONGEST_URL = 2_000
# Addresses of version 4 that wear the dress of version 6 through a translator.
_TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """The desk does not call this address at all; the message says why, for people."""


class NotTaken(Exception):
    """The call was made, or tried, and nobody took it."""


@dataclass(frozen=True)
class Target:
    """An address that may be called as far as its words say; where it leads is looked at when it is called."""

    url: str
    is_secure: bool
    host: str
    port: int
    path: str


def parse_target(url: str) -> Target:
    """The parts of an address; Refused for what is no web address that a program may call."""
    try:
        parts: SplitResult = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except (ValueError, UnicodeError) as error:
        raise Refused("not_an_address") from error
    if parts.scheme not in ("http", "https") or not host or len(url) > LONGEST_URL:
        raise Refused("not_an_address")
    if not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
        raise Refused("not_an_address")
    if parts.username is not None or parts.password is not None:
        raise Refused("holds_a_password")
    if port == 0:
        raise Refused("not_an_address")
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(url, is_secure, host, port or (443 if is_secure else 80), path)


def refuse_private(target: Target, *, allow_private: bool) -> None:
    """Refused, where the words of the address alone say that it is a private place; names are looked up later."""
    if allow_private:
        return
    try:
        address = ipaddress.ip_address(target.host)
    except ValueError:
        name = target.host.rstrip(".").lower()
        if name == "localhost" or name.endswith((".localhost", ".local", ".internal")) or "." not in name:
            raise Refused("private") from None
        return
    if not is_public(address):
        raise Refused("private")


def is_public(address: Address) -> bool:
    """Whether an address stands in the open Internet; what embeds another address is judged by that one, too."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and any(address in network for network in _TRANSLATED):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.scope_id is not None or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool = False,
    limit_seconds: float = LIMIT_SECONDS,
) -> int:  # fmt: skip
    """Post the body; returns the status of the answer. Refused or NotTaken where there is none."""
    target = parse_target(url)
    refuse_private(target, allow_private=allow_private)
    connection = _Pinned(target, allow_private=allow_private, limit_seconds=limit_seconds)
    # A connection's own limit holds for each read alone, so that a slow answer could go on for ever.
    watch = threading.Timer(limit_seconds, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        status = connection.getresponse().status
        if connection.is_cut:  # to the reader of headers a cut looks like their end
            raise NotTaken("timeout")
        return status
    except (Refused, NotTaken):
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotTaken("timeout" if connection.is_cut or isinstance(error, TimeoutError) else _words(error)) from error
    finally:
        watch.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to the very address that was looked at."""

    def __init__(self, target: Target, *, allow_private: bool, limit_seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=limit_seconds)
        self.target, self.allow_private, self.is_cut = target, allow_private, False
        if target.is_secure:
            self.default_port = 443  # of the header Host

    def connect(self) -> None:
        family, address = self._look_up()
        raw = socket.socket(family, socket.SOCK_STREAM)
        self.sock = raw
        raw.settimeout(self.timeout)
        raw.connect(address)
        if self.target.is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(raw, server_hostname=self.target.host)

    def cut(self) -> None:
        """The time is over: whatever is read or written now ends."""
        self.is_cut = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                self.sock.close()

    def _look_up(self) -> tuple[int, tuple[str, int]]:
        found = socket.getaddrinfo(self.target.host, self.target.port, type=socket.SOCK_STREAM)
        addresses = [(family, (str(where[0]), int(where[1]))) for family, _kind, _proto, _name, where in found]
        if not self.allow_private and not all(is_public(ipaddress.ip_address(host)) for _f, (host, _p) in addresses):
            raise Refused("private")
        return addresses[0]


def _words(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "unknown_name"
    if isinstance(error, ssl.SSLError):
        return "not_trusted"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "broken"
