"""BIND, Knot, NSD and PowerDNS from Debian, each of which logs the questions that it is asked.

`deploy/test-packages.sh` unpacks them (NSD it installs). They serve one zone on a free port of the
loopback, and need no systemd.
"""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from missent.testing import nsd
from missent.testing.postfix import free_port, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path("/opt/missent-tests/dns")
_QUERY = b"\0\1\0\0\0\1\0\0\0\0\0\0\0\0\2\0\1"  # the root's NS, whatever the answer
_ZONE = "@ 300 SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 300\n@ 300 NS ns.invalid.\n"


def why_not() -> str:
    """Why they cannot run here; "" where they can."""
    if not ROOT.is_dir():
        return f"no name servers in {ROOT}: sh deploy/test-packages.sh"
    return nsd.why_not()


@dataclass(frozen=True, slots=True)
class NameServer:
    """One that runs.

    Attributes:
        name: of the program.
        port: of 127.0.0.1.
        logs: the files in which its questions stand; whole once it has ended.
    """

    name: str
    port: int
    logs: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be run, the logs that come of it, and who writes them where it does not itself."""

    command: tuple[str | Path, ...]
    logs: tuple[Path, ...]
    writer: tuple[str | Path, ...] = ()
    socket: Path = Path()


@contextmanager
def serving(name: str, base: Path, zone: str, records: str) -> Iterator[NameServer]:
    """Run one.

    Args:
        name: `BIND`, `Knot`, `NSD` or `PowerDNS`.
        base: an empty folder for its files.
        zone: its zone, such as `ml`.
        records: in the format of RFC 1035 5; an SOA and an NS record are added.
    """
    port = free_port()
    (base / "zone").write_text(f"$ORIGIN {zone}.\n{_ZONE}{records}", "utf-8")
    plan = _PLANS[name](base, port, zone)
    with ExitStack() as stack:
        if plan.writer:
            stack.enter_context(_running(plan.writer, base))
            until(plan.socket.exists, what="the writer to listen")
        stack.enter_context(_running(plan.command, base))
        until(lambda: _answers(port), 30, what=f"{name} to answer ({base}/out)")
        yield NameServer(name, port, plan.logs)


@contextmanager
def _running(command: tuple[str | Path, ...], base: Path) -> Iterator[None]:
    libraries = ":".join(map(str, (ROOT / "usr/lib").glob("*-linux-gnu*")))
    with (base / "out").open("ab") as out:
        # It dies with us, also when we are killed and cannot stop it.
        process = subprocess.Popen(  # noqa: S603  Debian's own
            ("/usr/bin/setpriv", "--pdeathsig=TERM", *command),
            stdout=out,
            stderr=out,
            cwd=base,
            env=os.environ | {"LD_LIBRARY_PATH": libraries},
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.2)
        try:
            asking.sendto(_QUERY, ("127.0.0.1", port))
            return bool(asking.recv(512))
        except OSError:
            return False


def _bind(base: Path, port: int, zone: str) -> _Plan:
    (base / "conf").write_text(
        f"""\
options {{
    directory "{base}"; pid-file none; lock-file none; session-keyfile "{base}/key";
    listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
    recursion no; dnssec-validation no; querylog yes;
    dnstap {{ auth; client; }}; dnstap-output file "{base}/tap";
}};
logging {{
    channel queries {{ file "{base}/queries"; print-time yes; print-category yes; }};
    category queries {{ queries; }};
}};
controls {{ }};
zone "{zone}" {{ type primary; file "{base}/zone"; }};
"""
    )
    command = (ROOT / "usr/sbin/named", "-f", "-n", "1", "-c", base / "conf")
    return _Plan(command, (base / "queries", base / "tap"))


def _knot(base: Path, port: int, zone: str) -> _Plan:
    (module,) = (ROOT / "usr/lib").glob("*/knot/modules-*/dnstap.so")
    (base / "conf").write_text(
        f"""\
server:
    rundir: "{base}"
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{base}"
module:
  - id: mod-dnstap
    file: "{module}"
mod-dnstap:
  - id: tap
    sink: "{base}/tap"
template:
  - id: default
    storage: "{base}"
    global-module: mod-dnstap/tap
zone:
  - domain: {zone}
    file: "zone"
"""
    )
    command = (ROOT / "usr/sbin/knotd", "-c", base / "conf")
    return _Plan(command, (base / "tap",))


def _nsd(base: Path, port: int, zone: str) -> _Plan:
    program = nsd.program()
    assert program is not None, why_not()  # noqa: S101  tells the type checker
    own = f"""\
dnstap:
    dnstap-enable: yes
    dnstap-socket-path: "{base}/socket"
    dnstap-log-auth-query-messages: yes
    dnstap-log-auth-response-messages: yes
zone:
    name: {zone}
    zonefile: "{base}/zone"
"""
    (base / "conf").write_text(nsd.configuration(base, port) + own)
    capture = (ROOT / "usr/bin/fstrm_capture", "-t", "protobuf:dnstap.Dnstap")
    files = ("-u", base / "socket", "-w", base / "tap")
    command = (program, "-d", "-c", base / "conf")
    return _Plan(command, (base / "tap",), (*capture, *files), base / "socket")


def _pdns(base: Path, port: int, zone: str) -> _Plan:
    (modules,) = (ROOT / "usr/lib").glob("*/pdns")
    (base / "zones").write_text(f'zone "{zone}" {{ type master; file "{base}/zone"; }};\n')
    (base / "pdns.conf").write_text(
        f"""\
launch=bind
module-dir={modules}
bind-config={base}/zones
socket-dir={base}
local-address=127.0.0.1
local-port={port}
log-dns-queries=yes
loglevel=5
disable-syslog=yes
log-timestamp=yes
daemon=no
guardian=no
security-poll-suffix=
"""
    )
    command = (ROOT / "usr/sbin/pdns_server", f"--config-dir={base}")
    return _Plan(command, (base / "out",))


_PLANS: dict[str, Callable[[Path, int, str], _Plan]] = {
    "BIND": _bind,
    "Knot": _knot,
    "NSD": _nsd,
    "PowerDNS": _pdns,
}
