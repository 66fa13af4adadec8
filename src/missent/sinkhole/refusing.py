"""The refusals themselves: of one recipient, and of a burst of them at one domain."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from missent.sinkhole import grammar

if TYPE_CHECKING:
    from missent.sinkhole.answers import Answer
    from missent.sinkhole.scratch import Buffer


class Following(NamedTuple):
    """What came of a burst.

    Attributes:
        recipients: that were refused.
        after: where what follows them begins.
    """

    recipients: int
    after: int


def refuse(answer: Answer, local: memoryview, replies: list[bytes | memoryview]) -> None:
    """Add the pieces of the reply to one recipient."""
    if answer.between:
        replies += (answer.before, local, answer.between, local, answer.after)
    elif answer.after:
        replies += (answer.before, local, answer.after)
    else:
        replies.append(answer.before)


def refuse_following(
    answer: Answer,
    domain: bytes,
    where: tuple[Buffer, int, int],
    most: int,
    replies: list[bytes | memoryview],
) -> Following:
    """Refuse the recipients that follow at the same domain, as long as they are plainly written.

    Args:
        answer: to them.
        domain: as the one before had it, octet by octet.
        where: the buffer, where they would begin, and the end of what was read.
        most: how many may be refused.
        replies: gets the pieces of the replies.
    """
    buffer, start, end = where
    view, same = buffer.view, buffer.octets.startswith
    before, between, after = answer.before, answer.between, answer.after
    at = b"@%b>\r\n" % domain
    count = last = 0
    for found in islice(grammar.PLAIN_RCPT.finditer(buffer.octets, start, end), most):
        first, last = found.span(1)
        if not same(at, last):  # another domain, or no such line: then `last` is -1
            break
        local = view[first:last]
        replies += (before, local, between, local, after)
        start = last + len(at)
        count += 1
    return Following(count, start)
