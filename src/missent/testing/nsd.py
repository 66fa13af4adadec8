"""A real authoritative name server, NSD, on a free port of the loopback, with zones given as text.

It needs Debian's `nsd` package; no root and no systemd.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from missent.testing.postfix import free_port, until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

_CONF = """\
server:
    ip-address: 127.0.0.1@{port}
    port: {port}
    username: ""
    chroot: ""
    zonesdir: "{base}"
    database: ""
    pidfile: "{base}/pid"
    xfrdfile: "{base}/xfrd"
    zonelistfile: "{base}/zones"
    cookie-secret-file: "{base}/cookies"
    xfrdir: "{base}"
    server-count: 1
    rrl-ratelimit: 0
    minimal-responses: yes
remote-control:
    control-enable: no
"""
_HEAD = "$ORIGIN {origin}\n$TTL 300\n@ SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 300\n"
_NAME_SERVER = "@ NS ns.invalid.\n"


def program() -> str | None:
    """Where NSD is; Debian keeps it out of a user's PATH."""
    return shutil.which("nsd", path="/usr/sbin:/usr/local/sbin:/usr/bin")


def configuration(base: Path, port: int) -> str:
    """Its own sections of a configuration; zones are to be added."""
    return _CONF.format(base=base, port=port)


def why_not() -> str:
    """Why it cannot run here; "" where it can."""
    return "" if program() else "NSD is not installed: sh deploy/test-packages.sh"


class Nsd:
    """The server, from `with` on until its end.

    Args:
        zones: records by zone name (`""` for the root), in the format of RFC 1035 5; each zone gets
            an SOA and an NS record. What lies in no zone is answered with REFUSED.
    """

    def __init__(self, zones: Mapping[str, str]) -> None:
        found = program()
        if found is None:
            raise RuntimeError(why_not())
        self._program = found
        self._base = Path(tempfile.mkdtemp(prefix="missent-nsd-"))
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self.write(zones)

    @property
    def address(self) -> str:
        """Where it listens, `IP:PORT`."""
        return f"127.0.0.1:{self.port}"

    def write(self, zones: Mapping[str, str]) -> None:
        """Write configuration and zones; they are served from the next start on."""
        conf = configuration(self._base, self.port)
        for number, (name, records) in enumerate(zones.items()):
            file = self._base / f"{number}.zone"
            origin = f"{name}." if name else "."
            file.write_text(_HEAD.format(origin=origin) + _NAME_SERVER + records, "utf-8")
            conf += f'zone:\n    name: "{origin}"\n    zonefile: "{file}"\n'
        (self._base / "nsd.conf").write_text(conf, "utf-8")

    def restart(self, zones: Mapping[str, str]) -> None:
        """Serve other zones at the same address."""
        self._stop()
        self.write(zones)
        self._start()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        shutil.rmtree(self._base)

    def _start(self) -> None:
        with (self._base / "log").open("ab") as log:
            # It dies with us, also when we are killed and cannot stop it.
            command = ["setpriv", "--pdeathsig=TERM", self._program, "-d"]
            command += ["-c", str(self._base / "nsd.conf")]
            self._server = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603  Debian's own
        until(self._answers, what=f"NSD to answer ({self._base}/log)")

    def _stop(self) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait(timeout=30)
            self._server = None

    def _answers(self) -> bool:
        if self._server is not None and self._server.poll() is not None:
            raise RuntimeError((self._base / "log").read_text("utf-8", "replace"))
        query = b"\0\1\0\0\0\1\0\0\0\0\0\0\0\0\2\0\1"  # the root's NS, whatever the answer
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(0.2)
            try:
                asking.sendto(query, ("127.0.0.1", self.port))
                return bool(asking.recv(512))
            except OSError:
                return False
