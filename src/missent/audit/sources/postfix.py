"""Postfix's log: who wrote to whom, joined from its lines by host, queue id and interval.

A message begins where smtpd or pickup takes it in and ends with `removed`; short queue ids are used
again afterwards. Stamps are those of RFC 3164, which have no year (it is the last one before the
file was written), of RFC 3339 or of RFC 5424. A recipient counts as written to whatever became of
it; those with status=bounced and a dsn that says so do not exist.

A message that waits in the queue is tried again for days, and its log is rotated meanwhile. What
began before a log does is therefore counted there only where it was tried at once: what was tried
again is in the log before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from missent.audit.sources import journal, notices
from missent.audit.sources.dates import seconds
from missent.audit.sources.dsn import is_vague, no_such_address
from missent.audit.sources.interface import Bounce, Event
from missent.audit.sources.keys import digest
from missent.audit.sources.mailboxes import mailboxes
from missent.audit.sources.octets import lines
from missent.core.message import Message, Recipient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from missent.audit.sources.interface import Tally
    from missent.core.address import Address

LINE = re.compile(
    r"(?:<\d{1,3}>)?(?:(?P<short>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)(?:\.\d+)?"
    r"|(?:1 )?(?P<long>\d{4}-\d\d-\d\dT\S+))"
    r" (?P<host>\S+) postfix[^/\s\[]*/(?:[^/\s\[]+/)*(?P<program>[a-z-]+)"
    r"(?:\[\d+\]:| \S+ \S+ (?:-|\[[^\]]*\])) "
    r"(?P<id>[0-9A-F]{6,}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,}): (?P<rest>.*)"
)
_FROM = re.compile(r"from=<([^>]*)>")
_TO = re.compile(r"to=<([^>]*)>(?:, orig_to=<([^>]*)>)?")
_DSN = re.compile(r"\bdsn=(\d\.\d{1,3}\.\d{1,3})")
_STATUS = re.compile(r"\bstatus=(\w+)")
_DELAY = re.compile(r"\bdelay=(\d{1,9})")
_BEGINS = ("client=", "uid=", "message-id=")
_AGAIN = 300  # seconds, `minimal_backoff_time`: what is this old when it is tried was tried before
_MESSAGE_ID = re.compile(r"message-id=<?([^<>\s]{1,900})")
_OPEN = 200_000  # messages whose end was not seen; the oldest are given as they are
_RECIPIENTS = 10_000


def read(path: Path, tally: Tally) -> Iterator[Event]:
    """Read a log, plain or compressed; see `Reader`."""
    stamps = Stamps(datetime.fromtimestamp(path.stat().st_mtime))  # noqa: DTZ006  a log's own time
    open_: dict[tuple[str, str], _Transaction] = {}
    for number, line in lines(path, tally):
        if b"postfix" not in line:
            continue
        text = (journal.line(line) or "") if line[:1] == b"{" else line.decode("utf-8", "replace")
        text = text.rstrip("\r\n")
        found = LINE.match(text)
        if found is None:
            continue  # statistics, connections, rejects: they have no queue id
        at = stamps.seconds(found["short"], found["long"])
        if at is None:
            tally.skip(f"line {number}", f"no date: {text[:40]!r}")
            continue
        name = found["host"], found["id"]
        rest = found["rest"]
        transaction = open_.get(name)
        if transaction is not None and transaction.ends_before(found["program"], rest):
            yield from _given(open_.pop(name), tally)
            transaction = None
        if transaction is None:
            if len(open_) >= _OPEN:
                yield from _given(open_.pop(next(iter(open_))), tally)
            stamp = found["short"] or found["long"]
            transaction = open_[name] = _Transaction(at, number, digest(*name, stamp))
        if rest == "removed":
            yield from _given(open_.pop(name), tally)
        else:
            transaction.feed(rest)
    for transaction in open_.values():
        yield from _given(transaction, tally)


class Stamps:
    """Reads moments; of those without a year, the last before the log was written."""

    def __init__(self, written: datetime) -> None:
        """`written`: when the log was last written, in local time."""
        self._written = written + timedelta(days=1)  # clocks differ
        self._last: tuple[str | None, int | None] = (None, None)

    def seconds(self, short: str | None, long: str | None) -> int | None:
        """One of the two spellings, in seconds since the epoch."""
        text = short or long
        if text != self._last[0]:
            self._last = text, seconds(long) if long else self._short(short or "")
        return self._last[1]

    def _short(self, text: str) -> int | None:
        for year in (self._written.year, self._written.year - 1):
            try:
                moment = datetime.strptime(f"{year} {text}", "%Y %b %d %H:%M:%S")  # noqa: DTZ007  local
            except ValueError:  # the 29th of February
                continue
            if moment <= self._written:
                return max(int(moment.timestamp()), 1)
        return None


@dataclass(slots=True)
class _Transaction:
    """What is known of one message in the queue."""

    at: int
    number: int
    digest: str
    message_id: str = ""
    sender: str | None = None
    recipients: dict[str, bool] = field(default_factory=dict)
    """What was written to, and whether it does not exist."""
    again: set[str] = field(default_factory=set)
    """Those of them that were tried before this log begins."""
    has_begun: bool = False

    def ends_before(self, program: str, rest: str) -> bool:
        """Whether a line begins another message under the same queue id."""
        begins = (program.endswith("smtpd") and rest.startswith("client=")) or (
            program == "pickup" and rest.startswith("uid=")
        )
        return begins and (self.sender is not None or bool(self.recipients))

    def feed(self, rest: str) -> None:
        self.has_begun |= rest.startswith(_BEGINS)
        if rest.startswith("message-id="):
            found = _MESSAGE_ID.match(rest)
            self.message_id = found[1] if found else ""
        elif rest.startswith("from="):
            found = _FROM.match(rest)
            self.sender = found[1] if found else None
        elif rest.startswith("to="):
            self._deliver(rest)

    def _deliver(self, rest: str) -> None:
        to, status = _TO.match(rest), _STATUS.search(rest)
        if to is None or status is None or len(self.recipients) >= _RECIPIENTS:
            return
        address = to[2] if to[2] and "@" in to[2] else to[1]  # as it was typed, before an alias
        if not self.has_begun and address not in self.recipients:
            delay = _DELAY.search(rest)
            if delay and int(delay[1]) >= _AGAIN:
                self.again.add(address)
        self.recipients[address] = status[1] == "bounced" and _is_gone(rest, rest[status.end() :])


def _is_gone(rest: str, reply: str) -> bool:
    found = _DSN.search(rest)
    code = found[1] if found else ""
    if no_such_address(code) or no_such_address(reply):
        return True
    # A server without codes: of the sender's address it speaks at another command.
    return is_vague(code) and "MAIL FROM" not in reply and notices.says_no_such(reply)


def _given(transaction: _Transaction, tally: Tally) -> Iterator[Event]:
    """The event of a message, unless it is a notice (it has no sender) or was never sent on."""
    if not transaction.sender or not transaction.recipients:
        return
    where = f"line {transaction.number}"
    found, _ = mailboxes(transaction.sender)
    if not found:
        tally.skip(where, f"no address: {transaction.sender[:80]!r}")
        return
    sender = found[0][0]
    recipients: list[Recipient] = []
    bounced: list[Bounce] = []
    for text, gone in transaction.recipients.items():
        address = _address(text, where, tally)
        if address is None:
            continue
        if text not in transaction.again:
            recipients.append(Recipient(address))
        if gone:
            bounced.append(Bounce(sender, address, transaction.message_id))
    if not recipients and not bounced:
        return
    tally.events += 1
    message = Message(sender, tuple(recipients), transaction.message_id)
    key = transaction.message_id or transaction.digest
    yield Event(transaction.at, key, message, tuple(bounced), automatic=not recipients)


def _address(text: str, where: str, tally: Tally) -> Address | None:
    found, _ = mailboxes(text)
    if not found:
        tally.skip_address(where, text)
        return None
    return found[0][0]
