"""STARTTLS without a transport of its own: octets in, octets out, the plain text in our buffer."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

from missent.core.errors import ConfigError
from missent.sinkhole.scratch import SIZE

if TYPE_CHECKING:
    from pathlib import Path

_CLEANSE_PLAINTEXT = 0x2  # SSL_OP_CLEANSE_PLAINTEXT of OpenSSL 3, which `ssl` has no name for


class Certificate:
    """A certificate that can be replaced while it is served.

    To be made before the processes fork: so they share the key of the session tickets, and a
    client may come back to another of them.

    Args:
        file: the chain, PEM.
        key: its key; None where it stands in the same file.
    """

    def __init__(self, file: Path, key: Path | None = None) -> None:
        self._file = file
        self._key = key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.num_tickets = 1  # a mail server comes back with the last it got
        self.context.options |= ssl.OP_NO_RENEGOTIATION | _CLEANSE_PLAINTEXT
        self._loaded = self._stamp()
        self._load()

    def _stamp(self) -> tuple[int, int]:
        try:
            key = self._key or self._file
            return self._file.stat().st_mtime_ns, key.stat().st_mtime_ns
        except OSError as error:
            raise ConfigError(f"the certificate cannot be read: {error}") from None

    def _load(self) -> None:
        try:
            self.context.load_cert_chain(self._file, self._key)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"the certificate {self._file} cannot be used: {error}") from None

    def refresh(self) -> bool:
        """Load the files again where they changed, and tell whether they did.

        Raises:
            ConfigError: they cannot be used; what was loaded before is served on.
        """
        stamp = self._stamp()
        if stamp == self._loaded:
            return False
        self._loaded = stamp
        fresh = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # half a change must not reach the clients
        try:
            fresh.load_cert_chain(self._file, self._key)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"the certificate {self._file} cannot be used: {error}") from None
        self._load()
        return True


class Tls:
    """One client's encryption.

    Attributes:
        ready: whether the handshake is done.
    """

    __slots__ = ("_in", "_object", "_out", "ready")

    def __init__(self, context: ssl.SSLContext) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._in, self._out, server_side=True)
        self.ready = False

    def feed(self, octets: memoryview) -> None:
        """Add what came in.

        Raises:
            ssl.SSLError: the handshake cannot succeed.
        """
        self._in.write(octets)
        if not self.ready:
            try:
                self._object.do_handshake()
            except ssl.SSLWantReadError:
                return
            self.ready = True

    def read(self, into: memoryview) -> int:
        """Decrypt into a buffer; 0 where nothing more is complete.

        Raises:
            ssl.SSLError: what came is no TLS, or the end of it.
        """
        try:
            # with a buffer it returns how much; the stubs know the other form only
            return int(self._object.read(min(len(into), SIZE), into))
        except ssl.SSLWantReadError:
            return 0

    def write(self, octets: bytes | bytearray | memoryview) -> None:
        """Encrypt."""
        self._object.write(octets)

    def take(self) -> bytes:
        """What is to be sent, encrypted."""
        return self._out.read()

    def end(self) -> None:
        """Say that nothing more comes; the client's own farewell is not waited for."""
        with suppress(ssl.SSLError):
            self._object.unwrap()
