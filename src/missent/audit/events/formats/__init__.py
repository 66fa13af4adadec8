"""The formats of logs: one small file each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missent.audit.events.formats import mail
from missent.audit.events.formats.exchange import Exchange
from missent.audit.events.formats.exim import Exim
from missent.audit.events.formats.flat import JsonEvents, ParquetEvents
from missent.audit.events.formats.google import Google, GoogleBigQuery
from missent.audit.events.formats.microsoft365 import Microsoft365
from missent.audit.events.formats.postfix import Postfix
from missent.audit.events.formats.sendmail import Sendmail

if TYPE_CHECKING:
    from missent.audit.events.interface import Format

ALL: Final[tuple[Format, ...]] = (
    ParquetEvents(),
    Postfix(),
    Exim(),
    Sendmail(),
    Exchange(),
    Microsoft365(),
    Google(),
    GoogleBigQuery(),
    JsonEvents(),
    *mail.ALL,
)
"""In the order in which they are tried."""

BY_NAME: Final = {one.name: one for one in ALL}
