"""Signs reports and checks them: Ed25519 over the canonical JSON of RFC 8785."""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from missent.core.errors import ConfigError, ProtocolError
from missent.report.owner.model import Report, Signature

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LARGEST = 8 << 20  # octets of a report; one of 10,000 organisations has two million
_KEY_OCTETS = 32
_MISSING = "signing needs cryptography and rfc8785: in missent's clone, pip install '.[signing]'"


def make_key(file: Path) -> str:
    """Make a private key that only its owner can read, and return the public one, base64.

    Raises:
        ConfigError: the file exists, or cannot be written.
    """
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  an extra
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PrivateKey,
        )
    except ImportError:
        raise ConfigError(_MISSING) from None
    key = Ed25519PrivateKey.generate()
    octets = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}; name a new file") from None
    with os.fdopen(descriptor, "wb") as writing:
        writing.write(octets)
    return public(key)


def read_key(file: Path) -> Ed25519PrivateKey:
    """Read a private key.

    Raises:
        ConfigError: it cannot be read, or is no Ed25519 key in PEM.
    """
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  an extra
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PrivateKey,
        )
    except ImportError:
        raise ConfigError(_MISSING) from None
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except OSError as error:
        mend = "make one with: missent sinkhole key"
        raise ConfigError(f"{file}: it cannot be read: {error.strerror}; {mend} {file}") from None
    except (ValueError, TypeError):
        raise ConfigError(
            f"{file}: no Ed25519 key; `missent sinkhole key FILE` makes one"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{file}: no Ed25519 key; `missent sinkhole key FILE` makes one")
    return key


def public(key: Ed25519PrivateKey) -> str:
    """The public key, base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")


def sign(report: Report, key: Ed25519PrivateKey) -> Report:
    """The same report with its signature."""
    value = key.sign(canonical(as_json(report)))
    signature = Signature(
        algorithm="Ed25519", key=public(key), value=base64.b64encode(value).decode("ascii")
    )
    return report.model_copy(update={"signature": signature})


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON's own types."""
    return report.model_dump(mode="json")


def canonical(said: dict[str, Any]) -> bytes:
    """What is signed: all but the signature (RFC 8785)."""
    import rfc8785  # noqa: PLC0415  an extra

    octets: bytes = rfc8785.dumps({k: v for k, v in said.items() if k != "signature"})
    return octets


def verify(octets: bytes, trusted: str) -> Report:
    """Read a report that was signed by a key that is trusted.

    Args:
        octets: the file.
        trusted: the public key, base64.

    Raises:
        ConfigError: the key is none, or the libraries are missing.
        ProtocolError: the report is none, is not signed by that key, or was changed.
    """
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  an extra
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PublicKey,
        )
    except ImportError:
        raise ConfigError(_MISSING) from None
    key = _key_octets(trusted)
    said = _read(octets)
    signature = said.get("signature")
    if not isinstance(signature, dict):
        raise ProtocolError("the report is not signed; ask its sender for a signed one")
    if signature.get("algorithm") != "Ed25519" or signature.get("key") != trusted.strip():
        raise ProtocolError("the report is signed by another key than the one that is trusted")
    try:
        value = base64.b64decode(str(signature.get("value")), validate=True)
        Ed25519PublicKey.from_public_bytes(key).verify(value, canonical(said))
    except (InvalidSignature, ValueError):
        raise ProtocolError(
            "the signature does not fit: the report was changed after it was signed; refuse it"
        ) from None
    return _validated(octets)


def load(octets: bytes) -> Report:
    """Read a report without asking who signed it.

    Raises:
        ProtocolError: it is none.
    """
    _read(octets)
    return _validated(octets)


def examine_key(text: str) -> None:
    """See whether a text is a public key.

    Raises:
        ConfigError: it is none.
    """
    _key_octets(text)


def _key_octets(text: str) -> bytes:
    try:
        octets = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        octets = b""
    if len(octets) != _KEY_OCTETS:
        raise ConfigError("the key is no Ed25519 public key; it has 44 characters of base64")
    return octets


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):  # two readers could take two of them for the one that was signed
        raise ValueError("a member stands twice")
    return made


def _read(octets: bytes) -> dict[str, Any]:
    if len(octets) > LARGEST:
        raise ProtocolError(f"longer than {LARGEST:,} octets; is it the right file?")
    try:
        said = json.loads(octets.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"no JSON: {error}") from None
    if not isinstance(said, dict):
        raise ProtocolError("no report: it is no JSON object")
    return said


def _validated(octets: bytes) -> Report:
    try:
        return Report.model_validate_json(octets)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ProtocolError(f"no report of this version: {where}: {first['msg']}") from None
