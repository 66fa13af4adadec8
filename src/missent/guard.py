"""The library's entry: ask before you send."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from missent.app import build
from missent.core import pasted
from missent.core.engine import screen
from missent.core.message import Message, Recipient

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from missent.core.address import Address
    from missent.core.facts import Correspondence, DomainFacts, Facts, Unknown
    from missent.core.verdict import RecipientVerdict, Verdict
    from missent.settings import Settings


class Guard:
    """Decides about recipients, again and again, with one configuration.

    It may be shared between threads. It looks nothing up in the network.

    Example:
        >>> from missent import Guard
        >>> verdict = Guard().check("gen@army.ml")
        >>> str(verdict.action), [str(a) for a in verdict.did_you_mean]
        ('block', ['gen@army.mil'])
    """

    def __init__(
        self,
        config: Settings | str | os.PathLike[str] | None = None,
        *,
        history: Correspondence | None = None,
    ) -> None:
        """Make a guard.

        Args:
            config: settings, or the file that they stand in; None for the defaults. No file is
                looked for.
            history: who writes to whom; None for what the store of the configuration holds now,
                or for no history where it names no store.

        Raises:
            ConfigError: the file cannot be used; the text names the key and the mend.
            StoreError: the store cannot be read.
        """
        settings = _settings(config)
        self.app = build(settings)
        if history is not None:
            self.app = self.app.over(history)
        elif settings is not None and settings.store.url:
            from missent.app.remember import snapshot  # noqa: PLC0415  slow to import

            self.app = self.app.over(*snapshot(settings))
        self._facts = self.app.facts(0)

    def check(
        self,
        address: str | Address,
        sender: str | Address | None = None,
        domains: Mapping[str, DomainFacts | Unknown] | None = None,
    ) -> RecipientVerdict:
        """Decide about one recipient.

        Args:
            address: the recipient, as the sender wrote it: `gen@army.ml`, `Gen <gen@army.ml>`.
            sender: the sender; it makes the answer better where there is a history.
            domains: what the DNS said of domains, by `Domain.name`; see `missent.dns`.

        Raises:
            AddressError: one of them is no address; with the place and the reason.
        """
        recipient = pasted.recipient(address) if isinstance(address, str) else Recipient(address)
        if isinstance(sender, str):
            sender = _sender(sender)
        return self.screen(Message(sender, (recipient,)), domains).recipients[0]

    def screen(
        self, message: Message, domains: Mapping[str, DomainFacts | Unknown] | None = None
    ) -> Verdict:
        """Decide about every recipient of a message; `domains` as in `check`."""
        facts = self._now()
        if domains:
            facts = replace(facts, domains=domains)
        return screen(message, facts, self.app.policy, self.app.checks)

    def _now(self) -> Facts:
        # One object a second: the facts differ in their moment alone.
        at = int(time.time())
        if self._facts.at != at:
            self._facts = self.app.facts(at)
        return self._facts


def _settings(config: Settings | str | os.PathLike[str] | None) -> Settings | None:
    if config is None:
        return None
    from missent.settings import Settings, load  # noqa: PLC0415  pydantic is slow to import

    return config if isinstance(config, Settings) else load(Path(config))


@lru_cache(maxsize=1024)
def _sender(given: str) -> Address:
    # The same few people write to ever new recipients.
    return pasted.recipient(given).address
