"""Registrations, from an HTTPS server on the loopback that answers as a registry does."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from missent.exposure.lookalike import Lookalike, State
from missent.exposure.rank import advice
from missent.exposure.registry import Registry
from missent.report.contact.fetch import Web
from missent.testing.tls import certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ONE = Lookalike("mail.nvay.org", "mail.navy.org", 0.1, "transposition", State.MX)
BOOTSTRAP = {"services": [[["org"], ["https://rdap.example/v1/"]]]}
DOMAIN = {
    "events": [
        {"eventAction": "last changed", "eventDate": "2026-02-01T00:00:00Z"},
        {"eventAction": "registration", "eventDate": "2013-01-17T09:00:00Z"},
        {"eventAction": "expiration", "eventDate": "2030-07-17T09:00:00Z"},
    ],
    "entities": [
        {"roles": ["registrant"], "vcardArray": ["vcard", [["fn", {}, "text", "Somebody"]]]},
        {"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "Names\r\nLtd"]]]},
    ],
}


class ToLoopback(httpx.AsyncHTTPTransport):
    """Every host is this one server; TLS is real."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        super().__init__(verify=trust)
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["x-host"] = request.url.host
        request.url = request.url.copy_with(host="localhost", port=self._port)
        return await super().handle_async_request(request)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Callable[[Any], Web]]:
    file = certificate(tmp_path)
    pages = {"data.iana.org/rdap/dns.json": json.dumps(BOOTSTRAP).encode()}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = pages.get(self.headers["x-host"] + self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("content-length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(file)
    server.socket = serving.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    trust = ssl.create_default_context(cafile=str(file))

    def make(said: Any) -> Web:
        pages["rdap.example/v1/domain/nvay.org"] = json.dumps(said).encode()
        return Web(transport=ToLoopback(server.server_port, trust))

    yield make
    server.shutdown()
    thread.join()
    server.server_close()


async def test_since_when_until_when_and_by_whom(web: Callable[[Any], Web]) -> None:
    async with web(DOMAIN) as client:
        (found,) = await Registry(client).run([ONE])
    told = found.registered, found.expires, found.registrar
    assert told == ("2013-01-17", "2030-07-17", "Names Ltd")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"events": 1, "entities": {}},
        {"events": [1, {"eventAction": "expiration", "eventDate": "soon"}], "entities": [None]},
        {"entities": [{"roles": ["registrar"], "vcardArray": ["vcard", [["fn"], 1]]}]},
        {"entities": [{"roles": "registrar", "vcardArray": 5}]},
    ],
)
async def test_what_cannot_be_read_is_not_said(said: object, web: Callable[[Any], Web]) -> None:
    async with web(said) as client:
        assert await Registry(client).run([ONE]) == [ONE]


async def test_only_names_that_take_mail_are_asked_about(web: Callable[[Any], Web]) -> None:
    quiet = [replace(ONE, state=State.NULL), replace(ONE, wildcard=True)]
    unlisted = replace(ONE, name="navy.ml")
    async with web(DOMAIN) as client:
        assert await Registry(client, rate=100).run([*quiet, unlisted]) == [*quiet, unlisted]


def test_a_registration_that_ends_soon_is_a_chance() -> None:
    today = datetime.now(UTC).date()
    soon, late = (today + timedelta(30)).isoformat(), (today + timedelta(300)).isoformat()
    assert soon in advice(replace(ONE, expires=soon))
    assert late not in advice(replace(ONE, expires=late))
