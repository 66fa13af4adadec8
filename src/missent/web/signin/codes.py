"""One-time codes by time (RFC 6238), and recovery codes for who has lost what shows them."""

from __future__ import annotations

import base64
import hmac
import secrets

import pyotp

from missent.web.signin.secret import hashed

STEP = 30  # seconds that a code is shown for
_DIGITS = 6
_RECOVERY = 10  # codes
_OCTETS = 10  # of a recovery code: 80 bits


def new_key() -> str:
    """A secret to share with an authenticator, in base 32."""
    return pyotp.random_base32()


def uri(key: str, name: str, issuer: str) -> str:
    """The key as authenticators read it, from a QR code too."""
    return pyotp.TOTP(key).provisioning_uri(name=name, issuer_name=issuer)


def step_of(key: str, code: str, at: int) -> int | None:
    """The time step whose code this is: the present one, or one to either side; None for none."""
    now = at // STEP
    generated = pyotp.TOTP(key)
    found = None
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(generated.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def tidied(given: str) -> str:
    """A code as somebody typed it, without what people put between its parts."""
    return "".join(c for c in given.lower()[:64] if c.isascii() and c.isalnum())


def is_recovery(code: str) -> bool:
    """Whether a tidied code is of the kind of recovery codes."""
    return len(code) > _DIGITS


def new_recovery() -> tuple[list[str], list[str]]:
    """Recovery codes to be written down, and the digests of them to be kept."""
    shown = [
        base64.b32encode(secrets.token_bytes(_OCTETS)).decode().lower() for _ in range(_RECOVERY)
    ]
    grouped = ["-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in shown]
    return grouped, [hashed(code) for code in shown]
