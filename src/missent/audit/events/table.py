"""The one table that every log becomes: a row for each recipient of each message.

| column | |
|---|---|
| `began` | the first attempt, in seconds since the epoch |
| `ended` | the attempt that settled it, likewise |
| `sender` | reverse-path in lower case, "" for the null sender; NULL where the log does not tell |
| `recipient` | where the message went, in lower case |
| `via` | the address it was first written to, where an alias or a forward changed it; else NULL |
| `status` | one of `Status` |
| `message` | a number that all rows of one message share, from its Message-ID where there is one |
| `octets` | the size of the message; NULL where the log does not tell |
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Status(IntEnum):
    """What became of a message at one recipient."""

    DELIVERED = 0
    DEFERRED = 1
    BOUNCED = 2
    REFUSED = 3
    PASSED = 4
    """Handed to a filter on the same host or to a local forward: another row tells the rest."""


COLUMNS: Final = {
    "began": "BIGINT",
    "ended": "BIGINT",
    "sender": "VARCHAR",
    "recipient": "VARCHAR",
    "via": "VARCHAR",
    "status": "TINYINT",
    "message": "BIGINT",
    "octets": "BIGINT",
}

# Rows that a queue log gives before they are joined: `kind` says what the others mean.
BEGIN, IDENTITY, FROM, TO, EXPIRED, END, WHOLE, MALFORMED = range(8)
"""Taken in; its Message-ID; its sender; one recipient; given up; removed; a row that needs no join;
a line that could not be read, with its text in `address`. Within a second a message's lines come in
this order."""

LINES: Final = {
    "kind": "TINYINT",
    "key": "UBIGINT",
    "began": "BIGINT",
    "address": "VARCHAR",
    "other": "VARCHAR",
    "status": "INTEGER",
    "message": "BIGINT",
    "octets": "BIGINT",
}
"""`other` is `via` of a TO and the sender of a WHOLE row. `status` of a FROM is the number of
recipients, where the log does not say that a message was removed; else NULL."""
