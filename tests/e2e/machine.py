"""A newcomer's machine: this one's files, of which nothing is changed, and a network of its own.

An overlay lies over them, in namespaces of their own. What a page tells to write to /etc or /var
is written, every port is free, no name is resolved, and all processes end with the machine. It can
boot a real systemd. It needs root and `unshare`.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from missent.testing.postfix import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
HOME = "/home/stranger"
ROOT = Path(__file__).parents[2]
_LONGEST = 600  # seconds that a machine lives, whatever becomes of its test
# By `--kill-child` nothing outlives the process that unshared.
_UNSHARE = ("unshare", "--mount", "--net", "--uts", "--cgroup", "--pid", "--fork", "--kill-child")
_MAKE = """\
set -e
cd "$0"
mount -t tmpfs -o mode=755 tmpfs .
cd "$0"
mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
cd root
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
    touch dev/$device
    mount --bind /dev/$device dev/$device
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p ".$HOME"
ip link set lo up
hostname mx
echo made
exec >/dev/null 2>&1
"""
_REST = f"{_MAKE}exec chroot . bash -c 'sleep {_LONGEST} & wait $!'"
_BOOT = f"""{_MAKE}\
exec env -i container=lxc PATH={SYSTEM} chroot . /lib/systemd/systemd --system --unit=basic.target
"""


@cache
def why_not() -> str:
    """Why there can be none here; "" where there can."""
    if os.geteuid():
        return "only root can make a machine of its own"
    if not shutil.which("ip") or not shutil.which("unshare"):
        return "ip or unshare is not installed: sh deploy/test-packages.sh"
    with tempfile.TemporaryDirectory(prefix="missent-machine-") as base:
        tried = subprocess.run([*_UNSHARE, "sh", "-c", _MAKE, base], check=False, env=_env(),
                               capture_output=True, text=True)  # fmt: skip
        return f"no machine can be made here: {tried.stderr}" if tried.returncode else ""


def _env(path: str = SYSTEM) -> dict[str, str]:
    return {"HOME": HOME, "PATH": path, "LANG": "C.UTF-8", "TERM": "dumb"}


class Machine:
    """One, from `with` on until its end.

    Args:
        systemd: whether a systemd is booted, without any of its services.
        own: whether `missent` and `python3` are those that run the tests; otherwise there is no
            missent until one is installed.
    """

    def __init__(self, *, systemd: bool = False, own: bool = True) -> None:
        self._systemd = systemd
        self._environment = _env(f"{Path(sys.executable).parent}:{SYSTEM}" if own else SYSTEM)
        self._base = Path()
        self._first = 0  # the process that the machine ends with
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        folder = tempfile.TemporaryDirectory(prefix="missent-machine-")
        self._base = Path(self._stack.enter_context(folder))
        made = subprocess.Popen(
            [*_UNSHARE, "sh", "-c", _BOOT if self._systemd else _REST, self._base],
            env=_env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self._stack.enter_context(made)
        self._stack.callback(made.kill)
        if made.stdout is None or made.stdout.readline() != b"made\n":
            raise OSError("no machine can be made here")
        children = Path(f"/proc/{made.pid}/task/{made.pid}/children").read_text()
        self._first = int(children.split()[0])
        if self._systemd:
            self.run("until systemctl is-active --quiet basic.target; do sleep 0.1; done")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, script: str, *, code: int = 0, given: bytes = b"", within: float = 120) -> str:
        """Run lines of a shell in the newcomer's home; the first that fails ends them.

        Returns:
            What was printed, on standard error too.

        Raises:
            AssertionError: the exit code is another one.
        """
        done = subprocess.run(
            [
                "nsenter", "--target", str(self._first), "--mount", "--net", "--uts", "--cgroup",
                "--pid", "chroot", f"{self._base}/root", "bash", "-euc", f"cd; {script}",
            ],
            env=self._environment, input=given, check=False, timeout=within,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        told = done.stdout.decode("utf-8", "replace")
        if done.returncode != code:
            raise AssertionError(f"{script}\nexit code {done.returncode}\n{told}")
        return told

    @contextlib.contextmanager
    def serving(self, script: str, *ports: int) -> Iterator[None]:
        """Run something in the background until the end of `with`; its log is `~/serving.log`.

        Raises:
            TimeoutError: nobody listens on one of the ports within a minute.
        """
        process = self.run(
            f"setsid bash -euc {shlex.quote(script)} >~/serving.log 2>&1 </dev/null & echo $!"
        ).strip()
        try:
            for port in ports:
                until(partial(self.listens, port), 60, f"somebody at port {port}")
            yield
        finally:
            self.run(
                f"kill -- -{process}; while kill -0 {process}; do sleep 0.05; done 2>/dev/null"
            )

    def listens(self, port: int) -> bool:
        """Whether somebody listens on this TCP port."""
        rows = Path(f"/proc/{self._first}/net/tcp").read_text("ascii").splitlines()[1:]
        return any(
            row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A" for row in rows
        )

    def write(self, path: str, content: str) -> None:
        """Write a file there; its folder is made."""
        where = shlex.quote(path)
        self.run(f'mkdir -p "$(dirname {where})"; cat > {where}', given=content.encode())

    def clone(self) -> None:
        """Lay what is under version control into `~/missent`, as `git clone` does."""
        self.run("mkdir missent")
        listed = subprocess.run(
            ["/usr/bin/git", "ls-files", "-z"], cwd=ROOT, check=True, stdout=subprocess.PIPE
        ).stdout
        packed = subprocess.run(
            ["/usr/bin/tar", "--create", "--null", "--files-from=-"],
            cwd=ROOT, check=True, input=listed, stdout=subprocess.PIPE,
        ).stdout  # fmt: skip
        self.run("tar --extract --directory missent", given=packed)
