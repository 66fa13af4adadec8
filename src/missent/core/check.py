"""The shape of a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.facts import Facts
    from missent.core.finding import Finding
    from missent.core.message import Message, Recipient


class Check(Protocol):
    """A frozen dataclass: fields are options, the docstring its manual page, calling its logic."""

    @property
    def code(self) -> str:
        """The permanent code, such as "T101"."""

    @property
    def spares_familiar(self) -> bool:
        """Whether it has nothing to say of an address that has proved to be right."""

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        """Look at one recipient of a message."""
