"""What stands in several sections of the settings: a place, a password, and whose fault it is."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from missent.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PORTS = 65535


@contextmanager
def blame(key: str) -> Iterator[None]:
    """Let a fault that is found by a room be told with the key of the file."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f"{key}: {error}") from None


def host_and_port(key: str, text: str, example: str) -> tuple[str, int]:
    """Read `HOST:PORT`, or `[HOST]:PORT` of IPv6.

    Args:
        key: of the file, to be blamed.
        text: what stands there.
        example: what could.

    Raises:
        ConfigError: it is no such text.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > _PORTS:
        raise ConfigError(f"{key}: {text!r} is no host and port; write {example}")
    return host.removeprefix("[").removesuffix("]"), int(port)


def read_secret(file: Path | None, variable: str = "") -> str:
    """Read a password from a file, or else from an environment variable.

    Args:
        file: its first line counts.
        variable: the name of the variable.

    Raises:
        ConfigError: there is nothing to be had there.
    """
    if file is not None:
        try:
            lines = file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"the password cannot be read: {error}") from None
        if not lines or not lines[0]:
            raise ConfigError(f"the password file {file} is empty; write the password into it")
        return lines[0]
    if not os.environ.get(variable):
        raise ConfigError(f"the environment variable {variable!r} for the password is not set")
    return os.environ[variable]
