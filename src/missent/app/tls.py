"""The certificate that clients see, read at each start and reload; its faults told in words."""

from __future__ import annotations

import ssl
import stat
from typing import TYPE_CHECKING

from missent.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def server_tls(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Make the context that clients are served with.

    Args:
        certificate: the chain (PEM), ours first.
        key: its key (PEM); None where it stands in the same file.

    Raises:
        ConfigError: it cannot be used; with the setting, the file and the mend.
    """
    _readable("relay.tls_certificate", certificate)
    name, private = ("relay.tls_key", key) if key else ("relay.tls_certificate", certificate)
    mode = stat.S_IMODE(_readable(name, private))
    if mode & stat.S_IRWXO:
        raise ConfigError(
            f"{name}: {private} holds the key, and everybody on this machine may use it (mode "
            f"{mode:o}); run: chmod o= {private}"
        )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # without the password OpenSSL would ask for it at the terminal
        context.load_cert_chain(certificate, private, password=lambda: b"")
    except ssl.SSLError as error:
        raise ConfigError(f"{name}: {_said(error, certificate, private)}") from None
    return context


def _readable(name: str, file: Path) -> int:
    """The file's mode."""
    try:
        with file.open("rb"):
            return file.stat().st_mode
    except OSError as error:
        raise ConfigError(
            f"{name}: {file}: {error.strerror}; missent's own user must be able to read it"
        ) from None


def _said(error: ssl.SSLError, certificate: Path, key: Path) -> str:
    if "KEY_VALUES_MISMATCH" in str(error):
        return f"{key} is not the key of {certificate}; its own certificate must stand first there"
    if "PEM lib" in str(error) or "NO_START_LINE" in str(error):
        if b"ENCRYPTED" in key.read_bytes():
            return f"{key} is encrypted; write it without a password: openssl pkey -in {key}"
        return f"{certificate} and {key} must hold a certificate and its key in PEM form"
    return f"{certificate} and {key} cannot be used: {error.reason or error}"
