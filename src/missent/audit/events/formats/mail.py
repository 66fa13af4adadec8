"""Mailboxes and message events of a row a message, through the readers that learning has too.

That a message lies in a mailbox says that it was sent; a notice of non-delivery in it says which
recipient does not exist.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from missent.audit.events.table import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from missent.audit.events.interface import Head, ReadOptions, Sink, Source
    from missent.audit.sources.interface import Event

_COLUMNS: Final = ("began", "sender", "recipient", "status", "message")
_SQL = """
SELECT began::BIGINT AS began, began::BIGINT AS ended, coalesce(sender, '') AS sender, recipient,
  NULL AS via, status::TINYINT AS status, (hash(message) >> 1)::BIGINT AS message,
  NULL AS octets, NULL::VARCHAR AS malformed
FROM {source}
"""
_AT_ONCE = 20_000


class Mail:
    """One kind of mailbox."""

    def __init__(self, name: str, title: str) -> None:
        self.name = name
        self.title = title

    def recognises(self, head: Head) -> bool:
        """Whether the readers of past mail take it for one."""
        from missent.audit.sources import detect  # noqa: PLC0415  slow to import

        try:
            return detect.detect(head.path) == self.name
        except ValueError:
            return False

    def read(self, source: Source, options: ReadOptions, sink: Sink) -> Iterator[None]:  # noqa: ARG002
        """Read mail; see `Format`."""
        from missent.audit.sources.detect import READERS  # noqa: PLC0415  slow to import

        waiting: list[Event] = []
        for event in READERS[self.name](source.path, source.tally):
            waiting.append(event)
            if len(waiting) == _AT_ONCE:
                sink.rows([_rows(waiting)], _COLUMNS, _SQL)
                waiting.clear()
                yield
        sink.rows([_rows(waiting)], _COLUMNS, _SQL)
        source.tally.events = 0  # the sink counts rows
        yield


def _rows(events: Iterable[Event]) -> bytes:
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    for event in events:
        sender = event.message.mail_from
        writer = "" if event.automatic or sender is None else sender.key
        if writer:
            for one in dict.fromkeys(r.address.key for r in event.message.recipients):
                write((event.at, writer, one, int(Status.DELIVERED), event.key))
        for bounce in event.bounced:
            if bounce.sender is not None:
                key = bounce.message_id or event.key
                row = (event.at, bounce.sender.key, bounce.address.key, int(Status.BOUNCED), key)
                write(row)
    return out.getvalue().encode("utf-8", "replace")


ALL: Final = (
    Mail("mbox", "mbox"),
    Mail("maildir", "Maildir"),
    Mail("jsonl", "messages as JSON Lines"),
    Mail("eml", "folder of .eml files"),
)
