"""A real Postfix in a directory and on ports of its own, beside whatever else runs on the machine.

It needs root (Postfix changes to its own users) and Debian's package; no systemd. What it takes
lands in one Maildir, a file for each recipient, or goes to `relayhost` where one is given.
"""

from __future__ import annotations

import contextlib
import mailbox
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message
    from typing import Self

PROGRAM = Path("/usr/sbin/postfix")
_MAIN = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {base}/maillog
maillog_file_prefixes = {base}
myhostname = mx.corp.example
mydomain = corp.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
alias_maps =
alias_database =
biff = no
authorized_submit_users = static:anyone
virtual_mailbox_domains = static:every
virtual_mailbox_base = {base}/mail
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_transport = virtual
disable_dns_lookups = yes
smtputf8_enable = yes
smtpd_client_connection_count_limit = 0
"""
_MASTER = """\
{smtp} inet n - n - - smtpd
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def _name(line: str) -> str:
    """The parameter that a line of main.cf sets; "" for comments and continued lines."""
    return "" if line[:1] in ("#", " ", "\t", "") else line.partition("=")[0].strip()


def why_not() -> str:
    """Why it cannot run here; "" where it can."""
    if not PROGRAM.exists():
        return "Postfix is not installed: sh deploy/test-packages.sh"
    if os.geteuid() != 0:
        return "Postfix runs for root only"
    return ""


def free_port() -> int:
    """Find a TCP port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(true: Callable[[], bool], seconds: float = 20, what: str = "that") -> None:
    """Wait for something.

    Raises:
        TimeoutError: it did not come true in time.
    """
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.02)


def answers(port: int) -> bool:
    """Whether somebody listens on this port of 127.0.0.1."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Postfix:
    """One instance, from `with` to its end.

    Attributes:
        base: everything of it; others may put a milter's socket there.
        etc: its configuration directory, for `postconf -c` and the like.
        port: where its first smtpd listens.
    """

    def __init__(self, main: str = "", master: str = "") -> None:
        """Write its configuration: `main` and `master` are appended, and `{base}` filled in."""
        # Below pytest's own directory the user "postfix" could not reach anything.
        self.base = Path(tempfile.mkdtemp(prefix="missent-postfix-"))
        self.base.chmod(0o755)
        self.etc = self.base / "etc"
        self.port = free_port()
        for name in ("etc", "queue", "data", "mail"):
            (self.base / name).mkdir()
        shutil.chown(self.base / "data", "postfix", "postfix")
        os.chown(self.base / "mail", 65534, 65534)
        self.configure(main, master)

    def configure(self, main: str = "", master: str = "") -> None:
        """Write the configuration anew; `reload` makes it known."""
        # A parameter that stands twice is a warning, and postlogd hangs on warnings of its own.
        said = {name for line in main.splitlines() if (name := _name(line))}
        base = "".join(f"{line}\n" for line in _MAIN.splitlines() if _name(line) not in said)
        (self.etc / "main.cf").write_text(
            (base + main).replace("{base}", str(self.base)), encoding="utf-8"
        )
        (self.etc / "master.cf").write_text(
            (_MASTER + master).replace("{smtp}", f"127.0.0.1:{self.port}"), encoding="utf-8"
        )

    def __enter__(self) -> Self:
        self.command("start")
        until(lambda: answers(self.port), what="Postfix to listen")
        return self

    def __exit__(self, *_: object) -> None:
        self.command("abort", check=False)
        master = self.base / "queue/pid/master.pid"
        with contextlib.suppress(TimeoutError, OSError, ValueError):
            process = int(master.read_text())
            until(lambda: not Path(f"/proc/{process}").exists(), 5)
        shutil.rmtree(self.base, ignore_errors=True)

    def command(self, *arguments: str, check: bool = True) -> None:
        """Run `postfix -c ... ARGUMENTS`."""
        subprocess.run(  # noqa: S603  the program is a constant, the arguments are the test's
            [PROGRAM, "-c", self.etc, *arguments], check=check, capture_output=True, timeout=30
        )

    def tool(self, name: str, *arguments: str, stdin: str | None = None) -> str:
        """Run one of its tools (`postqueue`, `postsuper`, `sendmail`) and return what it says."""
        done = subprocess.run(  # noqa: S603  likewise
            [f"/usr/sbin/{name}", *arguments],
            input=stdin,
            check=True,
            capture_output=True,
            text=True,
            timeout=30,
            env={**os.environ, "MAIL_CONFIG": str(self.etc)},
        )
        return done.stdout

    @property
    def log(self) -> str:
        """What it logged so far."""
        path = self.base / "maillog"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def delivered(self) -> list[Message]:
        """What landed in the Maildir: one message for each recipient, named by Delivered-To."""
        box = self.base / "mail/box"
        return list(mailbox.Maildir(box, create=False)) if (box / "new").is_dir() else []

    def held(self) -> list[str]:
        """The queue ids in the hold queue."""
        return [path.name for path in (self.base / "queue/hold").rglob("*") if path.is_file()]

    def queued(self) -> list[str]:
        """The queue ids that are on their way or wait for a later try."""
        queues = ("maildrop", "incoming", "active", "deferred")
        found = (p for name in queues for p in (self.base / "queue" / name).rglob("*"))
        return [path.name for path in found if path.is_file()]

    def empty(self) -> None:
        """Wait until all is delivered, and take it out of the Maildir."""
        self.settle()
        for path in (self.base / "mail/box/new").glob("*"):
            path.unlink()

    def settle(self, seconds: float = 20) -> None:
        """Wait until nothing is under way any more."""
        until(lambda: not self.queued(), seconds, "the queue to be empty")
