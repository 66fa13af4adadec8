"""R301 and R302 with a real name server: at the command line and at the relay."""

from __future__ import annotations

import json
import signal
import smtplib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from missent.testing import nsd
from missent.testing.postfix import free_port, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(bool(nsd.why_not()), reason=nsd.why_not()),
]
ZONE = """\
weststadt-verlag.org MX 10 mx.weststadt-verlag.org.
null-verlag.org MX 0 .
text-verlag.org TXT "no mail here"
"""


@pytest.fixture(scope="module")
def server() -> Iterator[nsd.Nsd]:
    with nsd.Nsd({"": ZONE}) as running:
        yield running


def configuration(folder: Path, server: nsd.Nsd, rest: str = "") -> Path:
    file = folder / "missent.toml"
    file.write_text(
        f'[policy]\nmode = "enforce"\n[dns]\nenabled = true\nresolvers = ["{server.address}"]\n'
        + rest
    )
    return file


def test_check(tmp_path: Path, server: nsd.Nsd) -> None:
    names = ("weststadt-verlag.org", "null-verlag.org", "text-verlag.org", "nowhere-verlag.org")
    command = [sys.executable, "-m", "missent", "--config", str(configuration(tmp_path, server))]
    command += ["check", "--dns", "--format", "json", *(f"a@{name}" for name in names)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    answers = json.loads(done.stdout)
    found = [[f["code"] for f in one["findings"] if f["code"][0] == "R"] for one in answers]
    assert found == [[], ["R301"], ["R302"], ["R302"]]


def test_relay(tmp_path: Path, server: nsd.Nsd) -> None:
    port = free_port()
    rest = f'[relay]\nlisten = "127.0.0.1:{port}"\noutbox = "{tmp_path}/outbox"\n'
    rest += f'[store]\nurl = "sqlite:///{tmp_path}/missent.db"\n'
    command = [sys.executable, "-m", "missent", "--config"]
    command += [str(configuration(tmp_path, server, rest)), "serve"]
    log = tmp_path / "log"
    with log.open("wb") as file:
        running = subprocess.Popen(command, stderr=file)
    try:
        until(lambda: "relay ready" in log.read_text(), what="the relay")
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
            client.ehlo()
            client.mail("me@corp.example")
            assert client.rcpt("a@weststadt-verlag.org")[0] == 250
            code, text = client.rcpt("a@null-verlag.org")
            assert (code, text[:6]) == (556, b"5.1.10")
            code, text = client.rcpt("a@nowhere-verlag.org")
            assert code == 550
            assert b"nowhere-verlag.org" in text
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)
    assert running.returncode == 0, log.read_text()
