"""A certificate, made by `openssl`."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def certificate(
    folder: Path, kind: Literal["rsa", "ec"] = "rsa", names: Iterable[str] = ("localhost",)
) -> Path:
    """Make a certificate that signs itself.

    Args:
        folder: where it is put.
        kind: `ec` for a key on the curve P-256.
        names: whose it is, besides 127.0.0.1.

    Returns:
        A file with the key and the certificate, to be served and to be trusted.

    Raises:
        OSError: there is no `openssl`.
    """
    file, key = folder / "localhost.crt", folder / "localhost.key"
    new = "ec -pkeyopt ec_paramgen_curve:prime256v1" if kind == "ec" else "rsa:2048"
    command = f"openssl req -x509 -newkey {new} -nodes -days 2 -subj /CN=localhost"
    whose = ",".join(("subjectAltName=IP:127.0.0.1", *(f"DNS:{name}" for name in names)))
    subprocess.run(  # noqa: S603  fixed words and our own paths
        [*command.split(), "-addext", whose, "-keyout", str(key), "-out", str(file)],
        check=True,
        capture_output=True,
    )
    both = folder / "localhost.pem"
    both.touch(0o600)
    both.write_bytes(key.read_bytes() + file.read_bytes())
    return both
