"""`missent serve` watches lookalikes: a real name server, a real webhook, a real process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from missent.app.watch import look
from missent.memory.sql.store import SqlStore
from missent.settings import load
from missent.testing import nsd
from missent.testing.postfix import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
