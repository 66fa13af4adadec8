"""An audit as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.audit.leaks.show.names import size, span
from missent.audit.page.frame import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.leaks.leak import Audit, Leak
    from missent.audit.leaks.show.names import Names

_NAMED = 3


def lines(audit: Audit, names: Names, most: int) -> Iterator[str]:
    """The leaks, the worst first, and the sums.

    Args:
        audit: what was found.
        names: how addresses are shown.
        most: leaks that are shown.
    """
    for leak in audit.leaks[:most]:
        yield from _leak(leak, names)
    if len(audit.leaks) > most:
        yield f"and {len(audit.leaks) - most:,} more: --most, --format json and --html show them"
    leaks, posing = audit.outbound, len(audit.inbound)
    wrong = sum(leak.total("deliveries") for leak in leaks)
    arrived = sum(leak.total("delivered") for leak in leaks)
    yield (
        f"{counted(audit.deliveries, 'delivery')} to {counted(audit.domains, 'domain')},"
        f" {span(audit.first, audit.last)}"
    )
    yield (
        f"{counted(len(leaks), 'wrong domain')}: {counted(wrong, 'delivery')} went there,"
        f" {arrived:,} of these arrived"
        if leaks
        else "no wrong domain was found"
    )
    if posing:
        yield f"{counted(posing, 'lookalike')} of your own domains wrote to you"
    yield from audit.bounds()


def _leak(leak: Leak, names: Names) -> Iterator[str]:
    meant = f", probably {' or '.join(leak.meant)}" if leak.meant else ""
    owner = f" ({leak.owner})" if leak.owner else ""
    yield f"{leak.action!s:<7}{leak.domain}{meant}{owner}"
    percent = int(100 * leak.probability)
    yield f"       {leak.code} {percent}%, {leak.kind.value}, {leak.habit.value}"
    fates = ", ".join(
        f"{count:,} {name}"
        for name in ("delivered", "deferred", "bounced", "refused", "passed")
        if (count := leak.total(name))
    )
    yield (
        f"       {counted(leak.messages, 'message')}, {size(leak.total('octets'))}, from"
        f" {counted(leak.senders, 'sender')} to {counted(leak.recipients, 'address')}: {fates}"
    )
    yield f"       {span(leak.first, leak.last)}"
    for whom, why in leak.tell[:_NAMED]:
        yield f"       tell {names.address(whom)}: {why}"
