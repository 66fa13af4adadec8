"""`missent serve` watches lookalikes: a real name server, a real webhook, a real process."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller

from missent.app.watch import look
from missent.memory.sql.store import SqlStore
from missent.report.contact.fetch import Web
from missent.settings import load
from missent.testing import nsd
from missent.testing.postfix import free_port, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiosmtpd.smtp import Envelope

    from missent.testing.sites import Sites

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(bool(nsd.why_not()), reason=nsd.why_not()),
]
ZONE = "navy.ml MX 10 mx.catcher.com.\nmx.catcher.com A 192.0.2.1\n"


class Hook(ThreadingHTTPServer):
    """Keeps what is posted to it; answers with `status`."""

    status = 200
    posted: list[dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Authorization"] == "Bearer secret"
        if self.server.status == 200:
            self.server.posted.append(body)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook(("127.0.0.1", 0), _Handler)
    server.posted = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def file(tmp_path: Path, hook: Hook) -> Iterator[Path]:
    (tmp_path / "token").write_text("secret\n")
    with nsd.Nsd({"": ZONE}) as server:
        path = tmp_path / "missent.toml"
        path.write_text(
            f'[organisation]\ndomains = ["navy.mil"]\n[store]\nurl = "sqlite:///{tmp_path}/s.db"\n'
            f'[dns]\nresolvers = ["{server.address}"]\nrate = 100000\ntimeout = 3\n'
            f'[relay]\nlisten = "127.0.0.1:0"\noutbox = "{tmp_path}/outbox"\n'
            f'[exposure]\nlimit = 40\nwebhook = "http://127.0.0.1:{hook.server_port}/"\n'
            f'webhook_token_file = "{tmp_path}/token"\n'
        )
        yield path


def test_it_tells_while_the_gates_run(file: Path, hook: Hook, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as errors:
        command = [sys.executable, "-m", "missent", "--config", str(file), "serve"]
        running = subprocess.Popen(command, stderr=errors)
    try:
        until(lambda: "lookalikes looked at" in log.read_text(), 60, "a look")
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)
    assert running.returncode == 0, log.read_text()
    (told,) = hook.posted
    (change,) = told["changes"]
    assert (change["name"], change["was"], change["state"]) == ("navy.ml", "not looked at", "mx")


async def test_what_could_not_be_told_is_told_later_and_once(file: Path, hook: Hook) -> None:
    settings = load(file)
    assert settings.exposure is not None
    store = await SqlStore.open(settings.store.url)
    hook.status = 500
    with pytest.raises(OSError, match="500"):
        await look(settings, settings.exposure, store)
    hook.status = 200
    assert await look(settings, settings.exposure, store) == 1
    assert await look(settings, settings.exposure, store) == 0
    assert len(hook.posted) == 1
    await store.close()


class Sink:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[Envelope] = []

    async def handle_DATA(self, _: object, __: object, envelope: Envelope) -> str:  # noqa: N802
        self.got.append(envelope)
        return "250 2.0.0 ok"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, int]]:
    keeps = Sink()
    controller = Controller(keeps, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield keeps, controller.port
    controller.stop()


def _registered(sites: Sites, ends_in: int, registrar: str) -> None:
    """Let the registry say until when and by whom `navy.ml` is registered."""
    end = datetime.now(UTC) + timedelta(ends_in)
    card = ["vcard", [["fn", {}, "text", registrar]]]
    said = {
        "events": [{"eventAction": "expiration", "eventDate": end.isoformat()}],
        "entities": [{"roles": ["registrar"], "vcardArray": card}],
    }
    bootstrap = {"services": [[["ml"], ["https://rdap.example/"]]]}
    sites.pages["data.iana.org/rdap/dns.json"] = 200, json.dumps(bootstrap).encode()
    sites.pages["rdap.example/domain/navy.ml"] = 200, json.dumps(said).encode()


def test_a_change_and_a_registration_that_ends_are_told_by_mail(
    file: Path, hook: Hook, tmp_path: Path, sink: tuple[Sink, int], sites: Sites
) -> None:
    keeps, port = sink
    _registered(sites, 20, "Names Ltd")
    with file.open("a") as more:
        more.write('rdap = true\nmail_to = ["postmaster@navy.mil"]\n[notice]\n')
        more.write(f'upstream = "smtp://127.0.0.1:{port}"\nauthor = "missent@navy.mil"\n')
    log = tmp_path / "log"
    with log.open("wb") as errors:
        command = [sys.executable, "-m", "missent", "--config", str(file), "serve"]
        running = subprocess.Popen(command, stderr=errors)
    try:
        until(lambda: bool(keeps.got), 90, "the mail")
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)
    (got,) = keeps.got
    assert (got.mail_from, got.rcpt_tos) == ("<>", ["postmaster@navy.mil"])
    assert isinstance(got.content, bytes)
    mail = message_from_bytes(got.content, policy=policy.default)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == "Lookalikes changed: navy.ml"
    text = mail.get_content()
    assert "navy.ml: not looked at -> mx (operator catcher.com), for navy.mil" in text
    assert "navy.ml is about to change hands: its registration ends on" in text
    (told,) = hook.posted
    assert [news["name"] for news in told["registrations"]] == ["navy.ml"]


async def test_a_registration_is_told_once_and_when_it_changes_hands(
    file: Path, hook: Hook, sites: Sites
) -> None:
    settings = load(file)
    assert settings.exposure is not None
    store = await SqlStore.open(settings.store.url)
    async with Web() as web:
        for ends_in, registrar, told in (
            (400, "A", 1),
            (400, "A", 0),
            (400, "B", 1),
            (30, "B", 1),
            (30, "B", 0),
        ):
            _registered(sites, ends_in, registrar)
            await asyncio.sleep(1)  # a row is known by the second
            assert await look(settings, settings.exposure, store, web=web) == told
    await store.close()
    news = [one["news"] for post in hook.posted for one in post["registrations"]]
    assert news[0] == "changed hands: its registrar was A and is B"
    assert news[1].startswith("is about to change hands: its registration ends on")
    assert len(news) == 2


def test_mail_without_a_server_for_it_is_a_fault_of_the_configuration(file: Path) -> None:
    file.write_text(file.read_text() + 'mail_to = ["postmaster@navy.mil"]\n')
    command = [sys.executable, "-m", "missent", "--config", str(file), "serve"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "exposure.mail_to: nobody sends the mail; add the section [notice]" in done.stderr
