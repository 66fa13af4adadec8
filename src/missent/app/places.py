"""Where the settings say to listen, and what must be installed for it."""

from __future__ import annotations

import socket
from importlib.util import find_spec

from missent.app.values import host_and_port
from missent.core.errors import ConfigError
from missent.serving.listening import prompt


def listen_at(key: str, text: str) -> socket.socket:
    """Listen at `host:port` of a setting.

    Raises:
        ConfigError: it is no such text, or the address cannot be had.
    """
    return listen(key, *host_and_port(key, text, "127.0.0.1:8025"))


def listen(key: str, host: str, port: int) -> socket.socket:
    """Listen there.

    Raises:
        ConfigError: the address cannot be had; with the key and the mend.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        made = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise ConfigError(
            f"{key}: cannot listen on {host}:{port}: {error.strerror}; is another running?"
            " name another port"
        ) from None
    return prompt(made)


def need(extra: str, *modules: str) -> None:
    """Look whether an extra is installed.

    Raises:
        ConfigError: one of its modules is missing.
    """
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"[{extra}] needs {missing[0]}: in missent's clone, pip install '.[{extra}]'"
        )
