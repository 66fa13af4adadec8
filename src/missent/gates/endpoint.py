"""Where a gate listens: a Unix socket or a TCP port, opened once and handed to its workers."""

from __future__ import annotations

import grp
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from missent.core.errors import ConfigError
from missent.serving.listening import prompt

_FORM = re.compile(r"unix:(?P<path>/.+)|inet:(?P<host>\[[^\]]+\]|[^:@\[\]]+):(?P<port>\d{1,5})")
_PORTS = 65535
_PATH_OCTETS = 107  # sun_path of Linux


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address to listen on, written as Postfix writes milters.

    Attributes:
        text: `unix:/run/missent/milter.sock` or `inet:127.0.0.1:8894`.
        mode: the permissions of a Unix socket.
        group: the group of a Unix socket, "" for the process's own.
    """

    text: str
    mode: int = 0o660
    group: str = ""

    def __post_init__(self) -> None:
        form = _FORM.fullmatch(self.text)
        if form is None or int(form["port"] or 0) > _PORTS:
            raise ConfigError(
                f"{self.text!r} is no place to listen; write unix:/run/missent/milter.sock or "
                "inet:127.0.0.1:8894"
            )
        if len((form["path"] or "").encode()) > _PATH_OCTETS:
            raise ConfigError(
                f"{self.text!r} is too long; a socket's path has {_PATH_OCTETS} octets"
            )

    @property
    def path(self) -> Path | None:
        """The path of a Unix socket."""
        return Path(self.text[5:]) if self.text.startswith("unix:") else None

    @property
    def _host_and_port(self) -> tuple[str, int]:
        host, _, port = self.text[5:].rpartition(":")
        return host.strip("[]"), int(port)

    def connect(self, timeout: float) -> socket.socket:
        """Connect to it, as a client.

        Raises:
            OSError: nobody listens, or it may not be reached.
        """
        if self.path is None:
            return socket.create_connection(self._host_and_port, timeout)
        client = socket.socket(socket.AF_UNIX)
        try:
            client.settimeout(timeout)
            client.connect(str(self.path))
        except OSError:
            client.close()
            raise
        return client

    def listen(self) -> socket.socket:
        """Open it. A Unix socket that was left behind is replaced, a living one is not.

        Raises:
            ConfigError: it cannot be opened; with the reason and the mend.
        """
        try:
            return self._listen_tcp() if self.path is None else self._listen_unix(self.path)
        except KeyError:
            reason = f"there is no group {self.group!r}; make it, or name another"
        except PermissionError as error:
            reason = (
                f"{error.strerror}; its folder must be ours, and we of the group {self.group!r}"
            )
        except FileNotFoundError:
            reason = f"there is no folder {self.path and self.path.parent}; make it first"
        except OSError as error:
            reason = error.strerror or str(error)
        raise ConfigError(f"cannot listen on {self.text}: {reason}")

    def _listen_tcp(self) -> socket.socket:
        host, port = self._host_and_port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return prompt(socket.create_server((host, port), family=family, backlog=1024))

    def _listen_unix(self, path: Path) -> socket.socket:
        if path.is_socket():
            try:
                self.connect(1).close()
            except OSError:
                path.unlink()
            else:
                raise ConfigError(f"cannot listen on {self.text}: another process does")
        listening = socket.socket(socket.AF_UNIX)
        # Nobody may connect before the mode is what was asked for.
        previous = os.umask(0o777 & ~self.mode)
        try:
            listening.bind(str(path))
            if self.group:
                os.chown(path, -1, grp.getgrnam(self.group).gr_gid)
            listening.listen(1024)
        except (OSError, KeyError):
            listening.close()
            raise
        finally:
            os.umask(previous)
        return listening
