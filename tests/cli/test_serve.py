"""The running server: what a client sees, and what signals do."""

from __future__ import annotations

import json
import queue
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


CONFIG = """
[policy]
mode = "enforce"
[relay]
listen = "127.0.0.1:0"
outbox = "{folder}/outbox"
"""
RULE = "[[rule]]\npattern = 'gmail.com'\nowner = 'it@corp.example'\nreason = '{reason}'\n"


class Server:
    """A running `missent serve`, and the events of its log."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.port = 0

    def begin(self) -> None:
        """Wait until it serves."""
        told = self.wait("listening")
        assert told["setting"] == "relay.listen"
        host, _, port = told["place"].partition(":")
        self.port = int(port)
        assert self.port  # the one that it got for port 0
        assert self.wait("relay ready")["listen"] == [f"{host}:{port}"]
        self.wait("ready")

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._events.put(json.loads(line))

    def wait(self, event: str) -> dict[str, Any]:
        """Wait for an event of the log."""
        while True:
            found = self._events.get(timeout=30)
            if found["event"] == event:
                return found

    def send(self, *recipients: str) -> dict[str, tuple[int, bytes]]:
        """Send a message; returns the refused recipients."""
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as client:
                return client.sendmail("me@corp.example", recipients, "Subject: x\n\nx\n")
        except smtplib.SMTPConnectError as error:
            # A worker that is about to end says so; the next one serves.
            assert error.smtp_code == 421  # noqa: PT017  anything else is a fault
            return self.send(*recipients)

    def refuses(self, recipient: str) -> bool:
        """Whether it refuses a recipient, when the workers of before are gone."""
        for _ in range(100):
            try:
                self.send(recipient)
            except smtplib.SMTPRecipientsRefused:
                return True
            time.sleep(0.1)
        return False

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=40)
        self._reader.join()
        return code


@contextmanager
def _serving(file: Path, text: str = CONFIG) -> Iterator[Server]:
    file.write_text(text.format(folder=file.parent))
    command = (sys.executable, "-m", "missent", "--config", str(file), "serve")
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        server = Server(process)
        try:
            server.begin()
            yield server
        finally:
            server.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_mail_passes_or_is_refused_and_a_signal_ends_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    with _serving(tmp_path / "missent.toml") as server:
        assert server.send("jane@gmail.com") == {}
        assert server.end(number) == 0
    assert len(list((tmp_path / "outbox" / "new").iterdir())) == 1


def test_a_slip_is_refused_alone_and_what_was_meant_is_said(tmp_path: Path) -> None:
    rule = RULE.format(reason="private mail")
    with _serving(tmp_path / "missent.toml", CONFIG + rule) as server:
        refused = server.send("jane@gmail.com", "jane@corp.example")
        assert list(refused) == ["jane@gmail.com"]
        code, text = refused["jane@gmail.com"]
        assert code == 550
        assert b"not sent" in text


def test_a_reload_changes_the_answers(tmp_path: Path) -> None:
    file = tmp_path / "missent.toml"
    with _serving(file) as server:
        assert server.send("jane@gmail.com") == {}
        file.write_text(CONFIG.format(folder=tmp_path) + RULE.format(reason="private mail"))
        server.process.send_signal(signal.SIGHUP)
        server.wait("ready")
        assert server.refuses("jane@gmail.com")
        assert server.end() == 0


def test_a_reload_says_which_places_it_cannot_change(tmp_path: Path) -> None:
    file = tmp_path / "missent.toml"
    with _serving(file) as server:
        file.write_text(
            file.read_text() + '[store]\nurl = "sqlite:///missent.db"\n'
            '[web]\nurl = "https://missent.corp.example"\n'
        )
        server.process.send_signal(signal.SIGHUP)
        told = server.wait("not changed by a reload")
        assert (told["setting"], told["was"], told["now"]) == ("web.listen", "", "127.0.0.1:8025")
        assert told["mend"] == "restart missent"


def test_a_reload_that_fails_changes_nothing_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "missent.toml"
    with _serving(file, CONFIG + RULE.format(reason="private mail")) as server:
        file.write_text("[relai]\n")
        server.process.send_signal(signal.SIGHUP)
        assert "did you mean relay?" in server.wait("configuration")["reason"]
        server.wait("reload failed; the old configuration stays")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            server.send("jane@gmail.com")


def test_a_milter_runs_beside_the_relay(tmp_path: Path) -> None:
    text = CONFIG + '[milter]\nlisten = ["unix:{folder}/m"]\nmode = "600"\n'
    with _serving(tmp_path / "missent.toml", text):
        path = tmp_path / "m"
        assert path.stat().st_mode & 0o777 == 0o600
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_several_workers_share_a_port(tmp_path: Path) -> None:
    text = CONFIG + "[serve]\nworkers = 2\n"
    with _serving(tmp_path / "missent.toml", text) as server:
        for _ in range(8):
            assert server.send("jane@gmail.com") == {}
    assert len(list((tmp_path / "outbox" / "new").iterdir())) == 8


def _fails(file: Path) -> str:
    done = subprocess.run(
        (sys.executable, "-m", "missent", "--config", str(file), "serve"),
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    file = tmp_path / "missent.toml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        file.write_text(f"[relay]\nlisten = '127.0.0.1:{port}'\n")
        told = _fails(file)
    fault = f"relay.listen: cannot listen on 127.0.0.1:{port}: Address already in use"
    assert told.startswith(f"Error: {file}: {fault}")


def test_an_outbox_that_cannot_be_made_ends_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    file = tmp_path / "missent.toml"
    file.write_text(CONFIG.format(folder=tmp_path))
    assert "the outbox cannot be used" in _fails(file)
