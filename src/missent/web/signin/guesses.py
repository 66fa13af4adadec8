"""How guessing is slowed: for who guesses, and for who is guessed at.

Every guess is counted before it is made, by the address that it comes from and by the account that
it is for. After some wrong ones each further guess has to wait: two seconds, four, eight, five
minutes at most. A right one clears the account's count.

Somebody who guesses without end could so keep the owner waiting. Therefore a browser from which the
account was signed in to before (a cookie says so) has a count of its own, and never waits for what
strangers guess; and `missent user unlock` or `missent user link` lets the owner in from a new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ADDRESSES = "address:"
_HOUR = 3600
_NETWORK = 64  # bits of an IPv6 address that tell one customer from another


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one may guess.

    Attributes:
        free: guesses without a wait.
        longest: the longest wait, in seconds.
        forgotten: seconds without a guess after which all are forgotten.
    """

    free: int
    longest: int = 300
    forgotten: int = _HOUR

    def after(self, count: int) -> int:
        """Seconds between a guess and the one before, when so many were made."""
        if count < self.free:
            return 0
        return min(2 << min(count - self.free, 30), self.longest)


ACCOUNT, DEVICE, ADDRESS = Pace(10), Pace(10), Pace(20)
CODE = Pace(5)  # of a million codes, three are right at a time
START = Pace(30, 60)  # sign-ins at a provider that one address begins


def buckets(name: str, address: str, device: str) -> Mapping[str, Pace]:
    """What a guess at a password is counted by.

    Args:
        name: of the account, whether there is one or not.
        address: of who guesses.
        device: the digest of a cookie that this account was given; "" for none.
    """
    if device:
        return {f"device:{digest(name)}:{device[:32]}": DEVICE}
    return {account(name): ACCOUNT, source(address): ADDRESS}


def account(name: str) -> str:
    """The bucket of an account; the name itself, which may be a mistyped password, is not kept."""
    return f"account:{digest(name)}"


def code(name: str, device: str) -> Mapping[str, Pace]:
    """What a guess at a one-time code is counted by."""
    return {f"code:{digest(name)}:{device[:32]}": CODE}


def source(address: str) -> str:
    """The bucket of an address: of IPv6, of its network."""
    try:
        ip = ip_address(address)
    except ValueError:
        return f"{ADDRESSES}unknown"
    if ip.version == 6:  # noqa: PLR2004
        return f"{ADDRESSES}{int(ip) >> _NETWORK:x}/64"
    return f"{ADDRESSES}{ip}"


def digest(name: str) -> str:
    """A name, not to be read again."""
    return sha256(name.encode("utf-8", "replace")).hexdigest()[:32]
