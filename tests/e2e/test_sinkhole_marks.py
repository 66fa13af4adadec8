"""Nothing of what people wrote stays: not in files, not in logs, not in any process's memory.

`MISSENT_MARKED` says how many messages are sent; the full size is 10,000.
"""

from __future__ import annotations

import os
import re
import secrets
import smtplib
import socket
import ssl
import time
from pathlib import Path

import pytest

from missent.testing.postfix import until
from missent.testing.sinkhole import Process
from missent.testing.tls import certificate

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
MESSAGES = int(os.environ.get("MISSENT_MARKED", "2000"))
_MAP = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r")


def memory(process: int) -> bytes:
    """All that can be read of a process's memory."""
    pieces: list[bytes] = []
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as mem:
        for line in Path(f"/proc/{process}/maps").read_text("ascii").splitlines():
            found = _MAP.match(line)
            if found and "[v" not in line:  # vvar and vsyscall are the kernel's
                start, end = int(found[1], 16), int(found[2], 16)
                mem.seek(start)
                try:
                    pieces.append(mem.read(end - start))
                except OSError:
                    continue
    return b"".join(pieces)


def send(port: int, marks: dict[str, str], number: int) -> None:
    """A message by a client that waits for nothing: it says all of it whatever it hears."""
    envelope = (
        f"EHLO mx.corp.example\r\nMAIL FROM:<{marks['sender']}{number}@corp.example>\r\n"
        f"RCPT TO:<{marks['local']}{number}@army.ml>\r\nDATA\r\n"
    )
    content = f"Subject: {marks['subject']}{number}\r\n\r\n{marks['body']}{number}\r\n.\r\nQUIT\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        said = (envelope + content).encode()
        if number % 3 == 0:  # cut within a line, so that the rest has to be kept
            client.sendall(said[:70])
            time.sleep(0.002)
            said = said[70:]
        client.sendall(said)
        client.shutdown(socket.SHUT_WR)
        heard = b""
        while piece := client.recv(1 << 16):
            heard += piece
    assert b"550 5.1.2 did you mean <" in heard


def send_secure(port: int, marks: dict[str, str], number: int, context: ssl.SSLContext) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.starttls(context=context)
        client.ehlo("mx.corp.example")
        client.mail(f"{marks['sender']}{number}@corp.example")
        code, text = client.rcpt(f"{marks['local']}{number}@army.ml")
        assert code == 550
        assert text.startswith(b"5.1.2 did you mean <")
        client.docmd("DATA")
        client.docmd(f"Subject: {marks['subject']}{number}")
        client.docmd(f"{marks['body']}{number}")


def test_no_mark_is_found_anywhere(tmp_path: Path) -> None:
    marks = {
        name: f"{name}{secrets.token_hex(8)}" for name in ("body", "subject", "local", "sender")
    }
    file = certificate(tmp_path)
    context = ssl.create_default_context(cafile=str(file))
    context.check_hostname = False
    with Process(tmp_path, f'tls_certificate = "{file}"') as sinkhole:
        for number in range(MESSAGES):
            if number % 20 == 0:
                send_secure(sinkhole.port, marks, number, context)
            else:
                send(sinkhole.port, marks, number)
        until(lambda: sum(row[4] for row in sinkhole.rows()) == MESSAGES, what="all to be counted")
        time.sleep(2)  # the tick of a second after the last connection
        dumps = {process: memory(process) for process in sinkhole.processes}
        assert len(dumps) == 3
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"missent.db", "log"} <= {path.name for path in files}
    for name, mark in marks.items():
        for process, octets in dumps.items():
            assert b"sink.registry.example" in octets  # it is its memory indeed
            assert octets.count(mark.encode()) == 0, f"{name} in the memory of {process}"
        for path in files:
            assert mark.encode() not in path.read_bytes(), f"{name} in {path}"
