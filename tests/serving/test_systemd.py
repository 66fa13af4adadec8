from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

from missent.serving import systemd

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

# What systemd does: descriptors from 3 on, and the process's own number in the environment.
TAKEN = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ["LISTEN_PID"] = str(os.getpid())
from missent.serving import systemd
found = systemd.listening()
print([(name, one.getsockname()) for name, one in found], "LISTEN_FDS" in os.environ)
print(systemd.listening())
"""


def test_sockets_that_systemd_opened_are_taken_over(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "m.sock"))
        listening.listen()
        done = subprocess.run(
            [sys.executable, "-c", TAKEN, str(listening.fileno())],
            check=True, capture_output=True, text=True, pass_fds=[listening.fileno()],
            env={**os.environ, "LISTEN_FDS": "1", "LISTEN_FDNAMES": "milter"},
        )  # fmt: skip
    assert done.stdout.splitlines() == [f"[('milter', '{tmp_path}/m.sock')] False", "[]"]


def test_sockets_of_another_process_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTEN_PID", "1")
    monkeypatch.setenv("LISTEN_FDS", "1")
    assert systemd.listening() == []


def test_systemd_is_told_where_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systemd.notify("READY=1")  # to nobody
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        systemd.notify("READY=1")
        assert ear.recv(100) == b"READY=1"
        abstract = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with abstract as ear:
        ear.bind(f"\0missent-{os.getpid()}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@missent-{os.getpid()}")
        systemd.notify("STOPPING=1")
        assert ear.recv(100) == b"STOPPING=1"
