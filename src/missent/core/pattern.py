"""Which addresses a rule of the organisation speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missent.core.address import Address, Domain

if TYPE_CHECKING:
    from typing import Self


@dataclass(frozen=True, slots=True)
class Pattern:
    """An address, a domain, or a domain with everything below it.

    `gen@army.ml` is that address. `army.ml` is that domain alone: neither `us.army.ml` nor
    `notarmy.ml`. `*.army.ml` is every name below `army.ml`, but not itself; `*.ml` is so every
    domain under the suffix `.ml`. Upper and lower case, U-label and A-label are the same.
    """

    text: str
    address: str = ""
    domain: str = ""
    below: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a pattern.

        Raises:
            AddressError: the text is none of the three forms.
        """
        bare = text.strip()
        if bare.startswith("*."):
            return cls(bare, below="." + Domain.parse(bare[2:]).name)
        if "@" in bare:
            return cls(bare, address=Address.parse(bare).key)
        return cls(bare, domain=Domain.parse(bare).name)

    def matches(self, address: Address) -> bool:
        """Whether the pattern speaks of this address."""
        name = address.domain.name
        if self.below:
            return name.endswith(self.below)
        if self.domain:
            return name == self.domain
        return bool(self.address) and address.key == self.address
