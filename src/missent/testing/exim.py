"""Debian's Exim, run from where its package was unpacked: it cannot be installed beside Postfix.

`deploy/test-packages.sh` unpacks it and makes its user. It sends what it is given to one port of
127.0.0.1, and puts bounces for `corp.example` into a file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

PROGRAM = Path("/opt/missent-tests/exim/usr/sbin/exim4")
USER = "Debian-exim"
_CONFIGURATION = """\
exim_path = {program}
keep_environment =
primary_hostname = mx.corp.example
spool_directory = {base}/spool
log_file_path = {base}/%slog
exim_user = Debian-exim
disable_ipv6
tls_advertise_hosts =
domainlist local = corp.example
begin routers
{routers}box:
  driver = accept
  domains = +local
  transport = box
remote:
  driver = manualroute
  domains = ! +local
  route_list = * 127.0.0.1::{port} byname
  self = send
  transport = remote
begin transports
box:
  driver = appendfile
  file = {base}/box
  user = Debian-exim
remote:
  driver = smtp
  hosts_try_dane =
"""


def why_not() -> str:
    """Why it cannot run here; "" where it can."""
    if not PROGRAM.exists():
        return "Exim is not unpacked: sh deploy/test-packages.sh"
    if os.geteuid() != 0:
        return "Exim runs for root only"
    return ""


class Exim:
    """One configuration and its spool, from `with` to its end.

    Args:
        port: of 127.0.0.1, where all mail goes.
        routers: that are asked before its own.
    """

    def __init__(self, port: int, routers: str = "") -> None:
        # Below pytest's own directory its user could not reach anything.
        self._base = Path(tempfile.mkdtemp(prefix="missent-exim-"))
        self._base.chmod(0o755)
        self._file = self._base / "exim.conf"
        filled = _CONFIGURATION.format(program=PROGRAM, base=self._base, port=port, routers=routers)
        self._file.write_text(filled, encoding="utf-8")
        shutil.chown(self._base, USER, USER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._base, ignore_errors=True)

    def send(self, sender: str, recipient: str, message: str, *others: str) -> None:
        """Hand it a message, for other recipients as well, and wait until it was tried."""
        subprocess.run(  # noqa: S603  Debian's own program
            [PROGRAM, "-C", self._file, "-odi", "-f", sender, recipient, *others],
            input=message,
            text=True,
            check=True,
            capture_output=True,
            timeout=60,
        )

    @property
    def box(self) -> str:
        """The bounces that came so far."""
        path = self._base / "box"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def log(self) -> str:
        """What it logged."""
        path = self._base / "mainlog"
        return path.read_text(encoding="utf-8") if path.exists() else ""
