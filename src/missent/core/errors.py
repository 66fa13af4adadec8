"""The few errors of the house; everything else is a builtin."""


class AddressError(ValueError):
    """A text that is no address.

    Attributes:
        text: what was given.
        position: where in `text` the fault lies, counted from 0 in code points.
        reason: what is wrong there, in a few words.
    """

    def __init__(self, text: str, position: int, reason: str) -> None:
        super().__init__(text, position, reason)
        self.text = text
        self.position = position
        self.reason = reason

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= 80 else self.text[:77] + "..."  # noqa: PLR2004
        return f"{shown!r} is no address: {self.reason} (character {self.position + 1})"


class ConfigError(ValueError):
    """A configuration that cannot be used; the text names the setting and the mend."""


class StoreError(RuntimeError):
    """The store cannot be reached or refuses; the text names the store and the mend."""


class ProtocolError(RuntimeError):
    """A peer broke the protocol; the conversation with it is over."""
