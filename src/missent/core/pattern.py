"""Which addresses a rule of the organisation speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missent.core.address import Address, Domain
from missent.core.errors import AddressError

if TYPE_CHECKING:
    from typing import Self

_MEND = (
    "a pattern is an address without wildcards, a domain such as 'army.ml', or '*.army.ml' for "
    "everything below one"
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """An address, a domain, or everything below a domain.

    `gen@army.ml` is that address. `army.ml` is that domain alone: neither `us.army.ml` nor
    `notarmy.ml`. `*.army.ml` is every name below `army.ml`, but not itself; `*.ml` is so every
    domain under the suffix `.ml`. Upper and lower case, U-label and A-label are the same.

    Attributes:
        text: the pattern as written.
        address: the `Address.key` that it means, or "".
        domain: the `Domain.name` that it means, or "".
        below: the end of every `Domain.name` that it means, with its leading dot, or "".
    """

    text: str
    address: str = ""
    domain: str = ""
    below: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a pattern.

        Raises:
            AddressError: the text is none of the three forms; with the place and the mend.
        """
        bare = text.strip()
        below = bare.startswith("*.")
        rest = bare[2:] if below else bare
        offset = text.find(rest) if rest else len(text)
        if "*" in rest or rest.startswith("@") or (below and ("@" in rest or "[" in rest)):
            raise AddressError(text, offset + max(rest.find("*"), 0), _MEND)
        try:
            if below:
                return cls(bare, below="." + Domain.parse(rest).name)
            if "@" in rest:
                return cls(bare, address=Address.parse(rest).key)
            return cls(bare, domain=Domain.parse(rest).name)
        except AddressError as error:
            raise AddressError(text, offset + error.position, error.reason) from None

    def matches(self, address: Address) -> bool:
        """Whether the pattern speaks of this address."""
        name = address.domain.name
        if self.below:
            return name.endswith(self.below)
        if self.domain:
            return name == self.domain
        return bool(self.address) and address.key == self.address
