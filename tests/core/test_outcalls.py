"""What the desk calls, and what it does not: forged addresses, slow answers, redirects."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from helpdesk.core import outcalls
from helpdesk.core.outcalls import NotTaken, Refused, is_public, parse_target, post, refuse_private


@pytest.mark.parametrize(
    "url",
    ["", "ftp://example.com/", "//example.com", "javascript:alert(1)", "file:///etc/passwd", "gopher://x.example",
     "https://", "https:///path", "https://exa mple.com/", "https://example.com:99999/", "https://example.com:0/",
     "https://example.com/\r\nX-Evil: 1", "https://[::1", "https://example.com/" + "x" * 2_000,
     "https://me:secret@example.com/", "https://me@example.com/", "https://exämple.com/ä"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        parse_target(url)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "localhost.", "tracker", "tracker.local", "db.internal",
     "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
     "224.0.0.1", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]",
     "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[ff02::1]", "192.0.2.1", "198.18.0.1", "[2001:db8::1]"],
)  # fmt: skip
def test_private_places_are_refused_by_their_words(host: str) -> None:
    target = parse_target(f"http://{host}/hook")
    with pytest.raises(Refused, match="private"):
        refuse_private(target, allow_private=False)
    refuse_private(target, allow_private=True)


def test_public_places_are_not() -> None:
    for address in ("93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"):
        assert is_public(ipaddress.ip_address(address)), address
    refuse_private(parse_target("https://hooks.example.com:8443/a?b=c"), allow_private=False)
    assert parse_target("https://hooks.example.com/a?b=c").path == "/a?b=c"
    assert parse_target("http://hooks.example.com").path == "/"


@pytest.mark.parametrize("spelt", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_a_name_that_leads_home_is_refused_when_it_is_called(spelt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_args: Any, **_kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(outcalls.socket, "getaddrinfo", look_up)
    for host in (spelt, "rebound.example.com"):
        with pytest.raises(Refused, match="private"):
            post(f"http://{host}/", b"{}", {})


def test_one_private_address_among_public_ones_refuses_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 80)) for host in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(outcalls.socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    with pytest.raises(Refused, match="private"):
        post("http://hooks.example.com/", b"{}", {})


class _Handler(BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple[str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, body))
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
        elif self.path == "/slow":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _drip in range(40):  # a header that never ends
                self.wfile.write(b"X-Drip: 1\r\n")
                self.wfile.flush()
                time.sleep(0.1)
        elif self.path == "/nonsense":
            self.wfile.write(b"I am no web server\r\n")
        else:
            self.send_response(204)
            self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    _Handler.seen = []
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    running.daemon_threads = True
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def test_a_post_arrives_and_a_redirect_leads_nowhere(server: str) -> None:
    assert post(f"{server}/hook?a=1", b'{"a": 1}', {}, allow_private=True) == 204
    assert post(f"{server}/redirect", b"{}", {}, allow_private=True) == 302
    assert _Handler.seen == [("/hook?a=1", b'{"a": 1}'), ("/redirect", b"{}")]
    with pytest.raises(Refused):
        post(f"{server}/hook", b"{}", {})
    assert len(_Handler.seen) == 2


def test_who_answers_a_byte_at_a_time_holds_up_nobody(server: str) -> None:
    began = time.monotonic()
    with pytest.raises(NotTaken, match="timeout"):
        post(f"{server}/slow", b"{}", {}, allow_private=True, limit_seconds=0.5)
    assert time.monotonic() - began < 2.5


def test_what_answers_no_http_is_a_failure(server: str) -> None:
    with pytest.raises(NotTaken, match="broken"):
        post(f"{server}/nonsense", b"{}", {}, allow_private=True)
    with pytest.raises(NotTaken, match="refused"):
        post("http://127.0.0.1:9/", b"{}", {}, allow_private=True)
    with pytest.raises(NotTaken, match=r"not_trusted|broken"):
        post(server.replace("http:", "https:"), b"{}", {}, allow_private=True)
