"""Contacts, from HTTPS servers on the loopback that serve what registries and owners do."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from missent.report.contact.fetch import Web
from missent.report.contact.find import Contact, find
from missent.testing.tls import certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Pages = dict[str, tuple[int, bytes]]
BOOTSTRAP = {"services": [[["org", "example"], ["https://rdap.example/v1/"]]]}


def _mail(address: object) -> list[object]:
    return ["email", {}, "text", address]


CARD = ["vcard", [["version", {}, "text", "4.0"], _mail("abuse@registrar.example")]]
DOMAIN = {
    "objectClassName": "domain",
    "entities": [
        {"roles": ["registrant"], "vcardArray": ["vcard", [_mail("me@owner.example")]]},
        {"roles": ["registrar"], "entities": [{"roles": ["abuse"], "vcardArray": CARD}]},
    ],
}
TEXT = b"# ours\r\nContact: https://example.org/form\r\nContact: mailto:security@example.org\r\n"


class ToLoopback(httpx.AsyncHTTPTransport):
    """Every host is this one server; TLS is real, for the name of the certificate."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        super().__init__(verify=trust)
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["x-host"] = request.url.host
        request.url = request.url.copy_with(host="localhost", port=self._port)
        return await super().handle_async_request(request)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Callable[[Pages], Web]]:
    file = certificate(tmp_path)
    pages: Pages = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, content = pages.get(self.headers["x-host"] + self.path, (404, b""))
            self.send_response(code)
            if code in {301, 302}:
                self.send_header("location", content.decode())
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(file)
    server.socket = serving.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    trust = ssl.create_default_context(cafile=str(file))

    def make(served: Pages) -> Web:
        pages.update(served)
        return Web(transport=ToLoopback(server.server_port, trust))

    yield make
    server.shutdown()
    thread.join()
    server.server_close()


def rdap(**more: tuple[int, bytes]) -> Pages:
    return {
        "data.iana.org/rdap/dns.json": (200, json.dumps(BOOTSTRAP).encode()),
        "rdap.example/v1/domain/example.org": (200, json.dumps(DOMAIN).encode()),
        **more,
    }


async def test_the_best_contact_comes_first(web: Callable[[Pages], Web]) -> None:
    pages = rdap() | {"example.org/.well-known/security.txt": (200, TEXT)}
    async with web(pages) as client:
        found = await find("example.org", client)
    assert found.contacts == [
        Contact("security@example.org", "security.txt"),
        Contact("abuse@registrar.example", "rdap"),
        Contact("me@owner.example", "rdap"),
        Contact("postmaster@example.org", "postmaster"),
    ]
    assert not found.doubts


async def test_one_that_has_expired_counts_no_more(web: Callable[[Pages], Web]) -> None:
    pages = {"example.org/security.txt": (200, TEXT + b"Expires: 2020-01-01T00:00:00z\r\n")}
    async with web(rdap() | pages) as client:
        assert (await find("example.org", client)).contacts[0].found_by == "rdap"


async def test_redirects_are_followed_but_not_out_of_https(web: Callable[[Pages], Web]) -> None:
    moved = {
        "example.org/.well-known/security.txt": (302, b"https://www.example.org/s.txt"),
        "www.example.org/s.txt": (200, TEXT),
    }
    async with web(moved) as client:
        assert (await find("example.org", client)).contacts[0].address == "security@example.org"
    away = {"example.org/.well-known/security.txt": (302, b"http://example.org/s.txt")}
    async with web(away) as client:
        assert "not HTTPS" in (await find("example.org", client)).doubts[0]


async def test_what_cannot_be_asked_is_told_and_the_postmaster_stays(
    web: Callable[[Pages], Web],
) -> None:
    pages: Pages = {
        "example.org/.well-known/security.txt": (500, b""),
        "example.org/security.txt": (200, b"x" * 2_000_000),
        "data.iana.org/rdap/dns.json": (200, b"[" * 100_000),
    }
    async with web(pages) as client:
        found = await find("example.org", client)
    assert found.contacts == [Contact("postmaster@example.org", "postmaster")]
    assert [doubt.partition(": ")[2] for doubt in found.doubts] == [
        "status 500", "more than a mebibyte", "no JSON",
    ]  # fmt: skip


async def test_a_top_level_domain_is_asked_of_the_root(web: Callable[[Pages], Web]) -> None:
    async with web({"rdap.iana.org/domain/mil": (200, json.dumps(DOMAIN).encode())}) as client:
        assert (await find("mil", client)).contacts[0].address == "abuse@registrar.example"


ODD: list[object] = [
    [],
    {},
    {"entities": 1},
    {"entities": [1, {"vcardArray": [1, [2, ["email"]]]}]},
    {"entities": [{"roles": ["abuse"], "vcardArray": ["vcard", [_mail(7)]]}]},
    {"entities": [{"roles": ["abuse"], "vcardArray": ["vcard", [_mail("nobody")]]}]},
]


@pytest.mark.parametrize("said", ODD)
async def test_odd_answers_name_nobody(web: Callable[[Pages], Web], said: object) -> None:
    pages = rdap() | {"rdap.example/v1/domain/example.org": (200, json.dumps(said).encode())}
    async with web(pages) as client:
        found = await find("example.org", client)
    assert [one.found_by for one in found.contacts] == ["postmaster"]
