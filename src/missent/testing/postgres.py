"""A real PostgreSQL in a directory and on a port of its own, beside whatever else runs here.

It needs Debian's `postgresql` package; no systemd. Started by root it runs as the user `postgres`,
otherwise as whoever starts it. It listens on the loopback only, trusts whoever connects, and does
not sync: what it holds is thrown away.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from missent.testing.postfix import free_port, until

if TYPE_CHECKING:
    from typing import Self

_HOMES = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """The directory of PostgreSQL's programs, the newest version's; None where there is none."""
    found = [home / "bin" for home in _HOMES.glob("*") if (home / "bin" / "pg_ctl").exists()]
    found.sort(key=lambda path: float(path.parent.name))
    if found:
        return found[-1]
    program = shutil.which("pg_ctl")
    return Path(program).parent if program else None


def why_not() -> str:
    """Why it cannot run here; "" where it can."""
    return "" if programs() else "PostgreSQL is not installed: sh deploy/test-packages.sh"


class Postgres:
    """The server, from `with` on until its end."""

    def __init__(self) -> None:
        found = programs()
        if found is None:
            raise RuntimeError(why_not())
        self._programs = found
        self._base = Path(tempfile.mkdtemp(prefix="missent-postgres-"))
        self._port = free_port()
        self._databases = 0
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            shutil.chown(self._base, "postgres", "postgres")
        try:
            self._run(
                "initdb",
                "--auth=trust",
                "--username=missent",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                f"--pgdata={self._base}/data",
            )
            with (self._base / "log").open("wb") as log:
                # It dies with us, also when we are killed and cannot stop it.
                command: list[str | Path] = ["setpriv", "--pdeathsig=QUIT", *_become()]
                command += [self._programs / "postgres", "-D", self._base / "data"]
                command += ["-k", self._base, "-p", str(self._port)]
                command += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
                self._server = subprocess.Popen(  # noqa: S603  Debian's own program
                    command, cwd="/", stdout=log, stderr=log
                )
            ready = f"--host=127.0.0.1 --port={self._port} --timeout=5".split()
            until(lambda: self._can("pg_isready", *ready), what="PostgreSQL to listen")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            self._server.wait(timeout=30)
        shutil.rmtree(self._base)

    def database(self) -> str:
        """Make an empty database, and give its URL."""
        self._databases += 1
        name = f"missent{self._databases}"
        server = f"--host=127.0.0.1 --port={self._port} --username=missent".split()
        self._run("createdb", *server, name)
        return f"postgresql://missent@127.0.0.1:{self._port}/{name}"

    def _can(self, program: str, *arguments: str) -> bool:
        with contextlib.suppress(RuntimeError):
            self._run(program, *arguments)
            return True
        return False

    def _run(self, program: str, *arguments: str) -> None:
        command: list[str | Path] = [self._programs / program, *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", *_become(), *command]
        done = subprocess.run(  # noqa: S603  Debian's own programs
            command, cwd="/", capture_output=True, timeout=60, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {(done.stdout + done.stderr).decode(errors='replace')}")


def _become() -> tuple[str, ...]:
    """What makes root the user `postgres`: the server refuses to run as root."""
    if os.geteuid():
        return ()
    return "--reuid=postgres", "--regid=postgres", "--clear-groups"
