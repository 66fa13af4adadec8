"""Where the next hop is, and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from missent.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


class Security(StrEnum):
    """How the connection to the next hop is protected."""

    NONE = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


_PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}


@dataclass(frozen=True, slots=True)
class UpstreamOptions:
    """The next hop.

    Attributes:
        host: its name or IP address; certificates are verified against it.
        port: its port.
        security: none, STARTTLS (required, never "if offered"), or TLS from the start.
        username: to sign in with; "" for no AUTH.
        password: likewise; never shown.
        cafile: certificates to trust instead of the system's.
        connect: seconds for connecting, the handshake and signing in.
        command: seconds for the answer to a command.
        final: seconds for the answer to the end of the content (RFC 5321 4.5.3.2.6).
        idle_connections: open connections that are kept for the next message.
        idle: seconds that they are kept.
    """

    host: str
    port: int
    security: Security = Security.NONE
    username: str = ""
    password: str = field(default="", repr=False)
    cafile: Path | None = None
    connect: float = 15
    command: float = 120
    final: float = 600
    idle_connections: int = 20
    idle: float = 15

    @classmethod
    def parse(
        cls,
        url: str,
        *,
        username: str = "",
        password: str = "",
        cafile: Path | None = None,
        passes_on: bool = False,
    ) -> UpstreamOptions:
        """Read `smtp://HOST[:PORT]`, `smtp+starttls://...` or `smtps://...`, perhaps with `USER@`.

        Args:
            url: where it is.
            username: to sign in with.
            password: likewise.
            cafile: certificates to trust instead of the system's.
            passes_on: clients sign in there themselves.

        Raises:
            ConfigError: it is none of these, or a password would go over the net in the clear.
        """
        split = urlsplit(url)
        try:
            security = Security(split.scheme)
            port = split.port or _PORTS[security]
            (split.hostname or "").encode("idna")  # as looking it up does: no "smtp..gmail.com"
        except ValueError:
            raise ConfigError(_bad_url(split.hostname)) from None
        if not split.hostname or split.path not in {"", "/"} or split.query or split.fragment:
            raise ConfigError(_bad_url(split.hostname))
        if split.password is not None:
            raise ConfigError("no password in the upstream's URL: keep it in a file of its own")
        user = unquote(split.username or "") or username
        if passes_on and user:
            raise ConfigError(f"no user belongs here ({user!r}): clients sign in themselves")
        secret = user or passes_on
        if secret and security is Security.NONE and not is_loopback(split.hostname):
            raise ConfigError(
                f"the password for {split.hostname} would go over the net in the clear: "
                "write smtp+starttls:// or smtps://"
            )
        return cls(split.hostname, port, security, user, password, cafile)


def _bad_url(host: str | None) -> str:
    return (
        f"no upstream can be read from this URL (host {host!r}): "
        "write smtp://HOST:PORT, smtp+starttls://HOST:PORT or smtps://HOST:PORT"
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
