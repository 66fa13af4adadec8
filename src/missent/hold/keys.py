"""The keys of the room: what is kept is sealed with them, and what is sent out is signed.

The key file has one key a line, 32 octets in base64; the first seals and signs, the others still
open and verify. So a key is changed by writing a new one above the old, which may go when nothing
that it sealed is held any more.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from errno import EACCES
from hashlib import sha256
from typing import TYPE_CHECKING

from missent.core.errors import ConfigError, StoreError
from missent.report import whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Self

_OCTETS = 32
_NONCE = 12
_NAME = 4
_MAC = 12  # octets: 96 bits, as a mailbox name has no room for more


@dataclass(frozen=True, slots=True)
class _Key:
    """One key of the file, and what is derived from it; each use has a key of its own."""

    name: bytes
    sealing: bytes = field(repr=False)
    signing: bytes = field(repr=False)
    marking: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> Self:
        def derived(use: str) -> bytes:
            return hmac.digest(secret, b"missent hold: " + use.encode(), "sha256")

        return cls(
            derived("name")[:_NAME], derived("sealing"), derived("signing"), derived("marking")
        )


class Keys:
    """Seals and opens content (AES-256-GCM), signs and verifies tokens (HMAC-SHA-256)."""

    def __init__(self, secret: Sequence[bytes]) -> None:
        """Take keys of 32 octets, the one in use first."""
        self._keys = tuple(map(_Key.of, secret))

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a key file.

        Raises:
            ConfigError: it is not there, others may read it, or it holds no keys.
        """
        try:
            mode = file.stat().st_mode
            lines = file.read_text("ascii").split()
        except OSError as error:
            mend = (
                f"it must belong to the user that missent runs as: chown missent {file}"
                if error.errno == EACCES
                else f"make one with: missent hold key {file}"
            )
            raise ConfigError(
                f"the key file {file} cannot be read: {error.strerror}; {mend}"
            ) from None
        except UnicodeDecodeError:
            lines = [""]  # as if it held something else
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(f"others may read the key file {file}: chmod 600 {file}")
        try:
            secret = [base64.b64decode(line, validate=True) for line in lines]
        except binascii.Error:
            secret = []
        if not secret or any(len(one) != _OCTETS for one in secret):
            raise ConfigError(
                f"the key file {file} holds something else than keys of 32 octets in base64, one"
                " a line; make one with: missent hold key FILE"
            )
        return cls(secret)

    def seal(self, content: bytes, name: str) -> bytes:
        """Encrypt what is kept under a name; it opens under that name only."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  an extra

        key, nonce = self._keys[0], os.urandom(_NONCE)
        return key.name + nonce + AESGCM(key.sealing).encrypt(nonce, content, name.encode())

    def open(self, sealed: bytes, name: str) -> bytes:
        """Decrypt it.

        Raises:
            StoreError: its key is no longer in the file, or it was changed.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  likewise
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  likewise

        nonce, text = sealed[_NAME : _NAME + _NONCE], sealed[_NAME + _NONCE :]
        for key in self._keys:
            if key.name == sealed[:_NAME]:
                try:
                    return AESGCM(key.sealing).decrypt(nonce, text, name.encode())
                except InvalidTag:
                    raise StoreError(f"the held message {name} was changed in the store") from None
        raise StoreError(
            f"the held message {name} was sealed with a key that hold.key_file no longer has:"
            " put the old key back, below the new one"
        )

    def seal_subject(self, subject: str, name: str) -> bytes:
        """Encrypt the subject of what is kept under a name."""
        return self.seal(subject.encode(), f"{name} subject")

    def open_subject(self, sealed: bytes, name: str) -> str:
        """Decrypt it; "" where its key is gone: a message can be spoken of without it."""
        try:
            return self.open(sealed, f"{name} subject").decode()
        except StoreError:
            return ""

    def sign(self, said: bytes) -> bytes:
        """The signature of some octets."""
        return _mac(self._keys[0].signing, said)

    def verify(self, said: bytes, signature: bytes) -> bool:
        """Whether one of our keys made this signature."""
        found = [hmac.compare_digest(_mac(k.signing, said), signature) for k in self._keys]
        return any(found)

    def mark(self, *parts: bytes) -> str:
        """A keyed digest by which equal things are found again, and nothing else is told."""
        digest = hmac.new(self._keys[0].marking, digestmod=sha256)
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()[:32]


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, "sha256")[:_MAC]


def new_key() -> str:
    """A line for the key file."""
    return base64.b64encode(secrets.token_bytes(_OCTETS)).decode("ascii")


def write_key(file: Path) -> None:
    """Write a new key above those that the file has; make it where it is missing.

    Raises:
        ConfigError: it cannot be written.
    """
    if file.exists() and not file.is_file():
        raise ConfigError(f"{file}: it is no file; name one, such as /etc/missent/hold.key")
    file = file.resolve()  # where it is a link, what it leads to is written whole
    try:
        old = file.read_text("ascii") if file.exists() else ""
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = file.stat() if old else None
        whole.write(file, f"{new_key()}\n{old}")
        if owner and not os.geteuid():  # root changes the key, and missent must still read it
            os.chown(file, owner.st_uid, owner.st_gid)
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: it holds no keys; name another file") from None
    except OSError as error:
        raise ConfigError(f"{file}: it cannot be written: {error.strerror}") from None
