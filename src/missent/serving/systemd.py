"""What systemd and a service tell each other: sockets that it opened, and how we are."""

from __future__ import annotations

import os
import socket

_FIRST = 3  # sd_listen_fds(3)


def listening() -> list[tuple[str, socket.socket]]:
    """Take over the sockets that systemd opened for this process, with the names it gave them."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(os.environ.get("LISTEN_FDS", "0"))
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        os.environ.pop(name, None)
    found = [socket.socket(fileno=fd) for fd in range(_FIRST, _FIRST + count)]
    for one in found:
        one.set_inheritable(False)
    return list(zip([*names, *[""] * count], found, strict=False))


def notify(state: str) -> None:
    """Tell systemd, where it listens: `READY=1`, `STOPPING=1`, ... (sd_notify(3))."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.connect("\0" + path[1:] if path.startswith("@") else path)
        channel.sendall(state.encode())
