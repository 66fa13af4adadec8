"""An organisation that writes to all these people, as its gate would know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from missent.memory.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PARTS = 10
_SENDERS = 20
_MOST = 20  # messages to one address
_DAY = 86_400
_START = 1_700_000_000
_REPLIES = 2  # who stands there so often is taken to have written back
_MEANT = 5  # messages to somebody whom a pair means


class Asked(NamedTuple):
    """A recipient that a sender writes to for the first time.

    Attributes:
        sender: who writes.
        address: to whom.
        meant: the domain, or the local part, that was meant; "" where the address is right.
    """

    sender: str
    address: str
    meant: str = ""

    @property
    def domain(self) -> str:
        """The typed domain."""
        return self.address.rpartition("@")[2]

    @property
    def local(self) -> str:
        """The typed local part."""
        return self.address.rpartition("@")[0]


def sender_of(text: str) -> str:
    """Who of the organisation writes to an address, or to a domain that is meant."""
    return f"writer{crc32(text.encode()) % _SENDERS}@corp.example"


def part_of(text: str) -> int:
    """One of ten parts that are left out, one after the other."""
    return (crc32(text.encode()) >> 8) % PARTS


class Memory:
    """What is known: for missent as a ledger, for the others as a list."""

    def __init__(self, addresses: Mapping[str, int], without: Collection[str] = ()) -> None:
        """Learn addresses, but for some of them and for all at some domains.

        Each was written to as often as it stands somewhere, by one sender, and wrote back where it
        stands twice or more.
        """
        self.ledger = Ledger()
        self.addresses: dict[str, None] = {}
        for address, times in addresses.items():
            if address not in without and address.rpartition("@")[2] not in without:
                self._learn(address, sender_of(address), min(times, _MOST), times >= _REPLIES)

    def acquaint(self, address: str, sender: str) -> None:
        """Make somebody known whom a sender writes to and who writes back."""
        self._learn(address, sender, _MEANT, True)

    def _learn(self, address: str, sender: str, times: int, replied: bool) -> None:  # noqa: FBT001
        first = crc32(address.encode()) % 300
        for number in range(times):
            self.ledger.send(sender, address, _START + (first + 3 * number) * _DAY)
        if replied:
            self.ledger.receive(address, sender)
        self.addresses[address] = None
