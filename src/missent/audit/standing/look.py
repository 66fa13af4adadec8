"""Which standing destinations are probably wrong, by the checks and the policy of the gates."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from missent.audit.standing.destinations import Destination, read
from missent.core.address import Address
from missent.core.engine import screen
from missent.core.errors import AddressError
from missent.core.facts import Facts
from missent.core.message import Message, Recipient
from missent.core.verdict import Action
from missent.memory.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missent.audit.leaks.options import FindOptions
    from missent.core.verdict import RecipientVerdict

_SKIPPED = frozenset({".git", ".svn"})


@dataclass(slots=True)
class Standing:
    """What was found.

    Attributes:
        files: files that were read.
        destinations: addresses in them.
        unread: files that could not be read, or are of no kind that is known, and why.
        wrong: destinations that the policy does not let pass.
    """

    files: int = 0
    destinations: int = 0
    unread: list[str] = field(default_factory=list)
    wrong: list[tuple[Destination, RecipientVerdict]] = field(default_factory=list)


def look(given: Sequence[Path], options: FindOptions) -> Standing:
    """Read the files and decide every destination, with the others as what is known.

    Args:
        given: files, and folders that are searched.
        options: what is decided, and how.

    Raises:
        ValueError: a named file is of no kind that is known.
        OSError: a named file cannot be read.
    """
    found = Standing()
    destinations: list[tuple[Destination, Address]] = []
    for path, named in _files(given):
        try:
            here = list(read(path))
        except (ValueError, OSError) as error:
            if named:
                raise
            found.unread.append(str(error))
            continue
        found.files += 1
        for one in here:
            try:
                destinations.append((one, Address.parse(one.address, lenient=True)))
            except AddressError as error:
                found.unread.append(f"{path}: line {one.line}: {error}")
    found.destinations = len(destinations)
    _decide(found, destinations, options)
    return found


def _decide(
    found: Standing, destinations: Sequence[tuple[Destination, Address]], options: FindOptions
) -> None:
    uses = Counter(address.key for _, address in destinations)
    domains = Counter(address.domain.name for _, address in destinations)
    for one, address in destinations:
        ledger = _others(address, uses, domains)
        facts = Facts(0, ledger, options.own, exceptions=options.exceptions)
        message = Message(None, (Recipient(address),))
        (answer,) = screen(message, facts, options.policy, options.checks).recipients
        if answer.action is not Action.ALLOW:
            found.wrong.append((one, answer))
    found.wrong.sort(key=lambda pair: (-pair[1].action, str(pair[0].path), pair[0].line))


def _others(address: Address, uses: Counter[str], domains: Counter[str]) -> Ledger:
    """What the other destinations tell: the same mailbox elsewhere, and near domains."""
    ledger = Ledger()
    local = address.key.rpartition("@")[0]
    for key in uses:
        if key.rpartition("@")[0] == local and not key.endswith(f"@{address.domain.name}"):
            ledger.send("", key, 1)
    for name, count in domains.items():
        if name != address.domain.name and abs(len(name) - len(address.domain.name)) <= 2:  # noqa: PLR2004
            for _ in range(min(count, 5)):
                ledger.send("", f"postmaster@{name}", 1)
    return ledger


def _files(given: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    for path in given:
        if path.is_dir():
            for root, folders, names in os.walk(path):
                folders[:] = sorted(set(folders) - _SKIPPED)
                for name in sorted(names):
                    file = Path(root) / name
                    if file.is_file() and not file.is_symlink():
                        yield file, False
        else:
            yield path, True
