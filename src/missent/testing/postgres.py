"""A real PostgreSQL in a directory and on a port of its own, beside whatever else runs here.

It needs Debian's `postgresql` package; no systemd. Started by root it runs as the user `postgres`,
otherwise as whoever starts it. It listens on the loopback only, trusts whoever connects, and does
not sync: what it holds is thrown away.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from missent.testing.postfix import free_port

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
            options = f"-p {self._port} -k {self._base} -c listen_addresses=127.0.0.1 -c fsync=off"
            self._run(
                "pg_ctl",
                f"--pgdata={self._base}/data",
                f"--log={self._base}/log",
                f"--options={options}",
                "--wait",
                "start",
            )
        except BaseException:
            shutil.rmtree(self._base)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", f"--pgdata={self._base}/data", "--mode=immediate", "stop")
        shutil.rmtree(self._base)

    def database(self) -> str:
        """Make an empty database, and give its URL."""
        self._databases += 1
        name = f"missent{self._databases}"
        server = f"--host=127.0.0.1 --port={self._port} --username=missent".split()
        self._run("createdb", *server, name)
        return f"postgresql://missent@127.0.0.1:{self._port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        if os.geteuid() == 0:
            become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            command = become + command
        # Not a pipe: the server inherits it, and reading to its end would wait for the server's.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(  # noqa: S603  Debian's own programs
                command, cwd="/", stdout=output, stderr=output, timeout=60, check=False
            )
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program}: {output.read().decode(errors='replace')}")
